// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtsp_session.hpp"

#include "base/log.hpp"
#include "net/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <random>
#include <tuple>

namespace vantage::ingest {
namespace {

namespace asio = boost::asio;

constexpr milliseconds kReplyTimeout{10'000};
constexpr int kMostRedirects = 5;
constexpr int kMostSignings = 2;
constexpr int kMostStrayItems = 10'000;  // frames and old replies before the one that is awaited

std::uint32_t random_ssrc() {
    return std::random_device{}();
}

bool is_redirect(int status) {
    return status >= 300 && status < 400;
}

// Statuses by which a camera says that it does not do a transport: 461 by the standard, others in the field.
bool refuses_transport(int status) {
    return status == 461 || status == 459 || status == 551;
}

Error refused(const net::RtspReply& reply, std::string_view method) {
    const auto code = reply.status == 404 ? errc::not_found : reply.status == 403 ? errc::forbidden : errc::unavailable;
    return fail(code, fmt::format("the camera answers {} with {} {}{}", method, reply.status, reply.reason,
                                  reply.status == 404   ? ": check the path of its address"
                                  : reply.status == 453 ? ": it serves no more viewers"
                                                        : ""));
}

}  // namespace

RtspSession::RtspSession(asio::io_context& context, SourceOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      strand_(asio::make_strand(context)),
      tick_(ReadTick::of(context)),
      own_ssrc_(random_ssrc()),
      connection_(strand_) {}

void RtspSession::start(SourceSink& sink) {
    {
        const std::lock_guard hold(mutex_);
        sink_ = &sink;
    }
    asio::co_spawn(strand_, [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void RtspSession::stop() {
    {
        const std::lock_guard hold(mutex_);
        sink_ = nullptr;
    }
    if (stopping_.exchange(true)) return;
    asio::post(strand_, [self = shared_from_this()] {
        if (!self->playing_) self->connection_.cancel();
    });
}

SourceStats RtspSession::stats() const {
    return {bytes_, packets_, lost_, late_, microseconds{jitter_}};
}

asio::awaitable<void> RtspSession::run() {
    auto error = fail(errc::internal, "");
    try {
        error = co_await live();
    } catch (const std::exception& e) {
        error = fail(errc::internal, fmt::format("RTSP session failed: {}", e.what()));
    }
    {
        const std::lock_guard hold(mutex_);
        if (auto* sink = std::exchange(sink_, nullptr)) sink->on_end(error);
    }
    if (playing_) co_await tear_down();
    connection_.close();
}

asio::awaitable<Error> RtspSession::live() {
    auto url = net::parse_rtsp_url(options_.url);
    if (url.has_error()) co_return url.error();
    url_ = std::move(*url);
    dialogue_.emplace(url_.credentials);
    if (auto ready = co_await set_up(); ready.has_error()) co_return ready.error();
    co_return co_await play_on();
}

asio::awaitable<Status> RtspSession::connect() {
    receiver_ = net::RtspReceiver{};
    dialogue_->forget_session();
    co_return co_await connection_.connect(url_.host, url_.port, url_.tls, options_.connect_timeout);
}

asio::awaitable<Status> RtspSession::set_up() {
    auto described = co_await describe();
    if (described.has_error()) co_return described.error();
    const auto sdp = net::parse_sdp(described->body);
    if (sdp.has_error()) co_return sdp.error();
    const auto base =
        net::base_url(described->header("Content-Base"), described->header("Content-Location"), url_.request_url());
    const auto offer = choose_tracks(*sdp, base, options_.audio);
    if (offer.has_error()) co_return offer.error();
    if (auto ready = co_await set_up_streams(*offer); ready.has_error()) co_return ready;
    session_url_ = offer->url;
    co_return co_await play(offer->url);
}

// OPTIONS and DESCRIBE, following redirects to other addresses.
asio::awaitable<Result<net::RtspReply>> RtspSession::describe() {
    if (auto ready = co_await connect(); ready.has_error()) co_return ready.error();
    for (int redirects = 0;;) {
        // What OPTIONS is answered with does not matter beyond its list: some cameras refuse it without credentials.
        auto options = co_await exchange("OPTIONS", url_.request_url());
        if (options.has_error()) co_return options.error();
        get_parameter_ = options->header("Public").find("GET_PARAMETER") != std::string_view::npos;
        const std::vector<net::RtspHeader> accept{{"Accept", "application/sdp"}};
        // Not in one expression: g++ 12 destroys the operands of a conditional around co_await twice.
        auto reply = std::move(options);
        if (!is_redirect(reply->status)) reply = co_await exchange("DESCRIBE", url_.request_url(), accept);
        if (reply.has_error()) co_return reply.error();
        if (reply->status == 401) co_return fail(errc::unauthenticated, "the camera refuses user name or password");
        if (!is_redirect(reply->status)) {
            if (reply->status != 200) co_return refused(*reply, "DESCRIBE");
            co_return reply;
        }
        if (++redirects > kMostRedirects) co_return fail(errc::unavailable, "the camera redirects in a circle");
        if (auto target = redirect(*reply); target.has_error()) co_return target.error();
        if (auto ready = co_await connect(); ready.has_error()) co_return ready.error();
    }
}

// The credentials stay unless the new address brings its own. TLS is never given up.
Status RtspSession::redirect(const net::RtspReply& reply) {
    auto target = net::parse_rtsp_url(reply.header("Location"));
    if (target.has_error()) return fail(errc::unavailable, "the camera redirects to an address that is not RTSP");
    if (url_.tls && !target->tls)
        return fail(errc::unavailable, "the camera redirects from TLS to an open connection: refused");
    if (target->credentials.user.empty()) target->credentials = url_.credentials;
    url_ = std::move(*target);
    dialogue_.emplace(url_.credentials);
    return {};
}

asio::awaitable<Status> RtspSession::set_up_streams(const Offer& offer) {
    auto transport = options_.transport;
    for (const auto& offered : offer.tracks) {
        const bool first = streams_.empty();
        auto reply = co_await set_up_stream(offered, transport);
        if (reply.has_value() && refuses_transport(reply->status) && first) {
            transport = transport == Transport::tcp ? Transport::udp : Transport::tcp;
            reply = co_await set_up_stream(offered, transport);
        }
        if (reply.has_error()) co_return reply.error();
        if (reply->status == 200) continue;
        if (first) co_return refused(*reply, "SETUP");
        log::warn("rtsp", "{}: no audio, the camera answers SETUP with {} {}", log::redact_url(options_.url), reply->status,
                  reply->reason);
    }
    co_return Status{};
}

asio::awaitable<Result<net::RtspReply>> RtspSession::set_up_stream(const OfferedTrack& offered, Transport transport) {
    Stream stream;
    auto track = RtpTrack::make(offered.kind, offered.media, offered.format, *this);
    if (track.has_error()) co_return track.error();
    stream.track = std::move(*track);
    stream.url = offered.url;
    const auto channel = static_cast<int>(2 * streams_.size());
    auto header = fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{}", channel, channel + 1);
    if (transport == Transport::udp) {
        auto sockets = RtpSockets::open(connection_.local());
        if (sockets.has_error()) co_return sockets.error();
        stream.sockets = std::move(*sockets);
        header = fmt::format("RTP/AVP;unicast;client_port={}-{}", stream.sockets->port(), stream.sockets->port() + 1);
    } else {
        stream.rtp_channel = channel;
        stream.rtcp_channel = channel + 1;
    }
    const std::vector<net::RtspHeader> headers{{"Transport", header}};
    auto reply = co_await exchange("SETUP", offered.url, headers);
    if (reply.has_error() || reply->status != 200) co_return reply;
    if (auto taken = take_transport(*reply, transport, stream); taken.has_error()) {
        reply->status = 461;  // it agreed to something else than was asked for
        co_return reply;
    }
    streams_.push_back(std::move(stream));
    co_return reply;
}

Status RtspSession::take_transport(const net::RtspReply& reply, Transport transport, Stream& stream) {
    const auto offered = net::parse_transport(reply.header("Transport"));
    const auto chosen = offered.empty() ? net::RtspTransport{} : offered.front();
    stream.reorder = std::make_unique<RtpReorder>(
        [track = stream.track.get()](ByteView packet, const Arrival& when) { track->push_rtp(packet, when); });
    if (transport == Transport::tcp) {
        if (!offered.empty() && !chosen.tcp && !chosen.interleaved) return fail(errc::unsupported, "UDP instead of TCP");
        if (chosen.interleaved) std::tie(stream.rtp_channel, stream.rtcp_channel) = *chosen.interleaved;
        return {};
    }
    if (chosen.tcp || chosen.multicast) return fail(errc::unsupported, "not unicast UDP");
    auto camera = connection_.peer();
    boost::system::error_code not_an_address;
    const auto source = asio::ip::make_address(chosen.source, not_an_address);
    // Cameras behind a NAT name their inner address: datagrams come from where the connection goes.
    if (!not_an_address && !camera.is_loopback() && source == connection_.peer()) camera = source;
    const auto ports = chosen.server_port.value_or(std::pair{0, 0});
    stream.sockets->expect(camera, ports.first, ports.second);
    return {};
}

asio::awaitable<Status> RtspSession::play(const std::string& url) {
    for (auto& stream : streams_) {
        stream.track->begin();
        if (stream.sockets) stream.sockets->punch();
    }
    const std::vector<net::RtspHeader> range{{"Range", "npt=0.000-"}};
    auto reply = co_await exchange("PLAY", url, range);
    if (reply.has_error()) co_return reply.error();
    if (reply->status != 200) co_return refused(*reply, "PLAY");
    co_return Status{};
}

asio::awaitable<Result<net::RtspReply>> RtspSession::exchange(std::string_view method, std::string_view url,
                                                              std::vector<net::RtspHeader> headers) {
    for (int signings = 0;; ++signings) {
        const auto text = dialogue_->request(method, url, headers);
        if (auto sent = co_await connection_.write(text, kReplyTimeout); sent.has_error()) co_return sent.error();
        auto reply = co_await await_reply();
        if (reply.has_error()) co_return fail(reply.error().code, fmt::format("{} ({})", reply.error().message, method));
        dialogue_->note(*reply);
        if (reply->status != 401 || signings == kMostSignings || !dialogue_->challenged(*reply)) {
            if (reply->status == 401 && method != "OPTIONS")
                co_return fail(errc::unauthenticated, url_.credentials.user.empty()
                                                          ? "the camera wants a user name and a password"
                                                          : "the camera refuses user name or password");
            co_return reply;
        }
    }
}

// Pictures may come before the reply to PLAY; they are taken.
asio::awaitable<Result<net::RtspReply>> RtspSession::await_reply() {
    for (int items = 0; items < kMostStrayItems;) {
        auto item = receiver_.next();
        if (item.has_error()) co_return item.error();
        if (std::holds_alternative<std::monostate>(*item)) {
            const auto room = receiver_.space();
            const auto bytes = co_await connection_.read(room, kReplyTimeout);
            if (bytes.has_error()) co_return bytes.error();
            receiver_.commit(*bytes);
            bytes_ += *bytes;
            continue;
        }
        ++items;
        if (auto* reply = std::get_if<net::RtspReply>(&*item); reply != nullptr && dialogue_->answers_last(*reply))
            co_return std::move(*reply);
        if (auto* frame = std::get_if<net::Interleaved>(&*item)) {
            const std::lock_guard hold(mutex_);
            if (sink_ == nullptr) co_return fail(errc::cancelled, "stopped");
            take_interleaved(*frame, microseconds{0});
        }
        if (auto* request = std::get_if<net::RtspRequest>(&*item)) {
            const auto text = RtspDialogue::reply_to(*request);
            if (auto sent = co_await connection_.write(text, kReplyTimeout); sent.has_error()) co_return sent.error();
        }
    }
    co_return fail(errc::malformed, "the camera sends anything but the reply");
}

}  // namespace vantage::ingest
