// SPDX-License-Identifier: Apache-2.0
#include "footage/retention.hpp"

#include "base/log.hpp"
#include "footage/thumb_retention.hpp"
#include "footage/volume.hpp"

#include <set>

namespace vantage::footage {
namespace {

constexpr std::size_t kOldest = 64;                // rows read of a stream at a time
constexpr std::chrono::hours kDayFolderRests{48};  // younger folders may get a file at any time
constexpr std::chrono::hours kGapsEvery{1};
constexpr std::chrono::minutes kThumbsEvery{10};
constexpr std::size_t kMostThumbs = 1024;  // packs of a stream at a time
constexpr std::chrono::hours kGapsOutliveFootage{24};

std::vector<std::int64_t> ids_of(std::span<const store::SegmentRow> rows) {
    std::vector<std::int64_t> ids;
    ids.reserve(rows.size());
    for (const auto& row : rows) ids.push_back(row.id);
    return ids;
}

// True when a limit of the policy may ask for segments of this stream. Cheap: most runs read no rows at all.
bool may_apply(const store::UsageRow& stream, std::span<const store::UsageRow> all, const RetentionPolicy& policy,
               UtcTime now, bool by_age) {
    for (const auto& rule : policy.rules) {
        if (!rule.covers(stream.stream)) continue;
        if (rule.age && by_age && stream.oldest && *stream.oldest < now - *rule.age) return true;
        std::uint64_t bytes = 0;
        for (const auto& other : all)
            if (rule.covers(other.stream)) bytes += other.bytes;
        if (rule.bytes && bytes > *rule.bytes) return true;
    }
    return false;
}

}  // namespace

Retention::Retention(std::filesystem::path root, FileSystem& files, store::Catalog& catalog, store::Settings& settings,
                     const Clock& clock, SpaceOf space_of)
    : root_(std::move(root)),
      files_(files),
      catalog_(catalog),
      settings_(settings),
      clock_(clock),
      space_of_(std::move(space_of)),
      clock_watch_(settings, clock) {}

void Retention::set_policy(RetentionPolicy policy) {
    const std::lock_guard hold(mutex_);
    policy_ = std::move(policy);
}

RetentionStatus Retention::status() const {
    const std::lock_guard hold(mutex_);
    return status_;
}

bool Retention::run() {
    auto more = try_run();
    const std::lock_guard hold(mutex_);
    const auto error = more ? std::string{} : more.error().message;
    if (!error.empty() && error != status_.error) log::warn("retention", "{}", error);
    status_.error = error;
    return more && *more;
}

Result<bool> Retention::try_run() {
    auto hold = clock_watch_.look();
    const bool by_age = !hold;
    RetentionPolicy policy;
    {
        const std::lock_guard lock(mutex_);
        policy = policy_;
        status_.clock_hold = std::move(hold);
    }
    const auto volume = read_volume_uuid(files_, root_);
    if (volume.has_error()) {
        if (volume.error().code == errc::not_found) return false;  // the disk is missing, or nothing was recorded yet
        return volume.error();
    }
    if (auto done = finish_removals(*volume); done.has_error()) return done.error();
    forget_gaps(*volume);
    if (by_age) expire_old_thumbs(*volume, policy);
    const auto space = space_of_(root_);
    if (space.has_error()) return space.error();
    const auto protections = settings_.protections();
    if (protections.has_error()) return protections.error();
    auto lasting = *protections;
    std::erase_if(lasting, [](const auto& protection) { return protection.reason == kPassingProtection; });
    if (auto done = release_unprotected(*volume, lasting); done.has_error()) return done.error();
    const auto held = read_held(*volume, policy, *space, by_age);
    if (held.has_error()) return held.error();
    const auto noted = note_protections(*held, lasting);
    if (noted.has_error() || *noted) return noted;

    auto going = plan_retention(*held, policy, *protections, clock_.now(), by_age, *space);
    const bool more = going.size() > kMost;
    if (more) going.erase(going.begin() + kMost, going.end());
    {
        const std::lock_guard lock(mutex_);
        const auto keep = bytes_to_keep_free(policy, *space);
        status_.short_of = going.empty() && space->free < keep ? keep - space->free : 0;
    }
    if (going.empty()) return free_by_thumbs(*volume, policy, *space);
    if (auto marked = catalog_.begin_removal(ids_of(going)); marked.has_error()) return marked.error();
    if (auto done = finish_removals(*volume); done.has_error()) return done.error();
    return true;  // lists were cut to kOldest: there may be more
}

Result<std::vector<Held>> Retention::read_held(const std::string& volume, const RetentionPolicy& policy,
                                               const DiskSpace& space, bool by_age) const {
    auto usage = catalog_.usage();
    if (usage.has_error()) return usage.error();
    std::erase_if(*usage, [&](const auto& row) { return row.volume != volume; });
    const bool full = space.free < bytes_to_keep_free(policy, space);
    std::vector<Held> held;
    for (const auto& row : *usage) {
        held.push_back({.stream = row.stream, .bytes = row.bytes, .oldest = {}});
        if (!full && !may_apply(row, *usage, policy, clock_.now(), by_age)) continue;
        auto oldest = catalog_.oldest(row.stream, volume, kOldest);
        if (oldest.has_error()) return oldest.error();
        held.back().oldest = std::move(*oldest);
    }
    return held;
}

// Settings are the truth about protections; a row's flag keeps it out of the lists of what may go. True when a row was
// noted: then the lists must be read again.
Result<bool> Retention::note_protections(std::span<const Held> held, std::span<const store::ProtectionRow> lasting) {
    std::vector<std::int64_t> ids;
    for (const auto& stream : held)
        for (const auto& row : stream.oldest)
            if (protection_of(row, lasting) != nullptr) ids.push_back(row.id);
    if (ids.empty()) return false;
    if (auto done = catalog_.set_protected(ids, true); done.has_error()) return done.error();
    return true;
}

// Rows whose protection is gone may go again. Looked for when protections have changed, and at start: one may have gone
// while nothing ran.
Status Retention::release_unprotected(const std::string& volume, std::span<const store::ProtectionRow> lasting) {
    if (noted_protections_ && std::ranges::equal(*noted_protections_, lasting)) return {};
    const auto rows = catalog_.protected_segments(volume);
    if (rows.has_error()) return rows.error();
    std::vector<std::int64_t> ids;
    for (const auto& row : *rows)
        if (protection_of(row, lasting) == nullptr) ids.push_back(row.id);
    if (auto done = catalog_.set_protected(ids, false); done.has_error()) return done;
    noted_protections_.emplace(lasting.begin(), lasting.end());
    return {};
}

Status Retention::finish_removals(const std::string& volume) {
    const auto rows = catalog_.removals(volume);
    if (rows.has_error()) return rows.error();
    if (rows->empty()) return {};
    const auto keep = [this] {
        const std::lock_guard lock(mutex_);
        return policy_.keep_thumbs;
    }();
    if (auto done = remove_thumbs_of({root_, volume, files_, catalog_}, *rows, keep, clock_.now()); done.has_error())
        return done;
    if (auto done = delete_files(*rows); done.has_error()) return done;
    if (auto done = catalog_.remove(ids_of(*rows)); done.has_error()) return done;
    tidy_directories(*rows);
    std::uint64_t bytes = 0;
    for (const auto& row : *rows) bytes += row.bytes;
    log::info("retention", "removed {} segments, {:.1f} MB; the oldest began {}", rows->size(),
              static_cast<double>(bytes) / 1e6, to_rfc3339(rows->front().start));
    const std::lock_guard lock(mutex_);
    status_.segments_removed += rows->size();
    status_.bytes_removed += bytes;
    return {};
}

Status Retention::delete_files(std::span<const store::SegmentRow> rows) {
    std::set<std::filesystem::path> folders;
    for (const auto& row : rows) {
        const auto file = root_ / row.path;
        auto gone = files_.remove(file);
        if (gone.has_error() && gone.error().code != errc::not_found) return gone;
        folders.insert(file.parent_path());
    }
    for (const auto& folder : folders) {
        auto synced = files_.sync_directory(folder);
        if (synced.has_error() && synced.error().code != errc::not_found) return synced;
    }
    return {};
}

void Retention::tidy_directories(std::span<const store::SegmentRow> rows) const {
    std::set<std::filesystem::path> folders;
    for (const auto& row : rows)
        if (row.start < clock_.now() - kDayFolderRests) folders.insert((root_ / row.path).parent_path());
    for (const auto& folder : folders) {
        std::error_code not_empty;
        std::filesystem::remove(folder, not_empty);
    }
}

// Those that outlived their video.
void Retention::expire_old_thumbs(const std::string& volume, const RetentionPolicy& policy) {
    const auto now = clock_.steady();
    if (thumbs_expired_ && now < *thumbs_expired_ + kThumbsEvery) return;
    thumbs_expired_ = now;
    const auto usage = catalog_.usage();
    if (usage.has_error()) return;
    const auto removed =
        expire_thumbs({root_, volume, files_, catalog_}, *usage, policy.keep_thumbs, clock_.now(), kMostThumbs);
    if (removed.has_error())
        log::warn("retention", "{}", removed.error().message);
    else if (*removed > 0)
        log::info("retention", "removed {} files of thumbnails that outlived their video", *removed);
}

// No footage may go, and there is still too little room: thumbnails that were to be kept longer make some.
Result<bool> Retention::free_by_thumbs(const std::string& volume, const RetentionPolicy& policy, const DiskSpace& space) {
    if (space.free >= bytes_to_keep_free(policy, space)) return false;
    const auto usage = catalog_.usage();
    if (usage.has_error()) return usage.error();
    const auto removed = expire_thumbs({root_, volume, files_, catalog_}, *usage, microseconds{0}, clock_.now(), kOldest);
    if (removed.has_error()) return removed.error();
    return *removed > 0;
}

// A gap is worth knowing while there is footage around it.
void Retention::forget_gaps(const std::string& volume) {
    const auto now = clock_.steady();
    if (gaps_forgotten_ && now < *gaps_forgotten_ + kGapsEvery) return;
    gaps_forgotten_ = now;
    const auto usage = catalog_.usage();
    if (usage.has_error()) return;
    for (const auto& row : *usage) {
        if (row.volume != volume || !row.oldest) continue;
        auto oldest = *row.oldest;
        for (const auto& other : *usage)
            if (other.stream == row.stream && other.oldest) oldest = std::min(oldest, *other.oldest);
        if (auto done = catalog_.remove_gaps(row.stream, oldest - kGapsOutliveFootage); done.has_error())
            log::warn("retention", "{}", done.error().message);
    }
}

Result<DiskSpace> space_of_disk(const std::filesystem::path& path) {
    std::error_code error;
    const auto space = std::filesystem::space(path, error);
    if (error) return system_error(error.value(), fmt::format("free space of {}", path.string()));
    return DiskSpace{.total = space.capacity, .free = space.available};
}

RetentionThread::RetentionThread(Retention& retention, milliseconds every)
    : retention_(retention), every_(every), thread_([this](const std::stop_token& stop) { loop(stop); }) {}

void RetentionThread::loop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            while (!stop.stop_requested() && retention_.run()) continue;
        } catch (const std::exception& error) {
            log::error("retention", "{}", error.what());
        }
        std::unique_lock hold(mutex_);
        never_.wait_for(hold, stop, every_, [] { return false; });
    }
}

}  // namespace vantage::footage
