// SPDX-License-Identifier: Apache-2.0
// The one place where kinds of errors become HTTP.
#pragma once
#include "base/result.hpp"
#include "net/http_message.hpp"

#include <boost/json.hpp>

namespace vantage::serve {

int http_status(errc code);
net::Response problem(const Error& error);
// With members of its own (RFC 9457 3.2).
net::Response problem(const Error& error, const boost::json::object& more);

}  // namespace vantage::serve
