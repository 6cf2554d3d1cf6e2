// SPDX-License-Identifier: Apache-2.0
#include "app/config_watch.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <unistd.h>

namespace vantage::app {
namespace {

struct ConfigWatchTest : testing::Test {
    ConfigWatchTest() {
        std::string pattern = testing::TempDir() + "watch-XXXXXX";
        folder = mkdtemp(pattern.data());
    }
    ~ConfigWatchTest() override { std::filesystem::remove_all(folder); }

    // Runs until a change was told; false if none came in five seconds.
    bool told() {
        io.restart();
        const auto before = changes;
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (changes == before && std::chrono::steady_clock::now() < end) io.run_one_until(end);
        return changes > before;
    }

    std::filesystem::path folder;
    boost::asio::io_context io;
    int changes = 0;
    void write(const std::string& name) { std::ofstream(folder / name) << "cameras: {}\n"; }
};

TEST_F(ConfigWatchTest, TellsOfAWrittenAReplacedFileAndASignal) {
    ConfigWatch watch(io.get_executor(), folder / "vantage.yaml", [&] { ++changes; });
    write("vantage.yaml");
    EXPECT_TRUE(told());
    write("draft");
    std::filesystem::rename(folder / "draft", folder / "vantage.yaml");
    EXPECT_TRUE(told());
    kill(getpid(), SIGHUP);
    EXPECT_TRUE(told());
    EXPECT_EQ(changes, 3);
    watch.stop();
}

TEST_F(ConfigWatchTest, OtherFilesOfTheFolderDoNotMatter) {
    ConfigWatch watch(io.get_executor(), folder / "vantage.yaml", [&] { ++changes; });
    write("other.yaml");
    write("vantage.yaml");
    EXPECT_TRUE(told());
    EXPECT_EQ(changes, 1);
    watch.stop();
}

}  // namespace
}  // namespace vantage::app
