// SPDX-License-Identifier: Apache-2.0
// A camera with a key frame every four seconds, one thumbnail a key frame: what is asked for between them is decoded from
// the footage that the real writer wrote.
#include "stills/thumbnails.hpp"

#include "footage/disk_footage.hpp"
#include "footage/test_disk.hpp"
#include "footage/thumb_writer.hpp"
#include "media/jpeg_header.hpp"
#include "media/test_clip.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

#include <future>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;
using footage::kBegin;
using Times = std::vector<milliseconds>;  // since the footage began

constexpr auto kGop = 4s;

class ThumbnailsTest : public testing::Test {
  protected:
    ThumbnailsTest() {
        camera_.sends = false;
        const test::ClipOptions clip{
            .width = 640, .height = 360, .frames = 24 * 10, .gop = 40, .frame = Ticks{9000}, .start = to_media(kBegin)};
        const auto coded = test::make_clip(clip);
        for (const auto& part : test::parts_of(coded.track, coded.packets)) camera_.ring->push(part);
        disk_.run(2s);
        for (auto t = 0s; t < 24s; t += kGop)
            if (t != 12s) writer_.add(camera_.key, kBegin + t, footage_jpeg(t));
        EXPECT_TRUE(writer_.step());
        disk_.clock_.advance(60s);
    }
    ~ThumbnailsTest() override { frames_.stop(); }

    static Bytes footage_jpeg(seconds at) { return Bytes(1000, static_cast<std::uint8_t>(at.count())); }
    Times between(milliseconds after, milliseconds until, bool stored) {
        Times out;
        for (const auto& one : thumbnails_.between(camera_.key.camera, kBegin + after, kBegin + until).value())
            if (one.stored.has_value() == stored) out.push_back(std::chrono::round<milliseconds>(one.time - kBegin));
        return out;
    }
    Result<StillPtr> decode(UtcTime t) {
        std::promise<Result<StillPtr>> answer;
        auto coming = answer.get_future();
        thumbnails_.decode(camera_.key.camera, t, [&](Result<StillPtr> still) { answer.set_value(std::move(still)); });
        return coming.get();
    }
    bool is_between(milliseconds t) { return thumbnails_.is_between(camera_.key.camera, kBegin + t).value(); }

    footage::TestDisk disk_;
    footage::TestDisk::Camera& camera_{disk_.add_camera("door")};
    footage::OpenThumbs open_thumbs_;
    footage::ThumbWriter writer_{
        {disk_.storage_->volume.root, disk_.files_, disk_.catalog_, disk_.open_, open_thumbs_, disk_.clock_}};
    footage::Thumbs stored_{disk_.files_, disk_.catalog_, open_thumbs_};
    footage::DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
    Frames frames_{[](const StreamKey&) { return nullptr; }, footage_};
    Thumbnails thumbnails_{stored_, footage_, frames_, disk_.clock_, {1000ms, 320}};
};

TEST_F(ThumbnailsTest, AGroupHasEverySecondOfFootageOnce) {
    EXPECT_EQ(between(0ms, 9s, true), (Times{4s, 8s}));
    EXPECT_EQ(between(0ms, 9s, false), (Times{1s, 2s, 3s, 5s, 6s, 7s, 9s}));
    EXPECT_EQ(between(2s, 3s, false), (Times{3s})) << "greater than the one, at most the other";
    EXPECT_EQ(between(8s, 16s, false), (Times{9s, 10s, 11s, 12s, 13s, 14s, 15s})) << "also where one was left out";
    EXPECT_EQ(between(19s, 60s, false), (Times{21s, 22s, 23s})) << "footage ends";
    EXPECT_TRUE(between(-60s, -1s, false).empty());
}

TEST_F(ThumbnailsTest, WhatTwoGroupsTellIsTheSame) {
    for (auto after = 0s; after < 20s; after += 3s) {
        auto all = between(0ms, 24s, false);
        std::erase_if(all, [&](auto t) { return t <= after || t > after + 5s; });
        EXPECT_EQ(between(after, after + 5s, false), all) << after.count();
    }
}

TEST_F(ThumbnailsTest, TheLastSecondsMayStillBeStored) {
    disk_.clock_.step(kBegin + 20s - disk_.clock_.now());
    EXPECT_EQ(between(13s, 24s, false), (Times{14s, 15s, 17s, 18s, 19s})) << "none comes before one that is there";
    EXPECT_TRUE(is_between(18s));
    EXPECT_FALSE(is_between(22s));
    disk_.clock_.advance(30s);
    EXPECT_TRUE(is_between(22s));
}

TEST_F(ThumbnailsTest, BetweenIsFarFromBothNeighbours) {
    for (const auto t : {1000ms, 2000ms, 3000ms, 600ms, 12s + 0ms}) EXPECT_TRUE(is_between(t)) << t.count();
    for (const auto t : {0ms, 400ms, 3600ms, 4400ms}) EXPECT_FALSE(is_between(t)) << t.count();
    EXPECT_TRUE(is_between(-1h)) << "nothing at all there";
}

TEST_F(ThumbnailsTest, CamerasWithAKeyFrameASecondDecodeNothing) {
    const StreamKey yard{*CameraId::parse("yard"), StreamKind::main};
    const auto pack = std::make_shared<footage::OpenPack>("/nowhere");
    for (int i = 0; i < 20; ++i) {
        const footage::ThumbEntry entry{kBegin + 1040ms * i, 24, 1};
        pack->grow({&entry, 1});
    }
    open_thumbs_.add(yard.camera, pack);
    EXPECT_EQ(thumbnails_.between(yard.camera, kBegin - 1us, kBegin + 20s)->size(), 20U);
    for (auto t = 0ms; t < 19s; t += 40ms) EXPECT_FALSE(thumbnails_.is_between(yard.camera, kBegin + t).value());
}

TEST_F(ThumbnailsTest, APictureOfEachSecondShowsIt) {
    for (const auto t : {1s, 7s, 12s, 15s}) {
        const auto still = decode(kBegin + t);
        ASSERT_TRUE(still) << still.error().message;
        EXPECT_EQ((*still)->time, kBegin + t);
        EXPECT_EQ(test::shown_by((*still)->data), kBegin + t);
        EXPECT_EQ(parse_jpeg((*still)->data)->width, 320);
    }
    EXPECT_EQ(decode(kBegin + 1h).error().code, errc::not_found);
}

TEST_F(ThumbnailsTest, AListOfPicturesHasWhatIsStoredAndWhatIsDecoded) {
    auto list = thumbnails_.between(camera_.key.camera, kBegin + 2s, kBegin + 6s).value();
    list.push_back({kBegin + 1h, std::nullopt});
    std::promise<Thumbnails::Pictures> answer;
    thumbnails_.pictures(camera_.key.camera, list, [&](Thumbnails::Pictures all) { answer.set_value(std::move(all)); });
    const auto pictures = answer.get_future().get();
    ASSERT_EQ(pictures.size(), 5U);
    EXPECT_EQ(test::shown_by(pictures[0].jpeg), kBegin + 3s);
    EXPECT_EQ(pictures[1].jpeg, footage_jpeg(4s));
    EXPECT_EQ(test::shown_by(pictures[3].jpeg), kBegin + 6s);
    EXPECT_TRUE(pictures[4].jpeg.empty()) << "there is no footage";
}

TEST_F(ThumbnailsTest, ThinnedListsKeepWhatIsStored) {
    auto list = thumbnails_.between(camera_.key.camera, kBegin, kBegin + 24s).value();
    const auto all = list.size();
    Thumbnails::thin(list, 100);
    EXPECT_EQ(list.size(), all);
    Thumbnails::thin(list, 6);
    std::vector<seconds> decoded;
    for (const auto& one : list)
        if (!one.stored) decoded.push_back(std::chrono::round<seconds>(one.time - kBegin));
    EXPECT_EQ(decoded.size(), 6U);
    EXPECT_EQ(list.size() - decoded.size(), 4U);
    for (std::size_t i = 1; i < decoded.size(); ++i) EXPECT_GE(decoded[i] - decoded[i - 1], 3s) << "evenly";
    Thumbnails::thin(list, 0);
    EXPECT_EQ(list.size(), 4U);
}

}  // namespace
}  // namespace vantage::stills
