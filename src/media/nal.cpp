// SPDX-License-Identifier: Apache-2.0
#include "media/bit_reader.hpp"
#include "media/h26x.hpp"

namespace vantage::h26x {
namespace {

constexpr std::uint32_t kRecoveryPoint = 6;  // payloadType in both standards (H.264 D.1, H.265 D.2)

// Reads an SEI number, coded as a run of 255 and a rest.
bool sei_number(BitReader& in, std::uint32_t& value) {
    std::uint8_t byte = 255;
    for (value = 0; byte == 255; value += byte)
        if (!in.byte(byte)) return false;
    return true;
}

bool has_recovery_point(ByteView payload) {
    BitReader in(payload);
    std::uint32_t type = 0, size = 0;
    while (sei_number(in, type) && sei_number(in, size)) {
        if (type == kRecoveryPoint) return size > 0;
        for (std::uint8_t byte = 0; size > 0; --size)
            if (!in.byte(byte)) return false;
    }
    return false;
}

// nal_unit_type, H.264 table 7-1.
Nal classify_h264(ByteView nal) {
    switch (nal[0] & 0x1f) {
        case 1:
        case 2:  // data partitions
        case 3:
        case 4:
            return Nal::slice;
        case 5:
            return Nal::idr;
        case 6:
            return has_recovery_point(nal.subspan(1)) ? Nal::recovery_sei : Nal::other;
        case 7:
            return Nal::sps;
        case 8:
            return Nal::pps;
        case 9:
            return Nal::delimiter;
        case 12:
            return Nal::filler;
        default:
            return Nal::other;
    }
}

int h265_type(ByteView nal) {
    return nal[0] >> 1 & 0x3f;
}
bool is_base_layer(ByteView nal) {
    return (nal[0] & 1) == 0 && nal[1] >> 3 == 0;
}

// nal_unit_type, H.265 table 7-1. What belongs to another layer is carried along.
Nal classify_h265(ByteView nal) {
    if (nal.size() < 2 || !is_base_layer(nal)) return Nal::other;
    const auto type = h265_type(nal);
    if (type <= 9) return Nal::slice;
    if (type >= 16 && type <= 21) return Nal::idr;
    switch (type) {
        case 32:
            return Nal::vps;
        case 33:
            return Nal::sps;
        case 34:
            return Nal::pps;
        case 35:
            return Nal::delimiter;
        case 38:
            return Nal::filler;
        case 39:
            return has_recovery_point(nal.subspan(2)) ? Nal::recovery_sei : Nal::other;
        default:
            return Nal::other;
    }
}

// Index of the next 00 00 01 at or after `from`, or the size.
std::size_t find_start_code(ByteView data, std::size_t from) {
    std::size_t i = from;
    while (i + 3 <= data.size()) {
        if (data[i + 2] > 1) {
            i += 3;
        } else if (data[i + 2] == 1 && data[i] == 0 && data[i + 1] == 0) {
            return i;
        } else {
            ++i;
        }
    }
    return data.size();
}

}  // namespace

Nal classify(Codec codec, ByteView nal) {
    if (nal.empty() || (nal[0] & 0x80) != 0) return Nal::other;
    return codec == Codec::h265 ? classify_h265(nal) : classify_h264(nal);
}

bool begins_picture(Codec codec, ByteView nal) {
    const auto kind = classify(codec, nal);
    if (kind != Nal::slice && kind != Nal::idr) return false;
    if (codec == Codec::h265) return nal.size() > 2 && (nal[2] & 0x80) != 0;
    const auto type = nal[0] & 0x1f;  // partitions B and C have no first_mb_in_slice
    return (type == 1 || type == 2 || type == 5) && nal.size() > 1 && (nal[1] & 0x80) != 0;
}

void for_each_annexb(ByteView data, const std::function<void(ByteView nal)>& visit) {
    auto begin = find_start_code(data, 0);
    while (begin < data.size()) {
        begin += 3;
        const auto next = find_start_code(data, begin);
        auto end = next;
        while (end > begin && data[end - 1] == 0) --end;
        if (end > begin) visit(data.subspan(begin, end - begin));
        begin = next;
    }
}

Status for_each_length_prefixed(ByteView data, int length_size, const std::function<void(ByteView nal)>& visit) {
    if (length_size < 1 || length_size > 4) return fail(errc::invalid_argument, "NAL lengths have 1 to 4 bytes");
    const auto prefix = static_cast<std::size_t>(length_size);
    while (!data.empty()) {
        if (data.size() < prefix) return fail(errc::malformed, "a NAL unit's length is cut off");
        std::size_t size = 0;
        for (const auto byte : data.first(prefix)) size = size << 8 | byte;
        data = data.subspan(prefix);
        if (size > data.size()) return fail(errc::malformed, "a NAL unit's length points behind the end of its frame");
        if (size > 0) visit(data.first(size));
        data = data.subspan(size);
    }
    return {};
}

bool stands_alone(Codec codec, ByteView data) {
    bool out = false;
    const auto whole = for_each_length_prefixed(data, 4, [&](ByteView nal) { out |= classify(codec, nal) == Nal::idr; });
    return out && whole;
}

}  // namespace vantage::h26x
