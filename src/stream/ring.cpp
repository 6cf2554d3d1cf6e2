// SPDX-License-Identifier: Apache-2.0
#include "stream/ring.hpp"

namespace vantage::stream {

void Ring::append(PartPtr part) {
    Wakes wakes;
    {
        const std::lock_guard hold(mutex_);
        if (closed_) return;
        if (part->starts_fragment) {
            start_before_ = newest_start_;
            newest_start_ = end();
        }
        init_ = part->init;
        end_time_ = part->end();
        ++parts_;
        const auto begin = published_bytes_;
        published_bytes_ += part->data.size();
        entries_.push_back({std::move(part), begin});
        evict();
        wakes = take_waiting();
    }
    call(wakes);
}

void Ring::append(Interruption interruption) {
    Wakes wakes;
    {
        const std::lock_guard hold(mutex_);
        const bool stands = !entries_.empty() && entries_.back().part() == nullptr;
        if (closed_ || stands) return;
        entries_.push_back({std::move(interruption), published_bytes_});
        wakes = take_waiting();
    }
    call(wakes);
}

void Ring::close() {
    Wakes wakes;
    {
        const std::lock_guard hold(mutex_);
        closed_ = true;
        wakes = take_waiting();
    }
    call(wakes);
}

// Over the bound goes what is older than the last whole fragment; over twice the bound goes anything.
void Ring::evict() {
    const auto keep = start_before_ ? *start_before_ : newest_start_.value_or(first_);
    while (entries_.size() > 1) {
        const auto bytes = published_bytes_ - entries_.front().begin;
        if (bytes <= bound_ || (first_ >= keep && bytes <= 2 * bound_)) break;
        evict_front();
    }
    if (start_before_ && *start_before_ < first_) start_before_.reset();
    if (newest_start_ && *newest_start_ < first_) newest_start_.reset();
}

void Ring::evict_front() {
    const auto* part = entries_.front().part();
    for (auto& [id, slot] : slots_) {
        if (slot.cursor != first_) continue;
        ++slot.cursor;
        if (part == nullptr) continue;
        if (!slot.needs_start || slot.lost > 0) lose(slot, *part);
        slot.needs_start = true;
    }
    entries_.pop_front();
    ++first_;
}

void Ring::lose(Slot& slot, const Part& part) {
    if (slot.lost++ == 0) slot.lost_from = part.start;
    ++dropped_parts_;
}

std::size_t Ring::behind(const Slot& slot) const {
    if (slot.cursor >= end()) return 0;
    return static_cast<std::size_t>(published_bytes_ - entries_[static_cast<std::size_t>(slot.cursor - first_)].begin);
}

// Counts what it passes as lost. False when there is no start of a fragment from the cursor on.
bool Ring::pass_to_newest(Slot& slot) {
    if (!newest_start_ || *newest_start_ < slot.cursor) return false;
    for (; slot.cursor < *newest_start_; ++slot.cursor)
        if (const auto* part = entry(slot.cursor).part()) lose(slot, *part);
    slot.needs_start = false;
    return true;
}

Dropped Ring::tell_lost(Slot& slot, MediaTime to) {
    return {std::exchange(slot.lost, 0), to_utc(slot.lost_from), to_utc(to)};
}

Event Ring::next(std::uint64_t id) {
    const std::lock_guard hold(mutex_);
    auto& slot = slots_.at(id);
    const bool too_far = slot.most_bytes_behind > 0 && behind(slot) > slot.most_bytes_behind;
    if (slot.lost > 0 || too_far) {
        const bool found = pass_to_newest(slot);
        if (slot.lost > 0 && (found || closed_))
            return tell_lost(slot, found ? entry(slot.cursor).part()->start : end_time_);
    }
    while (slot.cursor < end() && slot.lost == 0) {
        const auto& here = entry(slot.cursor++);
        if (const auto* interruption = std::get_if<Interruption>(&here.what)) return *interruption;
        const auto& part = std::get<PartPtr>(here.what);
        if (slot.needs_start && !part->starts_fragment) continue;
        slot.needs_start = false;
        return part;
    }
    if (closed_) return Closed{};
    slot.waiting = true;
    return Nothing{};
}

std::size_t Ring::skip_to_newest(std::uint64_t id) {
    const std::lock_guard hold(mutex_);
    auto& slot = slots_.at(id);
    std::size_t passed = slot.lost;
    if (!newest_start_ || *newest_start_ < slot.cursor) return 0;
    for (; slot.cursor < *newest_start_; ++slot.cursor)
        if (entry(slot.cursor).part() != nullptr) ++passed;
    slot.lost = 0;
    slot.needs_start = false;
    return passed;
}

std::size_t Ring::bytes_behind(std::uint64_t id) const {
    const std::lock_guard hold(mutex_);
    return behind(slots_.at(id));
}

std::uint64_t Ring::add(const ReaderOptions& options) {
    std::uint64_t id = 0;
    {
        const std::lock_guard hold(mutex_);
        id = next_id_++;
        Slot slot;
        slot.cursor = end();
        if (options.start == Start::newest_fragment) {
            slot.cursor = newest_start_.value_or(end());
            slot.needs_start = !newest_start_;
        } else if (options.start == Start::oldest) {
            slot.cursor = first_;
            slot.needs_start = true;
        }
        slot.most_bytes_behind = options.most_bytes_behind;
        slot.is_viewer = options.counts_as_viewer;
        slot.wake = std::make_shared<Wake>();
        if (options.on_ready) slot.wake->on_ready = std::make_shared<const std::function<void()>>(options.on_ready);
        slots_.emplace(id, std::move(slot));
    }
    if (options.counts_as_viewer) tell_viewers();
    return id;
}

void Ring::remove(std::uint64_t id) {
    Slot slot;
    {
        const std::lock_guard hold(mutex_);
        auto node = slots_.extract(id);
        slot = std::move(node.mapped());
    }
    std::shared_ptr<const std::function<void()>> gone;  // outlives the lock: it may own what owns a reader
    {
        const std::lock_guard hold(slot.wake->calling);
        gone.swap(slot.wake->on_ready);
    }
    if (slot.is_viewer) tell_viewers();
}

Ring::Wakes Ring::take_waiting() {
    Wakes wakes;
    for (auto& [id, slot] : slots_)
        if (std::exchange(slot.waiting, false)) wakes.push_back(slot.wake);
    return wakes;
}

void Ring::call(const Wakes& wakes) {
    for (const auto& wake : wakes) {
        const std::lock_guard hold(wake->calling);
        const auto on_ready = wake->on_ready;  // lives on when the call destroys its reader
        if (on_ready) (*on_ready)();
    }
}

void Ring::tell_viewers() {
    const std::lock_guard hold(telling_);
    const auto changed = viewers_changed_;
    if (changed) changed(viewers());
}

void Ring::on_viewers_changed(std::function<void(std::size_t)> changed) {
    const std::lock_guard hold(telling_);
    viewers_changed_.swap(changed);
}

std::size_t Ring::viewers() const {
    const std::lock_guard hold(mutex_);
    return static_cast<std::size_t>(
        std::count_if(slots_.begin(), slots_.end(), [](const auto& s) { return s.second.is_viewer; }));
}

InitPtr Ring::init() const {
    const std::lock_guard hold(mutex_);
    return init_;
}

StreamStats Ring::stats() const {
    const std::lock_guard hold(mutex_);
    const auto bytes = entries_.empty() ? 0 : published_bytes_ - entries_.front().begin;
    return {static_cast<std::size_t>(bytes), slots_.size(), parts_, dropped_parts_};
}

}  // namespace vantage::stream
