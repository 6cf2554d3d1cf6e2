// SPDX-License-Identifier: Apache-2.0
// What connections run on: one io_context that one thread runs, so that a connection needs neither strand nor type-erased
// executor, which cost more than the answer to a small request. Internal to net; costly to include.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include <chrono>

namespace vantage::net {

using Executor = boost::asio::io_context::executor_type;
template <class T>
using Task = boost::asio::awaitable<T, Executor>;
constexpr boost::asio::use_awaitable_t<Executor> kAwait;
// The awaited operation gives its error instead of throwing it.
constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> kTuple{kAwait};

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using TcpStream = boost::beast::basic_stream<boost::asio::ip::tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace vantage::net
