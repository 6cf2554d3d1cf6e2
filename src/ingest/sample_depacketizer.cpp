// SPDX-License-Identifier: Apache-2.0
// Formats whose packets are units as they are: Opus (RFC 7587), G.711 and G.726 (RFC 3551).
#include "ingest/depacketizer.hpp"
#include "net/text.hpp"

namespace vantage::ingest {
namespace {

// Turns G.726 code words of `bits` bits from the order of ITU-T I.366.2 (AAL2: first word in the high bits) into RFC 3551's
// (first word in the low bits).
Bytes reorder_g726(ByteView in, int bits) {
    Bytes out(in.size());
    const auto at = [&](std::size_t n) { return in[n / 8] >> (7 - n % 8) & 1; };
    const auto words = in.size() * 8 / static_cast<std::size_t>(bits);
    const auto width = static_cast<std::size_t>(bits);
    for (std::size_t word = 0; word < words; ++word)
        for (std::size_t bit = 0; bit < width; ++bit)  // from the word's lowest bit
            if (const auto to = word * width + bit; at(word * width + width - 1 - bit))
                out[to / 8] = static_cast<std::uint8_t>(out[to / 8] | 1 << to % 8);
    return out;
}

class SampleDepacketizer final : public Depacketizer {
  public:
    SampleDepacketizer(Track track, bool aal2, UnitSink& sink) : Depacketizer(sink), track_(std::move(track)), aal2_(aal2) {}

    void begin() override { sink_.on_track(track_); }
    void lose() override { lost_ = true; }
    void push(const RtpInput& packet) override {
        if (packet.payload.empty()) return;
        auto data = aal2_ ? reorder_g726(packet.payload, track_.bits_per_sample)
                          : Bytes(packet.payload.begin(), packet.payload.end());
        sink_.on_unit({packet.timestamp, packet.arrival, true, false, std::exchange(lost_, false), std::move(data)});
    }

  private:
    const Track track_;
    const bool aal2_;
    bool lost_{false};
};

}  // namespace

std::unique_ptr<Depacketizer> make_opus_depacketizer(const net::SdpFormat& format, UnitSink& sink) {
    Track track;
    track.codec = Codec::opus;
    track.sample_rate = 48000;
    track.channels = format.channels == 1 ? 1 : 2;
    // OpusHead (RFC 7845 5.1), little endian: version 1, 3840 samples of pre-skip, 48 kHz, no gain, mapping family 0.
    track.config = {'O',  'p',  'u',  's',  'H', 'e', 'a', 'd', 1, static_cast<std::uint8_t>(track.channels),
                    0x00, 0x0F, 0x80, 0xBB, 0,   0,   0,   0,   0};
    return std::make_unique<SampleDepacketizer>(std::move(track), false, sink);
}

std::unique_ptr<Depacketizer> make_sample_depacketizer(Codec codec, const net::SdpFormat& format, UnitSink& sink) {
    Track track;
    track.codec = codec;
    track.sample_rate = format.clock_rate;
    track.channels = format.channels == 0 ? 1 : format.channels;
    if (codec == Codec::g726) {
        const auto dash = format.encoding.rfind('-');  // G726-32: kbit/s at 8 kHz
        track.bits_per_sample = net::parse_number<int>(std::string_view(format.encoding).substr(dash + 1)).value_or(32) / 8;
        track.channels = 1;
        if (track.bits_per_sample < 2 || track.bits_per_sample > 5) track.bits_per_sample = 4;
    }
    return std::make_unique<SampleDepacketizer>(std::move(track), format.encoding.starts_with("AAL2-"), sink);
}

}  // namespace vantage::ingest
