// SPDX-License-Identifier: Apache-2.0
// One RTP stream of a session: follows sequence numbers, time stamps and SSRCs (RFC 3550), counts loss and jitter, feeds the
// depacketiser and turns its units into frames on an unwrapped 90 kHz timeline. Lives on the thread of its source.
#pragma once
#include "ingest/depacketizer.hpp"

#include <memory>
#include <string>

namespace vantage::ingest {

class TrackSink {
  public:
    virtual ~TrackSink() = default;
    virtual void on_track(const Track& track) = 0;
    virtual void on_frame(Frame frame) = 0;
    virtual void on_sender_report(const SenderReport& report) = 0;
};

struct RtpCounters {
    std::uint64_t packets{0};
    std::uint64_t lost{0};  // missing in the frames; never goes down
    std::uint64_t late{0};  // came after their turn and were left out
    microseconds jitter{0};
};

class RtpTrack final : public UnitSink {
  public:
    // errc::unsupported or malformed as make_depacketizer. `sink` outlives the track.
    static Result<std::unique_ptr<RtpTrack>> make(TrackKind kind, const net::SdpMedia& media, const net::SdpFormat& format,
                                                  TrackSink& sink);

    // Announces the track if the session description says enough. Call once, before the first packet.
    void begin() { depacketizer_->begin(); }
    void push_rtp(ByteView datagram, const Arrival& arrival);
    void push_rtcp(ByteView compound, const Arrival& arrival);
    // The report that is due to the camera (RFC 3550 6.4.2); nothing before the first packet.
    std::optional<Bytes> receiver_report(SteadyTime now, std::uint32_t own_ssrc, std::string_view cname);
    // The camera has said goodbye to the SSRC that was followed.
    [[nodiscard]] bool ended() const { return ended_; }

    [[nodiscard]] const RtpCounters& counters() const { return counters_; }
    [[nodiscard]] TrackKind kind() const { return kind_; }

  private:
    RtpTrack(TrackKind kind, const net::SdpFormat& format, std::size_t formats, TrackSink& sink);
    void on_track(const Track& track) override { sink_.on_track(track); }
    void on_unit(AccessUnit unit) override;

    [[nodiscard]] bool wanted(const net::RtpPacket& packet);
    bool follow_ssrc(std::uint32_t ssrc, SteadyTime now);
    bool follow_sequence(std::uint16_t sequence);
    void restart_sequence(std::uint16_t sequence);
    void measure_jitter(std::int64_t timestamp, SteadyTime arrival);
    [[nodiscard]] Ticks to_ticks(std::int64_t timestamp) const;

    const TrackKind kind_;
    const int clock_rate_;
    const int payload_type_;
    const bool only_format_;
    TrackSink& sink_;
    std::unique_ptr<Depacketizer> depacketizer_;
    RtpCounters counters_;
    bool type_seen_{false};  // a packet came with the payload type that was announced

    std::optional<std::uint32_t> ssrc_;
    std::uint32_t candidate_ssrc_{0};  // another one was seen once
    std::uint32_t previous_ssrc_{0};
    bool has_candidate_{false};
    SteadyTime ssrc_seen_;      // last packet of ssrc_
    SteadyTime ssrc_switched_;  // from previous_ssrc_
    bool ended_{false};

    net::Unwrapper<std::uint16_t> sequence_;
    std::int64_t first_sequence_{0};
    std::int64_t next_sequence_{0};
    std::uint64_t recent_{0};  // bit n: next_sequence_ - 1 - n has come

    net::Unwrapper<std::uint32_t> timestamp_;
    std::optional<std::int64_t> jitter_timestamp_;
    SteadyTime jitter_arrival_;
    double jitter_{0};  // in clock ticks

    std::optional<SteadyTime> report_arrival_;
    std::uint32_t report_ntp_{0};  // middle 32 bits
    std::uint64_t reported_received_{0};
    std::int64_t reported_expected_{0};
    std::uint64_t received_{0};  // since the sequence began
};

}  // namespace vantage::ingest
