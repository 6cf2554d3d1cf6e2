// SPDX-License-Identifier: Apache-2.0
// AAC as MP4A-LATM (RFC 6416): AudioMuxElements of ISO 14496-3 1.7.3, with the configuration in the session description or
// in band. One program, one layer: that is what cameras send.
#include "ingest/aac_config.hpp"
#include "ingest/depacketizer.hpp"
#include "net/text.hpp"

namespace vantage::ingest {
namespace {

constexpr std::size_t kMostElementBytes = 64 * 1024;

struct MuxConfig {
    Track track;
    int sub_frames{1};
    std::int64_t unit_samples{1024};
    int sample_rate{0};
};

// ISO 14496-3 1.7.3.1 LatmGetValue.
std::uint32_t latm_value(BitSource& in) {
    const auto bytes = in.bits(2) + 1;
    return in.bits(static_cast<int>(bytes * 8));
}

// The bits [from, to) moved to a byte boundary; the rest of the last byte is zero.
Bytes copy_bits(ByteView data, std::size_t from, std::size_t count) {
    BitSource in(data);
    in.skip(from);
    Bytes out;
    for (; count >= 8; count -= 8) out.push_back(static_cast<std::uint8_t>(in.bits(8)));
    if (count > 0) out.push_back(static_cast<std::uint8_t>(in.bits(static_cast<int>(count)) << (8 - count)));
    return out;
}

// Reads a StreamMuxConfig at `in`, which reads from `data`.
std::optional<MuxConfig> read_mux_config(ByteView data, BitSource& in) {
    const bool version = in.bits(1) != 0;
    if (version && in.bits(1) != 0) return std::nullopt;  // audioMuxVersionA is not defined
    if (version) latm_value(in);                          // taraBufferFullness
    if (in.bits(1) == 0) return std::nullopt;             // allStreamsSameTimeFraming
    MuxConfig mux;
    mux.sub_frames = static_cast<int>(in.bits(6)) + 1;
    if (in.bits(4) != 0 || in.bits(3) != 0) return std::nullopt;  // programs, layers
    const auto announced = version ? latm_value(in) : 0;
    const auto begin = in.position();
    const auto aac = read_audio_specific_config(in);
    if (!aac) return std::nullopt;
    if (version) in.skip(announced - std::min<std::size_t>(announced, in.position() - begin));
    const auto config = copy_bits(data, begin, in.position() - begin);
    auto track = make_aac_track(config);
    if (!track || in.bits(3) != 0) return std::nullopt;  // frameLengthType 0: sizes are in the payload
    in.skip(8);                                          // latmBufferFullness
    if (in.bits(1) != 0) {                               // otherDataPresent
        if (version) {
            latm_value(in);
        } else {
            while (in.ok() && in.bits(9) >> 8 != 0) {
            }
        }
    }
    if (in.bits(1) != 0) in.skip(8);  // crcCheckPresent
    if (!in.ok()) return std::nullopt;
    mux.track = std::move(*track);
    mux.unit_samples = aac->frame_length;
    mux.sample_rate = aac->sample_rate;
    return mux;
}

class LatmDepacketizer final : public Depacketizer {
  public:
    LatmDepacketizer(std::optional<MuxConfig> mux, bool in_band, int clock_rate, UnitSink& sink)
        : Depacketizer(sink), mux_(std::move(mux)), in_band_(in_band), clock_rate_(clock_rate) {}

    void begin() override {
        if (mux_) sink_.on_track(mux_->track);
    }
    void lose() override {
        element_.clear();
        skipping_ = true;  // up to the next element: after a marker or at a new time stamp
        lost_ = true;
    }
    void push(const RtpInput& packet) override {
        if (packet.timestamp != timestamp_) {
            element_.clear();
            skipping_ = false;
            timestamp_ = packet.timestamp;
        }
        if (!skipping_) {
            element_.insert(element_.end(), packet.payload.begin(), packet.payload.end());
            if (element_.size() > kMostElementBytes) return lose();
        }
        if (!packet.marker) return;
        if (!skipping_) take_elements(packet);
        element_.clear();
        skipping_ = false;
    }

  private:
    // RFC 6416 6.1: a packet may hold several elements, each beginning on a byte.
    void take_elements(const RtpInput& packet) {
        auto timestamp = packet.timestamp;
        for (auto rest = ByteView{element_}; !rest.empty();) {
            BitSource in(rest);
            if (!take_element(packet, rest, in, timestamp)) {
                lost_ = true;
                return;
            }
            rest = rest.subspan(std::min(rest.size(), (in.position() + 7) / 8));
        }
    }
    bool take_element(const RtpInput& packet, ByteView data, BitSource& in, std::int64_t& timestamp) {
        if (in_band_ && in.bits(1) == 0) {  // useSameStreamMux
            auto mux = read_mux_config(data, in);
            if (!mux) return false;
            const bool news = !mux_ || !(mux_->track == mux->track);
            mux_ = std::move(mux);
            if (news) sink_.on_track(mux_->track);
        }
        if (!mux_) return false;
        for (int n = 0; n < mux_->sub_frames; ++n) {
            std::size_t size = 0;
            for (std::uint32_t byte = 255; byte == 255 && in.ok(); size += byte) byte = in.bits(8);
            if (size == 0 || in.position() + size * 8 > data.size() * 8) return false;
            sink_.on_unit({timestamp, packet.arrival, true, false, std::exchange(lost_, false),
                           copy_bits(data, in.position(), size * 8)});
            in.skip(size * 8);
            timestamp += mux_->unit_samples * clock_rate_ / mux_->sample_rate;
        }
        return true;
    }

    std::optional<MuxConfig> mux_;
    const bool in_band_;
    const int clock_rate_;
    Bytes element_;
    std::optional<std::int64_t> timestamp_;
    bool skipping_{false};
    bool lost_{false};
};

}  // namespace

Result<std::unique_ptr<Depacketizer>> make_latm_depacketizer(const net::SdpFormat& format, UnitSink& sink) {
    const bool in_band = net::parse_number<int>(format.parameter("cpresent")).value_or(1) != 0;
    std::optional<MuxConfig> mux;
    if (const auto config = parse_hex(net::trim(format.parameter("config"))); config && !config->empty()) {
        BitSource in(*config);
        mux = read_mux_config(*config, in);
    }
    if (!mux && !in_band) return fail(errc::malformed, "AAC (LATM) with a configuration that cannot be read");
    return std::make_unique<LatmDepacketizer>(std::move(mux), in_band, format.clock_rate, sink);
}

}  // namespace vantage::ingest
