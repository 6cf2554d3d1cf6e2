// SPDX-License-Identifier: Apache-2.0
// Key frames of drawn cameras to thumbnails that show the instant they claim.
#include "stills/thumbnailer.hpp"

#include "footage/fake_catalog.hpp"
#include "footage/temp_directory.hpp"
#include "media/jpeg_header.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

const CameraId kDoor = *CameraId::parse("door");

// Parts of key frames at the given times, without pictures.
PartPtr key_part(const InitPtr& init, microseconds at, bool key = true, bool fragment = true) {
    auto part = std::make_shared<Part>();
    part->init = init;
    part->start = to_media(UtcTime{1'795'176'000s} + at);
    part->duration = Ticks{3600};
    part->starts_fragment = fragment;
    part->independent = key;
    part->samples.push_back({0, 4, Ticks{3600}, Ticks{0}, key});
    part->data = Bytes(4, 1);
    return part;
}

class KeyFramesTest : public testing::Test {
  protected:
    KeyFramesTest() {
        auto init = std::make_shared<Init>();
        init->tracks.video.emplace();
        init_ = std::move(init);
    }
    void key(microseconds at) { source_.publish(key_part(init_, at)); }
    std::vector<milliseconds> taken() {
        std::vector<milliseconds> out;
        for (const auto& frame : frames_.take())
            out.push_back(std::chrono::round<milliseconds>(frame.time - UtcTime{1'795'176'000s}));
        return out;
    }

    InitPtr init_;
    stream::Stream source_{1U << 20};
    KeyFrames frames_{"door/main", source_, 1000ms};
};

TEST_F(KeyFramesTest, OneASecondOfManyKeyFrames) {
    for (int i = 0; i < 20; ++i) key(i * 400ms);
    EXPECT_EQ(taken(), (std::vector<milliseconds>{0ms, 1200ms, 2000ms, 3200ms, 4000ms, 5200ms, 6000ms, 7200ms}));
    EXPECT_TRUE(taken().empty());
}

TEST_F(KeyFramesTest, EveryOneThatComesAboutOnceASecond) {
    for (const auto at : {999'500us, 1'999'000us, 3'000'100us, 3'999'900us, 5'000'000us}) key(at);
    EXPECT_EQ(taken().size(), 5U);
    for (const auto at : {9s, 14s, 19s}) key(at);
    EXPECT_EQ(taken(), (std::vector<milliseconds>{9s, 14s, 19s})) << "a long GOP gives one a key frame";
}

TEST_F(KeyFramesTest, OnlyKeyFramesThatStartAFragment) {
    source_.publish(key_part(init_, 1s, true, false));
    source_.publish(key_part(init_, 2s, false, true));  // a cut of a GOP without end
    key(3s);
    source_.interrupt({"camera lost", UtcTime{1'795'176'004s}});
    key(9s);
    EXPECT_EQ(taken(), (std::vector<milliseconds>{3s, 9s}));
    EXPECT_EQ(source_.viewers(), 0U) << "an on-demand camera is not held";
}

class ThumbnailerTest : public testing::Test {
  protected:
    ThumbnailerTest() {
        // The footage of the drawn pictures, as the recorder shows it.
        footage::SegmentInfo info{0,
                                  key_,
                                  (folder_.path() / "footage/door/main/2026-11-20/120000.000Z.mp4").string(),
                                  to_utc(test::kStart),
                                  to_utc(test::kStart) + 1h,
                                  0,
                                  footage::SegmentState::open,
                                  false,
                                  {},
                                  nullptr};
        std::filesystem::create_directories(std::filesystem::path(info.path).parent_path());
        std::ofstream(folder_.path() / "volume.json") << R"({"uuid":"7f1c7f0e-3a44-4f8e-9a9b-7b8a5c0e8f11"})";
        (void)catalog_.put_volume("7f1c7f0e-3a44-4f8e-9a9b-7b8a5c0e8f11", folder_.path().string());
        open_segments_.add(std::make_shared<footage::OpenSegment>(info, test::kStart), key_);
    }
    std::vector<footage::Thumb> all() { return thumbs_.between(kDoor, to_utc(test::kStart) - 1s, UtcTime::max()).value(); }
    // It looks, decodes and writes on its own threads.
    bool until(std::uint64_t count) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (all().size() < count) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::yield();
        }
        return true;
    }

    const StreamKey key_{kDoor, StreamKind::main};
    footage::TempDirectory folder_;
    SystemClock clock_;
    footage::SystemFiles files_;
    footage::FakeCatalog catalog_;
    footage::OpenSegments open_segments_;
    footage::OpenThumbs open_thumbs_;
    footage::ThumbWriter writer_{{folder_.path(), files_, catalog_, open_segments_, open_thumbs_, clock_}};
    footage::Thumbs thumbs_{files_, catalog_, open_thumbs_};
};

TEST_F(ThumbnailerTest, EachKeyFrameBecomesAPictureOfItsInstant) {
    test::DrawnCamera drawn(640, 360);
    auto stream = std::make_shared<stream::Stream>(8U << 20);
    Thumbnailer thumbnailer({.interval = 400ms, .jpeg = {320, 4}, .threads = 2, .look = 2ms, .write = 5ms}, writer_);
    thumbnailer.set_cameras({{key_, key_, stream}});
    const auto parts = test::parts_of(drawn.track(), drawn.packets(41));  // a key frame every 10 frames: 0.4 s
    std::uint64_t keys = 0;
    for (const auto& part : parts) {
        stream->publish(part);
        keys += part->starts_fragment ? 1 : 0;
        if (part->starts_fragment) {
            ASSERT_TRUE(until(keys)) << keys;
        }
    }
    ASSERT_GE(keys, 4U);
    thumbnailer.stop();
    const auto found = all();
    ASSERT_EQ(found.size(), keys);
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].time, to_utc(test::kStart + test::DrawnCamera::kFrame * 10 * static_cast<int>(i)));
        const auto header = parse_jpeg(thumbs_.read(found[i]).value()).value();
        EXPECT_EQ(header.width, 320);
        EXPECT_EQ(header.height, 180);
    }
    EXPECT_EQ(thumbnailer.stats().written, keys);
    EXPECT_EQ(thumbnailer.stats().failed, 0U);
    EXPECT_EQ(catalog_.thumbs_around(kDoor, found[0].time)->size(), 1U) << "complete, so it has its row";
}

TEST_F(ThumbnailerTest, WhileTheSubStreamIsLostTheyComeFromTheMainOne) {
    test::DrawnCamera large(640, 360, 0), small(320, 240, 0);
    const auto main_parts = test::parts_of(large.track(), large.packets(200));
    const auto sub_parts = test::parts_of(small.track(), small.packets(200));
    const auto main = std::make_shared<stream::Stream>(32U << 20), sub = std::make_shared<stream::Stream>(32U << 20);
    Thumbnailer thumbnailer({.interval = 400ms, .jpeg = {320, 4}, .threads = 2, .look = 2ms, .write = 5ms}, writer_);
    thumbnailer.set_cameras({{key_, {kDoor, StreamKind::sub}, sub, main}});
    const auto publish = [](stream::Stream& to, const std::vector<PartPtr>& parts, int gop) {
        const auto from = test::kStart + test::DrawnCamera::kFrame * 10 * gop;
        for (const auto& part : parts)
            if (part->start >= from && part->start < from + test::DrawnCamera::kFrame * 10) to.publish(part);
    };
    // Both send for 1.2 s, then the main one alone for 5.6 s, then both again.
    std::uint64_t wanted = 0;
    for (int gop = 0; gop < 20; ++gop) {
        const bool both = gop < 3 || gop >= 17;
        if (both) publish(*sub, sub_parts, gop);
        if (both) {
            ASSERT_TRUE(until(++wanted)) << gop;
        }
        publish(*main, main_parts, gop);
        if (gop == 16) {
            ASSERT_TRUE(until(++wanted)) << "5 s after the last picture of the sub stream";
        }
    }
    thumbnailer.stop();
    std::vector<std::pair<int, int>> found;  // which GOP, how high the picture
    for (const auto& thumb : all())
        found.emplace_back((thumb.time - to_utc(test::kStart)) / 400ms, parse_jpeg(thumbs_.read(thumb).value())->height);
    EXPECT_EQ(found,
              (std::vector<std::pair<int, int>>{{0, 240}, {1, 240}, {2, 240}, {16, 180}, {17, 240}, {18, 240}, {19, 240}}));
}

TEST_F(ThumbnailerTest, ALatePoolSkipsAndCounts) {
    DecodePool pool(0, {320, 4});
    test::DrawnCamera drawn(640, 360);
    const auto part = test::parts_of(drawn.track(), drawn.packets(10)).front();
    const auto lane = std::make_shared<DecodePool::Lane>("door/main");
    EXPECT_TRUE(pool.submit(lane, {part, to_utc(part->start)}, {}));
    EXPECT_FALSE(pool.submit(lane, {part, to_utc(part->start)}, {})) << "one is on its way";
    EXPECT_TRUE(pool.submit(std::make_shared<DecodePool::Lane>("yard/main"), {part, to_utc(part->start)}, {}));
}

}  // namespace
}  // namespace vantage::stills
