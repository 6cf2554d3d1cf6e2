// SPDX-License-Identifier: Apache-2.0
#include "app/push_set.hpp"

#include "app/config_push.hpp"
#include "base/log.hpp"
#include "live/push/push_url.hpp"
#include "serve/secrets.hpp"

namespace vantage::app {
namespace {

std::string purpose(const std::string& id) {
    return "address of push " + id;
}

}  // namespace

PushSet::PushSet(store::Settings& settings, std::shared_ptr<const store::Sealer> sealer, live::PushEnvironment environment,
                 const Clock& clock)
    : settings_(settings), sealer_(std::move(sealer)), clock_(clock), pushes_(std::move(environment)) {}

PushSet::Known PushSet::known(const store::PushRow& row, const CameraId& camera) const {
    Known out{{camera, row.id}, {row.name, {}, row.stream, row.enabled, row.silence, row.verify}, false, true, row.created};
    if (auto url = sealer_->open(row.sealed_url, purpose(row.id))) {
        out.options.url = std::move(*url);
    } else {
        log::error("settings", "push '{}' of camera '{}': {}", row.name, row.camera, url.error().message);
        out.readable = false;
    }
    return out;
}

store::PushRow PushSet::row(const Known& push) const {
    const auto& options = push.options;
    return {push.key.id,    push.key.camera.str(), options.name,    sealer_->seal(options.url, purpose(push.key.id)),
            options.stream, options.enabled,       options.silence, options.verify,
            push.created};
}

void PushSet::apply(const std::map<CameraId, RunningCamera>& cameras) {
    const std::lock_guard one_at_a_time(changing_);
    {
        const std::lock_guard hold(mutex_);
        cameras_ = cameras;
    }
    refresh();
}

// Reads the settings again; what they and the file say runs. Under changing_.
void PushSet::refresh() {
    const auto rows = settings_.pushes();
    if (!rows) return log::error("settings", "the pushes cannot be read: {}", rows.error().message);
    std::vector<Known> all;
    std::map<live::PushKey, live::PushOptions> wanted;
    {
        const std::lock_guard hold(mutex_);
        for (const auto& [id, camera] : cameras_)
            for (std::size_t i = 0; i < camera.config.push.size(); ++i)
                all.push_back({{id, fmt::format("file-{}", i + 1)}, camera.config.push[i], true, true, {}});
        for (const auto& row : *rows)
            if (const auto id = CameraId::parse(row.camera); id && cameras_.contains(*id)) all.push_back(known(row, *id));
        for (const auto& push : all)
            if (push.readable) wanted.emplace(push.key, push.options);
        known_ = std::move(all);
    }
    pushes_.apply(wanted);
}

serve::PushView PushSet::view(const Known& push) const {
    const auto& options = push.options;
    const auto url = live::parse_push_url(options.url);
    serve::PushView out{push.key.camera, push.key.id, options.name, url ? url->shown : "", options.stream};
    out.enabled = options.enabled;
    out.silence = options.silence;
    out.verify = options.verify;
    out.declared_in_file = push.declared;
    const auto status = pushes_.status(push.key).value_or(live::PushStatus{});
    out.state = to_string(status.state);
    out.detail = status.detail;
    if (!push.readable) {
        out.state = "refused";
        out.detail = "its address cannot be read, because the file sealed.key is another one; write the address again";
        return out;
    }
    out.since = status.since;
    out.bytes_sent = status.bytes_sent;
    out.bits_per_second = status.bits_per_second;
    out.dropped_parts = status.dropped_parts;
    out.reconnects = status.reconnects;
    return out;
}

std::vector<serve::PushView> PushSet::all() const {
    const auto known = [this] {
        const std::lock_guard hold(mutex_);
        return known_;
    }();
    std::vector<serve::PushView> out;
    for (const auto& push : known) out.push_back(view(push));
    return out;
}

Result<PushSet::Known> PushSet::find(const CameraId& camera, const std::string& id) const {
    const std::lock_guard hold(mutex_);
    for (const auto& push : known_)
        if (push.key == live::PushKey{camera, id}) return push;
    return fail(errc::not_found, fmt::format("camera '{}' has no push '{}'", camera.str(), id));
}

Result<serve::PushView> PushSet::add(const CameraId& camera, const serve::PushChange& push) {
    const std::lock_guard one_at_a_time(changing_);
    {
        const std::lock_guard hold(mutex_);
        if (!cameras_.contains(camera)) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
        const auto count = std::ranges::count_if(known_, [&](const Known& other) { return other.key.camera == camera; });
        if (static_cast<std::size_t>(count) >= kMostPushes)
            return fail(errc::overloaded, fmt::format("camera '{}' has {} pushes already", camera.str(), kMostPushes));
    }
    auto options = changed_push({}, push);
    if (!options) return options.error();
    const Known fresh{{camera, serve::random_id()}, std::move(*options), false, true, clock_.now()};
    if (auto added = settings_.add_push(row(fresh)); !added) return added.error();
    refresh();
    return view(fresh);
}

Result<serve::PushView> PushSet::change(const CameraId& camera, const std::string& id, const serve::PushChange& change) {
    const std::lock_guard one_at_a_time(changing_);
    auto push = find(camera, id);
    if (!push) return push.error();
    if (push->declared) return fail(errc::read_only, "this push is declared in the configuration file; change it there");
    auto options = changed_push(push->options, change);
    if (!options) return options.error();
    push->options = std::move(*options);
    push->readable = true;
    if (auto changed = settings_.update_push(row(*push)); !changed) return changed.error();
    refresh();
    return view(*push);
}

Result<serve::PushView> PushSet::remove(const CameraId& camera, const std::string& id) {
    const std::lock_guard one_at_a_time(changing_);
    const auto push = find(camera, id);
    if (!push) return push.error();
    if (push->declared) return fail(errc::read_only, "this push is declared in the configuration file; remove it there");
    auto last = view(*push);
    if (auto removed = settings_.remove_push(id); !removed) return removed.error();
    refresh();
    return last;
}

}  // namespace vantage::app
