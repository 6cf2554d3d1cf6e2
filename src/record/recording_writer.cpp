// SPDX-License-Identifier: Apache-2.0
#include "record/recording_writer.hpp"

#include "base/log.hpp"
#include "footage/recovery.hpp"
#include "footage/rotation.hpp"

#include <fmt/chrono.h>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;

constexpr int kMostOfAName = 100;
constexpr auto kSmallestGap = 200ms;  // shorter ones are seams
// How long after a turn the old file waits for sound that belongs to it.
constexpr Ticks kLatestSound{seconds{1}};

std::string file_name(const CameraId& camera, UtcTime start, int number) {
    const auto whole = std::chrono::floor<seconds>(start);
    const auto stem =
        fmt::format("{}_{:%Y-%m-%d_%H%M%S}Z", camera.str(), fmt::gmtime(std::chrono::system_clock::to_time_t(whole)));
    return number < 2 ? stem + ".mp4" : fmt::format("{}_{}.mp4", stem, number);
}

bool leads(const Part& part) {
    return part.track == TrackKind::video || !part.init->tracks.video;
}

}  // namespace

RecordingWriter::RecordingWriter(footage::FileSystem& files, std::filesystem::path folder, CameraId camera,
                                 std::unique_ptr<footage::Feed> feed)
    : files_(files), folder_(std::move(folder)), camera_(std::move(camera)), feed_(std::move(feed)) {}

Status RecordingWriter::step() {
    for (const auto& item : take())
        if (auto done = handle(item); done.has_error()) return done;
    return flush();
}

// All that the ring has, which bounds it.
std::vector<footage::FeedItem> RecordingWriter::take() {
    std::vector<footage::FeedItem> out;
    while (!ended_) {
        auto item = feed_->next();
        if (std::holds_alternative<footage::NothingNew>(item)) break;
        if (std::holds_alternative<footage::FeedEnded>(item)) {
            ended_ = true;
        } else if (shown_.empty() && std::holds_alternative<footage::Interrupted>(item)) {
            out.clear();  // the ring still had what the camera sent before it went away
        } else {
            out.push_back(std::move(item));
        }
    }
    return out;
}

Status RecordingWriter::handle(const footage::FeedItem& item) {
    if (const auto* part = std::get_if<PartPtr>(&item)) return handle(*part);
    const auto* interrupted = std::get_if<footage::Interrupted>(&item);
    if (const auto* missed = std::get_if<footage::Missed>(&item))
        log::warn("recording", "{}: the disk is too slow: {} parts are lost", camera_.str(), missed->parts);
    auto done = end_current(false);
    begin_gap(interrupted != nullptr ? interrupted->reason : "disk slow");
    return done;
}

Status RecordingWriter::handle(const PartPtr& part) {
    if (before_.writer && part->track == TrackKind::audio && part->start < current_.writer->start()) {
        before_.writer->add(part);
        return {};
    }
    if (current_.writer) {
        const auto& writer = *current_.writer;
        const bool breaks = footage::breaks_off({writer.init().get(), writer.start(), writer.end(), Ticks{0}}, *part);
        const bool may_turn = part->starts_fragment || !part->init->tracks.video;
        const bool turns = leads(*part) && may_turn && part->start - writer.start() >= kLongestFile;
        if (breaks || turns)
            if (auto done = end_current(!breaks); done.has_error()) return done;
    }
    if (!current_.writer) {
        if (!leads(*part)) return {};  // a file begins with a picture
        if (auto done = open(part); done.has_error()) return done;
    }
    // Sound from before the file's first picture has no place on its timeline.
    if (part->start < current_.writer->start()) return {};
    current_.writer->add(part);
    return {};
}

Status RecordingWriter::open(const PartPtr& part) {
    const auto start = to_utc(part->start);
    end_gap(start);
    for (int number = 1; number < kMostOfAName; ++number) {
        auto name = file_name(camera_, start, number);
        auto made = footage::SegmentWriter::create(files_, folder_ / name, part->init, part->start);
        if (made.has_error() && made.error().code == errc::already_exists) continue;
        if (made.has_error()) return made.error();
        current_ = {std::move(*made), shown_.size()};
        shown_.push_back({std::move(name), start, start, current_.writer->bytes(), false});
        changed_ = true;
        return {};
    }
    return fail(errc::already_exists, fmt::format("no free name for a file at {}", to_rfc3339(start)));
}

Status RecordingWriter::flush() {
    for (auto* open : {&before_, &current_}) {
        if (!open->writer || !open->writer->has_queue()) continue;
        if (auto done = open->writer->flush(); done.has_error()) return done;
        unsynced_ = true;
        note(*open);
    }
    const bool late = current_.writer && current_.writer->end() > current_.writer->start() + kLatestSound;
    return before_.writer && late ? close(before_) : Status{};
}

Status RecordingWriter::end_current(bool late_sound) {
    if (auto done = close(before_); done.has_error()) return done;
    if (!current_.writer) return {};
    const auto& tracks = current_.writer->init()->tracks;
    if (!late_sound || !tracks.audio || !tracks.video) return close(current_);
    before_ = std::move(current_);
    return {};
}

Status RecordingWriter::close(Open& open) {
    if (!open.writer) return {};
    auto done = open.writer->finish();
    if (done) done = open.writer->sync();
    if (done.has_error()) return done;
    note(open);
    shown_[open.index].whole = true;
    open.writer.reset();
    changed_ = true;
    return {};
}

void RecordingWriter::note(const Open& open) {
    shown_[open.index].bytes = open.writer->bytes();
    shown_[open.index].end = to_utc(open.writer->end());
}

Status RecordingWriter::sync() {
    for (auto* open : {&before_, &current_})
        if (open->writer)
            if (auto done = open->writer->sync(); done.has_error()) return done;
    unsynced_ = false;
    return {};
}

Status RecordingWriter::finish() {
    if (auto done = step(); done.has_error()) return done;
    return end_current(false);
}

void RecordingWriter::abandon() {
    rescue(before_);
    rescue(current_);
    std::erase_if(shown_, [](const RecordingFile& file) { return file.end == file.start; });
    changed_ = true;
}

// As after a crash: the disk may have taken a part of what it was given last.
void RecordingWriter::rescue(Open& open) {
    if (!open.writer) return;
    open.writer.reset();
    auto& file = shown_[open.index];
    file.whole = true;
    auto scan = footage::complete_file(files_, folder_ / file.name);
    if (scan.has_error()) {
        log::warn("recording", "{}: {}", (folder_ / file.name).string(), scan.error().message);
        // A disk that takes not even the duration may still be read.
        auto left = files_.open(folder_ / file.name, footage::OpenMode::read);
        if (left) scan = footage::scan_segment(**left, footage::Tail::checked);
    }
    if (scan.has_error()) return;
    file.bytes = scan->whole;
    file.end = to_utc(scan->start + scan->duration);
}

// The first reason holds.
void RecordingWriter::begin_gap(std::string reason) {
    if (shown_.empty() || (!gaps_.empty() && !gaps_.back().end)) return;
    gaps_.push_back({shown_.back().end, std::nullopt, std::move(reason)});
    changed_ = true;
}

void RecordingWriter::end_gap(UtcTime at) {
    const bool open = !gaps_.empty() && !gaps_.back().end;
    if (!open && !shown_.empty() && at - shown_.back().end > kSmallestGap)
        gaps_.push_back({shown_.back().end, std::nullopt, "no footage"});
    if (gaps_.empty() || gaps_.back().end) return;
    if (at <= gaps_.back().start) {
        gaps_.pop_back();
    } else {
        gaps_.back().end = at;
    }
    changed_ = true;
}

}  // namespace vantage::record
