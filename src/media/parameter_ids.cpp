// SPDX-License-Identifier: Apache-2.0
#include "media/parameter_ids.hpp"

#include "media/bit_reader.hpp"

#include <algorithm>
#include <bit>
#include <set>

namespace vantage::h26x {
namespace {

constexpr int kH265Header = 16;  // bits
constexpr int kProfileTierLevel = 96;

std::set<std::uint32_t> ids_of(const std::vector<Bytes>& nals, int bits_before) {
    std::set<std::uint32_t> out;
    for (const auto& nal : nals) {
        BitReader reader(nal);
        reader.skip(bits_before);
        out.insert(reader.ue());
    }
    return out;
}

Result<std::uint32_t> first_free(const std::set<std::uint32_t>& used, std::uint32_t from, std::uint32_t to) {
    for (auto id = from; id <= to; ++id)
        if (!used.contains(id)) return id;
    return fail(errc::unsupported, "the camera's stream uses every id of its parameter sets");
}

// Puts bits together, emulation prevention included.
class BitWriter {
  public:
    void put(std::uint32_t value, int count) {
        while (count-- > 0) {
            current_ = static_cast<std::uint8_t>(current_ << 1 | (value >> count & 1));
            if (++filled_ == 8) flush();
        }
    }
    void ue(std::uint32_t value) {
        const auto bits = std::bit_width(value + 1);
        put(0, bits - 1);
        put(value + 1, bits);
    }
    Bytes finish() {
        while (filled_ != 0) put(0, 1);
        return std::move(out_);
    }

  private:
    void flush() {
        if (zeros_ == 2 && current_ <= 3) {
            out_.push_back(3);
            zeros_ = 0;
        }
        zeros_ = current_ == 0 ? zeros_ + 1 : 0;
        out_.push_back(current_);
        current_ = 0;
        filled_ = 0;
    }
    Bytes out_;
    std::uint8_t current_{0};
    int filled_{0};
    int zeros_{0};
};

// Bits of the NAL unit without emulation prevention, up to and with the stop bit.
std::size_t payload_bits(ByteView nal) {
    std::size_t bytes = 0;
    int zeros = 0;
    for (const auto byte : nal) {
        if (zeros >= 2 && byte == 3) {
            zeros = 0;
            continue;
        }
        zeros = byte == 0 ? zeros + 1 : 0;
        ++bytes;
    }
    // Trailing zero bytes are none of the RBSP; the last byte that is not 0 holds the stop bit.
    std::size_t end = nal.size();
    while (end > 0 && nal[end - 1] == 0) {
        --end;
        --bytes;
    }
    return end == 0 ? 0 : bytes * 8 - static_cast<std::size_t>(std::countr_zero(nal[end - 1]));
}

// Copies `before` bits, then reads the ids' codewords and writes `ids` instead, then copies the rest.
Bytes replace(ByteView nal, int before, std::initializer_list<std::uint32_t> ids) {
    BitReader reader(nal);
    BitWriter writer;
    for (int i = 0; i < before; ++i) writer.put(reader.bits(1), 1);
    std::size_t read = static_cast<std::size_t>(before);
    for (const auto id : ids) {
        read += static_cast<std::size_t>(2 * std::bit_width(reader.ue() + 1) - 1);
        writer.ue(id);
    }
    for (const auto end = payload_bits(nal); read < end; ++read) writer.put(reader.bits(1), 1);
    return writer.finish();
}

// The four bits of a VPS id, which begin VPS and SPS.
void set_vps_id(Bytes& nal, std::uint32_t id) {
    nal[2] = static_cast<std::uint8_t>((nal[2] & 0x0f) | id << 4);
}

}  // namespace

Result<std::uint32_t> free_h264_id(const ParameterSets& sets) {
    auto used = ids_of(sets.sps, 8 + 24);
    used.merge(ids_of(sets.pps, 8));
    return first_free(used, 1, 31);
}

Result<H265Ids> free_h265_ids(const ParameterSets& sets) {
    std::set<std::uint32_t> vps;
    for (const auto& nal : sets.vps)
        if (nal.size() > 2) vps.insert(nal[2] >> 4);
    for (const auto& nal : sets.sps)
        if (nal.size() < 3 || (nal[2] >> 1 & 7) != 0)
            return fail(errc::unsupported, "the camera's stream has temporal sub-layers");
    const auto free_vps = first_free(vps, 1, 15);
    const auto free_sps = first_free(ids_of(sets.sps, kH265Header + 8 + kProfileTierLevel), 1, 15);
    const auto free_pps = first_free(ids_of(sets.pps, kH265Header), 15, 30);
    if (!free_vps) return free_vps.error();
    if (!free_sps) return free_sps.error();
    if (!free_pps) return free_pps.error();
    return H265Ids{*free_vps, *free_sps, *free_pps};
}

Result<Bytes> renumber_h265(ByteView nal, const H265Ids& ids) {
    if (nal.size() < 4) return Bytes(nal.begin(), nal.end());
    const int type = nal[0] >> 1 & 0x3f;
    if (type == 32) {
        Bytes out(nal.begin(), nal.end());
        set_vps_id(out, ids.vps);
        return out;
    }
    if (type == 33) {
        if ((nal[2] >> 1 & 7) != 0) return fail(errc::unsupported, "an SPS with temporal sub-layers");
        auto out = replace(nal, kH265Header + 8 + kProfileTierLevel, {ids.sps});
        set_vps_id(out, ids.vps);
        return out;
    }
    if (type == 34) return replace(nal, kH265Header, {ids.pps, ids.sps});
    if (type < 32) return replace(nal, kH265Header + (type >= 16 && type <= 23 ? 2 : 1), {ids.pps});
    return Bytes(nal.begin(), nal.end());
}

}  // namespace vantage::h26x
