// SPDX-License-Identifier: Apache-2.0
// The text messages of the browser feed (docs/http-api.md, "The feed"): reading those of the page, writing ours. Pure
// functions; safe on hostile text.
#pragma once
#include "base/time.hpp"
#include "live/stream_name.hpp"
#include "media/part.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vantage::live {

struct FeedLive {
    std::int64_t request{0};
    StreamName stream{StreamKind::main};
    bool audio{false};
    std::vector<std::string> codecs;  // empty: as said before
    bool keep{false};                 // what runs goes on where this is not to be had
};
struct FeedPlay {
    std::int64_t request{0};
    StreamName stream{StreamKind::main};
    bool audio{false};
    std::vector<std::string> codecs;
    UtcTime at;
    double speed{1};
    UtcTime until;  // without one: 30 s of watching
};
struct FeedGrant {
    std::int64_t request{0};
    UtcTime until;
};
struct FeedStop {};
using FeedCommand = std::variant<FeedLive, FeedPlay, FeedGrant, FeedStop>;

// errc::invalid_argument says what is wrong.
Result<FeedCommand> parse_feed_command(std::string_view text);

std::string feed_init(std::int64_t request, const StreamName& stream, const Init& init, bool live);
std::string feed_gap(std::int64_t request, UtcTime from, UtcTime to, std::string_view reason);
std::string feed_dropped(std::int64_t request, std::size_t parts);
std::string feed_lost(std::int64_t request, UtcTime since, std::string_view detail);
std::string feed_end(std::int64_t request, UtcTime at);
std::string feed_error(std::int64_t request, const Error& error);

}  // namespace vantage::live
