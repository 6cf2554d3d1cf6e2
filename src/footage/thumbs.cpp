// SPDX-License-Identifier: Apache-2.0
#include "footage/thumbs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::footage {

void OpenPack::grow(std::span<const ThumbEntry> entries) {
    const std::lock_guard lock(mutex_);
    entries_.insert(entries_.end(), entries.begin(), entries.end());
}

std::vector<ThumbEntry> OpenPack::entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
}

void OpenThumbs::add(const CameraId& camera, const OpenPackPtr& pack) {
    const std::lock_guard lock(mutex_);
    packs_[camera].push_back(pack);
}

void OpenThumbs::remove(const CameraId& camera, const OpenPackPtr& pack) {
    const std::lock_guard lock(mutex_);
    const auto found = packs_.find(camera);
    if (found == packs_.end()) return;
    std::erase(found->second, pack);
    if (found->second.empty()) packs_.erase(found);
}

std::vector<OpenPackPtr> OpenThumbs::of(const CameraId& camera) const {
    const std::lock_guard lock(mutex_);
    const auto found = packs_.find(camera);
    return found == packs_.end() ? std::vector<OpenPackPtr>{} : found->second;
}

// Pictures in [from, to] of these packs, by time; a pack that is in both lists counts once.
Status Thumbs::add_from(std::span<const store::ThumbPackRow> rows, std::span<const OpenPackPtr> open, UtcTime from,
                        UtcTime to, std::vector<Thumb>& out) const {
    const auto add = [&](const std::shared_ptr<const std::string>& path, std::span<const ThumbEntry> entries) {
        for (const auto& entry : entries)
            if (entry.time >= from && entry.time <= to) out.push_back({entry.time, path, entry.offset, entry.size});
    };
    for (const auto& pack : open) add(std::shared_ptr<const std::string>(pack, &pack->path()), pack->entries());
    for (const auto& row : rows) {
        const auto root = volumes_.of(row.volume);
        if (root.has_error()) return root.error();
        const auto path = std::make_shared<const std::string>((std::filesystem::path{*root} / row.path).string());
        if (std::ranges::any_of(open, [&](const auto& pack) { return pack->path() == *path; })) continue;
        const auto bytes = catalog_.thumbs_table(row.id);
        if (bytes.has_error()) continue;  // retention took it just now
        const auto entries = decode_thumbs(*bytes);
        if (entries.has_error()) return entries.error();
        add(path, *entries);
    }
    std::ranges::stable_sort(out, {}, &Thumb::time);
    return {};
}

Result<NearestThumb> Thumbs::nearest(const CameraId& camera, UtcTime t, microseconds within) const {
    const auto open = open_.of(camera);
    const auto rows = catalog_.thumbs_within(camera, t - within, t + within);
    if (rows.has_error()) return rows.error();
    std::vector<Thumb> near;
    if (auto done = add_from(*rows, open, t - within, t + within, near); done.has_error()) return done.error();
    NearestThumb out;
    for (auto& thumb : near)
        if (!out.found || std::chrono::abs(thumb.time - t) < std::chrono::abs(out.found->time - t))
            out.found = std::move(thumb);
    if (out.found) return out;
    const auto around = catalog_.thumbs_around(camera, t);
    if (around.has_error()) return around.error();
    std::vector<Thumb> known;
    if (auto done = add_from(*around, open, UtcTime::min(), UtcTime::max(), known); done.has_error()) return done.error();
    for (const auto& thumb : known) {
        if (thumb.time <= t) out.before = thumb.time;
        if (thumb.time > t && !out.after) out.after = thumb.time;
    }
    return out;
}

Result<std::vector<Thumb>> Thumbs::between(const CameraId& camera, UtcTime after, UtcTime until) const {
    const auto from = after + microseconds{1};
    const auto open = open_.of(camera);
    const auto rows = catalog_.thumbs_within(camera, from, until);
    if (rows.has_error()) return rows.error();
    std::vector<Thumb> out;
    if (auto done = add_from(*rows, open, from, until, out); done.has_error()) return done.error();
    return out;
}

// The header in front is read with it: a picture is only given out when it is the one that was asked for.
Result<Bytes> Thumbs::read_from(File& file, const Thumb& thumb) const {
    Bytes bytes(kThumbHeader + thumb.size);
    const auto got = file.read(thumb.offset - kThumbHeader, bytes);
    if (got.has_error()) return got.error();
    const auto jpeg = ByteView(bytes).subspan(kThumbHeader);
    if (*got != bytes.size() || !std::ranges::equal(ByteView(bytes).first(kThumbHeader), thumb_header(thumb.time, jpeg)))
        return fail(errc::malformed, fmt::format("{}: the picture of {} is damaged", *thumb.path, to_rfc3339(thumb.time)));
    bytes.erase(bytes.begin(), bytes.begin() + kThumbHeader);
    return bytes;
}

Result<Bytes> Thumbs::read(const Thumb& thumb) const {
    auto file = files_.open(*thumb.path, OpenMode::read);
    if (file.has_error()) return file.error();
    return read_from(**file, thumb);
}

std::vector<Bytes> Thumbs::read_all(std::span<const Thumb> thumbs) const {
    std::vector<Bytes> out;
    std::unique_ptr<File> file;
    const std::string* opened = nullptr;
    for (const auto& thumb : thumbs) {
        if (opened == nullptr || *opened != *thumb.path) {
            auto fresh = files_.open(*thumb.path, OpenMode::read);
            file = fresh ? std::move(*fresh) : nullptr;
            opened = thumb.path.get();
        }
        auto jpeg = file ? read_from(*file, thumb) : Result<Bytes>{Bytes{}};
        out.push_back(jpeg ? std::move(*jpeg) : Bytes{});
    }
    return out;
}

}  // namespace vantage::footage
