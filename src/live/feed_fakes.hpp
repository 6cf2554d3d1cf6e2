// SPDX-License-Identifier: Apache-2.0
// For tests: footage in memory, and parts made of invented frames. Tests only.
#pragma once
#include "footage/footage.hpp"
#include "media/mp4.hpp"
#include "media/test_packets.hpp"

#include <map>

namespace vantage::test {

constexpr Ticks kSecond{90000};

inline MediaTime media_at(double unix_seconds) {
    return MediaTime(Ticks(static_cast<std::int64_t>(unix_seconds * 90000)));
}

inline InitPtr init_of(bool with_audio) {
    TrackSet tracks{h264_track(), {}};
    if (with_audio) tracks.audio = aac_track();
    return mp4::make_init(tracks).value();
}

// `frames` frames of equal length from `start` on; the first is a key frame when `key`.
inline PartPtr video_part(const InitPtr& init, MediaTime start, int frames, Ticks frame, bool key) {
    std::vector<PacketPtr> packets;
    std::vector<Ticks> durations(static_cast<std::size_t>(frames), frame);
    for (int i = 0; i < frames; ++i) {
        auto packet = std::make_shared<Packet>();
        packet->dts = start + frame * i;
        packet->key = key && i == 0;
        packet->data = Bytes(packet->key ? 900 : 90, static_cast<std::uint8_t>(i));
        packets.push_back(std::move(packet));
    }
    auto part = mp4::make_part(init, packets, durations, 1);
    part.starts_fragment = part.independent = key;
    return std::make_shared<const Part>(std::move(part));
}

inline PartPtr audio_part(const InitPtr& init, MediaTime start, Ticks duration) {
    auto packet = std::make_shared<Packet>();
    packet->track = TrackKind::audio;
    packet->dts = start;
    packet->key = true;
    packet->data = Bytes(50, 7);
    const PacketPtr packets[] = {packet};
    const Ticks durations[] = {duration};
    return std::make_shared<const Part>(mp4::make_part(init, packets, durations, 1));
}

class FakeFootage : public footage::Footage {
  public:
    std::map<StreamKey, std::vector<footage::Fragment>> all;
    std::map<std::uint64_t, std::vector<PartPtr>> content;  // by Fragment::offset
    std::vector<footage::Gap> gaps;
    std::vector<footage::SegmentPtr> files;
    mutable std::size_t reads{0};
    mutable std::uint64_t bytes_read{0};
    std::uint64_t fragment_bytes{1000};

    // One-second fragments (25 frames, in two parts, and one of audio) of [from, to), in a segment of their own.
    void add(const StreamKey& stream, double from, double to, bool with_audio = true) {
        auto segment =
            std::make_shared<footage::SegmentInfo>(footage::SegmentInfo{static_cast<std::int64_t>(last_) + 1,
                                                                        stream,
                                                                        "/footage/added-" + std::to_string(last_ + 1),
                                                                        {},
                                                                        {},
                                                                        0,
                                                                        footage::SegmentState::closed,
                                                                        false,
                                                                        {},
                                                                        init_of(with_audio)});
        segment->start = to_utc(media_at(from));
        segment->end = to_utc(media_at(to));
        for (auto at = media_at(from); at < media_at(to); at += kSecond) {
            footage::Fragment fragment{
                segment, at, kSecond, ++last_, fragment_bytes, 900, true, at, with_audio ? kSecond : Ticks{0}};
            auto& parts = content[last_];
            parts.push_back(video_part(segment->init, at, 13, Ticks(3600), true));
            if (with_audio) parts.push_back(audio_part(segment->init, at, kSecond));
            parts.push_back(video_part(segment->init, at + Ticks(3600 * 13), 12, Ticks(3600), false));
            all[stream].push_back(std::move(fragment));
        }
    }

    Result<footage::Coverage> coverage(const StreamKey& /*stream*/, UtcTime from, UtcTime to) const override {
        footage::Coverage found;
        for (const auto& gap : gaps)
            if (gap.start < to && gap.end > from) found.gaps.push_back(gap);
        for (const auto& file : files)
            if (file->start < to && file->end > from) found.footage.push_back({file->start, file->end});
        return found;
    }
    Result<std::vector<footage::SegmentPtr>> segments(const StreamKey& stream, UtcTime from, UtcTime to) const override {
        std::vector<footage::SegmentPtr> found;
        for (const auto& file : files)
            if (file->stream == stream && file->start < to && file->end > from) found.push_back(file);
        return found;
    }
    Result<std::vector<footage::Fragment>> fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                     std::size_t most) const override {
        std::vector<footage::Fragment> found;
        const auto stored = all.find(stream);
        if (stored == all.end()) return found;
        for (const auto& fragment : stored->second) {
            if (to_utc(fragment.start) >= to || fragment.start + fragment.duration <= to_media(from)) continue;
            if (found.size() < most) found.push_back(fragment);
        }
        return found;
    }
    Result<std::vector<footage::Fragment>> fragments_of(const footage::SegmentPtr& segment) const override {
        std::vector<footage::Fragment> found;
        const auto stored = all.find(segment->stream);
        if (stored == all.end()) return found;
        for (const auto& fragment : stored->second)
            if (fragment.segment->id == segment->id) found.push_back(fragment);
        return found;
    }
    Result<std::vector<PartPtr>> read(const footage::Fragment& fragment) const override {
        ++reads;
        bytes_read += fragment.bytes;
        const auto found = content.find(fragment.offset);
        if (found == content.end()) return fail(errc::not_found, "the segment is gone");
        return found->second;
    }

  private:
    std::uint64_t last_{0};
};

}  // namespace vantage::test
