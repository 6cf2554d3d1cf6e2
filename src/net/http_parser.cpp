// SPDX-License-Identifier: Apache-2.0
#include "net/http_parser.hpp"

namespace vantage::net {
namespace {

namespace http = boost::beast::http;

Method to_method(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Method::get;
        case http::verb::head:
            return Method::head;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::delete_:
            return Method::del;
        case http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

}  // namespace

RequestParser::RequestParser(const HttpLimits& limits, Request& request) : request_(request) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
}

RequestParser::Error RequestParser::take(boost::beast::flat_buffer& buffer) {
    Error error;
    buffer.consume(put(buffer.data(), error));
    return error;
}

void RequestParser::on_request_impl(http::verb method, View /*method_text*/, View target, int version, Error& error) {
    error = {};
    request_.method = to_method(method);
    request_.raw_target.assign(target.data(), target.size());
    version_ = version;
}

void RequestParser::on_field_impl(http::field /*field*/, View name, View value, Error& error) {
    error = {};
    request_.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
}

void RequestParser::on_body_init_impl(const Length& length, Error& error) {
    error = {};
    if (length) request_.body.reserve(static_cast<std::size_t>(*length));  // within the limit, or it would be an error
}

std::size_t RequestParser::on_body_impl(View body, Error& error) {
    error = {};
    request_.body.append(body.data(), body.size());
    return body.size();
}

}  // namespace vantage::net
