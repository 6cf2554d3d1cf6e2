// SPDX-License-Identifier: Apache-2.0
// What fragmented and progressive MP4 have in common: how a track is described. Pure functions, for media/ only.
#pragma once
#include "media/mp4_box.hpp"
#include "media/track.hpp"

namespace vantage::mp4 {

// The unity matrix of mvhd and tkhd.
void write_matrix(BoxWriter& w);
// The width that a player shows, with square pixels; 16.16 fixed point.
std::uint32_t shown_width(const Track& track);
// avc1, hvc1, mp4a or Opus. The track has passed check_track.
void write_sample_entry(BoxWriter& w, const Track& track);
// errc::unsupported for a track that MP4 does not carry as it is.
Status check_track(const Track& track, TrackKind kind);

}  // namespace vantage::mp4
