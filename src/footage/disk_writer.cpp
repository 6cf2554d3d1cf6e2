// SPDX-License-Identifier: Apache-2.0
#include "footage/disk_writer.hpp"

#include "base/log.hpp"

namespace vantage::footage {

void DiskWriter::add(std::unique_ptr<Recording> recording) {
    remove(recording->stream(), {});
    recordings_.push_back(std::move(recording));
}

void DiskWriter::remove(const StreamKey& stream, const std::optional<std::string>& reason) {
    for (auto& recording : recordings_) {
        if (recording->stream() != stream) continue;
        recording->stop(reason);
        leaving_.push_back(std::move(recording));
        dirty_ = true;
    }
    std::erase(recordings_, nullptr);
}

void DiskWriter::set_flush(const StreamKey& stream, seconds flush) {
    for (auto& recording : recordings_)
        if (recording->stream() == stream) recording->set_flush(flush);
}

void DiskWriter::remove_all() {
    for (auto& recording : recordings_) {
        recording->stop({});
        leaving_.push_back(std::move(recording));
        dirty_ = true;
    }
    recordings_.clear();
}

Status DiskWriter::step() {
    Status worst;
    for (auto& recording : recordings_) {
        const auto before = recording->status()->bytes.load(std::memory_order_relaxed);
        if (auto done = recording->step(); done.has_error()) worst = done;
        const auto written = recording->status()->bytes.load(std::memory_order_relaxed) - before;
        bytes_ += written;
        dirty_ = dirty_ || written > 0 || recording->has_finished();
        if (recording->ended()) {
            recording->stop({});
            leaving_.push_back(std::move(recording));
            dirty_ = true;
        }
    }
    std::erase(recordings_, nullptr);
    for (auto& recording : leaving_) recording->finish_up();
    std::erase_if(leaving_, [](const auto& recording) { return recording->settled(); });
    return worst;
}

bool DiskWriter::failing() const {
    return std::ranges::any_of(recordings_, [](const auto& recording) { return recording->status()->failing.load(); });
}

bool DiskWriter::sync_due() const {
    if (!dirty_ || syncing_) return false;
    auto flush = seconds{recordings_.empty() ? 0 : 3600};
    for (const auto& recording : recordings_) flush = std::min(flush, recording->flush_every());
    return storage_.clock.steady() + kWake > last_sync_ + flush;
}

void DiskWriter::sync_begins() {
    syncing_ = true;
    dirty_ = false;
    last_sync_ = storage_.clock.steady();
    for (auto* list : {&recordings_, &leaving_})
        for (auto& recording : *list) recording->sync_begins();
}

void DiskWriter::synced(const Status& result) {
    syncing_ = false;
    if (result.has_error()) {
        log::error("disk " + storage_.volume.root.string(), "{}; what was written in the last second may be lost",
                   result.error().message);
        dirty_ = true;
        for (auto& recording : recordings_) recording->break_off();
        return;
    }
    for (auto* list : {&recordings_, &leaving_})
        for (auto& recording : *list) dirty_ = !recording->synced() || dirty_;
    std::erase_if(leaving_, [](const auto& recording) { return recording->settled(); });
}

}  // namespace vantage::footage
