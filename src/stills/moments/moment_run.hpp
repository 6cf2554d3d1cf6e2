// SPDX-License-Identifier: Apache-2.0
// Makes one moment: looks whether its footage is there, cuts the MP4, and makes the GIF of it. On the thread that calls.
#pragma once
#include "footage/footage.hpp"
#include "stills/moments/moment_files.hpp"

#include <functional>
#include <stop_token>

namespace vantage::stills {

// True when the footage has passed `to`, pictures and sound: what is missing before it will not come any more. `now` bounds
// the search.
Result<bool> has_passed(const footage::Footage& footage, const StreamKey& stream, UtcTime to, UtcTime now);

struct MomentTools {
    const footage::Footage& footage;
    footage::FileSystem& files;
    const MomentFiles& folders;
    std::function<Result<std::uint64_t>()> room;  // bytes that may still be taken from the disk
    std::string title;                            // of the MP4
};

// Writes the MP4, and sets what is known of it then: start, end, exact, bytes, gaps. It is whole and durable when this
// returns good; otherwise nothing is left of it. errc::not_found without footage, disk_full, cancelled.
Status make_mp4(const MomentTools& tools, Moment& moment, const std::stop_token& stop);

// Makes the GIF of a moment's MP4, and sets `gif`.
Status make_gif_of(const MomentTools& tools, Moment& moment, const std::stop_token& stop);

}  // namespace vantage::stills
