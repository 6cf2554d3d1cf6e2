// SPDX-License-Identifier: Apache-2.0
#include "live/feed/feed_playback.hpp"

#include "base/log.hpp"
#include "media/mp4.hpp"

#include <fmt/format.h>

namespace vantage::live {
namespace {

constexpr std::size_t kFragmentsAtOnce = 32;
// How far ahead is looked for the next footage: a little first, because every segment in between costs a row. The last one
// is beyond any wall clock that was set back.
constexpr std::array kHorizons{std::chrono::hours(1), std::chrono::hours(24), std::chrono::hours(24 * 40),
                               std::chrono::hours(24 * 3650)};
// Beside the key frame, the rest of the part it is in: as a rule two small frames.
constexpr std::uint64_t kRestOfPart = 32U << 10;

}  // namespace

FeedPlayback::FeedPlayback(std::shared_ptr<const footage::Footage> footage, StreamKey stream, UtcTime at, double speed,
                           FeedTracks tracks)
    : footage_(std::move(footage)),
      stream_(std::move(stream)),
      speed_(speed),
      tracks_(std::move(tracks)),
      expected_(to_media(at)) {}

Status FeedPlayback::refill() {
    for (const auto horizon : kHorizons) {
        auto found = footage_->fragments(stream_, to_utc(expected_), to_utc(expected_) + horizon, kFragmentsAtOnce);
        if (!found) return found.error();
        for (auto& fragment : *found)
            if (!last_ || fragment.start > *last_) ahead_.push_back(std::move(fragment));
        if (!ahead_.empty()) break;
    }
    return {};
}

std::string FeedPlayback::reason_of_gap(UtcTime from, UtcTime to) const {
    const auto coverage = footage_->coverage(stream_, from, to);
    std::string reason = "not recorded";
    auto longest = microseconds(0);
    if (!coverage) return reason;
    for (const auto& gap : coverage->gaps) {
        const auto overlap = std::min(gap.end, to) - std::max(gap.start, from);
        if (overlap <= longest) continue;
        longest = overlap;
        reason = gap.reason;
    }
    return reason;
}

Status FeedPlayback::append_init(const InitPtr& full, std::vector<FeedItem>& items) {
    auto init = tracks_.choose(full);
    if (!init) return init.error();
    if (!sent_ || (sent_ != *init && sent_->data != (*init)->data)) items.emplace_back(*init);
    sent_ = *init;
    return {};
}

// Key frames that follow too closely to be seen at this speed: passed over, their time given to the one shown.
Ticks FeedPlayback::take_close_ones(const footage::Fragment& first) {
    auto end = first.start + first.duration;
    const auto spacing = std::chrono::duration_cast<Ticks>(std::chrono::duration<double>(speed_ / kKeyFramesPerSecond));
    while (!ahead_.empty() && ahead_.front().start < first.start + spacing && ahead_.front().start - end <= kSeam) {
        last_ = ahead_.front().start;
        end = ahead_.front().start + ahead_.front().duration;
        ahead_.pop_front();
    }
    return end - first.start;
}

void FeedPlayback::append_key_frame(const std::vector<PartPtr>& parts, Ticks duration, std::vector<FeedItem>& items) {
    for (const auto& part : parts) {
        if (part->track != TrackKind::video || part->samples.empty()) continue;
        const auto& sample = part->samples.front();
        auto packet = std::make_shared<Packet>();
        packet->dts = part->start;
        packet->composition = sample.composition;
        packet->key = true;
        const auto first = part->data.begin() + sample.offset;
        packet->data.assign(first, first + sample.size);
        const PacketPtr packets[] = {std::move(packet)};
        const Ticks durations[] = {duration};
        auto key_frame = mp4::make_part(sent_, packets, durations, ++sequence_);
        key_frame.starts_fragment = key_frame.independent = true;
        items.emplace_back(std::make_shared<const Part>(std::move(key_frame)));
        return;
    }
}

// For a key frame alone only the beginning of its fragment is read.
Result<std::vector<PartPtr>> FeedPlayback::read(const footage::Fragment& fragment) const {
    auto head = fragment;
    const std::uint64_t enough = fragment.key_bytes + fragment.key_bytes / 2 + kRestOfPart;
    if (speed_ > kEveryFrameUpTo && fragment.key_bytes > 0 && enough < fragment.bytes) {
        head.bytes = enough;
        auto parts = footage_->read(head);
        if (parts && !parts->empty()) return parts;
    }
    return footage_->read(fragment);
}

Status FeedPlayback::append(const footage::Fragment& fragment, Ticks duration, std::vector<FeedItem>& items) {
    const auto parts = read(fragment);
    if (!parts && (parts.error().code == errc::overloaded || parts.error().code == errc::unsupported)) return parts.error();
    if (!parts) {
        // Retention may have taken the file meanwhile; the rest of the footage is still there.
        log::warn("playback", "{} at {}: {}", to_string(stream_), to_rfc3339(to_utc(fragment.start)), parts.error().message);
        items.emplace_back(FeedGapItem{to_utc(fragment.start), to_utc(fragment.start + duration), "cannot be read"});
        return {};
    }
    if (auto told = append_init(parts->empty() ? fragment.segment->init : parts->front()->init, items); !told) return told;
    if (speed_ > kEveryFrameUpTo) {
        append_key_frame(*parts, duration, items);
        return {};
    }
    for (const auto& part : *parts)
        if (tracks_.takes(*part)) items.emplace_back(part);
    return {};
}

Result<std::vector<FeedItem>> FeedPlayback::next(UtcTime until) {
    std::vector<FeedItem> items;
    if (ahead_.empty())
        if (auto filled = refill(); !filled) return filled.error();
    if (ahead_.empty()) {
        items.emplace_back(FeedEndItem{to_utc(expected_)});
        return items;
    }
    // A gap is told before what follows it is granted: else a page whose grant ends inside would wait for ever.
    if (const auto start = ahead_.front().start; start - expected_ > kSeam) {
        const auto from = to_utc(expected_), to = to_utc(start);
        items.emplace_back(FeedGapItem{from, to, reason_of_gap(from, to)});
        expected_ = start;
    }
    if (to_utc(ahead_.front().start) >= until) return items;
    const auto fragment = std::move(ahead_.front());
    ahead_.pop_front();
    last_ = fragment.start;
    const auto duration = speed_ > kEveryFrameUpTo ? take_close_ones(fragment) : fragment.duration;
    expected_ = std::max(expected_, fragment.start + duration);
    if (auto appended = append(fragment, duration, items); !appended) return appended.error();
    return items;
}

}  // namespace vantage::live
