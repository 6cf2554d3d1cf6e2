// SPDX-License-Identifier: Apache-2.0
// The part of a session in which pictures flow: everything happens at the beat, without a wake-up of its own.
#include "base/log.hpp"
#include "ingest/rtsp_session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vantage::ingest {
namespace {

namespace asio = boost::asio;

constexpr auto kNoData = seconds{10};
constexpr auto kReportEvery = seconds{5};
constexpr auto kLongestKeepAlive = seconds{30};
constexpr auto kTearDown = milliseconds{500};
constexpr int kMostReadsABeat = 16;  // of one camera, so that none starves the others
// A read of so many bytes: a large picture is under way, and the kernel's window with it.
constexpr std::size_t kMuch = 48 * 1024;
constexpr const char* kName = "vantage";

}  // namespace

asio::awaitable<Error> RtspSession::play_on() {
    const bool datagrams = streams_.front().sockets != nullptr;
    {
        const std::lock_guard hold(mutex_);
        if (sink_ == nullptr) co_return fail(errc::cancelled, "stopped");
        last_data_ = clock_.steady();
        next_report_ = last_data_ + kReportEvery;
        next_keep_alive_ = last_data_ + std::min<microseconds>(dialogue_->session_timeout() / 2, kLongestKeepAlive);
    }
    connection_.detach();
    playing_ = true;
    // What came together with the reply to PLAY is waiting in the receiver.
    boost::system::error_code aborted;
    for (int beats = 0;;) {
        if (auto error = beat(beats)) co_return std::move(*error);
        const bool at_once = beats == 0 || datagrams;
        co_await tick_.async_wait(at_once ? Beat::catch_up : Beat::stream, at_once ? 1 : beats,
                                  asio::redirect_error(asio::use_awaitable, aborted));
    }
}

std::optional<Error> RtspSession::beat(int& beats) {
    const std::lock_guard hold(mutex_);
    if (sink_ == nullptr) return fail(errc::cancelled, "stopped");
    if (auto error = take_items(microseconds{0})) return error;
    const auto last = last_data_;
    bool more = false;
    if (auto error = read_connection(more)) return error;
    read_datagrams();
    const auto now = clock_.steady();
    if (last_data_ != last) rhythm_.came(last_data_);
    beats = more ? 0 : rhythm_.beats(now);
    for (auto& stream : streams_) stream.reorder->expire(now);
    publish_stats();
    return look_after(now);
}

std::optional<Error> RtspSession::read_connection(bool& more) {
    for (int reads = 0; reads < kMostReadsABeat; ++reads) {
        const auto room = receiver_.space();
        const auto polled = connection_.poll_read(room);
        if (polled.has_error()) return polled.error();
        if (polled->bytes == 0) return std::nullopt;
        receiver_.commit(polled->bytes);
        bytes_.fetch_add(polled->bytes, std::memory_order_relaxed);
        if (auto error = take_items(polled->age)) return error;
        more = more || polled->bytes >= kMuch;
        // A read that did not fill its room has drained a plain connection; TLS hands out one record at a time.
        if (polled->bytes < room.size() && !url_.tls) return std::nullopt;
    }
    more = true;
    return std::nullopt;
}

std::optional<Error> RtspSession::take_items(microseconds age) {
    for (;;) {
        auto item = receiver_.next();
        if (item.has_error()) return item.error();
        if (std::holds_alternative<std::monostate>(*item)) return std::nullopt;
        if (auto* frame = std::get_if<net::Interleaved>(&*item)) take_interleaved(*frame, age);
        if (auto* reply = std::get_if<net::RtspReply>(&*item))
            if (auto error = take_reply(*reply)) return error;
        if (auto* request = std::get_if<net::RtspRequest>(&*item)) {
            if (request->method == "TEARDOWN") return fail(errc::unavailable, "the camera has ended the session");
            if (auto sent = connection_.poll_write(RtspDialogue::reply_to(*request)); sent.has_error()) return sent.error();
        }
    }
}

void RtspSession::take_interleaved(const net::Interleaved& frame, microseconds age) {
    for (auto& stream : streams_) {
        if (frame.channel != stream.rtp_channel && frame.channel != stream.rtcp_channel) continue;
        const auto when = arrival(age);
        last_data_ = when.steady;
        if (frame.channel == stream.rtp_channel)
            stream.reorder->push(frame.data, when);
        else
            stream.track->push_rtcp(frame.data, when);
        return;
    }
}

void RtspSession::read_datagrams() {
    for (auto& stream : streams_) {
        if (!stream.sockets) continue;
        stream.sockets->poll_rtp([&](ByteView datagram, microseconds age) {
            const auto when = arrival(age);
            last_data_ = when.steady;
            bytes_.fetch_add(datagram.size(), std::memory_order_relaxed);
            stream.reorder->push(datagram, when);
        });
        stream.sockets->poll_rtcp(
            [&](ByteView datagram, microseconds age) { stream.track->push_rtcp(datagram, arrival(age)); });
    }
}

Arrival RtspSession::arrival(microseconds age) const {
    return {clock_.steady() - age, clock_.now() - age};
}

// To keep-alives.
std::optional<Error> RtspSession::take_reply(const net::RtspReply& reply) {
    dialogue_->note(reply);
    if (reply.status == 454) return fail(errc::unavailable, "the camera does not know the session any more");
    if (reply.status == 401 && auth_retries_++ < 2 && dialogue_->challenged(reply)) next_keep_alive_ = SteadyTime{};
    if (reply.status == 200) auth_retries_ = 0;
    if (reply.status == 405 || reply.status == 501 || reply.status == 551 || reply.status == 451) get_parameter_ = false;
    return std::nullopt;
}

std::optional<Error> RtspSession::look_after(SteadyTime now) {
    if (now - last_data_ >= kNoData)
        return fail(errc::timed_out, fmt::format("no data for {} s: the camera or the way to it is stuck", kNoData.count()));
    for (const auto& stream : streams_)
        if (stream.track->ended() && stream.track->kind() == TrackKind::video && now - last_data_ >= seconds{1})
            return fail(errc::unavailable, "the camera has ended the stream");
    if (now >= next_report_) send_reports(now);
    return now >= next_keep_alive_ ? keep_alive(now) : std::nullopt;
}

std::optional<Error> RtspSession::keep_alive(SteadyTime now) {
    next_keep_alive_ = now + std::min<microseconds>(dialogue_->session_timeout() / 2, kLongestKeepAlive);
    const auto text = dialogue_->request(get_parameter_ ? "GET_PARAMETER" : "OPTIONS", session_url_);
    if (auto sent = connection_.poll_write(text); sent.has_error()) return sent.error();
    return std::nullopt;
}

void RtspSession::send_reports(SteadyTime now) {
    next_report_ = now + kReportEvery;
    for (auto& stream : streams_) {
        const auto report = stream.track->receiver_report(now, own_ssrc_, kName);
        if (!report) continue;
        if (stream.sockets) {
            stream.sockets->send_rtcp(*report);
            continue;
        }
        Bytes frame{'$', static_cast<std::uint8_t>(stream.rtcp_channel), 0, 0};
        store_u16(&frame[2], static_cast<std::uint16_t>(report->size()));
        frame.insert(frame.end(), report->begin(), report->end());
        // A connection that cannot be written to shows at the next keep-alive.
        if (auto sent = connection_.poll_write(as_text(frame)); sent.has_error()) return;
    }
}

void RtspSession::publish_stats() {
    RtpCounters sum;
    for (const auto& stream : streams_) {
        const auto& counters = stream.track->counters();
        sum.packets += counters.packets;
        sum.lost += counters.lost;
        sum.late += counters.late;
        if (stream.track->kind() == TrackKind::video) sum.jitter = counters.jitter;
    }
    packets_.store(sum.packets, std::memory_order_relaxed);
    lost_.store(sum.lost, std::memory_order_relaxed);
    late_.store(sum.late, std::memory_order_relaxed);
    jitter_.store(sum.jitter.count(), std::memory_order_relaxed);
}

void RtspSession::on_track(const Track& track) {
    (track.kind() == TrackKind::video ? tracks_.video : tracks_.audio) = track;
    tracks_changed_ = true;
}

// Sound that comes before the picture's parameters are known is left out: the sink would see two sets of tracks.
void RtspSession::on_frame(Frame frame) {
    if (sink_ == nullptr || !tracks_.video) return;
    if (std::exchange(tracks_changed_, false)) sink_->on_tracks(tracks_);
    sink_->on_frame(std::move(frame));
}

void RtspSession::on_sender_report(const SenderReport& report) {
    if (sink_ != nullptr) sink_->on_sender_report(report);
}

// Cameras with few sessions keep a dead one for a minute otherwise. Uses neither clock nor sink: both may be gone.
asio::awaitable<void> RtspSession::tear_down() {
    if (connection_.poll_write(dialogue_->request("TEARDOWN", session_url_)).has_error()) co_return;
    connection_.shut_down();
    const auto until = std::chrono::steady_clock::now() + kTearDown;
    boost::system::error_code aborted;
    while (std::chrono::steady_clock::now() < until) {
        const auto room = receiver_.space();
        const auto polled = connection_.poll_read(room);
        if (polled.has_error()) co_return;
        receiver_.commit(polled->bytes);
        for (;;) {
            const auto item = receiver_.next();
            if (item.has_error()) co_return;
            const auto* reply = std::get_if<net::RtspReply>(&*item);
            if (reply != nullptr && dialogue_->answers_last(*reply)) co_return;
            if (std::holds_alternative<std::monostate>(*item)) break;
        }
        co_await tick_.async_wait(Beat::stream, 1, asio::redirect_error(asio::use_awaitable, aborted));
    }
}

}  // namespace vantage::ingest
