// SPDX-License-Identifier: Apache-2.0
#include "footage/volume.hpp"

#include <algorithm>
#include <cctype>
#include <fcntl.h>
#include <random>
#include <sys/file.h>
#include <unistd.h>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kUuidSize = 36;

bool is_uuid(std::string_view text) {
    if (text.size() != kUuidSize) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
}

// RFC 4122 version 4.
std::string new_uuid() {
    std::random_device random;
    std::array<std::uint32_t, 4> r{random(), random(), random(), random()};
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", r[0], r[1] >> 16, r[1] & 0xfff,
                       (r[2] >> 16 & 0x3fff) | 0x8000, r[2] & 0xffff, r[3]);
}

bool holds_footage(const fs::path& root) {
    std::error_code error;
    const auto footage = root / "footage";
    return fs::exists(footage, error) && !fs::is_empty(footage, error);
}

Result<Volume> create_volume(FileSystem& files, const fs::path& root, const Clock& clock) {
    const auto uuid = new_uuid();
    const auto text = fmt::format("{{\n  \"uuid\": \"{}\",\n  \"created\": \"{}\"\n}}\n", uuid, to_rfc3339(clock.now()));
    const auto fresh = root / "volume.json.new";
    std::error_code ignored;
    if (fs::exists(fresh, ignored)) {
        if (auto gone = files.remove(fresh); gone.has_error()) return gone.error();
    }
    {
        auto file = files.create(fresh);
        if (file.has_error()) return file.error();
        const ByteView bytes = as_bytes(text);
        if (auto done = write_all(**file, 0, {&bytes, 1}); done.has_error()) return done.error();
        if (auto done = (*file)->sync(); done.has_error()) return done.error();
    }
    if (auto done = files.rename(fresh, root / "volume.json"); done.has_error()) return done.error();
    if (auto done = files.sync_directory(root); done.has_error()) return done.error();
    return Volume{uuid, root};
}

Status make_root(const fs::path& root) {
    std::error_code error;
    fs::create_directories(root, error);
    if (error) return system_error(error.value(), fmt::format("make storage directory {}", root.string()));
    return {};
}

}  // namespace

Result<std::string> read_volume_uuid(FileSystem& files, const fs::path& root) {
    const auto bytes = read_whole(files, root / "volume.json", 4096);
    if (bytes.has_error()) return bytes.error();
    const auto text = as_text(*bytes);
    auto at = text.find("\"uuid\"");
    if (at != std::string_view::npos) at = text.find('"', at + 6);
    if (at == std::string_view::npos || !is_uuid(text.substr(at + 1, kUuidSize)))
        return fail(errc::malformed, fmt::format("{} holds no UUID; restore it, or remove it and run 'vantage reindex'",
                                                 (root / "volume.json").string()));
    return std::string{text.substr(at + 1, kUuidSize)};
}

Result<Volume> open_volume(FileSystem& files, const fs::path& root, const std::optional<std::string>& known,
                           const Clock& clock) {
    auto found = read_volume_uuid(files, root);
    if (found) {
        if (known && *known != *found)
            return fail(errc::unavailable,
                        fmt::format("another disk is mounted at {} (volume {}, expected {}); mount the right one, or run "
                                    "'vantage reindex' to use this one",
                                    root.string(), *found, *known));
        return Volume{*found, root};
    }
    if (found.error().code != errc::not_found) return found.error();
    if (known)
        return fail(errc::unavailable,
                    fmt::format("the disk of {} is missing: there is no volume.json; mount it", root.string()));
    if (holds_footage(root))
        return fail(
            errc::unavailable,
            fmt::format("{} holds footage but no volume.json; run 'vantage reindex' to take it over", root.string()));
    if (auto made = make_root(root); made.has_error()) return made.error();
    return create_volume(files, root, clock);
}

Result<Volume> adopt_volume(FileSystem& files, const fs::path& root, const Clock& clock) {
    auto found = read_volume_uuid(files, root);
    if (found) return Volume{*found, root};
    if (found.error().code != errc::not_found) return found.error();
    if (auto made = make_root(root); made.has_error()) return made.error();
    return create_volume(files, root, clock);
}

Result<VolumeLock> VolumeLock::take(const fs::path& root) {
    const auto path = root / "volume.json";
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error(errno, fmt::format("open {}", path.string()));
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return VolumeLock{fd};
    ::close(fd);
    return fail(errc::unavailable, fmt::format("{} is in use by another Vantage; stop that first", root.string()));
}

VolumeLock::~VolumeLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace vantage::footage
