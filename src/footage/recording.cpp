// SPDX-License-Identifier: Apache-2.0
#include "footage/recording.hpp"

#include "base/log.hpp"

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

constexpr auto kRetry = 1s;
constexpr auto kFailingIsAGap = 2s;  // a disk that takes everything back within this made no gap
constexpr auto kConnectGrace = 30s;  // from start to "camera lost" for a camera that was never there
constexpr int kMostFailures = 3;     // of one file, when the disk is not full: then another file is tried
constexpr int kMostEndingFailures = 10;
// How long after a turn the old segment waits for sound that belongs to it.
constexpr Ticks kLatestSound{seconds{1}};

// The newest end of a row of this stream, looked for in ever wider windows so that a usual start reads few rows.
std::optional<UtcTime> last_row_end(const Storage& storage, const StreamKey& stream, UtcTime now) {
    for (const auto window : {1h, 24h, 24h * 32, 24h * 36500}) {
        const auto rows = storage.catalog.overlapping(stream, now - window, now + 24h);
        if (rows.has_error()) return {};
        std::optional<UtcTime> end;
        for (const auto& row : *rows)
            if (!end || row.end > *end) end = row.end;
        if (!end) continue;
        const auto gaps = storage.catalog.gaps(stream, *end, now + 24h);
        if (gaps)
            for (const auto& gap : *gaps)
                if (gap.end && *gap.end > *end) end = gap.end;
        return end;
    }
    return {};
}

}  // namespace

std::string gap_reason(const Error& error) {
    if (error.code == errc::disk_full) return "disk full";
    if (error.code == errc::unavailable) return "disk missing";
    return "disk error";
}

Recording::Recording(const Storage& storage, StreamKey stream, std::unique_ptr<Feed> feed, seconds flush)
    : storage_(storage),
      stream_(std::move(stream)),
      feed_(std::move(feed)),
      turn_offset_(turn_offset(stream_)),
      status_(std::make_shared<RecordingStatus>()),
      flush_(flush),
      started_(storage.clock.now()),
      gaps_(storage.catalog, stream_, started_) {
    status_->caught_up = storage.clock.steady();
    begin();
}

// The time since the last footage has a reason too: a gap that was open when the program ended goes on, otherwise nobody
// ran.
void Recording::begin() {
    const auto open = storage_.catalog.open_gaps();
    if (open)
        for (const auto& row : *open)
            if (row.stream == stream_) {
                if (gaps_.is_open()) gaps_.close(row.start);
                gaps_.adopt(row);
            }
    if (gaps_.is_open()) return;
    const auto end = last_row_end(storage_, stream_, started_);
    if (end && *end < started_ - 200ms) gaps_.open("not running", *end);
}

Status Recording::step() {
    const auto now = storage_.clock.steady();
    if (failure_ && now < failure_->retry_at) {
        if (!gaps_.is_open() && now - failure_->since >= kFailingIsAGap) gaps_.open(failure_->reason, footage_end());
        return {};
    }
    // A failing disk gets nothing more to take: what comes stays in the feed, which is bounded.
    auto done = failure_ ? flush_all() : Status{};
    if (done) done = drain();
    if (done) done = flush_all();
    if (done.has_error()) {
        note_failure(done.error());
        gaps_.retry();
    } else {
        note_success();
    }
    watch_connect();
    const auto& gap = gaps_.current();
    const auto open =
        gap ? std::max(microseconds{0}, storage_.clock.now() - std::max(gap->start, started_)) : microseconds{0};
    status_->gap_us = (gaps_.total() + open).count();
    return done;
}

Status Recording::drain() {
    if (held_) {
        if (auto done = handle(held_); done.has_error()) return done;
        held_.reset();
    }
    while (!ended_) {
        const auto item = feed_->next();
        if (std::holds_alternative<NothingNew>(item)) break;
        if (const auto* part = std::get_if<PartPtr>(&item)) {
            if (auto done = handle(*part); done.has_error()) {
                held_ = *part;
                return done;
            }
        } else if (const auto* interrupted = std::get_if<Interrupted>(&item)) {
            end_current();
            const bool from_footage = accepted_end_ && !gaps_.is_open();
            gaps_.replace(interrupted->reason, from_footage ? footage_end() : std::max(started_, interrupted->at));
            connected_ = true;
        } else if (const auto* missed = std::get_if<Missed>(&item)) {
            log::warn(to_string(stream_), "the disk is too slow: {} parts are lost", missed->parts);
            end_current();
            gaps_.open(failure_ ? failure_->reason : "disk slow", footage_end());
        } else {
            ended_ = true;
        }
    }
    return {};
}

Status Recording::handle(const PartPtr& part) {
    // The last sound of a segment comes after the first picture of the next.
    if (part->track == TrackKind::audio && current_ && part->start < current_->start() && !ending_.empty() &&
        ending_.back().awaits_sound) {
        ending_.back().segment->add(part);
        return {};
    }
    auto turn = Turn::break_off;
    if (current_) {
        const auto& writer = current_->writer();
        turn = decide_turn({writer.init().get(), writer.start(), writer.end(), writer.table().last_fragment()}, *part,
                           turn_offset_);
    }
    if (turn != Turn::stay) {
        // A segment begins with a picture; sound alone only ends the old one.
        const bool leads = part->track == TrackKind::video || !part->init->tracks.video;
        if (!leads) {
            end_current();
            return {};
        }
        if (auto done = open_segment(part, turn == Turn::turn_over); done.has_error()) return done;
    }
    // Sound from before the segment's first picture has no place on its timeline.
    if (part->start < current_->start()) return {};
    if (gaps_.is_open()) gaps_.close(to_utc(part->start));
    connected_ = true;
    current_->add(part);
    accepted_end_ = current_->writer().end();
    return {};
}

Status Recording::open_segment(const PartPtr& part, bool continues) {
    auto made = GrowingSegment::create(storage_, stream_, part, feed_->timing());
    if (made.has_error()) return made.error();
    end_current();
    if (continues) ending_.back().awaits_sound = part->init->tracks.audio && part->init->tracks.video;
    current_ = std::move(*made);
    return {};
}

void Recording::end_current() {
    for (auto& ending : ending_) ending.awaits_sound = false;
    if (current_) ending_.push_back({std::move(current_), false, 0});
}

// One gathering write for the running segment; the ending ones get their last bytes and their duration.
Status Recording::flush_all() {
    Status worst;
    for (auto& ending : ending_) {
        if (current_ && current_->writer().end() > current_->start() + kLatestSound) ending.awaits_sound = false;
        const auto done = ending.awaits_sound ? write(*ending.segment, &GrowingSegment::flush)
                                              : write(*ending.segment, &GrowingSegment::finish);
        if (done.has_error()) {
            // One bad file must not hold up the others for ever.
            if (++ending.failures <= kMostFailures) worst = done;
        } else if (!ending.awaits_sound) {
            finished_.push_back(std::move(ending.segment));
        }
    }
    std::erase_if(ending_, [](const Ending& ending) { return !ending.segment; });
    if (current_)
        if (const auto done = write(*current_, &GrowingSegment::flush); done.has_error()) worst = done;
    return worst;
}

Status Recording::write(GrowingSegment& segment, Status (GrowingSegment::*how)()) {
    const auto before = segment.bytes();
    const auto done = (segment.*how)();
    status_->bytes += segment.bytes() - before;
    return done;
}

void Recording::note_failure(const Error& error) {
    const auto now = storage_.clock.steady();
    for (auto& ending : ending_) ending.failures = std::min(ending.failures, kMostFailures);
    const auto reason = gap_reason(error);
    if (!failure_ || failure_->reason != reason) {
        log::error(to_string(stream_), "{}; trying again every second", error.message);
        failure_ = Failure{reason, failure_ ? failure_->since : now, now, 0};
    }
    failure_->retry_at = now + kRetry;
    status_->failing = true;
    // A file that the disk refuses for long may be at fault itself, or lie on a disk that was taken out and put back.
    if (++failure_->count % kMostFailures == 0 && error.code != errc::disk_full) end_current();
    if (!gaps_.is_open() && now - failure_->since >= kFailingIsAGap) gaps_.open(reason, footage_end());
}

void Recording::note_success() {
    if (failure_) log::info(to_string(stream_), "the disk takes footage again");
    failure_.reset();
    // What an otherwise good disk still refuses is left to recovery.
    std::erase_if(ending_, [&](const Ending& ending) {
        if (ending.failures < kMostEndingFailures) return false;
        log::error(to_string(stream_), "{}: given up; the next start recovers it", ending.segment->writer().path());
        return true;
    });
    status_->failing = false;
    status_->caught_up = storage_.clock.steady();
    gaps_.retry();
}

void Recording::watch_connect() {
    if (connected_ || storage_.clock.now() - started_ < kConnectGrace) return;
    gaps_.replace("camera lost", started_);
    connected_ = true;
}

UtcTime Recording::footage_end() const {
    return accepted_end_ ? to_utc(*accepted_end_) : started_;
}

void Recording::break_off() {
    end_current();
}

void Recording::stop(const std::optional<std::string>& reason) {
    if (!failure_) (void)drain();
    end_current();
    ended_ = true;
    (void)flush_all();
    if (reason) {
        gaps_.replace(*reason, accepted_end_ ? footage_end() : storage_.clock.now());
        gaps_.retry();
    } else {
        gaps_.close(storage_.clock.now());
    }
}

void Recording::sync_begins() {
    for (auto& segment : finished_) in_sync_.push_back(std::move(segment));
    finished_.clear();
}

bool Recording::synced() {
    std::erase_if(in_sync_, [](const auto& segment) { return segment->close_row(); });
    return in_sync_.empty();
}

}  // namespace vantage::footage
