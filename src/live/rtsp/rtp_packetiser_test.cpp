// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtp_packetiser.hpp"

#include "live/rtsp/rtsp_request.hpp"
#include "live/rtsp/rtsp_sdp.hpp"
#include "media/demuxer.hpp"
#include "media/h26x.hpp"
#include "media/test_media.hpp"
#include "net/rtp.hpp"
#include "net/sdp.hpp"

#include <gtest/gtest.h>

namespace vantage::live {
namespace {

struct Sent {
    Bytes interleaved;
    net::RtpHeader header;
    Bytes payload;
};

std::vector<Sent> packets_of(const RtpBatch& batch) {
    std::vector<Sent> out;
    for (const auto& packet : batch.packets()) {
        Bytes all;
        for (const auto& piece : batch.pieces().subspan(packet.first, packet.pieces)) {
            const auto* data = static_cast<const std::uint8_t*>(piece.iov_base);
            all.insert(all.end(), data, data + piece.iov_len);
        }
        EXPECT_EQ(all.size(), packet.bytes);
        EXPECT_EQ(all[0], '$');
        EXPECT_EQ(load_u16(all.data() + 2), all.size() - 4);
        const auto rtp = net::parse_rtp(ByteView{all}.subspan(4));
        EXPECT_TRUE(rtp);
        out.push_back({{all.begin(), all.begin() + 4}, *rtp, {rtp->payload.begin(), rtp->payload.end()}});
    }
    return out;
}

RtpBatchPtr write(RtpPacketiser& packetiser, RtpLine& line, const Bytes& frame, bool key = false) {
    RtpBatchBuilder builder{line, 5000, 4};
    packetiser.write(frame, key, builder);
    return builder.finish(TrackKind::video, key, MediaTime{}, {});
}

Bytes nal(std::initializer_list<std::uint8_t> head, std::size_t size) {
    Bytes out(head);
    while (out.size() < size) out.push_back(static_cast<std::uint8_t>(out.size() * 7));
    return out;
}

Bytes length_prefixed(const std::vector<Bytes>& nals) {
    Bytes out;
    for (const auto& n : nals) {
        out.resize(out.size() + 4);
        store_u32(out.data() + out.size() - 4, static_cast<std::uint32_t>(n.size()));
        out.insert(out.end(), n.begin(), n.end());
    }
    return out;
}

// A 640x360 High profile SPS and its PPS, as x264 writes them.
const Bytes kSps{0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x61, 0x00, 0x00,
                 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96};
const Bytes kPps{0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0};

Track h264_track() {
    h26x::ParameterSets sets;
    sets.update(Codec::h264, kSps);
    sets.update(Codec::h264, kPps);
    return h26x::make_track(Codec::h264, sets).value();
}

TEST(H264Packets, SmallUnitsShareAPacketAndParameterSetsGoBeforeAKeyFrame) {
    auto packetiser = make_packetiser(h264_track()).value();
    RtpLine line{.channel = 4, .payload_type = 96, .ssrc = 7, .next_sequence = 65535};
    const auto idr = nal({0x65}, 500);
    const auto frame = length_prefixed({idr});
    const auto batch = write(*packetiser, line, frame, true);
    const auto sent = packets_of(*batch);
    ASSERT_EQ(sent.size(), 1U);
    Bytes expected{0x78};  // STAP-A of importance 3
    for (const auto& n : {kSps, kPps, idr}) {
        expected.push_back(static_cast<std::uint8_t>(n.size() >> 8));
        expected.push_back(static_cast<std::uint8_t>(n.size()));
        expected.insert(expected.end(), n.begin(), n.end());
    }
    EXPECT_EQ(sent[0].payload, expected);
    EXPECT_TRUE(sent[0].header.marker);
    EXPECT_EQ(sent[0].interleaved[1], 4);
    EXPECT_EQ(sent[0].header.sequence, 65535);
    EXPECT_EQ(line.next_sequence, 0);
    EXPECT_EQ(sent[0].header.timestamp, 5000U);
}

TEST(H264Packets, LargeUnitsAreCutAndPutTogetherAgain) {
    auto packetiser = make_packetiser(h264_track()).value();
    RtpLine line;
    const auto slice = nal({0x41}, 5000);
    const auto small = nal({0x41}, 100);
    const auto frame = length_prefixed({slice, small});
    const auto sent = packets_of(*write(*packetiser, line, frame));
    ASSERT_EQ(sent.size(), 5U);
    Bytes whole{0x41};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& payload = sent[i].payload;
        EXPECT_LE(payload.size(), kMostPayload);
        EXPECT_EQ(payload[0], 0x40 | 28);
        EXPECT_EQ(payload[1], 1 | (i == 0 ? 0x80 : 0) | (i == 3 ? 0x40 : 0));
        EXPECT_FALSE(sent[i].header.marker);
        whole.insert(whole.end(), payload.begin() + 2, payload.end());
    }
    EXPECT_EQ(whole, slice);
    EXPECT_EQ(sent[4].payload, small);
    EXPECT_TRUE(sent[4].header.marker);
}

TEST(RtpBatch, AnotherChannelChangesNothingElse) {
    auto packetiser = make_packetiser(h264_track()).value();
    RtpLine line;
    const auto frame = length_prefixed({nal({0x41}, 3000)});
    const auto batch = write(*packetiser, line, frame);
    const auto other = packets_of(*batch->on_channel(6));
    const auto first = packets_of(*batch);
    ASSERT_EQ(first.size(), other.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].interleaved[1], 0);
        EXPECT_EQ(other[i].interleaved[1], 6);
        EXPECT_EQ(first[i].payload, other[i].payload);
        EXPECT_EQ(first[i].header.sequence, other[i].header.sequence);
    }
}

TEST(H265Packets, LargeUnitsAreCut) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/ipcam_like_h265.mp4");
    auto demuxer = Demuxer::open(path, {}, {}).value();
    const auto tracks = std::get<TrackSet>(demuxer->next().value());
    auto packetiser = make_packetiser(*tracks.video).value();
    const auto frame = std::get<DemuxedFrame>(demuxer->next().value());
    ASSERT_TRUE(frame.key);
    RtpLine line;
    std::vector<Bytes> got;
    for (const auto& packet : packets_of(*write(*packetiser, line, frame.data, true))) {
        const auto& p = packet.payload;
        EXPECT_LE(p.size(), kMostPayload);
        if ((p[0] >> 1 & 0x3F) != 49) {
            got.push_back(p);
            continue;
        }
        if ((p[2] & 0x80) != 0) got.push_back({static_cast<std::uint8_t>((p[0] & 0x81) | (p[2] & 0x3F) << 1), p[1]});
        got.back().insert(got.back().end(), p.begin() + 3, p.end());
    }
    ASSERT_GT(got.size(), 3U);
    EXPECT_EQ(h26x::classify(Codec::h265, got[0]), h26x::Nal::vps);
    EXPECT_EQ(h26x::classify(Codec::h265, got[1]), h26x::Nal::sps);
    EXPECT_EQ(h26x::classify(Codec::h265, got[2]), h26x::Nal::pps);
    EXPECT_EQ(length_prefixed({got.begin() + 3, got.end()}), frame.data);
}

TEST(JpegPackets, CarryTablesInTheFirstAndTheWholeScan) {
    VANTAGE_MEDIA_OR_SKIP(path, "odd/made/mjpeg.mkv");
    auto demuxer = Demuxer::open(path, {}, {}).value();
    const auto tracks = std::get<TrackSet>(demuxer->next().value());
    const auto frame = std::get<DemuxedFrame>(demuxer->next().value());
    auto packetiser = make_packetiser(*tracks.video).value();
    RtpLine line;
    const auto batch = write(*packetiser, line, frame.data, true);
    ASSERT_TRUE(batch);
    const auto sent = packets_of(*batch);
    std::size_t offset = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& p = sent[i].payload;
        EXPECT_EQ(load_u32(p.data()) & 0xFFFFFF, offset);
        EXPECT_EQ(p[5], 255);
        EXPECT_EQ(p[6] * 8, (tracks.video->width + 7) / 8 * 8);
        EXPECT_EQ(sent[i].header.marker, i + 1 == sent.size());
        const std::size_t head = 8 + (i == 0 ? 4U + 128U : 0U);
        offset += p.size() - head;
    }
    EXPECT_GT(offset, 1000U);
}

TEST(JpegPackets, WhatRfc2435CannotSayIsNotSent) {
    auto packetiser = make_jpeg_packetiser();
    RtpLine line;
    EXPECT_FALSE(write(*packetiser, line, Bytes{0xFF, 0xD8, 0xFF, 0xD9}));
    EXPECT_EQ(line.next_sequence, 0);
}

TEST(AacPackets, HaveOneUnitAndItsSize) {
    auto packetiser = make_aac_packetiser();
    RtpLine line;
    const auto small = packets_of(*write(*packetiser, line, nal({0x21}, 300)));
    ASSERT_EQ(small.size(), 1U);
    EXPECT_EQ(load_u16(small[0].payload.data()), 16);
    EXPECT_EQ(load_u16(small[0].payload.data() + 2) >> 3, 300);
    const Bytes large_frame = nal({0x21}, 3000);
    const auto large = packets_of(*write(*packetiser, line, large_frame));
    ASSERT_EQ(large.size(), 3U);
    Bytes whole;
    for (const auto& packet : large) {
        EXPECT_EQ(load_u16(packet.payload.data() + 2) >> 3, 3000);
        whole.insert(whole.end(), packet.payload.begin() + 4, packet.payload.end());
    }
    EXPECT_EQ(whole, large_frame);
    EXPECT_FALSE(large[1].header.marker);
    EXPECT_TRUE(large[2].header.marker);
}

TEST(SamplePackets, LongPcmIsCutWithItsTimes) {
    auto packetiser = make_sample_packetiser(8);
    RtpLine line;
    const auto sent = packets_of(*write(*packetiser, line, Bytes(3000, 0x55)));
    ASSERT_EQ(sent.size(), 3U);
    EXPECT_EQ(sent[1].header.timestamp - sent[0].header.timestamp, 1280U);
    EXPECT_EQ(sent[2].payload.size(), 440U);
}

TEST(Sdp, IsReadBack) {
    Track aac;
    aac.codec = Codec::aac;
    aac.config = {0x14, 0x08};
    aac.sample_rate = 16000;
    aac.channels = 1;
    const auto text = describe({h264_track(), aac}, "door");
    const auto sdp = net::parse_sdp(text).value();
    ASSERT_EQ(sdp.medias.size(), 2U);
    EXPECT_EQ(sdp.name, "door");
    const auto* video = sdp.medias[0].format(96);
    ASSERT_NE(video, nullptr);
    EXPECT_EQ(video->encoding, "H264");
    EXPECT_EQ(video->parameter("profile-level-id"), "64001E");
    EXPECT_NE(video->parameter("sprop-parameter-sets").find(','), std::string_view::npos);
    EXPECT_EQ(sdp.medias[0].control, "trackID=0");
    const auto* audio = sdp.medias[1].format(97);
    ASSERT_NE(audio, nullptr);
    EXPECT_EQ(audio->clock_rate, 16000);
    EXPECT_EQ(audio->parameter("config"), "1408");
}

TEST(Target, IsReadAsPlayersWriteIt) {
    for (const auto* url : {"rtsp://h:1/door", "rtsp://h/door/", "/door", "door", "rtsp://u:p@h/door?x=1"}) {
        EXPECT_EQ(parse_target(url).path, "door") << url;
        EXPECT_FALSE(parse_target(url).track) << url;
    }
    for (const auto* url : {"rtsp://h/door/trackID=1", "rtsp://h/door?x=1/trackID=1", "rtsp://h/door/?x=1/trackID=1"}) {
        EXPECT_EQ(parse_target(url).path, "door") << url;
        EXPECT_EQ(parse_target(url).track, TrackKind::audio) << url;
    }
    EXPECT_EQ(parse_target("rtsp://h").path, "");
    EXPECT_EQ(parse_target("*").path, "*");
    EXPECT_EQ(parse_target("rtsp://h/a/trackID=9").path, "a/trackID=9");
}

TEST(Transport, TheFirstThatCanBeServedIsTaken) {
    EXPECT_TRUE(choose_transport("RTP/AVP/TCP;unicast;interleaved=2-3", true)->tcp);
    EXPECT_FALSE(choose_transport("RTP/AVP;multicast,RTP/AVP;unicast;client_port=5000-5001", true)->tcp);
    EXPECT_TRUE(choose_transport("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast", false)->tcp);
    for (const auto* none : {"", "RTP/AVP;multicast", "RTP/AVP;unicast", "RTP/AVP;unicast;client_port=0-1",
                             "RTP/AVP;unicast;client_port=70000-70001", "RTP/AVP/TCP;interleaved=255-256",
                             "RTP/AVP/TCP;unicast;mode=record", "nonsense"})
        EXPECT_FALSE(choose_transport(none, true)) << none;
}

}  // namespace
}  // namespace vantage::live
