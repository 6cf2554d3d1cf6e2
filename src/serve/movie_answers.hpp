// SPDX-License-Identifier: Apache-2.0
// MP4 files that are sent without being written, as answers. Safe from any thread.
#pragma once
#include "net/http_message.hpp"
#include "record/movies.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vantage::serve {

struct MovieAsked {
    std::string url;           // without parameters, for a list of parts
    std::string query{};       // "stream=sub", for the same
    std::string file;          // as it is to be called, without ".mp4"
    std::uint64_t version{0};  // of what it is made of; stands in the ETag
    std::size_t part{0};       // from 1; 0: the one that there is
};

// Where there are several, as parameters changed, and none was chosen: 300 with a list of them.
net::Response movie_response(const Result<record::MoviesPtr>& made, const MovieAsked& asked);
// The version that an ETag of movie_response tells.
std::optional<std::uint64_t> version_of(std::string_view etag);

}  // namespace vantage::serve
