// SPDX-License-Identifier: Apache-2.0
// The one place where kinds of errors become HTTP.
#pragma once
#include "base/result.hpp"
#include "net/http_message.hpp"

namespace vantage::serve {

int http_status(errc code);
net::Response problem(const Error& error);

}  // namespace vantage::serve
