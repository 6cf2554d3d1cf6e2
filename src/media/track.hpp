// SPDX-License-Identifier: Apache-2.0
// What is needed to decode a track and to announce it. Values; safe to copy between threads.
#pragma once
#include "base/bytes.hpp"

#include <optional>
#include <string>

namespace vantage {

enum class TrackKind : std::uint8_t { video, audio };
enum class Codec : std::uint8_t { h264, h265, mjpeg, aac, opus, pcma, pcmu, g726 };

const char* to_string(Codec codec);  // "h264", ...
constexpr TrackKind kind_of(Codec codec) {
    return codec <= Codec::mjpeg ? TrackKind::video : TrackKind::audio;
}

struct Track {
    Codec codec{Codec::h264};
    // H.264: AVCDecoderConfigurationRecord. H.265: HEVCDecoderConfigurationRecord (ISO 14496-15). AAC: AudioSpecificConfig.
    // Opus: the OpusHead packet. Empty for the others.
    Bytes config;
    int width{0};    // pixels shown, after cropping
    int height{0};   // pixels shown, after cropping
    int sar_num{1};  // sample aspect ratio
    int sar_den{1};
    int reorder_depth{0};  // frames by which decode order may differ from presentation order (SPS)
    int sample_rate{0};    // Hz
    int channels{0};
    int bits_per_sample{0};  // G.726 only: 2, 3, 4 or 5

    [[nodiscard]] TrackKind kind() const { return kind_of(codec); }
    bool operator==(const Track&) const = default;
};

// A camera's tracks: at most one of each.
struct TrackSet {
    std::optional<Track> video;
    std::optional<Track> audio;
    bool operator==(const TrackSet&) const = default;
};

// RFC 6381: "avc1.640028", "hvc1.1.6.L93.B0", "mp4a.40.2", "opus"; from `config`, never from what an SDP claims. Empty for a
// codec that fMP4 does not carry.
std::string codec_string(const Track& track);
// The type for MediaSource: video/mp4; codecs="avc1.640028,mp4a.40.2".
std::string mime_type(const TrackSet& tracks);

}  // namespace vantage
