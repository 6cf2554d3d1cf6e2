// SPDX-License-Identifier: Apache-2.0
#include "app/demo_media.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <stdlib.h>

namespace vantage::app {
namespace {

namespace fs = std::filesystem;

struct Folder {
    Folder() {
        auto name = (fs::temp_directory_path() / "vantage_demo_XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

// An encoder that copies its fifth argument (the clip) to its last, and counts its calls.
void write_encoder(const fs::path& path, const fs::path& calls, int code) {
    std::ofstream{path} << "#!/bin/sh\necho call >> " << calls.string()
                        << "\nfor last; do :; done\ncp \"$4\" \"$last\"\nexit " << code << "\n";
    fs::permissions(path, fs::perms::owner_all);
}

struct Demo : testing::Test {
    Folder folder;
    DemoMediaPlaces places{{folder.path / "clips"}, folder.path / "cache/deep", (folder.path / "encoder").string()};
    void SetUp() override { fs::create_directories(folder.path / "clips"); }
    void add_clip(const char* name) { std::ofstream{folder.path / "clips" / name} << "clip"; }
};

TEST_F(Demo, WithoutClipsEverythingIsDrawn) {
    const auto sources = demo_sources(places).value();
    ASSERT_EQ(sources.size(), 4U);
    for (const auto& source : sources) EXPECT_TRUE(source.starts_with("sim:"));
    EXPECT_NE(sources[0], sources[1]);
}

TEST_F(Demo, ClipsAreEncodedOnce) {
    add_clip("vtest.avi");
    const auto calls = folder.path / "calls";
    write_encoder(folder.path / "encoder", calls, 0);
    const auto first = demo_sources(places).value();
    EXPECT_EQ(first.at(0), "file:" + (places.cache / "vtest.mp4").string());
    EXPECT_TRUE(fs::exists(places.cache / "vtest.mp4"));
    EXPECT_TRUE(first.at(1).starts_with("sim:"));
    EXPECT_EQ(demo_sources(places).value(), first);
    EXPECT_EQ(fs::file_size(calls), 5U);
}

TEST_F(Demo, AClipThatCannotBeEncodedIsReplacedAndLeavesNothingBehind) {
    add_clip("vtest.avi");
    write_encoder(folder.path / "encoder", folder.path / "calls", 1);
    EXPECT_TRUE(demo_sources(places).value().at(0).starts_with("sim:"));
    EXPECT_TRUE(fs::is_empty(places.cache));
    places.encoder = "/nowhere/at/all";
    EXPECT_EQ(demo_sources(places).value().size(), 4U);
}

}  // namespace
}  // namespace vantage::app
