// SPDX-License-Identifier: Apache-2.0
// The front of a progressive MP4 whose index comes first (ftyp, moov, the header of mdat): what plays everywhere, also
// while it is downloaded. The media itself is the caller's to put behind it. Pure functions.
#pragma once
#include "base/result.hpp"
#include "media/mp4_sample_table.hpp"
#include "media/track.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vantage::mp4 {

// A piece of a track's timeline (elst, ISO 14496-12 8.6.6): `duration` of its media from `media_time` on, or of nothing.
struct Edit {
    std::optional<Ticks> media_time;
    Ticks duration{0};
};

struct MovieTrack {
    const Track* track{nullptr};  // null: timed text (3GPP TS 26.245): samples as timed_text() makes them
    const SampleTable* table{nullptr};
    std::vector<Edit> edits;  // not empty
};

struct Movie {
    UtcTime created;    // creation_time: when its first picture was taken
    std::string title;  // shown by players; may be empty
    std::vector<MovieTrack> tracks;
    std::uint64_t media_bytes{0};  // payload of the mdat, which follows at once
};

// Everything up to the payload of the mdat; tables get 64-bit offsets when the file needs them. errc::unsupported for a
// codec that MP4 does not carry.
Result<Bytes> make_movie_head(const Movie& movie);

// One sample of timed text; at most 65,535 bytes of UTF-8.
Bytes timed_text(std::string_view text);

}  // namespace vantage::mp4
