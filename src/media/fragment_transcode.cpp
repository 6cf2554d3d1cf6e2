// SPDX-License-Identifier: Apache-2.0
#include "media/fragment_transcode.hpp"

#include "media/mp4.hpp"

namespace vantage {
namespace {

constexpr Ticks kUsualFrame{3600};

struct Coded {
    MediaTime pts;
    bool key;
    ByteView data;
};

struct Video {
    std::vector<Coded> pictures;  // in decoding order
    MediaTime first, end;         // shown
    bool discontinuity{false};
};

Video video_of(std::span<const PartPtr> parts) {
    Video out;
    MediaTime end;
    for (const auto& part : parts) {
        if (part->track != TrackKind::video) continue;
        auto dts = part->start;
        for (const auto& sample : part->samples) {
            out.pictures.push_back(
                {dts + sample.composition, sample.key, ByteView(part->data).subspan(sample.offset, sample.size)});
            dts += sample.duration;
        }
        if (part->discontinuity && out.pictures.size() == part->samples.size()) out.discontinuity = true;
        end = part->end();
    }
    if (out.pictures.empty()) return out;
    out.first = out.pictures.front().pts;
    const auto start = std::ranges::find(parts, TrackKind::video, &Part::track);
    out.end = end + (out.first - (*start)->start);
    return out;
}

double rate_of(const Video& video) {
    const auto span = std::chrono::duration<double>(video.end - video.first).count();
    return span > 0 ? std::clamp(static_cast<double>(video.pictures.size()) / span, 1.0, 120.0) : 25;
}

std::vector<Ticks> durations_of(const std::vector<PacketPtr>& packets, MediaTime end) {
    std::vector<Ticks> out;
    for (std::size_t i = 1; i < packets.size(); ++i) out.push_back(packets[i]->dts - packets[i - 1]->dts);
    const auto last = end - packets.back()->dts;
    out.push_back(last > Ticks{0} ? last : kUsualFrame);
    return out;
}

struct Encoded {
    std::optional<Track> track;
    std::vector<PacketPtr> packets;
};

Result<Encoded> encode(const Video& video, const Track& in, const VideoTranscoderOptions& options) {
    Encoded out;
    auto transcoder = VideoTranscoder::make(in, options,
                                            {.on_track = [&](const Track& track) { out.track = track; },
                                             .on_frame =
                                                 [&](MediaTime pts, bool key, Bytes data) {
                                                     auto packet = std::make_shared<Packet>();
                                                     packet->dts = pts;
                                                     packet->key = key;
                                                     packet->data = std::move(data);
                                                     out.packets.push_back(std::move(packet));
                                                 }});
    if (!transcoder) return transcoder.error();
    Status last;
    for (const auto& picture : video.pictures)
        if (picture.pts >= video.first)
            if (auto pushed = (*transcoder)->push(picture.pts, picture.data, picture.key); !pushed) last = pushed;
    if (auto finished = (*transcoder)->finish(); !finished) last = finished;
    if (out.packets.empty())
        return last ? fail(errc::malformed, "the fragment holds no picture that can be shown") : last.error();
    return out;
}

PartPtr under(const PartPtr& part, const InitPtr& init) {
    auto copy = std::make_shared<Part>(*part);
    copy->init = init;
    return copy;
}

}  // namespace

Result<std::vector<PartPtr>> transcode_fragment(std::span<const PartPtr> parts, const InitPtr& init,
                                                VideoTranscoderOptions options) {
    std::vector<PartPtr> out;
    auto with = init;
    const auto video = video_of(parts);
    if (!video.pictures.empty()) {
        const auto start = std::ranges::find(parts, TrackKind::video, &Part::track);
        const auto& tracks = (*start)->init->tracks;
        if (!tracks.video) return fail(errc::malformed, "the fragment's init has no video track");
        options.fps = rate_of(video);
        const auto encoded = encode(video, *tracks.video, options);
        if (!encoded) return encoded.error();
        if (const TrackSet made{encoded->track, tracks.audio}; made != init->tracks) {
            auto own = mp4::make_init(made);
            if (!own) return own.error();
            with = std::move(*own);
        }
        const auto sequence = static_cast<std::uint32_t>(video.first.time_since_epoch() / Ticks{900});
        auto part = mp4::make_part(with, encoded->packets, durations_of(encoded->packets, video.end), sequence);
        part.starts_fragment = part.independent = true;
        part.discontinuity = video.discontinuity;
        out.push_back(std::make_shared<const Part>(std::move(part)));
    }
    for (const auto& part : parts)
        if (part->track == TrackKind::audio && with->tracks.audio) out.push_back(under(part, with));
    return out;
}

}  // namespace vantage
