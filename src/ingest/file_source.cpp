// SPDX-License-Identifier: Apache-2.0
#include "ingest/file_source.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

namespace vantage::ingest {
namespace {

constexpr seconds kReportInterval{5};
constexpr seconds kTooLate{5};  // behind real time (the machine slept): start counting anew

}  // namespace

struct FileSource::Playing {
    std::unique_ptr<Demuxer> demuxer;
    LoopTimeline timeline;
    TrackSet tracks;
    Ticks origin{0};     // on our timeline, of the timeline's 0
    SteadyTime started;  // when `origin` was due
    bool begun{false};
    SteadyTime next_report;
};

std::string path_of_file_url(std::string_view url) {
    if (url.starts_with("file://")) return std::string{url.substr(7)};
    if (url.starts_with("file:")) return std::string{url.substr(5)};
    return std::string{url};
}

FileSource::FileSource(SourceOptions options, std::unique_ptr<Pacer> pacer)
    : BlockingSource("file source"), options_(std::move(options)), pacer_(std::move(pacer)) {}
FileSource::~FileSource() {
    stop();
}

Status FileSource::read(const std::stop_token& stop, SourceSink& sink) {
    const auto path = path_of_file_url(options_.url);
    DemuxerOptions demuxing;
    demuxing.shown = path;
    demuxing.timeout = options_.connect_timeout;
    demuxing.audio = options_.audio;
    Playing playing;
    while (!stop.stop_requested()) {
        // A file that cannot be rewound is opened anew.
        if (!playing.demuxer || !playing.demuxer->rewind()) {
            auto opened = Demuxer::open("file:" + path, demuxing, stop);
            if (!opened) return opened.error();
            playing.demuxer = std::move(*opened);
        }
        playing.timeline.next_pass();
        auto frames = pass(playing, stop, sink);
        if (!frames) return frames.error();
        if (*frames == 0 && !stop.stop_requested())
            return fail(errc::malformed, fmt::format("{} holds no frame that can be played", path));
    }
    return {};
}

Result<std::size_t> FileSource::pass(Playing& playing, const std::stop_token& stop, SourceSink& sink) {
    for (std::size_t frames = 0;;) {
        auto item = playing.demuxer->next();
        if (!item) {
            // A damaged file is played up to the damage.
            if (frames == 0 || item.error().code == errc::cancelled) return item.error();
            log::debug("file", "{}; starting over", item.error().message);
            playing.demuxer.reset();
            return frames;
        }
        if (std::holds_alternative<EndOfInput>(*item)) return frames;
        if (const auto* tracks = std::get_if<TrackSet>(&*item)) {
            if (playing.tracks != *tracks) sink.on_tracks(playing.tracks = *tracks);
            continue;
        }
        if (!hand_on(playing, std::move(std::get<DemuxedFrame>(*item)), stop, sink)) return frames;
        ++frames;
    }
}

bool FileSource::hand_on(Playing& playing, DemuxedFrame frame, const std::stop_token& stop, SourceSink& sink) {
    const auto& clock = pacer_->clock();
    const auto place = playing.timeline.place(frame);
    auto due = playing.started + std::chrono::floor<microseconds>(place.dts);
    if (!playing.begun || clock.steady() - due > kTooLate) {
        playing.started = clock.steady() - std::chrono::floor<microseconds>(place.dts);
        playing.origin = to_media(clock.now()).time_since_epoch() - place.dts;
        playing.begun = true;
        playing.next_report = clock.steady();
        due = clock.steady();
    }
    if (due > clock.steady() && !pacer_->wait_until(due, stop)) return false;
    const auto arrival = pacer_->arrival();
    if (arrival.steady >= playing.next_report) {
        const auto media = playing.origin + std::chrono::floor<Ticks>(arrival.steady - playing.started);
        for (const auto track : {TrackKind::video, TrackKind::audio})
            sink.on_sender_report({track, media, arrival.utc, arrival});
        playing.next_report = arrival.steady + kReportInterval;
    }
    count(frame.data.size());
    sink.on_frame({.track = frame.track,
                   .pts = playing.origin + place.pts,
                   .dts = playing.origin + place.dts,
                   .key = frame.key,
                   .recovery = frame.recovery,
                   .lost_before = frame.damaged,
                   .arrival = arrival,
                   .data = std::move(frame.data)});
    return !stop.stop_requested();
}

}  // namespace vantage::ingest
