// SPDX-License-Identifier: Apache-2.0
// Requests to other servers, one at a time, by libcurl; connections stay open from one to the next. Certificates are
// checked, redirects are not followed, and the answer is bounded. Blocks; one thread at a time. Errors name the server, and
// never what was sent to it.
#pragma once
#include "base/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace vantage::net {

struct HttpCall {
    std::string url;                   // http or https
    std::vector<std::string> headers;  // "Name: value"
    std::string user, password;        // Basic; none when both are empty
    std::string body;
};

struct HttpReply {
    int status{0};
    std::string body;                                   // at most kMostReply bytes
    std::optional<std::chrono::seconds> retry_after{};  // as the server asks
};

class HttpClient {
  public:
    static constexpr std::size_t kMostReply = 64U << 10;

    explicit HttpClient(std::chrono::seconds patience = std::chrono::seconds{20});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // POST. An answer of any status is no error. errc::unavailable without an answer, timed_out, cancelled by `stop` (within
    // about a second), invalid_argument for an address that cannot be.
    Result<HttpReply> post(const HttpCall& call, const std::stop_token& stop);

  private:
    struct Handle;
    const std::chrono::seconds patience_;
    std::unique_ptr<Handle> handle_;
};

}  // namespace vantage::net
