// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_access.hpp"

#include "base/log.hpp"
#include "serve/secrets.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

std::string purpose_of(const std::string& user) {
    return "stream password of " + user;
}

std::string tries_of(std::string_view user, std::string_view address) {
    return fmt::format("{} from {}", user.substr(0, 64), address);
}

}  // namespace

Result<std::string> StreamAccess::password(const std::string& user) {
    const auto row = settings_.stream_password(user);
    if (!row && row.error().code != errc::not_found) return row.error();
    if (row) {
        auto opened = sealer_->open(row->sealed, purpose_of(user));
        if (opened) return opened;
        log::warn("rtsp", "{}; it gets a new one", opened.error().message);
    }
    return renew(user);
}

Result<std::string> StreamAccess::renew(const std::string& user) {
    const auto fresh = typed_token();
    if (auto put = settings_.put_stream_password({user, sealer_->seal(fresh, purpose_of(user)), clock_.now()}); !put)
        return put.error();
    refresh();
    return fresh;
}

void StreamAccess::refresh() {
    const auto users = settings_.users();
    const auto passwords = settings_.stream_passwords();
    if (!users || !passwords) {
        log::warn("rtsp", "{}", users ? passwords.error().message : users.error().message);
        return;
    }
    std::map<std::string_view, std::string_view> sealed;
    for (const auto& row : *passwords) sealed.emplace(row.user, row.sealed);
    auto readers = std::make_shared<Readers>();
    for (const auto& user : *users) {
        const auto known = sealed.find(user.name);
        const auto role = parse_role(user.role);
        if (known == sealed.end() || !role) continue;
        auto opened = sealer_->open(known->second, purpose_of(user.name));
        if (!opened) continue;
        Identity who;
        who.user = user.name;
        who.role = *role;
        who.cameras = user.cameras;
        readers->emplace(user.name, Reader{std::move(who), std::move(*opened)});
    }
    *readers_.lock() = std::move(readers);
}

std::optional<std::string> StreamAccess::password_of(std::string_view user) const {
    const auto readers = *readers_.lock();
    if (!readers) return {};
    const auto found = readers->find(user);
    return found == readers->end() ? std::nullopt : std::optional{found->second.password};
}

bool StreamAccess::may_read(std::string_view user, std::string_view path) const {
    const auto readers = *readers_.lock();
    const auto camera = CameraId::parse(path.substr(0, path.find('/')));
    if (!readers || !camera) return false;
    const auto found = readers->find(user);
    return found != readers->end() && found->second.who.sees(*camera);
}

std::optional<seconds> StreamAccess::begin_try(std::string_view user, std::string_view address) {
    return guard_.begin(tries_of(user, address), std::string(address));
}

void StreamAccess::right_password(std::string_view user, std::string_view address) {
    guard_.succeeded(tries_of(user, address), std::string(address));
}

}  // namespace vantage::serve
