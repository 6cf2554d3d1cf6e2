// SPDX-License-Identifier: Apache-2.0
#include "live/segments/list_numbers.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

// Seconds since 1970 where the period begins: tomorrow's numbers are higher, as no second has two entries.
std::uint64_t base_of(const Period& period) {
    return static_cast<std::uint64_t>(std::chrono::floor<seconds>(period.from.time_since_epoch()).count());
}

MediaTime begin_of(const ArchiveFilePtr& file) {
    return file->runs.front().start;
}

// Entries and discontinuities from the front to before the first entry of `file`, its own discontinuity included.
std::pair<std::uint64_t, std::uint64_t> before(const ArchiveList& list, std::size_t file) {
    std::uint64_t entries = 0, breaks = 0;
    for (std::size_t i = 0; i <= file; ++i) {
        if (list.breaks[i]) ++breaks;
        if (i < file) entries += list.files[i]->runs.size();
    }
    return {entries, breaks};
}

}  // namespace

ListNumbers::Known& ListNumbers::known(const Key& key, const Period& period) {
    auto found = known_.find(key);
    if (found == known_.end()) {
        if (known_.size() >= kMost)
            known_.erase(std::ranges::min_element(known_, {}, [](const auto& one) { return one.second.used; }));
        found = known_.emplace(key, Known{}).first;
        if (kept_ != nullptr && !period.is_range)
            if (auto row = kept_->playlist(key.stream, key.from)) {
                // "today" goes on where it was: each discontinuity that a player can know of yesterday is in its row.
                found->second.first_discontinuity = row->discontinuity + 1;
                if (row->from == key.from) found->second.row = std::move(*row);
            }
    }
    found->second.used = ++uses_;
    return found->second;
}

std::optional<Ticks> ListNumbers::target(const StreamKey& stream, const Period& period) {
    const std::lock_guard hold(mutex_);
    const auto& row = known({stream, period.from, period.to}, period).row;
    return row ? std::optional(row->target) : std::nullopt;
}

void ListNumbers::count(const store::PlaylistRow& row, ArchiveList& list) {
    if (begin_of(list.files.front()) > row.anchor) {
        // All that was listed is gone. Entries last a second and more, so this is more than there were.
        const auto passed = std::chrono::ceil<seconds>(begin_of(list.files.front()) - row.anchor).count();
        list.first_number = row.number + static_cast<std::uint64_t>(passed);
        list.first_discontinuity = row.discontinuity + 1;
        list.breaks.front() = false;
        return;
    }
    std::size_t anchor = 0;
    while (anchor < list.files.size() && begin_of(list.files[anchor]) < row.anchor) ++anchor;
    const auto [entries, breaks] = before(list, std::min(anchor, list.files.size() - 1));
    list.first_number = row.number - entries;
    list.first_discontinuity = row.discontinuity - std::min(row.discontinuity, breaks);  // more may have come back in front
}

void ListNumbers::settle(const StreamKey& stream, ArchiveList& list) {
    const auto base = list.first_number = base_of(list.period);
    if (list.ended && list.period.is_range) return;  // loaded once
    std::optional<store::PlaylistRow> changed;
    {
        const std::lock_guard hold(mutex_);
        auto& known = this->known({stream, list.period.from, list.period.to}, list.period);
        const auto front = begin_of(list.files.front());
        list.first_discontinuity = known.first_discontinuity;
        if (known.row) {
            const auto listed = known.breaks.find(front);
            list.breaks.front() =
                known.row->front == front ? known.row->front_breaks : listed != known.breaks.end() && listed->second;
            count(*known.row, list);
        }
        list.lost_front = list.first_number > base;
        const auto last = list.files.size() - 1;
        const auto [entries, breaks] = before(list, last);
        const store::PlaylistRow row{stream,
                                     list.period.from,
                                     begin_of(list.files[last]),
                                     list.first_number + entries,
                                     list.first_discontinuity + breaks,
                                     front,
                                     list.breaks.front(),
                                     list.target};
        if (known.row != row) {
            known.breaks.clear();
            for (std::size_t i = 0; i < list.files.size(); ++i)
                known.breaks.emplace(begin_of(list.files[i]), list.breaks[i]);
            known.row = changed = row;
        }
    }
    if (!changed || kept_ == nullptr || list.period.is_range || list.ended) return;
    if (auto put = kept_->put_playlist(*changed); !put)
        log::warn("hls", "the numbers of {}'s playlist may change at the next start: {}", to_string(stream),
                  put.error().message);
}

}  // namespace vantage::live
