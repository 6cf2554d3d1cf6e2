// SPDX-License-Identifier: Apache-2.0
#include "media/track.hpp"

#include <fmt/format.h>

namespace vantage {
namespace {

std::string avc_string(ByteView config) {
    if (config.size() < 4) return {};
    return fmt::format("avc1.{:02x}{:02x}{:02x}", config[1], config[2], config[3]);
}

// ISO 14496-15 annex E: profile space and id, compatibility flags in reverse bit order, tier and level, constraint bytes
// without trailing zeros.
std::string hevc_string(ByteView config) {
    if (config.size() < 13) return {};
    std::string out = "hvc1.";
    if (const int space = config[1] >> 6; space > 0) out += static_cast<char>('A' + space - 1);
    const auto flags = load_u32(config.data() + 2);
    std::uint32_t reversed = 0;
    for (int i = 0; i < 32; ++i) reversed |= (flags >> i & 1U) << (31 - i);
    const char tier = (config[1] & 0x20) != 0 ? 'H' : 'L';
    out += fmt::format("{}.{:X}.{}{}", config[1] & 0x1f, reversed, tier, config[12]);
    std::size_t last = 12;
    while (last > 6 && config[last - 1] == 0) --last;
    for (std::size_t i = 6; i < last; ++i) out += fmt::format(".{:X}", config[i]);
    return out;
}

// audioObjectType, ISO 14496-3 1.6.2.1.
std::string aac_string(ByteView config) {
    if (config.size() < 2) return {};
    int type = config[0] >> 3;
    if (type == 31) type = 32 + ((config[0] & 7) << 3 | config[1] >> 5);
    return fmt::format("mp4a.40.{}", type);
}

}  // namespace

const char* to_string(Codec codec) {
    switch (codec) {
        case Codec::h264:
            return "h264";
        case Codec::h265:
            return "h265";
        case Codec::mjpeg:
            return "mjpeg";
        case Codec::aac:
            return "aac";
        case Codec::opus:
            return "opus";
        case Codec::pcma:
            return "pcma";
        case Codec::pcmu:
            return "pcmu";
        case Codec::g726:
            return "g726";
    }
    return "unknown";
}

std::string codec_string(const Track& track) {
    switch (track.codec) {
        case Codec::h264:
            return avc_string(track.config);
        case Codec::h265:
            return hevc_string(track.config);
        case Codec::aac:
            return aac_string(track.config);
        case Codec::opus:
            return "opus";
        default:
            return {};
    }
}

std::string mime_type(const TrackSet& tracks) {
    std::string codecs;
    for (const auto* track : {&tracks.video, &tracks.audio}) {
        if (!*track) continue;
        const auto name = codec_string(**track);
        if (!name.empty()) codecs += (codecs.empty() ? "" : ",") + name;
    }
    return fmt::format("{}/mp4; codecs=\"{}\"", tracks.video ? "video" : "audio", codecs);
}

}  // namespace vantage
