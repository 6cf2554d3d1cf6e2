// SPDX-License-Identifier: Apache-2.0
// What a handler sees of HTTP: a request taken apart, a response to be sent. Values; no Beast, no Asio in here, so that
// files full of handlers compile quickly.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/http_body.hpp"
#include "net/url.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vantage::net {

class WebSocketSession;

enum class Method : std::uint8_t { get, head, post, put, del, options, other };
const char* to_string(Method method);  // "GET", ...

// Few, in order; names compare without case.
class Headers {
  public:
    void add(std::string name, std::string value) {
        if (all_.empty()) all_.reserve(kUsual);
        all_.emplace_back(std::move(name), std::move(value));
    }
    void set(std::string_view name, std::string value);  // replaces all of that name
    // Those of `others` whose names are not there yet, and every Vary: all of them count.
    void add_missing(Headers&& others);
    // The first of that name; empty when there is none.
    [[nodiscard]] std::string_view get(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return count(name) > 0; }
    [[nodiscard]] std::size_t count(std::string_view name) const;
    void clear() { all_.clear(); }  // keeps its memory
    [[nodiscard]] auto begin() const { return all_.begin(); }
    [[nodiscard]] auto end() const { return all_.end(); }

  private:
    static constexpr std::size_t kUsual = 10;
    std::vector<std::pair<std::string, std::string>> all_;
};

struct Request {
    Method method{Method::get};
    std::string raw_target;  // as sent, base path removed
    std::string path;        // decoded, see Target
    Query query;
    Headers headers;
    std::string body;
    std::string peer;    // address of the client; behind a trusted proxy the one it names
    std::string host;    // as the client wrote it, with port
    bool secure{false};  // it reached us, or the trusted proxy, over TLS
    bool wants_websocket{false};

    // The first parameter of that name.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
    // The value of a cookie; empty when there is none.
    [[nodiscard]] std::string_view cookie(std::string_view name) const;
    // As new, but with its memory for the next request.
    void clear();
};

struct Response {
    int status{200};
    Headers headers;
    std::variant<std::string, SharedBody, GatherBody, FileBody, std::shared_ptr<BodySource>> body;
    // When set, the connection becomes this WebSocket instead.
    std::shared_ptr<WebSocketSession> websocket;
    // When set, the answer comes later; of this one only headers count, which the later one gets where it has none of that
    // name. Called once, on the connection's thread, so it must not block; `done` counts once, from any thread, also when
    // connection and server have gone. It may send the answer before it returns: hold no lock. A client that goes away is
    // not told: bound the wait. When all copies of `done` are gone without a call, the answer is 500; when the
    // server stops, 503. What comes later is not compressed, and is no WebSocket and not later still.
    std::function<void(std::function<void(Response)> done)> later;
};

std::string_view reason_phrase(int status);
Response text_response(int status, std::string_view content_type, std::string body);
// RFC 9457. `code` is a word for programs, `detail` a sentence for people.
Response problem_response(int status, std::string_view code, std::string_view detail);
bool equals_ignoring_case(std::string_view a, std::string_view b);
// True when a comma-separated header value contains this word, without case.
bool list_contains(std::string_view list, std::string_view word);

}  // namespace vantage::net
