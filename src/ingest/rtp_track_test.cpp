// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtp_track.hpp"

#include "ingest/depacketizer_fixture.hpp"
#include "ingest/rtp_reorder.hpp"

#include <gtest/gtest.h>

namespace vantage::ingest {
namespace {

using Times = std::vector<std::int64_t>;
using Sequences = std::vector<int>;

SteadyTime at(std::int64_t ms) {
    return SteadyTime{milliseconds{1'000'000 + ms}};
}

Bytes packet(int sequence, std::uint32_t timestamp, std::uint32_t ssrc = 1, int type = 96) {
    Bytes out(net::kRtpHeaderBytes + 1);
    net::write_rtp_header(out.data(),
                          {false, static_cast<std::uint8_t>(type), static_cast<std::uint16_t>(sequence), timestamp, ssrc});
    return out;
}

// A track whose every packet is a frame.
struct RtpTrackTest : testing::Test, TrackSink {
    void on_track(const Track& /*track*/) override {}
    void on_frame(Frame frame) override {
        times.push_back(frame.pts->count());
        damaged.push_back(frame.lost_before);
    }
    void on_sender_report(const SenderReport& report) override { reports.push_back(report.media.count()); }
    void open(int clock_rate) {
        net::SdpMedia media;
        media.formats.push_back(sdp_format("PCMA", clock_rate));
        track = std::move(*RtpTrack::make(TrackKind::video, media, media.formats[0], *this));
        track->begin();
    }
    void SetUp() override { open(90000); }
    void push(int sequence, std::uint32_t timestamp, std::uint32_t ssrc = 1, std::int64_t ms = 0, int type = 96) {
        track->push_rtp(packet(sequence, timestamp, ssrc, type), {at(ms), {}});
    }
    void report(std::uint32_t timestamp, std::uint32_t ssrc = 1, std::int64_t ms = 0) {
        track->push_rtcp(net::write_sender_report({ssrc, UtcTime{seconds{1'763'000'000}}, timestamp, 0, 0}, "c"),
                         {at(ms), {}});
    }
    std::unique_ptr<RtpTrack> track;
    Times times, reports;
    std::vector<bool> damaged;
};

TEST_F(RtpTrackTest, LossDuplicatesAndLateOnes) {
    for (const int sequence : {65533, 65534, 65534, 1, 0, 0, 2, 65532}) push(sequence, 0);
    const auto& c = track->counters();
    EXPECT_EQ(c.lost, 2) << "65535 and 0: that 0 came late brings it back into no frame";
    EXPECT_EQ(c.late, 2);
    EXPECT_EQ(damaged, (std::vector<bool>{false, false, true, false}));
    push(10, 0);
    EXPECT_EQ(c.lost, 9);
    push(30000, 0);
    EXPECT_EQ(c.lost, 9) << "a sequence that begins anew loses nothing";
    EXPECT_TRUE(damaged.back());
}

TEST_F(RtpTrackTest, ThirteenHoursWrapAndNoErrorAddsUp) {
    open(44100);
    std::uint32_t timestamp = 0xFFFFFFFF - 1000;
    const std::int64_t first = timestamp;
    for (int n = 0; n < 5000; ++n, timestamp += 10'000'001) push(n, timestamp);
    EXPECT_EQ(times.front(), first * 90000 / 44100);
    EXPECT_EQ(times.back(), (first + 4999LL * 10'000'001) * 90000 / 44100);
}

TEST_F(RtpTrackTest, ReportsShareTheTimeline) {
    report(0xFFFFFFF0);
    push(1, 0x10);
    report(0x20);
    EXPECT_EQ(times, Times{0x100000010});
    EXPECT_EQ(reports, (Times{0xFFFFFFF0, 0x100000020}));
    report(0x20 + 90000, 99);
    report(0x20 + 90000 * 20, 99);
    EXPECT_EQ(reports.size(), 3) << "of a wrong SSRC only when it fits";
}

TEST_F(RtpTrackTest, AnotherSsrcTakesOverWithItsSecondPacketOrAfterSilence) {
    push(1, 0, 1);
    push(500, 90, 2);
    push(501, 100, 2);
    push(502, 110, 2);
    EXPECT_EQ(times, (Times{0, 100, 110}));
    push(2, 200, 1, 10);
    push(3, 210, 1, 10);
    EXPECT_EQ(times.size(), 3) << "the old one again: two senders on one channel";
    push(9, 300, 3, 5000);
    EXPECT_EQ(times.back(), 300) << "the followed one was silent";
    EXPECT_TRUE(damaged.back());
    EXPECT_EQ(track->counters().lost, 0);
}

TEST_F(RtpTrackTest, APayloadTypeThatWasNotAnnounced) {
    push(1, 10, 1, 0, 97);
    push(2, 20, 1, 0, 96);
    push(3, 30, 1, 0, 97);
    EXPECT_EQ(times, (Times{10, 20})) << "taken only until the right one is seen";
}

TEST_F(RtpTrackTest, JitterAndReceiverReport) {
    EXPECT_FALSE(track->receiver_report(at(0), 5, "c"));
    for (int n = 0; n < 200; ++n) push(n, static_cast<std::uint32_t>(n) * 3600, 1, n * 40 + (n % 2) * 10);
    EXPECT_NEAR(static_cast<double>(track->counters().jitter.count()), 10'000, 100);
    report(0, 1, 8000);
    push(202, 202 * 3600, 1, 8080);
    const auto text = track->receiver_report(at(8500), 5, "c");
    ASSERT_TRUE(text);
    const auto read = net::parse_rtcp(*text);
    ASSERT_EQ(read.receptions.size(), 1);
    const auto& block = read.receptions[0];
    EXPECT_EQ(block.lost, 2);
    EXPECT_EQ(block.fraction_lost, 2 * 256 / 203);
    EXPECT_EQ(block.highest_sequence, 202);
    EXPECT_EQ(block.delay, 65536 / 2);
    EXPECT_EQ(block.last_report, static_cast<std::uint32_t>(net::to_ntp(UtcTime{seconds{1'763'000'000}}) >> 16));
}

// --- the window for datagrams

struct Window {
    void push(int sequence, std::int64_t ms = 0) { reorder.push(packet(sequence, 0), {at(ms), {}}); }
    Sequences take() { return std::exchange(out, {}); }
    Sequences out;
    RtpReorder reorder{[this](ByteView datagram, const Arrival&) { out.push_back(load_u16(&datagram[2])); }};
};

TEST(RtpReorder, PutsInOrderAcrossTheWrap) {
    Window w;
    for (const int sequence : {65534, 1, 0, 65535, 2, 2}) w.push(sequence);
    EXPECT_EQ(w.take(), (Sequences{65534, 65535, 0, 1, 2, 2})) << "what comes twice is the track's to refuse";
}

TEST(RtpReorder, WaitsNoLongerThanItsWindow) {
    Window w;
    w.push(1);
    w.push(3, 10);
    w.push(5, 40);
    w.reorder.expire(at(69));
    EXPECT_EQ(w.take(), Sequences{1});
    w.reorder.expire(at(71));
    EXPECT_EQ(w.take(), Sequences{3});
    w.push(4, 72);
    EXPECT_EQ(w.take(), (Sequences{4, 5}));
}

TEST(RtpReorder, HoldsABoundedNumberAndFollowsJumps) {
    Window w;
    w.push(0);
    for (int n = 2; n < 70; ++n) w.push(n);
    EXPECT_EQ(w.take().size(), 69) << "1 was given up when the window was full";
    w.push(72);
    w.push(30000);
    w.push(30001);
    EXPECT_EQ(w.take(), (Sequences{72, 30000, 30001}));
    w.push(10);
    w.push(11);
    EXPECT_EQ(w.take(), (Sequences{10, 11}));
}

}  // namespace
}  // namespace vantage::ingest
