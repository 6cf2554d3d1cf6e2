// SPDX-License-Identifier: Apache-2.0
#include "footage/thumb_file.hpp"

#include "footage/temp_directory.hpp"

#include <gtest/gtest.h>

#include <random>

namespace vantage::footage {
namespace {

const UtcTime kNoon{seconds{1'795'176'000}};

struct Picture {
    UtcTime time;
    Bytes jpeg;
};

class ThumbFile : public testing::Test {
  protected:
    Bytes written(const std::vector<Picture>& pictures) {
        Bytes out;
        for (const auto& picture : pictures) {
            const auto header = thumb_header(picture.time, picture.jpeg);
            out.insert(out.end(), header.begin(), header.end());
            out.insert(out.end(), picture.jpeg.begin(), picture.jpeg.end());
        }
        return out;
    }
    std::vector<Picture> pictures(int count) {
        std::vector<Picture> out;
        for (int i = 0; i < count; ++i) {
            Bytes jpeg(random_() % 20'000 + 1);
            for (auto& byte : jpeg) byte = static_cast<std::uint8_t>(random_());
            out.push_back({kNoon + seconds{i} + microseconds{random_() % 40'000}, std::move(jpeg)});
        }
        return out;
    }
    Result<ThumbScan> scan(ByteView bytes) {
        const auto path = folder_.path() / std::to_string(++count_);
        auto file = files_.create(path).value();
        EXPECT_TRUE(write_all(*file, 0, {&bytes, 1}));
        return scan_thumbs(*file);
    }

    TempDirectory folder_;
    SystemFiles files_;
    std::mt19937 random_{7};
    int count_{0};
};

TEST_F(ThumbFile, TheFileAloneTellsEverything) {
    const auto all = pictures(100);
    const auto found = scan(written(all)).value();
    ASSERT_EQ(found.entries.size(), all.size());
    EXPECT_EQ(found.whole, found.size);
    const auto bytes = written(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(found.entries[i].time, all[i].time);
        const auto jpeg = ByteView(bytes).subspan(found.entries[i].offset, found.entries[i].size);
        EXPECT_TRUE(std::ranges::equal(jpeg, all[i].jpeg));
    }
    EXPECT_EQ(decode_thumbs(encode_thumbs(found.entries)).value(), found.entries);
}

TEST_F(ThumbFile, ATornTailIsFoundWhereverItIs) {
    const auto all = pictures(3);
    const auto bytes = written(all);
    const auto second = written({all[0]}).size(), third = written({all[0], all[1]}).size();
    for (std::size_t size = second; size<bytes.size(); size += size + 40> third && size < third + 40 ? 1 : 97) {
        const auto found = scan(ByteView(bytes).first(size)).value();
        EXPECT_EQ(found.whole, size < third ? second : third) << size;
        EXPECT_EQ(found.size, size);
    }
    EXPECT_EQ(scan({}).value().size, 0U);
    EXPECT_EQ(scan(ByteView(bytes).first(2)).value().whole, 0U) << "torn in its first header";
}

TEST_F(ThumbFile, NothingBehindADamagedPictureCounts) {
    const auto all = pictures(3);
    const auto first = written({all[0]}).size();
    for (const std::size_t at : {0UL, 4UL, 9UL, 17UL, 21UL, 24UL, 30UL}) {
        auto bytes = written(all);
        bytes[first + at] ^= 0x40;
        EXPECT_EQ(scan(bytes).value().whole, first) << at;
    }
    auto zeros = written(all);
    std::fill(zeros.begin() + static_cast<std::ptrdiff_t>(first), zeros.end(), 0);
    EXPECT_EQ(scan(zeros).value().entries.size(), 1U) << "a power cut leaves pages of zeros";
    EXPECT_EQ(scan(as_bytes("this is a letter of somebody")).error().code, errc::malformed);
}

TEST_F(ThumbFile, TheTableIsSmallAndRefusesForeignBytes) {
    std::vector<ThumbEntry> entries;
    std::uint64_t at = 0;
    for (int i = 0; i < 600; ++i) {
        const auto size = static_cast<std::uint32_t>(9'000 + random_() % 2'000);
        entries.push_back({kNoon + seconds{i} + microseconds{i % 3 * 11}, at + kThumbHeader, size});
        at += kThumbHeader + size;
    }
    const auto table = encode_thumbs(entries);
    EXPECT_LT(table.size(), 600U * 5);
    EXPECT_EQ(decode_thumbs(table).value(), entries);
    EXPECT_TRUE(decode_thumbs(encode_thumbs({})).value().empty());
    std::swap(entries[3].time, entries[9].time);
    EXPECT_EQ(decode_thumbs(encode_thumbs(entries)).value(), entries) << "times need not grow";
    for (std::size_t size = 0; size < table.size(); size += 7)
        EXPECT_EQ(decode_thumbs(ByteView(table).first(size)).error().code, errc::malformed) << size;
    auto longer = table;
    longer.push_back(0);
    EXPECT_EQ(decode_thumbs(longer).error().code, errc::malformed);
}

TEST_F(ThumbFile, NamesFollowTheSegments) {
    EXPECT_EQ(thumbs_path("footage/door/main/2026-11-20/190405.123Z-1.mp4"),
              "footage/door/main/2026-11-20/190405.123Z-1.thumbs");
    EXPECT_EQ(segment_of_thumbs("footage/door/main/2026-11-20/190405.123Z.thumbs"),
              "footage/door/main/2026-11-20/190405.123Z.mp4");
    EXPECT_EQ(segment_of_thumbs("notes.txt"), "");
}

}  // namespace
}  // namespace vantage::footage
