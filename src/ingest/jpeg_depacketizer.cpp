// SPDX-License-Identifier: Apache-2.0
// JPEG over RTP (RFC 2435): the header that the camera left out is written again in front of the scan.
#include "ingest/depacketizer.hpp"
#include "ingest/jpeg_tables.hpp"

#include <map>

namespace vantage::ingest {
namespace {

constexpr std::size_t kMainHeaderBytes = 8;
constexpr std::size_t kMostImageBytes = 16 * 1024 * 1024;

struct JpegPayload {
    std::size_t offset{0};
    int type{0};
    int quality{0};
    int width{0};
    int height{0};
    std::uint16_t restart_interval{0};
    std::uint8_t precision{0};
    bool has_tables{false};  // a table header was there, perhaps an empty one
    ByteView tables;
    ByteView scan;
};

std::optional<JpegPayload> read_payload(ByteView in, std::pair<int, int> large) {
    if (in.size() < kMainHeaderBytes) return std::nullopt;
    JpegPayload p;
    p.offset = load_u32(&in[0]) & 0xFFFFFF;
    p.type = in[4];
    p.quality = in[5];
    p.width = in[6] == 0 ? large.first : in[6] * 8;
    p.height = in[7] == 0 ? large.second : in[7] * 8;
    in = in.subspan(kMainHeaderBytes);
    if (p.type >= 64 && p.type < 128) {
        if (in.size() < 4) return std::nullopt;
        p.restart_interval = load_u16(&in[0]);
        in = in.subspan(4);
    }
    if (p.quality >= 128 && p.offset == 0) {
        if (in.size() < 4) return std::nullopt;
        p.precision = in[1];
        p.has_tables = true;
        const std::size_t length = load_u16(&in[2]);
        if (in.size() < 4 + length) return std::nullopt;
        p.tables = in.subspan(4, length);
        in = in.subspan(4 + length);
    }
    p.scan = in;
    return p;
}

void put_segment(Bytes& out, std::uint8_t marker, std::size_t body) {
    const auto length = static_cast<std::uint16_t>(body + 2);
    for (const int b : {0xFF, int{marker}, length >> 8, length & 0xFF}) out.push_back(static_cast<std::uint8_t>(b));
}

// The DQT segments; returns how many.
int put_quantisation(Bytes& out, ByteView tables, std::uint8_t precision) {
    int count = 0;
    for (; count < 4; ++count) {
        const bool wide = (precision >> count & 1) != 0;
        const std::size_t size = wide ? 128 : 64;
        if (tables.size() < size) break;
        put_segment(out, 0xDB, 1 + size);
        out.push_back(static_cast<std::uint8_t>((wide ? 0x10 : 0) | count));
        out.insert(out.end(), tables.begin(), tables.begin() + static_cast<std::ptrdiff_t>(size));
        tables = tables.subspan(size);
    }
    return count;
}

void put_frame_header(Bytes& out, const JpegPayload& p, int tables) {
    put_segment(out, 0xC0, 15);
    const int luma = (p.type & 63) == 0 ? 0x21 : 0x22;  // types 0 and 64: 4:2:2; 1 and 65: 4:2:0
    const int chroma_table = tables > 1 ? 1 : 0;
    for (const int b : {8, p.height >> 8, p.height & 0xFF, p.width >> 8, p.width & 0xFF, 3, 1, luma, 0, 2, 0x11,
                        chroma_table, 3, 0x11, chroma_table})
        out.push_back(static_cast<std::uint8_t>(b));
}

void put_scan_header(Bytes& out) {
    put_segment(out, 0xDA, 10);
    for (const int b : {3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0}) out.push_back(static_cast<std::uint8_t>(b));
}

class JpegDepacketizer final : public Depacketizer {
  public:
    JpegDepacketizer(std::pair<int, int> large, UnitSink& sink) : Depacketizer(sink), large_(large) {}

    void push(const RtpInput& packet) override {
        if (open_ && packet.timestamp != unit_.timestamp) finish();  // the marker bit was forgotten
        const auto payload = read_payload(packet.payload, large_);
        if (!payload) return lose();
        if (payload->offset == 0 && !start(packet, *payload)) return lose();
        if (!open_) return;
        if (payload->offset != scan_bytes_ || image_.size() + payload->scan.size() > kMostImageBytes) return lose();
        image_.insert(image_.end(), payload->scan.begin(), payload->scan.end());
        scan_bytes_ += payload->scan.size();
        if (packet.marker) finish();
    }
    // Part of an image is no image.
    void lose() override {
        open_ = false;
        lost_ = true;
    }

  private:
    // False for an image that cannot be understood: an unknown type, no size, no tables yet.
    bool start(const RtpInput& packet, const JpegPayload& p) {
        if (open_) lost_ = true;  // the end of the one before is missing
        open_ = false;
        if ((p.type & 63) > 1 || p.type >= 128 || p.width <= 0 || p.height <= 0 || p.width > 65535 || p.height > 65535)
            return false;
        const auto standard = p.quality < 128 ? jpeg_quantisation(p.quality) : std::array<std::uint8_t, 128>{};
        auto tables = ByteView{standard};
        auto precision = std::uint8_t{0};
        if (p.quality >= 128) {
            auto& kept = tables_[p.quality];  // sent once for a quality, except for 255 (RFC 2435 3.1.8)
            if (!p.tables.empty()) kept = {Bytes(p.tables.begin(), p.tables.end()), p.precision};
            tables = kept.values;
            precision = kept.precision;
        }
        image_.assign({0xFF, 0xD8});
        const int count = put_quantisation(image_, tables, precision);
        if (count == 0) return false;
        if (p.restart_interval > 0) {
            put_segment(image_, 0xDD, 2);
            image_.push_back(static_cast<std::uint8_t>(p.restart_interval >> 8));
            image_.push_back(static_cast<std::uint8_t>(p.restart_interval));
        }
        put_frame_header(image_, p, count);
        put_standard_huffman_tables(image_);
        put_scan_header(image_);
        announce(p);
        unit_ = {packet.timestamp, packet.arrival, true, false, std::exchange(lost_, false), {}};
        scan_bytes_ = 0;
        return open_ = true;
    }
    void announce(const JpegPayload& p) {
        if (track_ && track_->width == p.width && track_->height == p.height) return;
        track_ = Track{};
        track_->codec = Codec::mjpeg;
        track_->width = p.width;
        track_->height = p.height;
        sink_.on_track(*track_);
    }
    void finish() {
        open_ = false;
        if (scan_bytes_ == 0) return;
        const auto size = image_.size();
        if (image_[size - 2] != 0xFF || image_[size - 1] != 0xD9) {
            image_.push_back(0xFF);
            image_.push_back(0xD9);
        }
        unit_.data.assign(image_.begin(), image_.end());
        sink_.on_unit(std::move(unit_));
    }

    struct Tables {
        Bytes values;
        std::uint8_t precision{0};
    };
    const std::pair<int, int> large_;
    std::map<int, Tables> tables_;  // by quality, at most 128
    std::optional<Track> track_;
    AccessUnit unit_;
    Bytes image_;
    std::size_t scan_bytes_{0};
    bool open_{false};
    bool lost_{false};
};

}  // namespace

std::unique_ptr<Depacketizer> make_jpeg_depacketizer(std::pair<int, int> large, UnitSink& sink) {
    return std::make_unique<JpegDepacketizer>(large, sink);
}

}  // namespace vantage::ingest
