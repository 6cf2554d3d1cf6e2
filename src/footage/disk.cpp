// SPDX-License-Identifier: Apache-2.0
#include "footage/disk.hpp"

#include "base/log.hpp"
#include "footage/recovery.hpp"
#include "footage/reindex.hpp"

#include <sys/statvfs.h>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

constexpr auto kSlow = 5s;       // a step or a sync longer than this: the disk is slow
constexpr auto kLookAgain = 2s;  // for a volume that is missing
constexpr auto kStopWithin = 5s;

const char* state_of(const Error& error) {
    if (error.code == errc::disk_full) return "full";
    if (error.code == errc::unavailable) return "missing";
    return "failing";
}

std::optional<std::string> known_uuid(const store::Catalog& catalog, const std::filesystem::path& root) {
    const auto volumes = catalog.volumes();
    if (volumes)
        for (const auto& volume : *volumes)
            if (volume.path == root.string()) return volume.id;
    return {};
}

}  // namespace

Disk::Disk(std::filesystem::path root, FileSystem& files, store::Catalog& catalog, OpenSegments& open_segments,
           const Clock& clock)
    : root_(std::move(root)),
      files_(files),
      clock_(clock),
      storage_{Volume{{}, root_}, files, catalog, open_segments, clock},
      writer_(storage_),
      stepped_(clock.steady()) {
    status_.path = root_.string();
    status_.state = "good";
    syncing_ = std::jthread([this](const std::stop_token& stop) { sync_loop(stop); });
    writing_ = std::jthread([this](const std::stop_token& stop) { write_loop(stop); });
}

Disk::~Disk() {
    stop();
}

void Disk::order(Order order) {
    {
        const std::lock_guard lock(mutex_);
        orders_.push_back(std::move(order));
    }
    wake_.notify_all();
}

void Disk::record(const StreamKey& stream, std::unique_ptr<Feed> feed, seconds flush) {
    // std::function must be copyable; the feed is handed on through a shared box.
    auto box = std::make_shared<std::unique_ptr<Feed>>(std::move(feed));
    order([this, stream, box, flush](DiskWriter& writer) {
        auto recording = std::make_unique<Recording>(storage_, stream, std::move(*box), flush);
        {
            const std::lock_guard lock(mutex_);
            recordings_[stream] = recording->status();
        }
        writer.add(std::move(recording));
    });
}

void Disk::release(const StreamKey& stream, std::optional<std::string> reason) {
    order([this, stream, reason = std::move(reason)](DiskWriter& writer) {
        writer.remove(stream, reason);
        const std::lock_guard lock(mutex_);
        recordings_.erase(stream);
    });
}

void Disk::set_flush(const StreamKey& stream, seconds flush) {
    order([stream, flush](DiskWriter& writer) { writer.set_flush(stream, flush); });
}

void Disk::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        stopped_ = true;
    }
    writing_.request_stop();
    wake_.notify_all();
    writing_.join();
    if (indexing_.joinable()) {
        indexing_.request_stop();
        indexing_.join();
    }
    syncing_.request_stop();
    wake_.notify_all();
    syncing_.join();
}

std::shared_ptr<RecordingStatus> Disk::recording(const StreamKey& stream) const {
    const std::lock_guard lock(mutex_);
    const auto found = recordings_.find(stream);
    return found == recordings_.end() ? nullptr : found->second;
}

DiskStatus Disk::status() const {
    const auto now = clock_.steady();
    DiskStatus out;
    {
        const std::lock_guard lock(mutex_);
        out = status_;
        const bool slow = now - stepped_ > kSlow || (sync_began_ != SteadyTime{} && now - sync_began_ > kSlow);
        if (slow && out.state == "good") out.state = "slow";
    }
    // Not when the disk hangs: statvfs would too.
    struct statvfs space{};
    if (out.state != "slow" && ::statvfs(root_.c_str(), &space) == 0) {
        out.total = std::uint64_t{space.f_blocks} * space.f_frsize;
        out.free = std::uint64_t{space.f_bavail} * space.f_frsize;
    }
    return out;
}

// The volume, and what a crash left on it. False: missing, look again later.
bool Disk::open() {
    auto volume = open_volume(files_, root_, known_uuid(storage_.catalog, root_), clock_);
    if (volume.has_error()) {
        note(volume.error());
        return false;
    }
    auto lock = VolumeLock::take(root_);
    if (lock.has_error()) {
        note(lock.error());
        return false;
    }
    lock_.emplace(std::move(*lock));
    storage_.volume = *volume;
    if (auto known = storage_.catalog.put_volume(volume->uuid, root_.string()); known.has_error())
        log::error("disk " + root_.string(), "the catalogue does not take the volume: {}", known.error().message);
    recover_storage(storage_);
    index_if_new();
    note({});
    return true;
}

// A catalogue that does not know this volume's footage (new, or replaced because it was damaged) is filled in the
// background.
void Disk::index_if_new() {
    const auto volumes = storage_.catalog.volumes();
    if (volumes.has_error()) return;
    const auto known = std::ranges::find(*volumes, storage_.volume.uuid, &store::VolumeRow::id);
    if (known == volumes->end() || known->indexed) return;
    // Before anything is recorded: what is recorded from here on keeps its rows.
    if (storage_.catalog.begin_reindex(storage_.volume.uuid).has_error()) return;
    // Recordings begin with the newest key frame in the ring, which may be a little older than now.
    const auto since = clock_.now() - 60s;
    indexing_ = std::jthread([this, since](const std::stop_token& stop) {
        const auto report = reindex(storage_, {1, since, stop}, {});
        if (report.has_error()) {
            log::warn("disk " + root_.string(), "footage is not indexed: {}", report.error().message);
        } else if (report->indexed + report->foreign.size() > 0) {
            log::info("disk " + root_.string(), "indexed {} segments; {} foreign files left alone", report->indexed,
                      report->foreign.size());
        }
    });
}

void Disk::write_loop(const std::stop_token& stop) {
    auto look_again = clock_.steady();
    while (!stop.stop_requested()) {
        if (!opened_ && clock_.steady() >= look_again) {
            opened_ = open();
            look_again = clock_.steady() + kLookAgain;
        }
        obey();
        const auto done = writer_.step();
        take_synced();
        hand_over_sync();
        const bool failing = done.has_error();
        if (failing || opened_) note(done);
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, kWake, [this] { return !orders_.empty(); });
    }
    wind_up();
}

void Disk::obey() {
    std::vector<Order> orders;
    {
        const std::lock_guard lock(mutex_);
        orders.swap(orders_);
    }
    for (const auto& given : orders) given(writer_);
}

void Disk::note(const Status& result) {
    const std::lock_guard lock(mutex_);
    stepped_ = clock_.steady();
    status_.bytes_written = writer_.bytes_written();
    if (result.has_error()) {
        if (status_.detail != result.error().message) log::error("disk " + root_.string(), "{}", result.error().message);
        status_.state = state_of(result.error());
        status_.detail = result.error().message;
    } else if (!writer_.failing()) {
        status_.state = "good";
        status_.detail.clear();
    }
}

void Disk::hand_over_sync() {
    if (!writer_.sync_due()) return;
    writer_.sync_begins();
    {
        const std::lock_guard lock(mutex_);
        sync_wanted_ = true;
        sync_began_ = clock_.steady();
    }
    wake_.notify_all();
}

void Disk::take_synced() {
    std::optional<Status> result;
    {
        const std::lock_guard lock(mutex_);
        result.swap(sync_result_);
        if (result) {
            status_.last_sync = clock_.steady() - sync_began_;
            sync_began_ = {};
            ++status_.syncs;
        }
    }
    if (!result) return;
    writer_.synced(*result);
    if (result->has_error()) note(*result);
}

void Disk::sync_loop(const std::stop_token& stop) {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return sync_wanted_; })) return;
            sync_wanted_ = false;
        }
        const auto result = files_.sync_disk(root_);
        const std::lock_guard lock(mutex_);
        sync_result_ = result;
    }
}

// The last segments: written, synced, rows closed.
void Disk::wind_up() {
    obey();
    writer_.remove_all();
    const auto until = clock_.steady() + kStopWithin;
    while (!writer_.settled() && clock_.steady() < until) {
        take_synced();
        hand_over_sync();
        if (writer_.settled()) return;
        std::this_thread::sleep_for(5ms);
        if (!writer_.sync_due()) (void)writer_.step();
    }
    if (!writer_.settled())
        log::error("disk " + root_.string(), "stopped before all was written; the next start recovers it");
}

}  // namespace vantage::footage
