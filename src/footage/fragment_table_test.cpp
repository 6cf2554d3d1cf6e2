// SPDX-License-Identifier: Apache-2.0
#include "footage/fragment_table.hpp"

#include <gtest/gtest.h>

#include <random>

namespace vantage::footage {
namespace {

std::vector<FragmentEntry> even_fragments(std::size_t count, bool audio) {
    std::vector<FragmentEntry> out;
    std::mt19937 random{7};
    FragmentEntry at{Ticks{0}, Ticks{90000}, 812, 0, 0, true, Ticks{0}, Ticks{0}};
    for (std::size_t i = 0; i < count; ++i) {
        at.bytes = 500'000 + random() % 50'000;
        at.key_bytes = static_cast<std::uint32_t>(90'000 + random() % 5'000);
        if (audio) {
            at.audio_start = at.start - Ticks{static_cast<std::int64_t>(random() % 2000)};
            at.audio_duration = Ticks{90000};
        }
        out.push_back(at);
        at.start += at.duration;
        at.offset += at.bytes;
    }
    return out;
}

TEST(FragmentTable, ReadsBackWhatItWrote) {
    for (const bool audio : {false, true})
        for (const std::size_t count : {0, 1, 600}) {
            const auto entries = even_fragments(count, audio);
            EXPECT_EQ(decode_table(encode_table(entries)).value(), entries);
        }
}

TEST(FragmentTable, KeepsHolesCutsAndOddValues) {
    auto entries = even_fragments(3, true);
    entries[1].start += Ticks{777};
    entries[1].independent = false;
    entries[1].audio_start = Ticks{-5};
    entries[2].audio_duration = Ticks{0};
    entries[2].audio_start = Ticks{0};
    entries[2].bytes = 5'000'000'000;
    EXPECT_EQ(decode_table(encode_table(entries)).value(), entries);
}

TEST(FragmentTable, IsSmall) {
    EXPECT_LT(encode_table(even_fragments(600, false)).size(), 600U * 9);
    EXPECT_LT(encode_table(even_fragments(600, true)).size(), 600U * 12);
}

TEST(FragmentTable, RefusesDamage) {
    const auto good = encode_table(even_fragments(20, true));
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_EQ(decode_table(ByteView{good}.first(size)).error().code, errc::malformed) << size;
    std::mt19937 random{3};
    for (int i = 0; i < 2000; ++i) {
        auto bad = good;
        bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
        (void)decode_table(bad);  // must not crash or read beyond
    }
    auto longer = good;
    longer.push_back(0);
    EXPECT_TRUE(decode_table(longer).has_error());
}

}  // namespace
}  // namespace vantage::footage
