// SPDX-License-Identifier: Apache-2.0
// Answers that live and footage give alike under /{camera}/stream/. Pure functions.
#pragma once
#include "live/segments/live_window.hpp"
#include "net/http_message.hpp"

namespace vantage::serve {

// A text that is packed already, as the client takes it.
net::Response packed_response(const live::PackedTextPtr& text, bool gzip, const char* type);
// Whole parts, one after the other, nothing copied.
net::Response parts_response(const std::vector<PartPtr>& parts, live::Rendition rendition, seconds keep);
net::Response init_response(const InitPtr& init);

}  // namespace vantage::serve
