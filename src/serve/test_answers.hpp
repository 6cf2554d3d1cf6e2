// SPDX-License-Identifier: Apache-2.0
// For tests: the answers of handlers. Tests only.
#pragma once
#include "net/http_message.hpp"

#include <future>
#include <string>

namespace vantage::serve {

inline std::string body_text(const net::Response& response) {
    const auto* text = std::get_if<std::string>(&response.body);
    const auto* shared = std::get_if<net::SharedBody>(&response.body);
    return text != nullptr ? *text : shared != nullptr ? std::string(as_text(shared->bytes)) : std::string();
}

// The answer itself, also when it comes later.
inline net::Response when_it_comes(net::Response response) {
    if (!response.later) return response;
    std::promise<net::Response> answer;
    auto coming = answer.get_future();
    response.later([&](net::Response late) { answer.set_value(std::move(late)); });
    auto late = coming.get();
    late.headers.add_missing(std::move(response.headers));
    return late;
}

}  // namespace vantage::serve
