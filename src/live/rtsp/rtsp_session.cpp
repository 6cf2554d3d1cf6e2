// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_session.hpp"

#include "net/rtp.hpp"

#include <fmt/format.h>

namespace vantage::live {
namespace {

constexpr seconds kReportInterval{5};
constexpr const char* kCname = "vantage";

}  // namespace

RtspSession::RtspSession(std::string id, std::shared_ptr<RtspStream> stream, std::shared_ptr<TcpOutput> connection,
                         RtspCounters& counters)
    : id_(std::move(id)), stream_(std::move(stream)), connection_(std::move(connection)), counters_(counters) {}

RtspSession::~RtspSession() {
    pause();
    for (auto& way : ways_)
        if (way && way->udp) way->udp->close();
}

bool RtspSession::by_udp() const {
    return (ways_[0] && ways_[0]->udp) || (ways_[1] && ways_[1]->udp);
}

std::string RtspSession::set_up_tcp(TrackKind kind, std::optional<std::pair<int, int>> wanted) {
    auto channel = static_cast<std::uint8_t>(wanted ? wanted->first : (kind == TrackKind::video ? 0 : 2));
    const auto& other = way(kind == TrackKind::video ? TrackKind::audio : TrackKind::video);
    if (other && !other->udp && std::abs(other->channel - channel) < 2)
        channel = static_cast<std::uint8_t>(other->channel < 252 ? other->channel + 2 : 0);
    if (auto& before = way(kind); before && before->udp) before->udp->close();
    way(kind) = Way{channel, nullptr, {}};
    return fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{};ssrc={:08X}", channel, channel + 1, stream_->ssrc(kind));
}

Result<std::string> RtspSession::set_up_udp(TrackKind kind, std::pair<int, int> client_ports,
                                            const boost::asio::ip::tcp::socket& peer, std::function<void()> heard) {
    boost::system::error_code error;
    const auto local = peer.local_endpoint(error);
    const auto remote = peer.remote_endpoint(error);
    if (error) return fail(errc::unavailable, error.message());
    const auto rtcp = client_ports.second > 0 ? client_ports.second : client_ports.first + 1;
    if (rtcp > 65535) return fail(errc::invalid_argument, "port out of range");
    auto opened =
        UdpOutput::open(const_cast<boost::asio::ip::tcp::socket&>(peer).get_executor(), local.address(), remote.address(),
                        static_cast<std::uint16_t>(client_ports.first), static_cast<std::uint16_t>(rtcp));
    if (!opened) return opened.error();
    if (auto& before = way(kind); before && before->udp) before->udp->close();
    (*opened)->listen(std::move(heard));
    way(kind) = Way{0, *opened, {}};
    return fmt::format("RTP/AVP;unicast;client_port={}-{};server_port={}-{};ssrc={:08X}", client_ports.first, rtcp,
                       (*opened)->rtp_port(), (*opened)->rtcp_port(), stream_->ssrc(kind));
}

void RtspSession::play(std::string url, std::function<void(std::string)> on_start) {
    url_ = std::move(url);
    on_start_ = std::move(on_start);
    if (playing_) return;
    playing_ = true;
    wait_for_key_ = ways_[0].has_value();
    for (auto& way : ways_)
        if (way) way->reported.reset();
    counters_.playing.fetch_add(1, std::memory_order_relaxed);
    stream_->add(*this);
    // After a PAUSE the old pictures would be the same packets again.
    if (std::exchange(played_before_, true)) return;
    catching_up_ = true;
    const auto held = stream_->since_key();
    for (const auto& batch : held) on_batch(batch);
    catching_up_ = false;
    on_burst_end();
}

void RtspSession::pause() {
    on_start_ = nullptr;
    if (!std::exchange(playing_, false)) return;
    counters_.playing.fetch_sub(1, std::memory_order_relaxed);
    stream_->remove(*this);
}

std::string RtspSession::rtp_info(MediaTime at, const RtpBatch& first) const {
    std::string out;
    for (const auto kind : {TrackKind::video, TrackKind::audio}) {
        if (!ways_.at(static_cast<std::size_t>(kind)) || !stream_->has_track(kind)) continue;
        // What this reader gets first: one of the packets it begins with, else the next that is made.
        const RtpBatch* begins = kind == first.track ? &first : nullptr;
        if (begins == nullptr && catching_up_)
            for (const auto& batch : stream_->since_key())
                if (begins == nullptr && batch->track == kind) begins = batch.get();
        out += fmt::format("{}url={}/trackID={};seq={};rtptime={}", out.empty() ? "" : ",", url_,
                           kind == TrackKind::video ? 0 : 1, begins ? begins->first_sequence : stream_->next_sequence(kind),
                           kind == first.track ? first.rtp_time : stream_->rtp_time(kind, at));
    }
    return out;
}

void RtspSession::on_batch(const RtpBatchPtr& batch) {
    auto& out = way(batch->track);
    if (!out) return;
    const bool video = batch->track == TrackKind::video;
    if (wait_for_key_ && !(video && batch->key)) {
        // Before the start nothing is missing; afterwards the reader was too slow, and audio goes on.
        if (video && out->reported) drop();
        if (on_start_ || video || !out->reported) return;
    }
    if (video) wait_for_key_ = false;
    if (auto start = std::exchange(on_start_, nullptr)) start(rtp_info(batch->pts, *batch));
    send(*out, batch);
}

void RtspSession::send(Way& way, const RtpBatchPtr& batch) {
    const auto now = std::chrono::steady_clock::now();
    if (!way.reported || now - *way.reported >= kReportInterval) {
        way.reported = now;
        report(way, *batch);
    }
    const bool usual = way.channel == (batch->track == TrackKind::video ? 0 : 2);
    const bool taken =
        way.udp ? way.udp->send(batch) : connection_->add(usual ? batch : batch->on_channel(way.channel), catching_up_);
    if (!taken) {
        drop();
        if (batch->track == TrackKind::video) wait_for_key_ = true;
        return;
    }
    counters_.sent_bytes.fetch_add(batch->bytes(), std::memory_order_relaxed);
}

void RtspSession::drop() {
    ++dropped_frames_;
    counters_.dropped_frames.fetch_add(1, std::memory_order_relaxed);
}

void RtspSession::on_burst_end() {
    connection_->flush();
}

void RtspSession::send_control(Way& way, ByteView rtcp) {
    if (way.udp) return way.udp->send_report(rtcp);
    Bytes framed(kInterleavedBytes);
    framed[0] = '$';
    framed[1] = static_cast<std::uint8_t>(way.channel + 1);
    store_u16(framed.data() + 2, static_cast<std::uint16_t>(rtcp.size()));
    framed.insert(framed.end(), rtcp.begin(), rtcp.end());
    connection_->send(std::move(framed));
}

void RtspSession::say_bye() {
    for (const auto kind : {TrackKind::video, TrackKind::audio})
        if (auto& out = way(kind); out && playing_) send_control(*out, net::write_bye(stream_->ssrc(kind)));
}

// Says which UTC this batch's RTP time is (RFC 3550 6.4.1), not which UTC is now: exact whatever the delay.
void RtspSession::report(Way& way, const RtpBatch& batch) {
    const auto sent = stream_->sent(batch.track);
    const auto sr = net::write_sender_report({.ssrc = stream_->ssrc(batch.track),
                                              .ntp = to_utc(batch.pts),
                                              .rtp = batch.rtp_time,
                                              .packets = sent.packets,
                                              .octets = sent.octets},
                                             kCname);
    send_control(way, sr);
}

void RtspSession::on_stream_end(const std::string& reason) {
    if (on_end) on_end(reason);
}

}  // namespace vantage::live
