// SPDX-License-Identifier: Apache-2.0
// For tests: every sample of a progressive MP4 file, as its tables say. Tests only.
#pragma once
#include "media/mp4_box.hpp"
#include "media/mp4_progressive.hpp"

#include <gtest/gtest.h>

#include <map>

namespace vantage::footage {

struct ReadSample {
    std::uint64_t offset;
    std::uint32_t size;
    Ticks dts, pts;
};
struct ReadTrack {
    std::string handler;
    std::vector<ReadSample> samples;
    std::vector<mp4::Edit> edits;
};

class ReadMovie {
  public:
    explicit ReadMovie(Bytes data) : data_(std::move(data)) {
        std::vector<std::uint32_t> order;
        EXPECT_TRUE(mp4::for_each_box(data_, 0, data_.size(), [&](const mp4::Box& box, ByteView body) {
            order.push_back(box.type);
            if (box.type == mp4::fourcc("moov")) read_moov(body);
            if (box.type == mp4::fourcc("mdat")) mdat_ = {body.data() - data_.data(), body.size()};
            return true;
        }));
        EXPECT_EQ(order, (std::vector{mp4::fourcc("ftyp"), mp4::fourcc("moov"), mp4::fourcc("mdat")}));
    }
    const ReadTrack& track(const std::string& handler) const {
        const auto found = std::ranges::find(tracks, handler, &ReadTrack::handler);
        if (found == tracks.end()) throw std::runtime_error("no track " + handler);
        return *found;
    }
    ByteView bytes(const ReadSample& sample) const {
        EXPECT_GE(sample.offset, static_cast<std::uint64_t>(mdat_.first));
        EXPECT_LE(sample.offset + sample.size, mdat_.first + mdat_.second);
        return ByteView{data_}.subspan(sample.offset, sample.size);
    }
    std::string text(const ReadSample& sample) const { return std::string(as_text(bytes(sample).subspan(2))); }

    std::vector<ReadTrack> tracks;

  private:
    using Boxes = std::map<std::uint32_t, ByteView>;
    static void collect(ByteView body, Boxes& out) {
        EXPECT_TRUE(mp4::for_each_box(body, 0, body.size(), [&](const mp4::Box& box, ByteView inner) {
            out[box.type] = inner;
            static constexpr std::array kNested{mp4::fourcc("mdia"), mp4::fourcc("minf"), mp4::fourcc("stbl"),
                                                mp4::fourcc("edts")};
            if (std::ranges::find(kNested, box.type) != kNested.end()) collect(inner, out);
            return true;
        }));
    }
    void read_moov(ByteView moov) {
        EXPECT_TRUE(mp4::for_each_box(moov, 0, moov.size(), [&](const mp4::Box& box, ByteView body) {
            if (box.type == mp4::fourcc("trak")) read_trak(body);
            return true;
        }));
    }
    static std::vector<std::uint32_t> expand(ByteView runs, std::size_t count) {
        std::vector<std::uint32_t> out;
        for (std::size_t at = 8; !runs.empty() && at + 8 <= runs.size(); at += 8)
            out.insert(out.end(), load_u32(&runs[at]), load_u32(&runs[at + 4]));
        out.resize(count);
        return out;
    }
    void read_trak(ByteView trak) {
        Boxes boxes;
        collect(trak, boxes);
        ReadTrack out;
        out.handler = as_text(boxes.at(mp4::fourcc("hdlr")).subspan(8, 4));
        const auto elst = boxes.at(mp4::fourcc("elst"));
        EXPECT_EQ(elst[0], 0);
        for (std::size_t at = 8; at < elst.size(); at += 12) {
            const auto media = static_cast<std::int32_t>(load_u32(&elst[at + 4]));
            out.edits.push_back({media < 0 ? std::nullopt : std::optional<Ticks>{Ticks{media}}, Ticks{load_u32(&elst[at])}});
        }
        const auto sizes = boxes.at(mp4::fourcc("stsz"));
        const std::size_t count = load_u32(&sizes[8]);
        const auto durations = expand(boxes.at(mp4::fourcc("stts")), count);
        const auto compositions = expand(boxes[mp4::fourcc("ctts")], count);
        const auto stsc = boxes.at(mp4::fourcc("stsc"));
        const auto stco = boxes.at(mp4::fourcc("stco"));
        std::size_t sample = 0, run = 8;
        Ticks dts{0};
        for (std::uint32_t chunk = 1; chunk <= load_u32(&stco[4]); ++chunk) {
            if (run + 12 < stsc.size() && load_u32(&stsc[run + 12]) == chunk) run += 12;
            std::uint64_t offset = load_u32(&stco[4 + chunk * 4]);
            for (std::uint32_t i = 0; i < load_u32(&stsc[run + 4]); ++i, ++sample) {
                const auto size = load_u32(&sizes[12 + sample * 4]);
                out.samples.push_back({offset, size, dts, dts + Ticks{static_cast<std::int32_t>(compositions[sample])}});
                dts += Ticks{durations[sample]};
                offset += size;
            }
        }
        EXPECT_EQ(sample, count);
        tracks.push_back(std::move(out));
    }
    Bytes data_;
    std::pair<std::ptrdiff_t, std::size_t> mdat_;
};

}  // namespace vantage::footage
