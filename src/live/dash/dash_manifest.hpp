// SPDX-License-Identifier: Apache-2.0
// The text of a DASH manifest (ISO/IEC 23009-1, profile isoff-live): SegmentTemplate with SegmentTimeline and $Time$, which
// is the decode time of a segment's first frame in UTC ticks. Values in, text out; which segments there are, others know.
#pragma once
#include "live/segments/rendition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vantage::live {

struct DashSegment {
    MediaTime start;  // decode time of its first sample; the name of its address
    Ticks duration{0};
    std::uint64_t bytes{0};
    bool operator==(const DashSegment&) const = default;
};

struct DashRepresentation {
    std::string id;  // the rendition, "main-video": also the folder of its addresses
    InitPtr init;
    double frame_rate{0};        // pictures a second; 0: unknown
    std::uint64_t bandwidth{0};  // bits a second
    std::vector<DashSegment> segments;
};

// Between two breaks of the main stream: in it every representation has one init.
struct DashPeriod {
    std::string id;         // the same for as long as any of its segments is listed
    milliseconds start{0};  // when it begins; since 1970 in a dynamic manifest, since the beginning in a static one
    UtcTime origin;         // the instant that `start` names, in whole milliseconds
    std::vector<DashRepresentation> video, audio;
    bool independent{true};  // every segment of video begins with a key frame
};

struct DashManifest {
    // Dynamic: how it grows. Static without.
    struct Growth {
        UtcTime published;    // when the newest segment came, so that equal texts say the same
        milliseconds update;  // how often to ask again
        milliseconds depth;   // how far back there are segments
        milliseconds delay;   // how far behind the newest a player should stay
    };
    std::optional<Growth> growth;
    std::string folder;  // that all addresses are relative to, "../1763640000000-1763643600000/"; empty: the manifest's own
    std::vector<DashPeriod> periods;
};

// At least one period.
std::string write_manifest(const DashManifest& manifest);

// "25", "30000/1001", "125/10": what a measured rate means.
std::string dash_frame_rate(double measured);
// Bits a second of the densest segment and a tenth on top, in steps that seldom change.
std::uint64_t dash_bandwidth(const std::vector<DashSegment>& segments);

}  // namespace vantage::live
