// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"
#include "ingest/nal_assembler.hpp"
#include "net/text.hpp"

#include <array>

namespace vantage::ingest {
namespace {

// Visits each unit of an aggregation packet: 16 bits of size, then `skip` bytes of decoding order, then the unit.
template <class Visit>
void for_each_aggregated(ByteView payload, std::size_t skip, Visit visit) {
    while (payload.size() >= 2) {
        const std::size_t size = load_u16(payload.data());
        payload = payload.subspan(2);
        if (size > payload.size()) return;
        visit(payload.first(size));
        payload = payload.subspan(size);
        if (payload.size() > skip) payload = payload.subspan(skip);
    }
}

class H26xDepacketizer : public Depacketizer {
  public:
    H26xDepacketizer(Codec codec, UnitSink& sink) : Depacketizer(sink), nals_(codec, sink) {}

    void begin() override { nals_.announce(); }
    void lose() override {
        nals_.lose();
        fragment_open_ = false;
    }
    void push(const RtpInput& packet) override {
        if (packet.payload.empty()) return;
        nals_.at(packet);
        take(packet.payload);
        if (packet.marker) nals_.mark();
    }

  protected:
    virtual void take(ByteView payload) = 0;

    void add_sets(std::string_view list) {
        while (!list.empty())
            if (const auto set = read_base64(net::take_until(list, ','))) nals_.add_parameter_set(*set);
    }
    // A fragment of a NAL unit whose header is `header`. Some cameras never set the end bit of the last fragment: the next
    // start or time stamp ends it then, and it is counted as damaged.
    void fragment(ByteView header, bool start, bool end, ByteView payload) {
        if (start) {
            nals_.begin_nal(header);
            fragment_open_ = true;
        } else if (!fragment_open_) {
            return nals_.lose();
        }
        nals_.append(payload);
        if (end) {
            nals_.end_nal();
            fragment_open_ = false;
        }
    }

    NalAssembler nals_;
    bool fragment_open_{false};
};

class H264Depacketizer final : public H26xDepacketizer {
  public:
    H264Depacketizer(const net::SdpFormat& format, UnitSink& sink) : H26xDepacketizer(Codec::h264, sink) {
        add_sets(format.parameter("sprop-parameter-sets"));
    }

  private:
    // RFC 6184 5.2: 24 STAP-A, 25 STAP-B, 28 FU-A, 29 FU-B; MTAP is used by nobody.
    void take(ByteView payload) override {
        const auto type = payload[0] & 0x1F;
        if (type == 24) return for_each_aggregated(payload.subspan(1), 0, [&](ByteView nal) { nals_.whole_nal(nal); });
        if (type == 25 && payload.size() > 3)
            return for_each_aggregated(payload.subspan(3), 0, [&](ByteView nal) { nals_.whole_nal(nal); });
        if (type == 28 || type == 29) return take_fragment(payload, type == 29 ? 4 : 2);
        if (type < 24) nals_.whole_nal(payload);
    }
    void take_fragment(ByteView payload, std::size_t skip) {
        if (payload.size() < 2) return;
        const bool start = (payload[1] & 0x80) != 0;
        const std::size_t header_bytes =
            start ? skip : 2;  // FU-B's order number is in its first fragment, then FU-A follows
        if (payload.size() < header_bytes) return;
        const std::array<std::uint8_t, 1> header{static_cast<std::uint8_t>((payload[0] & 0xE0) | (payload[1] & 0x1F))};
        fragment(header, start, (payload[1] & 0x40) != 0, payload.subspan(header_bytes));
    }
};

class H265Depacketizer final : public H26xDepacketizer {
  public:
    H265Depacketizer(const net::SdpFormat& format, UnitSink& sink)
        : H26xDepacketizer(Codec::h265, sink),
          donl_(net::parse_number<int>(format.parameter("sprop-max-don-diff")).value_or(0) > 0 ? 2 : 0) {
        for (const auto* name : {"sprop-vps", "sprop-sps", "sprop-pps"}) add_sets(format.parameter(name));
    }

  private:
    // RFC 7798 4.4: 48 aggregation, 49 fragment. Decoding order numbers are skipped: packets come in decoding order.
    void take(ByteView payload) override {
        if (payload.size() < 3) return;
        const auto type = payload[0] >> 1 & 0x3F;
        if (type == 48 && payload.size() > 2 + donl_) {
            for_each_aggregated(payload.subspan(2 + donl_), donl_ / 2, [&](ByteView nal) { nals_.whole_nal(nal); });
        } else if (type == 49) {
            take_fragment(payload);
        } else if (type < 48) {
            whole(payload);
        }
    }
    void whole(ByteView payload) {
        if (donl_ == 0) return nals_.whole_nal(payload);
        if (payload.size() < 2 + donl_) return;
        nals_.begin_nal(payload.first(2));
        nals_.append(payload.subspan(2 + donl_));
        nals_.end_nal();
    }
    void take_fragment(ByteView payload) {
        const bool start = (payload[2] & 0x80) != 0;
        const auto skip = 3 + (start ? donl_ : 0);
        if (payload.size() < skip) return;
        const std::array<std::uint8_t, 2> header{static_cast<std::uint8_t>((payload[0] & 0x81) | (payload[2] & 0x3F) << 1),
                                                 payload[1]};
        fragment(header, start, (payload[2] & 0x40) != 0, payload.subspan(skip));
    }

    const std::size_t donl_;
};

}  // namespace

std::unique_ptr<Depacketizer> make_h26x_depacketizer(Codec codec, const net::SdpFormat& format, UnitSink& sink) {
    if (codec == Codec::h264) return std::make_unique<H264Depacketizer>(format, sink);
    return std::make_unique<H265Depacketizer>(format, sink);
}

}  // namespace vantage::ingest
