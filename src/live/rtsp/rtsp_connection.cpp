// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_connection.hpp"

#include "base/log.hpp"
#include "live/rtsp/rtsp_sdp.hpp"
#include "net/digest.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace vantage::live {
namespace {

namespace asio = boost::asio;
constexpr auto kUse = asio::as_tuple(asio::use_awaitable);

int status_of(const Error& no_stream) {
    if (no_stream.code == errc::not_found || no_stream.code == errc::invalid_argument) return 404;
    return no_stream.code == errc::overloaded ? 453 : 503;
}

constexpr seconds kHandshake{10};     // of TLS
constexpr seconds kIdle{30};          // without a session
constexpr seconds kStartPatience{2};  // a PLAY for its first key frame; then it is answered without RTP-Info
constexpr net::RtspLimits kLimits{.head_bytes = 8 * 1024, .headers = 64, .body_bytes = 64 * 1024, .resynchronise = false};

std::string name_of(const RtspSocket& socket) {
    const auto peer = socket.peer();
    return fmt::format("{}:{}{}", peer.address().to_string(), peer.port(), socket.secure() ? " (TLS)" : "");
}

}  // namespace

RtspConnection::RtspConnection(std::shared_ptr<RtspSocket> socket, std::shared_ptr<RtspShared> shared)
    : socket_(std::move(socket)),
      shared_(std::move(shared)),
      output_(std::make_shared<TcpOutput>(socket_, shared_->options.most_queued_bytes)),
      peer_(name_of(*socket_)),
      gate_(shared_->hooks.access, socket_->peer().address().to_string(),
            socket_->secure() || shared_->options.basic_in_clear),
      receiver_(kLimits, 16 * 1024),
      watch_timer_(socket_->tcp().get_executor()),
      start_timer_(socket_->tcp().get_executor()) {
    shared_->counters.connections.fetch_add(1, std::memory_order_relaxed);
    output_->on_broken = [this] { close(); };
}

RtspConnection::~RtspConnection() {
    shared_->counters.connections.fetch_sub(1, std::memory_order_relaxed);
}

void RtspConnection::close() {
    if (std::exchange(closed_, true)) return;
    output_->stop();
    socket_->shut_down();
    watch_timer_.cancel();
    start_timer_.cancel();
}

void RtspConnection::end(const std::string& reason) {
    if (closed_) return;
    log::info("rtsp", "{}: closed, {}", peer_, reason);
    if (session_) session_->say_bye();
    close();
}

asio::awaitable<void> RtspConnection::run() {
    const auto self = shared_from_this();
    asio::co_spawn(socket_->tcp().get_executor(), watch(), asio::detached);
    try {
        shaken_ = co_await socket_->handshake();
        while (shaken_ && !closed_ && co_await read_some() && co_await handle_all()) {
        }
    } catch (const std::exception& e) {
        log::warn("rtsp", "{}: {}", peer_, e.what());
    }
    if (session_ && session_->dropped_frames() > 0)
        log::info("rtsp", "{}: was too slow for {} frames of '{}'", peer_, session_->dropped_frames(),
                  session_->stream().path());
    session_.reset();
    described_.reset();
    close();
    socket_->close();
}

std::optional<std::string> RtspConnection::fault() const {
    const auto now = std::chrono::steady_clock::now();
    const auto& options = shared_->options;
    if (!shaken_) return now - last_activity_ < kHandshake ? std::nullopt : std::optional{"no TLS came"};
    if (session_ && !gate_.still_open(session_->stream().path()))
        return fmt::format("{} may not read '{}' any more", gate_.user(), session_->stream().path());
    const bool flowing = session_ && session_->playing() && !session_->by_udp();
    if (!output_->empty() && now - output_->last_progress() >= options.stall_timeout) {
        shared_->counters.stalled.fetch_add(1, std::memory_order_relaxed);
        return "it takes nothing";
    }
    // On the connection, silence is no sign while packets are taken; a feed that sends nothing is no fault of the reader.
    if (flowing || now - last_activity_ < (session_ ? options.session_timeout : kIdle)) return {};
    return "silent for too long";
}

asio::awaitable<void> RtspConnection::watch() {
    const auto self = shared_from_this();
    while (!closed_) {
        watch_timer_.expires_after(seconds{1});
        co_await watch_timer_.async_wait(kUse);
        if (const auto reason = closed_ ? std::nullopt : fault()) end(*reason);
    }
}

asio::awaitable<bool> RtspConnection::read_some() {
    const auto count = co_await socket_->read_some(receiver_.space());
    if (count == 0 || closed_) co_return false;
    receiver_.commit(count);
    co_return true;
}

asio::awaitable<bool> RtspConnection::handle_all() {
    for (;;) {
        auto item = receiver_.next();
        if (!item) {
            log::debug("rtsp", "{}: {}", peer_, item.error().message);
            send({{}, item.error().code == errc::overloaded ? 413 : 400, {}}, {});
            co_return false;
        }
        if (std::holds_alternative<std::monostate>(*item)) co_return !closed_;
        touch();  // requests, and receiver reports in '$' frames
        if (const auto* request = std::get_if<net::RtspRequest>(&*item)) co_await handle(*request);
        if (closed_ || gate_.closed()) co_return false;
    }
}

void RtspConnection::send(net::RtspReply reply, std::optional<std::uint32_t> cseq) {
    if (reply.reason.empty()) reply.reason = net::rtsp_reason(reply.status);
    if (cseq) reply.headers.insert(reply.headers.begin(), {"CSeq", std::to_string(*cseq)});
    reply.add("Server", "Vantage");
    const auto text = net::to_text(reply);
    output_->send(Bytes(text.begin(), text.end()));
}

net::RtspReply RtspConnection::reply_in_session(int status) const {
    net::RtspReply reply{{}, status, {}};
    // Less than we really wait: some players send their sign of life exactly at the time-out.
    const auto told = std::max<seconds>(seconds{1}, shared_->options.session_timeout - seconds{5});
    if (session_) reply.add("Session", fmt::format("{};timeout={}", session_->id(), told.count()));
    return reply;
}

asio::awaitable<void> RtspConnection::handle(const net::RtspRequest& request) {
    const auto cseq = request.cseq();
    const auto target = parse_target(request.url);
    auto refused = cseq ? refuse(request, target) : std::optional{net::RtspReply{{}, 400, {}}};
    if (refused) {
        send(std::move(*refused), cseq);
        co_return;
    }
    auto reply = co_await answer(request, target);
    if (reply.status != 0) send(std::move(reply), cseq);
}

std::optional<net::RtspReply> RtspConnection::refuse(const net::RtspRequest& request, const RequestTarget& target) {
    if (const auto required = request.header("Require"); !required.empty()) {
        net::RtspReply reply{{}, 551, {}};
        reply.add("Unsupported", std::string{required});
        return reply;
    }
    if (request.method == "OPTIONS") return {};
    if (auto refused = refuse_user(request, target)) return refused;
    return refuse_session(request);
}

std::optional<net::RtspReply> RtspConnection::refuse_user(const net::RtspRequest& request, const RequestTarget& target) {
    // Whoever has a session here has shown who it is; many players send no password with their signs of life.
    const bool opens = request.method == "DESCRIBE" || request.method == "SETUP";
    if (!opens) return {};
    const int wrong_before = gate_.wrong_answers();
    auto refused = gate_.refuse(request, target.path);
    if (!refused) return {};
    if (refused->status == 403 || gate_.wrong_answers() > wrong_before) {
        shared_->counters.refused.fetch_add(1, std::memory_order_relaxed);
        log::warn("rtsp", "{}: {} for '{}'", peer_,
                  refused->status == 401    ? "wrong user or password"
                  : refused->reason.empty() ? gate_.user() + " has no right"
                                            : "locked out after too many wrong passwords",
                  target.path);
    }
    return refused;
}

std::optional<net::RtspReply> RtspConnection::refuse_session(const net::RtspRequest& request) const {
    const auto id = net::parse_session(request.header("Session")).id;
    if (!id.empty() && (!session_ || id != session_->id())) return net::RtspReply{{}, 454, {}};
    const bool needs_one = request.method == "PLAY" || request.method == "PAUSE" || request.method == "TEARDOWN";
    if (needs_one && !session_) return net::RtspReply{{}, 455, {}};
    if (needs_one && id.empty()) return net::RtspReply{{}, 454, {}};
    return {};
}

asio::awaitable<net::RtspReply> RtspConnection::answer(const net::RtspRequest& request, const RequestTarget& target) {
    const auto& method = request.method;
    if (method == "DESCRIBE") co_return co_await on_describe(request, target);
    if (method == "SETUP") co_return co_await on_setup(request, target);
    if (method == "PLAY") co_return co_await on_play(request, target);
    if (method == "PAUSE") co_return on_pause();
    if (method == "TEARDOWN") co_return on_teardown();
    if (method == "GET_PARAMETER") co_return reply_in_session();  // a sign of life
    if (method == "SET_PARAMETER") co_return reply_in_session(request.body.empty() ? 200 : 451);
    const bool options = method == "OPTIONS";
    const bool known = options || method == "ANNOUNCE" || method == "RECORD" || method == "REDIRECT";
    auto reply = reply_in_session(options ? 200 : known ? 405 : 501);
    reply.add(options ? "Public" : "Allow", "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
    co_return reply;
}

asio::awaitable<Result<std::shared_ptr<RtspStream>>> RtspConnection::stream_of(const std::string& path) {
    auto opened = shared_->open_stream(path);
    if (!opened) co_return opened.error();
    const auto stream = std::move(*opened);
    if (!stream) co_return fail(errc::not_found, path);
    const auto until = std::chrono::steady_clock::now() + shared_->options.start_timeout;
    while (!stream->known() && !stream->error() && !closed_ && std::chrono::steady_clock::now() < until) {
        // Many may wait for one stream: each looks again a few times a second.
        asio::steady_timer timer{socket_->tcp().get_executor(), milliseconds{20}};
        co_await timer.async_wait(kUse);
    }
    if (stream->known()) co_return stream;
    if (stream->error()) co_return *stream->error();
    co_return fail(errc::timed_out, fmt::format("{} shows no video", path));
}

asio::awaitable<net::RtspReply> RtspConnection::on_describe(const net::RtspRequest& request, const RequestTarget& target) {
    auto stream = co_await stream_of(target.path);
    if (!stream) {
        if (stream.error().code != errc::not_found || target.path.empty())
            log::warn("rtsp", "{}: {}: {}", peer_, target.path, stream.error().message);
        co_return net::RtspReply{{}, status_of(stream.error()), {}};
    }
    described_ = *stream;
    auto reply = reply_in_session();
    auto base = request.url.substr(0, request.url.find('?'));
    if (!base.ends_with('/')) base += '/';
    reply.add("Content-Base", base);
    reply.add("Content-Type", "application/sdp");
    reply.body = describe(described_->tracks(), target.path);
    co_return reply;
}

void RtspConnection::open_session(const std::shared_ptr<RtspStream>& stream) {
    session_ = std::make_unique<RtspSession>(net::random_hex(8), stream, output_, shared_->counters);
    session_->on_end = [this](const std::string& reason) { end(reason); };
    log::debug("rtsp", "{}: session for '{}'", peer_, stream->path());
}

asio::awaitable<net::RtspReply> RtspConnection::on_setup(const net::RtspRequest& request, const RequestTarget& target) {
    if (session_ && session_->playing()) co_return net::RtspReply{{}, 455, {}};
    if (session_ && session_->stream().path() != target.path) co_return net::RtspReply{{}, 459, {}};
    auto stream = co_await stream_of(target.path);
    if (!stream) co_return net::RtspReply{{}, status_of(stream.error()), {}};
    const auto track = target.track.value_or((*stream)->has_track(TrackKind::video) ? TrackKind::video : TrackKind::audio);
    if (!(*stream)->has_track(track)) co_return net::RtspReply{{}, 404, {}};
    const auto transport = choose_transport(request.header("Transport"), shared_->options.udp);
    if (!transport) co_return reply_in_session(461);
    if (!session_) open_session(*stream);
    Result<std::string> chosen = std::string{};
    if (transport->tcp) {
        chosen = session_->set_up_tcp(track, transport->interleaved);
    } else {
        chosen = session_->set_up_udp(track, *transport->client_port, socket_->tcp(), [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->touch();
        });
    }
    if (!chosen) {
        log::warn("rtsp", "{}: {}", peer_, chosen.error().message);
        co_return reply_in_session(500);
    }
    auto reply = reply_in_session();
    reply.add("Transport", *chosen);
    co_return reply;
}

asio::awaitable<net::RtspReply> RtspConnection::on_play(const net::RtspRequest& request, const RequestTarget& target) {
    if (!session_->has_tracks() || session_->stream().path() != target.path) co_return reply_in_session(455);
    if (session_->playing()) co_return reply_in_session();  // a sign of life, or another range: live has none
    auto url = request.url.substr(0, request.url.find('?'));
    while (url.ends_with('/')) url.pop_back();
    // The answer names the first packet, so it goes out just before that.
    const auto cseq = request.cseq();
    bool answered = false;
    session_->play(url, [this, cseq, &answered](const std::string& rtp_info) {
        auto reply = reply_in_session();
        reply.add("Range", "npt=now-");
        reply.add("RTP-Info", rtp_info);
        send(std::move(reply), cseq);
        answered = true;
        start_timer_.cancel();
    });
    if (answered) co_return net::RtspReply{{}, 0, {}};
    start_timer_.expires_after(kStartPatience);
    co_await start_timer_.async_wait(kUse);
    if (answered) co_return net::RtspReply{{}, 0, {}};
    if (session_) session_->forget_start();
    auto reply = reply_in_session();
    reply.add("Range", "npt=now-");
    co_return reply;
}

net::RtspReply RtspConnection::on_pause() {
    session_->pause();
    return reply_in_session();
}

net::RtspReply RtspConnection::on_teardown() {
    auto reply = reply_in_session();
    session_.reset();
    return reply;
}

}  // namespace vantage::live
