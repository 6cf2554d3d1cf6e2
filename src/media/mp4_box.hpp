// SPDX-License-Identifier: Apache-2.0
// Lays out nested boxes (ISO 14496-12 4.2). A box's size is filled in when its body has been written.
#pragma once
#include "base/bytes.hpp"
#include "media/mp4.hpp"

#include <string_view>

namespace vantage::mp4 {

class BoxWriter {
  public:
    explicit BoxWriter(Bytes& out) : out_(out) {}

    template <class Body>
    void box(std::uint32_t type, Body&& body) {
        const auto start = out_.size();
        u32(0);
        u32(type);
        body();
        store_u32(out_.data() + start, static_cast<std::uint32_t>(out_.size() - start));
    }
    template <class Body>
    void full_box(std::uint32_t type, std::uint8_t version, std::uint32_t flags, Body&& body) {
        box(type, [&] {
            u32(std::uint32_t{version} << 24 | flags);
            body();
        });
    }

    void u8(std::uint8_t v) { out_.push_back(v); }
    void u16(std::uint16_t v) { store_u16(grow(2), v); }
    void u32(std::uint32_t v) { store_u32(grow(4), v); }
    void u64(std::uint64_t v) { store_u64(grow(8), v); }
    void zeros(std::size_t count) { grow(count); }
    void bytes(ByteView data) { out_.insert(out_.end(), data.begin(), data.end()); }
    void text(std::string_view data) { bytes(as_bytes(data)); }
    [[nodiscard]] std::size_t offset() const { return out_.size(); }

  private:
    std::uint8_t* grow(std::size_t count) {
        out_.resize(out_.size() + count);
        return out_.data() + out_.size() - count;
    }
    Bytes& out_;
};

// Walks the boxes that fill `body` of a buffer. `visit` gets each box and its body; returns false to stop with malformed.
template <class Visit>
Status for_each_box(ByteView data, std::size_t from, std::size_t to, Visit&& visit) {
    while (from < to) {
        const auto box = read_box(data.first(to), from);
        if (!box) return box.error();
        if (box->size > to - from) return fail(errc::malformed, "an MP4 box is larger than the one around it");
        const auto body = from + box->header;
        from += static_cast<std::size_t>(box->size);
        if (!visit(*box, data.subspan(body, from - body)))
            return fail(errc::malformed, "an MP4 box is not as Vantage writes it");
    }
    return {};
}

}  // namespace vantage::mp4
