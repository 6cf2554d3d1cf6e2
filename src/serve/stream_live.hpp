// SPDX-License-Identifier: Apache-2.0
// Live HLS over HTTP: playlists that wait for what is asked for, and segments from memory. Runs on a worker; what waits
// holds no thread.
#pragma once
#include "live/rendition.hpp"
#include "serve/router.hpp"

namespace vantage::serve {

Result<net::Response> live_index(const Call& call);
// `prefix` goes before the addresses of media.
Result<net::Response> live_playlist(const Call& call, const live::RenditionName& name, const std::string& prefix);
// Inits, segments and partial segments.
Result<net::Response> live_media(const Call& call, const live::RenditionName& name);

}  // namespace vantage::serve
