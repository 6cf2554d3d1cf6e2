// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtp_packetiser.hpp"

#include "base/base64.hpp"
#include "media/h26x.hpp"

#include <fmt/format.h>

#include <array>

namespace vantage::live {
namespace {

constexpr std::uint8_t kStapA = 24, kFuA = 28, kH265Fu = 49;

using Nals = std::vector<ByteView>;

void write_fragments(ByteView nal, std::size_t skip, std::array<std::uint8_t, 3> head, std::size_t head_size,
                     RtpBatchBuilder& out) {
    const auto room = kMostPayload - head_size;
    auto rest = nal.subspan(skip);
    const auto type = head.at(head_size - 1);
    for (bool first = true; !rest.empty(); first = false) {
        const auto size = std::min(room, rest.size());
        head.at(head_size - 1) = static_cast<std::uint8_t>(type | (first ? 0x80 : 0) | (size == rest.size() ? 0x40 : 0));
        out.begin_packet();
        out.header({head.data(), head_size});
        out.payload(rest.first(size));
        rest = rest.subspan(size);
    }
}

// RFC 6184: small NAL units that follow each other share a packet (STAP-A), large ones are cut (FU-A).
class H264Packets {
  public:
    explicit H264Packets(RtpBatchBuilder& out) : out_(out) {}

    void add(ByteView nal) {
        if (nal.empty()) return;
        if (nal.size() > kMostPayload) {
            flush();
            write_fragments(nal, 1,
                            {static_cast<std::uint8_t>((nal[0] & 0x60) | kFuA), static_cast<std::uint8_t>(nal[0] & 0x1F), 0},
                            2, out_);
            return;
        }
        if (1 + bytes_ + 2 + nal.size() > kMostPayload) flush();
        small_.push_back(nal);
        bytes_ += 2 + nal.size();
    }

    void flush() {
        if (small_.empty()) return;
        out_.begin_packet();
        if (small_.size() > 1) {
            std::uint8_t importance = 0;
            for (const auto nal : small_) importance = std::max<std::uint8_t>(importance, nal[0] & 0x60);
            out_.header(std::array{static_cast<std::uint8_t>(importance | kStapA)});
            for (const auto nal : small_) {
                std::array<std::uint8_t, 2> size{};
                store_u16(size.data(), static_cast<std::uint16_t>(nal.size()));
                out_.header(size);
                out_.payload(nal);
            }
        } else {
            out_.payload(small_[0]);
        }
        small_.clear();
        bytes_ = 0;
    }

  private:
    RtpBatchBuilder& out_;
    Nals small_;
    std::size_t bytes_{0};
};

// RFC 7798 4.4.1 and 4.4.3: whole or cut; parameter sets are not aggregated, because some players cannot take that.
void write_h265(ByteView nal, RtpBatchBuilder& out) {
    if (nal.size() < 3) return;
    if (nal.size() <= kMostPayload) {
        out.begin_packet();
        out.payload(nal);
        return;
    }
    const auto type = static_cast<std::uint8_t>(nal[0] >> 1 & 0x3F);
    write_fragments(nal, 2, {static_cast<std::uint8_t>((nal[0] & 0x81) | kH265Fu << 1), nal[1], type}, 3, out);
}

class NalPacketiser final : public RtpPacketiser {
  public:
    NalPacketiser(Codec codec, h26x::ParameterSets sets)
        : codec_(codec), sets_(std::make_shared<const h26x::ParameterSets>(std::move(sets))) {}

    void write(ByteView frame, bool key, RtpBatchBuilder& out) override {
        H264Packets h264{out};
        const auto add = [&](ByteView nal) { codec_ == Codec::h264 ? h264.add(nal) : write_h265(nal, out); };
        if (key)
            for (const auto* sets : {&sets_->vps, &sets_->sps, &sets_->pps})
                for (const auto& nal : *sets) add(nal);
        // A frame that ends in a broken length is sent up to there.
        static_cast<void>(h26x::for_each_length_prefixed(frame, 4, add));
        h264.flush();
        out.mark();
    }
    [[nodiscard]] std::shared_ptr<const void> owned() const override { return sets_; }

  private:
    Codec codec_;
    std::shared_ptr<const h26x::ParameterSets> sets_;
};

std::string join_base64(const std::vector<Bytes>& sets) {
    std::string out;
    for (const auto& set : sets) out += (out.empty() ? "" : ",") + to_base64(set);
    return out;
}

std::string hex(ByteView bytes) {
    std::string out;
    for (const auto byte : bytes) out += fmt::format("{:02X}", byte);
    return out;
}

std::string nal_fmtp(const Track& track) {
    int length = 0;
    const auto sets = h26x::parse_config(track.codec, track.config, length);
    if (!sets || sets->sps.empty()) return track.codec == Codec::h264 ? "packetization-mode=1" : "";
    if (track.codec == Codec::h265)
        return fmt::format("sprop-vps={};sprop-sps={};sprop-pps={}", join_base64(sets->vps), join_base64(sets->sps),
                           join_base64(sets->pps));
    const auto& sps = sets->sps[0];
    return fmt::format("packetization-mode=1;profile-level-id={};sprop-parameter-sets={},{}",
                       sps.size() >= 4 ? hex(ByteView{sps}.subspan(1, 3)) : "42001F", join_base64(sets->sps),
                       join_base64(sets->pps));
}

RtpFormat sample_format(const Track& track, const char* name, std::uint8_t fixed, std::uint8_t dynamic) {
    const bool usual = track.sample_rate == 8000 && track.channels <= 1;
    const auto channels = track.channels > 1 ? fmt::format("/{}", track.channels) : std::string{};
    return {usual ? fixed : dynamic, track.sample_rate, fmt::format("{}/{}{}", name, track.sample_rate, channels), {}};
}

}  // namespace

Result<std::unique_ptr<RtpPacketiser>> make_packetiser(const Track& track) {
    switch (track.codec) {
        case Codec::h264:
        case Codec::h265: {
            int length = 0;
            auto sets = h26x::parse_config(track.codec, track.config, length);
            if (!sets) return sets.error();
            return std::make_unique<NalPacketiser>(track.codec, std::move(*sets));
        }
        case Codec::mjpeg:
            return make_jpeg_packetiser();
        case Codec::aac:
            return make_aac_packetiser();
        case Codec::opus:
            return make_sample_packetiser(0);
        case Codec::pcma:
        case Codec::pcmu:
            return make_sample_packetiser(8 * std::max(1, track.channels));
        case Codec::g726:
            return make_sample_packetiser(std::max(2, track.bits_per_sample));
    }
    return fail(errc::unsupported, "codec cannot be sent over RTP");
}

RtpFormat rtp_format(const Track& track) {
    switch (track.codec) {
        case Codec::h264:
            return {96, 90000, "H264/90000", nal_fmtp(track)};
        case Codec::h265:
            return {96, 90000, "H265/90000", nal_fmtp(track)};
        case Codec::mjpeg:
            return {26, 90000, "JPEG/90000", {}};
        case Codec::aac:
            return {
                97, track.sample_rate, fmt::format("mpeg4-generic/{}/{}", track.sample_rate, std::max(1, track.channels)),
                fmt::format(
                    "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={}",
                    hex(track.config))};
        case Codec::opus:
            return {98, 48000, "opus/48000/2", track.channels > 1 ? "sprop-stereo=1" : ""};
        case Codec::pcmu:
            return sample_format(track, "PCMU", 0, 99);
        case Codec::pcma:
            return sample_format(track, "PCMA", 8, 99);
        case Codec::g726:
            return sample_format(track, fmt::format("G726-{}", track.bits_per_sample * 8).c_str(), 100, 100);
    }
    return {};
}

}  // namespace vantage::live
