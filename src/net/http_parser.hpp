// SPDX-License-Identifier: Apache-2.0
// Beast's parser of HTTP/1 that puts what it reads into our Request without a copy in between. Internal to net; costly to
// include.
#pragma once
#include "net/http_server.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace vantage::net {

// Reads one request: its method, target, headers and body. Whether the headers make sense together is checked elsewhere.
class RequestParser final : public boost::beast::http::basic_parser<true> {
  public:
    using Error = boost::beast::error_code;

    // `request` outlives the parser.
    RequestParser(const HttpLimits& limits, Request& request);

    // Takes what has come already; need_more when the header is not whole.
    Error take(boost::beast::flat_buffer& buffer);
    [[nodiscard]] bool is_http_1_0() const { return version_ < 11; }

  private:
    using View = boost::beast::string_view;
    using Length = boost::optional<std::uint64_t>;

    void on_request_impl(boost::beast::http::verb method, View method_text, View target, int version, Error& error) override;
    void on_response_impl(int, View, int, Error&) override {}
    void on_field_impl(boost::beast::http::field field, View name, View value, Error& error) override;
    void on_header_impl(Error& error) override { error = {}; }
    void on_body_init_impl(const Length& length, Error& error) override;
    std::size_t on_body_impl(View body, Error& error) override;
    void on_chunk_header_impl(std::uint64_t, View, Error& error) override { error = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, View body, Error& error) override { return on_body_impl(body, error); }
    void on_finish_impl(Error& error) override { error = {}; }

    Request& request_;
    int version_{11};
};

}  // namespace vantage::net
