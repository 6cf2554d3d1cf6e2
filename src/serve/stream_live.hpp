// SPDX-License-Identifier: Apache-2.0
// Live HLS over HTTP: playlists that wait for what is asked for, and segments from memory. What waits holds no thread. A
// worker opens a stream's window; while that runs, the quick ones answer where the sockets are, without blocking.
#pragma once
#include "live/segments/rendition.hpp"
#include "serve/router.hpp"

namespace vantage::serve {

Result<net::Response> live_index(const Call& call);
// `prefix` goes before the addresses of media.
Result<net::Response> live_playlist(const Call& call, const live::RenditionName& name, const std::string& prefix);
// Inits, segments and partial segments.
Result<net::Response> live_media(const Call& call, const live::RenditionName& name);

// Nothing while the window does not run.
std::optional<Result<net::Response>> quick_live_playlist(const Call& call, const live::RenditionName& name,
                                                         const std::string& prefix);
std::optional<Result<net::Response>> quick_live_media(const Call& call, const live::RenditionName& name);

}  // namespace vantage::serve
