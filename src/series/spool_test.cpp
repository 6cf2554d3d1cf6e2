// SPDX-License-Identifier: Apache-2.0
#include "series/spool.hpp"

#include "footage/faulty_files.hpp"
#include "footage/temp_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::series {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class SpoolTest : public testing::Test {
  protected:
    SpoolTest() { restart(); }
    void restart(std::uint64_t most = 1U << 30) {
        spool_ = std::make_unique<Spool>(files_, folder(), most, clock_);
        ASSERT_TRUE(spool_->open());
    }
    [[nodiscard]] fs::path folder() const { return temp_.path() / "series"; }
    std::vector<fs::path> on_disk() {
        std::vector<fs::path> out;
        for (const auto& entry : fs::directory_iterator(folder())) out.push_back(entry.path());
        std::ranges::sort(out);
        return out;
    }
    // Everything, as it is sent.
    std::string drain() {
        std::string out;
        for (auto chunk = spool_->oldest(); chunk && *chunk; chunk = spool_->oldest()) {
            out += (*chunk)->lines;
            spool_->remove((*chunk)->since);
        }
        return out;
    }

    footage::TempDirectory temp_;
    SimulatedClock clock_{UtcTime{1'795'176'000s}};
    footage::FaultyFiles files_{clock_, false};
    std::unique_ptr<Spool> spool_;
};

TEST_F(SpoolTest, LinesComeInTheirOrderOverARestart) {
    EXPECT_FALSE(*spool_->oldest());
    ASSERT_TRUE(spool_->append("a 1\nb 2\n", 2));
    const auto given = spool_->oldest().value();
    ASSERT_TRUE(given);
    ASSERT_TRUE(spool_->append("c 3\n", 1));
    EXPECT_EQ(given->lines, "a 1\nb 2\n") << "what is being sent does not grow";
    restart();
    EXPECT_EQ(spool_->waiting().points, 3U);
    ASSERT_TRUE(spool_->append("d 4\n", 1));
    EXPECT_EQ(drain(), "a 1\nb 2\nc 3\nd 4\n") << "the one that was being sent comes again";
    EXPECT_TRUE(on_disk().empty());
    EXPECT_EQ(spool_->waiting().bytes, 0U);
}

TEST_F(SpoolTest, FilesAreOfSomeThousandLines) {
    for (std::size_t i = 0; i <= 2 * Spool::kMostPoints; ++i) ASSERT_TRUE(spool_->append("x 1\n", 1));
    EXPECT_EQ(on_disk().size(), 3U);
    EXPECT_EQ(spool_->oldest().value()->points, Spool::kMostPoints);
    EXPECT_EQ(drain().size(), 4 * (2 * Spool::kMostPoints + 1));
}

TEST_F(SpoolTest, ATornLineIsCutOff) {
    ASSERT_TRUE(spool_->append("a 1\n", 1));
    std::ofstream(on_disk().front(), std::ios::app) << "b 2";
    std::ofstream(folder() / "00000000000000000001.lines") << "torn";
    std::ofstream(folder() / "notes.txt") << "foreign\n";
    restart();
    EXPECT_EQ(spool_->waiting().points, 1U);
    EXPECT_EQ(drain(), "a 1\n");
    EXPECT_EQ(on_disk(), std::vector<fs::path>{folder() / "notes.txt"});
}

TEST_F(SpoolTest, BeyondItsBoundTheOldestGoAndAreCounted) {
    restart(3U << 20);
    const std::string line(1023, 'x');
    for (int i = 0; i < 5; ++i)
        for (int n = 0; n < 1024; ++n) ASSERT_TRUE(spool_->append(line + "\n", 1));
    const auto waiting = spool_->waiting();
    EXPECT_LE(waiting.bytes, 3U << 20);
    EXPECT_EQ(waiting.points + waiting.dropped, 5U * 1024);
    EXPECT_GT(waiting.dropped, 0U);
    EXPECT_EQ(drain().size(), waiting.points * 1024);
}

TEST_F(SpoolTest, WhatIsBeingSentIsNotDropped) {
    restart(2U << 20);
    const std::string line(1023, 'x');
    ASSERT_TRUE(spool_->append("first 1\n", 1));
    ASSERT_EQ(spool_->oldest().value()->lines, "first 1\n");
    for (int n = 0; n < 4096; ++n) ASSERT_TRUE(spool_->append(line + "\n", 1));
    EXPECT_EQ(spool_->oldest().value()->lines, "first 1\n");
}

TEST_F(SpoolTest, AFullDiskRefusesAndLosesNothing) {
    ASSERT_TRUE(spool_->append("a 1\n", 1));
    files_.fail_with(ENOSPC);
    EXPECT_EQ(spool_->append("b 2\n", 1).error().code, errc::disk_full);
    files_.fail_with(0);
    ASSERT_TRUE(spool_->append("b 2\n", 1));
    EXPECT_EQ(drain(), "a 1\nb 2\n");
}

TEST_F(SpoolTest, AFileThatSomebodyRemovedIsCounted) {
    ASSERT_TRUE(spool_->append("a 1\nb 2\n", 2));
    (void)spool_->oldest();
    ASSERT_TRUE(spool_->append("c 3\n", 1));
    fs::remove(on_disk().front());
    EXPECT_EQ(drain(), "c 3\n");
    EXPECT_EQ(spool_->waiting().dropped, 2U);
}

}  // namespace
}  // namespace vantage::series
