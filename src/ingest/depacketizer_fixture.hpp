// SPDX-License-Identifier: Apache-2.0
// For tests: feeds payloads to a depacketiser and writes down what comes out.
#pragma once
#include "ingest/depacketizer.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace vantage::ingest {

struct UnitRecorder final : UnitSink {
    void on_track(const Track& track) override {
        tracks.push_back(track);
        log.push_back(fmt::format("track {}", to_string(track.codec)));
    }
    void on_unit(AccessUnit unit) override {
        log.push_back(fmt::format("{}{}{}{}", unit.timestamp, unit.key ? " key" : "", unit.recovery ? " recovery" : "",
                                  unit.lost_before ? " lost" : ""));
        units.push_back(std::move(unit));
    }
    std::vector<std::string> take() { return std::exchange(log, {}); }

    std::vector<Track> tracks;
    std::vector<AccessUnit> units;
    std::vector<std::string> log;
};

inline RtpInput rtp(std::int64_t timestamp, ByteView payload, bool marker = false) {
    return {timestamp, marker, payload, {}};
}

inline Bytes bytes(std::initializer_list<int> values) {
    Bytes out;
    for (const int v : values) out.push_back(static_cast<std::uint8_t>(v));
    return out;
}
inline Bytes joined(std::initializer_list<Bytes> pieces) {
    Bytes out;
    for (const auto& piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
    return out;
}

inline net::SdpFormat sdp_format(const char* encoding, int clock_rate, std::map<std::string, std::string> parameters = {},
                                 int channels = 0) {
    net::SdpFormat format;
    format.payload_type = 96;
    format.encoding = encoding;
    format.clock_rate = clock_rate;
    format.channels = channels;
    format.parameters = std::move(parameters);
    return format;
}

}  // namespace vantage::ingest
