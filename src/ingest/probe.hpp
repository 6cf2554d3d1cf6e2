// SPDX-License-Identifier: Apache-2.0
// Connects to a camera once, looks for a second or two, and tells what it found: for the page's Test button. Publishes and
// stores nothing.
#pragma once
#include "ingest/camera.hpp"

namespace vantage::ingest {

struct ProbeResult {
    TrackSet tracks;  // as the camera sends them
    double fps{0};
    std::string clock;  // "sender reports: +12 ms", "sender reports: -2 h 0 min", "none"
    Bytes jpeg;         // the first picture; empty when no key frame came in time
};

// Blocks up to `timeout`, in real time; not for a thread that waits on sockets. The error is the source's own (wrong
// password, no answer, ...), or errc::timed_out when no picture came.
Result<ProbeResult> probe(const SourceOptions& options, const SourceFactory& factory, milliseconds timeout);

// How far a camera's clock is off, for people: "+12 ms", "-3.5 s", "+2 h 0 min".
std::string describe_offset(microseconds offset);

}  // namespace vantage::ingest
