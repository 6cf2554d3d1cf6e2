// SPDX-License-Identifier: Apache-2.0
// One RTSP connection: reads requests, answers them, and owns the session they set up. A linear coroutine; the server's
// thread.
#pragma once
#include "live/rtsp/rtsp_gate.hpp"
#include "live/rtsp/rtsp_request.hpp"
#include "live/rtsp/rtsp_server.hpp"
#include "live/rtsp/rtsp_session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace vantage::live {

// What all connections of a server share.
struct RtspShared {
    RtspServerOptions options;
    RtspServerHooks hooks;
    RtspCounters counters;
    // The running stream of a path, or a new one; null: there is no such path.
    std::function<Result<std::shared_ptr<RtspStream>>(const std::string& path)> open_stream;
};

class RtspConnection : public std::enable_shared_from_this<RtspConnection> {
  public:
    RtspConnection(std::shared_ptr<RtspSocket> socket, std::shared_ptr<RtspShared> shared);
    ~RtspConnection();

    // Runs until the peer leaves, breaks the protocol or falls silent. The coroutine keeps the object alive.
    boost::asio::awaitable<void> run();
    // Says goodbye first.
    void stop() {
        if (session_) session_->say_bye();
        close();
    }
    void close();

  private:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    // False: the connection is over.
    Awaitable<bool> read_some();
    Awaitable<bool> handle_all();
    // Answers one request; some wait for the stream.
    Awaitable<void> handle(const net::RtspRequest& request);
    Awaitable<net::RtspReply> answer(const net::RtspRequest& request, const RequestTarget& target);
    Awaitable<net::RtspReply> on_describe(const net::RtspRequest& request, const RequestTarget& target);
    Awaitable<net::RtspReply> on_setup(const net::RtspRequest& request, const RequestTarget& target);
    Awaitable<net::RtspReply> on_play(const net::RtspRequest& request, const RequestTarget& target);
    net::RtspReply on_pause();
    net::RtspReply on_teardown();
    net::RtspReply reply_in_session(int status = 200) const;
    // Nothing: the request may go on.
    std::optional<net::RtspReply> refuse(const net::RtspRequest& request, const RequestTarget& target);
    std::optional<net::RtspReply> refuse_user(const net::RtspRequest& request, const RequestTarget& target);
    void open_session(const std::shared_ptr<RtspStream>& stream);
    void end(const std::string& reason);
    std::optional<net::RtspReply> refuse_session(const net::RtspRequest& request) const;
    // The stream once its tracks are known, or what to answer.
    Awaitable<Result<std::shared_ptr<RtspStream>>> stream_of(const std::string& path);
    void send(net::RtspReply reply, std::optional<std::uint32_t> cseq);
    void touch() { last_activity_ = std::chrono::steady_clock::now(); }
    Awaitable<void> watch();
    // Why the connection has to end now; nothing: it may go on.
    [[nodiscard]] std::optional<std::string> fault() const;

    const std::shared_ptr<RtspSocket> socket_;
    const std::shared_ptr<RtspShared> shared_;
    const std::shared_ptr<TcpOutput> output_;
    const std::string peer_;  // for logs
    RtspGate gate_;
    net::RtspReceiver receiver_;
    boost::asio::steady_timer watch_timer_;
    boost::asio::steady_timer start_timer_;  // PLAY waits for its first frame
    std::unique_ptr<RtspSession> session_;
    std::shared_ptr<RtspStream> described_;  // kept running between DESCRIBE and SETUP
    bool shaken_{false};                     // TLS, if there is any, stands
    bool closed_{false};
    std::chrono::steady_clock::time_point last_activity_{std::chrono::steady_clock::now()};
};

}  // namespace vantage::live
