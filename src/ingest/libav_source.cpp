// SPDX-License-Identifier: Apache-2.0
#include "ingest/libav_source.hpp"

#include "media/demuxer.hpp"

namespace vantage::ingest {
namespace {

constexpr seconds kSilence{10};

}  // namespace

LibavInput libav_input(const SourceOptions& options) {
    constexpr std::string_view kPrefix = "ffmpeg:";
    LibavInput input{options.url, {}};
    if (input.url.starts_with(kPrefix)) input.url.erase(0, kPrefix.size());
    const auto scheme = input.url.substr(0, input.url.find(':'));
    // Enough for the parameters of every camera seen, without the seconds that the default takes.
    input.options = {{"probesize", "1000000"}, {"analyzeduration", "2000000"}};
    if (scheme == "rtsp" || scheme == "rtsps") {
        input.options["rtsp_transport"] = options.transport == Transport::udp ? "udp" : "tcp";
    } else if (scheme == "http" || scheme == "https") {
        input.options["user_agent"] = "Vantage";
        input.options["live_start_index"] = "-1";  // HLS: the newest segment
    } else if (scheme == "udp") {
        input.options["overrun_nonfatal"] = "1";
        input.options["fifo_size"] = "50000";  // packets of 188 bytes
    }
    return input;
}

Status LibavSource::read(const std::stop_token& stop, SourceSink& sink) {
    auto input = libav_input(options_);
    DemuxerOptions demuxing;
    demuxing.options = std::move(input.options);
    demuxing.audio = options_.audio;
    demuxing.timeout = std::max(options_.connect_timeout, kSilence);
    auto demuxer = Demuxer::open(input.url, std::move(demuxing), stop);
    if (!demuxer) return demuxer.error();
    const bool counted = (*demuxer)->times_are_counted();
    while (!stop.stop_requested()) {
        auto item = (*demuxer)->next();
        if (!item) return item.error();
        if (std::holds_alternative<EndOfInput>(*item)) return fail(errc::unavailable, "the camera ended the stream");
        if (const auto* tracks = std::get_if<TrackSet>(&*item)) {
            sink.on_tracks(*tracks);
            continue;
        }
        auto& demuxed = std::get<DemuxedFrame>(*item);
        count(demuxed.data.size());
        Frame frame{demuxed.track, demuxed.pts, demuxed.dts, demuxed.key, demuxed.recovery, demuxed.damaged, {}, {}};
        if (counted) frame.pts = frame.dts = std::nullopt;
        frame.arrival = {clock_.steady(), clock_.now()};
        frame.data = std::move(demuxed.data);
        sink.on_frame(std::move(frame));
    }
    return {};
}

}  // namespace vantage::ingest
