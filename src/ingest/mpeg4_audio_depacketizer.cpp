// SPDX-License-Identifier: Apache-2.0
// AAC as mpeg4-generic (RFC 3640), modes AAC-hbr and AAC-lbr, without interleaving (no camera does it).
#include "ingest/aac_config.hpp"
#include "ingest/depacketizer.hpp"
#include "media/adts.hpp"
#include "net/text.hpp"

#include <fmt/format.h>

namespace vantage::ingest {
namespace {

constexpr std::size_t kMostUnitBytes = 64 * 1024;

struct HeaderBits {
    int size{13};
    int index{3};
    int index_delta{3};
};

bool is_adts(ByteView data) {
    return data.size() > 7 && data[0] == 0xFF && (data[1] & 0xF6) == 0xF0;
}

class Mpeg4AudioDepacketizer final : public Depacketizer {
  public:
    // `unit_ticks`: what a unit lasts in the format's clock rate.
    Mpeg4AudioDepacketizer(HeaderBits bits, Track track, std::int64_t unit_ticks, UnitSink& sink)
        : Depacketizer(sink), bits_(bits), track_(std::move(track)), unit_ticks_(unit_ticks) {}

    void begin() override { sink_.on_track(track_); }
    void lose() override {
        partial_.clear();
        lost_ = true;
    }
    void push(const RtpInput& packet) override {
        auto payload = packet.payload;
        if (is_adts(payload)) return take_adts(packet, payload, packet.timestamp);  // no AU headers at all
        if (payload.size() < 2) return;
        const std::size_t header_bits = load_u16(payload.data());
        const auto header_bytes = (header_bits + 7) / 8;
        if (payload.size() < 2 + header_bytes) return lose();
        BitSource headers(payload.subspan(2, header_bytes));
        payload = payload.subspan(2 + header_bytes);
        auto timestamp = packet.timestamp;
        for (int n = 0; headers.position() < header_bits; ++n, timestamp += unit_ticks_) {
            const std::size_t size = headers.bits(bits_.size);
            headers.skip(static_cast<std::size_t>(n == 0 ? bits_.index : bits_.index_delta));
            if (headers.position() > header_bits || size == 0) return;
            if (size > payload.size()) return take_fragment(packet, payload, size);
            partial_.clear();
            take_unit(packet, payload.first(size), timestamp);
            payload = payload.subspan(size);
        }
    }

  private:
    // RFC 3640 3.2.3.2: each fragment repeats the size of the whole.
    void take_fragment(const RtpInput& packet, ByteView piece, std::size_t whole) {
        if (!partial_.empty() && partial_time_ != packet.timestamp) lose();
        partial_time_ = packet.timestamp;
        partial_.insert(partial_.end(), piece.begin(), piece.end());
        if (partial_.size() > whole || partial_.size() > kMostUnitBytes) return lose();
        if (partial_.size() == whole) {
            take_unit(packet, partial_, packet.timestamp);
            partial_.clear();
        } else if (packet.marker) {
            lose();
        }
    }
    void take_unit(const RtpInput& packet, ByteView unit, std::int64_t timestamp) {
        if (is_adts(unit)) return take_adts(packet, unit, timestamp);
        sink_.on_unit(
            {timestamp, packet.arrival, true, false, std::exchange(lost_, false), Bytes(unit.begin(), unit.end())});
    }
    // A quirk of cheap cameras: ADTS frames where raw units belong.
    void take_adts(const RtpInput& packet, ByteView data, std::int64_t timestamp) {
        while (const auto header = parse_adts(data)) {
            const auto unit = data.subspan(header->header_size, header->frame_size - header->header_size);
            sink_.on_unit(
                {timestamp, packet.arrival, true, false, std::exchange(lost_, false), Bytes(unit.begin(), unit.end())});
            data = data.subspan(header->frame_size);
            timestamp += unit_ticks_;
        }
    }

    const HeaderBits bits_;
    const Track track_;
    const std::int64_t unit_ticks_;
    Bytes partial_;
    std::int64_t partial_time_{0};
    bool lost_{false};
};

}  // namespace

Result<std::unique_ptr<Depacketizer>> make_mpeg4_audio_depacketizer(const net::SdpFormat& format, UnitSink& sink) {
    auto config = parse_hex(net::trim(format.parameter("config")));
    if (!config || config->empty())
        config = make_aac_lc_config(format.clock_rate, format.channels == 0 ? 1 : format.channels);
    auto track = config ? make_aac_track(*config) : std::nullopt;
    if (!track) return fail(errc::malformed, "AAC with a configuration that cannot be read");
    BitSource in(*config);
    const auto aac = read_audio_specific_config(in);
    const auto unit_ticks = std::int64_t{aac->frame_length} * format.clock_rate / aac->sample_rate;
    HeaderBits bits;
    if (net::iequals(format.parameter("mode"), "AAC-lbr")) bits = {6, 2, 2};
    const auto read = [&](const char* name, int& value) {
        if (const auto given = net::parse_number<int>(format.parameter(name)); given && *given >= 0 && *given <= 32)
            value = *given;
    };
    read("sizelength", bits.size);
    read("indexlength", bits.index);
    read("indexdeltalength", bits.index_delta);
    if (bits.size == 0) return fail(errc::unsupported, "AAC with units of constant size");
    return std::make_unique<Mpeg4AudioDepacketizer>(bits, std::move(*track), unit_ticks, sink);
}

}  // namespace vantage::ingest
