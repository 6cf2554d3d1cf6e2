// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtp_track.hpp"

#include <algorithm>
#include <cmath>

namespace vantage::ingest {
namespace {

using std::chrono::duration_cast;

// RFC 3550 A.1.
constexpr std::int64_t kMostDropout = 3000;
constexpr std::int64_t kMostMisorder = 100;
// An SSRC that was silent for so long is given up for another at once.
constexpr auto kSsrcSilence = milliseconds{500};
// Two senders on one channel: no going back and forth between them within this.
constexpr auto kSsrcRest = seconds{2};
// A report of another SSRC is believed if its time stamp is this near: cameras fill in the wrong one.
constexpr int kNearSeconds = 10;

}  // namespace

Result<std::unique_ptr<RtpTrack>> RtpTrack::make(TrackKind kind, const net::SdpMedia& media, const net::SdpFormat& format,
                                                 TrackSink& sink) {
    std::unique_ptr<RtpTrack> track(new RtpTrack(kind, format, media.formats.size(), sink));
    auto depacketizer = make_depacketizer(media, format, *track);
    if (depacketizer.has_error()) return depacketizer.error();
    track->depacketizer_ = std::move(*depacketizer);
    return track;
}

RtpTrack::RtpTrack(TrackKind kind, const net::SdpFormat& format, std::size_t formats, TrackSink& sink)
    : kind_(kind),
      clock_rate_(format.clock_rate),
      payload_type_(format.payload_type),
      only_format_(formats == 1),
      sink_(sink) {}

void RtpTrack::push_rtp(ByteView datagram, const Arrival& arrival) {
    if (net::is_rtcp(datagram)) return push_rtcp(datagram, arrival);  // on the wrong channel, or both on one
    const auto packet = net::parse_rtp(datagram);
    if (!packet || !wanted(*packet) || !follow_ssrc(packet->ssrc, arrival.steady) || !follow_sequence(packet->sequence))
        return;
    const auto timestamp = timestamp_(packet->timestamp);
    if (jitter_timestamp_ != timestamp) measure_jitter(timestamp, arrival.steady);
    depacketizer_->push({timestamp, packet->marker, packet->payload, arrival});
}

// Cameras with a single format sometimes send another payload type than they announced.
bool RtpTrack::wanted(const net::RtpPacket& packet) {
    if (packet.payload_type == payload_type_) return type_seen_ = true;
    return only_format_ && !type_seen_;
}

// True if packets of this SSRC are taken. Another one takes over with its second packet in a row, or at once when the one
// that was followed has fallen silent.
bool RtpTrack::follow_ssrc(std::uint32_t ssrc, SteadyTime now) {
    if (ssrc_ == ssrc) {
        has_candidate_ = false;
        ssrc_seen_ = now;
        return true;
    }
    if (ssrc_) {
        const bool silent = now - ssrc_seen_ > kSsrcSilence;
        const bool again = has_candidate_ && candidate_ssrc_ == ssrc;
        const bool flapping = ssrc == previous_ssrc_ && now - ssrc_switched_ < kSsrcRest;
        has_candidate_ = true;
        candidate_ssrc_ = ssrc;
        if (!silent && (!again || flapping)) return false;
        previous_ssrc_ = *ssrc_;
        ssrc_switched_ = now;
        depacketizer_->lose();
        sequence_.reset();
        report_arrival_.reset();
        jitter_timestamp_.reset();
    }
    ssrc_ = ssrc;
    ssrc_seen_ = now;
    has_candidate_ = false;
    ended_ = false;
    return true;
}

void RtpTrack::restart_sequence(std::uint16_t sequence) {
    sequence_.reset();
    first_sequence_ = sequence_(sequence);
    next_sequence_ = first_sequence_ + 1;
    recent_ = 1;
    received_ = 1;
    reported_received_ = 0;
    reported_expected_ = 0;
}

// True if the packet is to be used: it is new and not behind one that was.
bool RtpTrack::follow_sequence(std::uint16_t sequence) {
    ++counters_.packets;
    if (!sequence_.last()) {
        restart_sequence(sequence);
        return true;
    }
    const auto value =
        *sequence_.last() + static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - *sequence_.last()));
    const auto ahead = value - next_sequence_;
    if (ahead > kMostDropout || ahead < -kMostMisorder) {
        depacketizer_->lose();
        restart_sequence(sequence);
        return true;
    }
    if (ahead < 0) {
        const auto bit = std::uint64_t{1} << std::min<std::int64_t>(-ahead - 1, 63);
        if (recent_ & bit) return false;  // a duplicate
        recent_ |= bit;
        ++counters_.late;
        ++received_;
        return false;
    }
    sequence_(sequence);
    ++received_;
    if (ahead > 0) {
        counters_.lost += static_cast<std::uint64_t>(ahead);
        depacketizer_->lose();
    }
    recent_ = ahead >= 63 ? 1 : recent_ << (ahead + 1) | 1;
    next_sequence_ = value + 1;
    return true;
}

// RFC 3550 6.4.1, sampled once a time stamp: the packets of a frame share one and are read together.
void RtpTrack::measure_jitter(std::int64_t timestamp, SteadyTime arrival) {
    if (jitter_timestamp_) {
        const auto took = std::chrono::duration<double>(arrival - jitter_arrival_).count() * clock_rate_;
        const auto difference = std::abs(took - static_cast<double>(timestamp - *jitter_timestamp_));
        if (difference < 10.0 * clock_rate_) jitter_ += (difference - jitter_) / 16;
        counters_.jitter = microseconds{static_cast<std::int64_t>(jitter_ * 1e6 / clock_rate_)};
    }
    jitter_timestamp_ = timestamp;
    jitter_arrival_ = arrival;
}

// From the whole unwrapped value each time, so that no error adds up.
Ticks RtpTrack::to_ticks(std::int64_t timestamp) const {
    if (clock_rate_ == 90000) return Ticks{timestamp};
    const auto scaled = timestamp * 90000;
    return Ticks{scaled / clock_rate_ - (scaled % clock_rate_ < 0 ? 1 : 0)};
}

void RtpTrack::on_unit(AccessUnit unit) {
    Frame frame;
    frame.track = kind_;
    frame.pts = to_ticks(unit.timestamp);
    frame.key = unit.key;
    frame.recovery = unit.recovery;
    frame.lost_before = unit.lost_before;
    frame.arrival = unit.arrival;
    frame.data = std::move(unit.data);
    sink_.on_frame(std::move(frame));
}

void RtpTrack::push_rtcp(ByteView compound, const Arrival& arrival) {
    const auto rtcp = net::parse_rtcp(compound);
    for (const auto& info : rtcp.senders) {
        auto follower = timestamp_;
        const auto media = follower(info.rtp);
        if (ssrc_ && *ssrc_ != info.ssrc && std::abs(media - *timestamp_.last()) > std::int64_t{clock_rate_} * kNearSeconds)
            continue;
        // The first report may come before the first packet: it founds the timeline then.
        if (!timestamp_.last()) timestamp_ = follower;
        report_arrival_ = arrival.steady;
        report_ntp_ = static_cast<std::uint32_t>(net::to_ntp(info.ntp) >> 16);
        sink_.on_sender_report({kind_, to_ticks(media), info.ntp, arrival});
    }
    for (const auto ssrc : rtcp.bye) ended_ |= ssrc_ == ssrc;
}

std::optional<Bytes> RtpTrack::receiver_report(SteadyTime now, std::uint32_t own_ssrc, std::string_view cname) {
    if (!ssrc_ || !sequence_.last()) return std::nullopt;
    const auto expected = next_sequence_ - first_sequence_;
    const auto expected_since = expected - reported_expected_;
    const auto lost_since = expected_since - static_cast<std::int64_t>(received_ - reported_received_);
    net::ReceptionBlock block;
    block.ssrc = *ssrc_;
    if (expected_since > 0 && lost_since > 0)
        block.fraction_lost = static_cast<std::uint8_t>(std::min<std::int64_t>(lost_since * 256 / expected_since, 255));
    block.lost = static_cast<std::int32_t>(expected - static_cast<std::int64_t>(received_));
    block.highest_sequence = static_cast<std::uint32_t>(next_sequence_ - 1);
    block.jitter = static_cast<std::uint32_t>(jitter_);
    if (report_arrival_) {
        block.last_report = report_ntp_;
        block.delay =
            static_cast<std::uint32_t>(duration_cast<microseconds>(now - *report_arrival_).count() * 65536 / 1'000'000);
    }
    reported_expected_ = expected;
    reported_received_ = received_;
    return net::write_receiver_report(own_ssrc, {block}, cname);
}

}  // namespace vantage::ingest
