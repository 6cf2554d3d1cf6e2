// SPDX-License-Identifier: Apache-2.0
// Packets in, pictures out: clips whose pictures say their time are recorded by the real writer, and what is asked for is
// read from the image.
#include "stills/frames.hpp"

#include "footage/disk_footage.hpp"
#include "footage/test_disk.hpp"
#include "media/jpeg_header.hpp"
#include "media/test_clip.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

#include <future>

// x265 forgets to free a little of each encoder.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libx265";
}

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;
using test::ClipOptions;

// As told by answers.
UtcTime whole(MediaTime time) {
    return std::chrono::floor<milliseconds>(to_utc(time));
}

class FramesTest : public testing::Test {
  protected:
    FramesTest() { camera_.sends = false; }
    ~FramesTest() override { frames_.stop(); }

    // Its packets through the fragmenter; a hole in front of it when it does not follow what was recorded.
    void record(const ClipOptions& options, bool hole = false) {
        const auto clip = make_clip(options);
        bool first = hole;
        for (const auto& part : test::parts_of(clip.track, clip.packets)) {
            auto mine = std::make_shared<Part>(*part);
            mine->discontinuity = std::exchange(first, false);
            camera_.ring->push(PartPtr(std::move(mine)));
        }
        disk_.run(2s);
    }
    Result<StillPtr> at(UtcTime time, const Look& look = {}) {
        std::promise<Result<StillPtr>> answer;
        auto coming = answer.get_future();
        frames_.at(camera_.key, time, look, [&](Result<StillPtr> still) { answer.set_value(std::move(still)); });
        return coming.get();
    }
    // The instant shows this frame, and says so.
    void expect(UtcTime time, MediaTime frame) {
        const auto still = at(time);
        ASSERT_TRUE(still) << to_rfc3339(time) << ": " << still.error().message;
        EXPECT_EQ((*still)->time, to_utc(frame)) << to_rfc3339(time);
        EXPECT_EQ(test::shown_by((*still)->data), to_utc(frame)) << to_rfc3339(time);
    }
    void expect_frames_of(const ClipOptions& options, int step) {
        for (int n = 0; n < options.frames; n += step) {
            const auto time = options.time_of(n), next = options.time_of(n + 1);
            expect(whole(time), time);
            expect(to_utc(time + (next - time) / 2), time);
            expect(whole(next) - 1ms, time);
        }
    }

    footage::TestDisk disk_;
    footage::TestDisk::Camera& camera_{disk_.add_camera("door")};
    footage::DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
    std::shared_ptr<stream::Stream> live_ = std::make_shared<stream::Stream>(16U << 20U);
    Frames frames_{[this](const StreamKey& key) { return key == camera_.key ? live_ : nullptr; }, footage_};
    const MediaTime begin_ = to_media(footage::kBegin);
};

struct Kind {
    const char* name;
    ClipOptions options;
};
class FramesOfKind : public FramesTest, public testing::WithParamInterface<Kind> {};

TEST_P(FramesOfKind, EveryInstantShowsItsFrame) {
    auto options = GetParam().options;
    options.start = begin_;
    record(options);
    expect_frames_of(options, 7);  // of the segment that is still written
    disk_.stop();
    expect_frames_of(options, 11);
}

INSTANTIATE_TEST_SUITE_P(
    All, FramesOfKind,
    testing::Values(Kind{"H264", {.width = 320, .height = 180}},
                    Kind{"HalfRate", {.width = 320, .height = 180, .frames = 40, .frame = Ticks{7200}}},
                    Kind{"BFrames", {.width = 320, .height = 180, .b_frames = 3}},
                    Kind{"Pyramid", {.width = 320, .height = 180, .b_frames = 5, .params = "b-pyramid=normal:ref=4"}},
                    Kind{"OpenGop", {.width = 320, .height = 180, .b_frames = 3, .params = "open-gop=1"}},
                    Kind{"H265", {.encoder = "libx265", .codec = Codec::h265, .width = 320, .height = 180}},
                    Kind{"H265OpenGop",
                         {.encoder = "libx265",
                          .codec = Codec::h265,
                          .width = 320,
                          .height = 180,
                          .b_frames = 3,
                          .params = "open-gop=1:b-pyramid=1"}},
                    Kind{"Uneven", {.width = 320, .height = 180, .frame = Ticks{3003}, .uneven = Ticks{1700}}},
                    Kind{"UnevenBFrames",
                         {.width = 320, .height = 180, .b_frames = 2, .frame = Ticks{6000}, .uneven = Ticks{4500}}}),
    [](const auto& kind) { return kind.param.name; });

TEST_F(FramesTest, OverTheBorderOfSegmentsAndInGroupsWithoutEnd) {
    // A frame a second, a key frame every 80: the fragmenter cuts such groups, the writer begins a segment after ten
    // minutes.
    ClipOptions options{.width = 320, .height = 180, .frames = 700, .gop = 80, .b_frames = 2, .frame = Ticks{90000}};
    options.start = begin_;
    record(options);
    const auto segments = footage_.segments(camera_.key, UtcTime{}, UtcTime::max()).value();
    ASSERT_EQ(segments.size(), 2U);
    const auto border = std::chrono::duration_cast<seconds>(segments[1]->start - footage::kBegin).count();
    for (auto n = border - 6; n < border + 6; ++n) {
        const auto time = options.time_of(static_cast<int>(n));
        expect(to_utc(time), time);
        expect(to_utc(time) + 999ms, time);
    }
    expect(to_utc(options.time_of(79)), options.time_of(79));
    expect(to_utc(options.time_of(155)) + 500ms, options.time_of(155));
}

TEST_F(FramesTest, OtherParametersBeginASegment) {
    ClipOptions small{.width = 320, .height = 180, .frames = 30, .b_frames = 2, .start = begin_};
    record(small);
    ClipOptions large{.frames = 30, .b_frames = 2, .start = small.time_of(30)};
    record(large);
    ASSERT_EQ(footage_.segments(camera_.key, UtcTime{}, UtcTime::max()).value().size(), 2U);
    expect_frames_of(small, 29);
    expect_frames_of(large, 29);
}

TEST_F(FramesTest, BesideAHoleTheNearestFramesAreTold) {
    ClipOptions one{.width = 320, .height = 180, .frames = 30, .b_frames = 2, .start = begin_};
    ClipOptions two = one;
    two.start = begin_ + 20s;
    record(one);
    record(two, true);
    expect(to_utc(one.time_of(30)) - 1ms, one.time_of(29));
    expect(to_utc(two.start), two.start);
    for (const auto time : {to_utc(one.time_of(30)) + 10ms, to_utc(one.time_of(30)) + 400ms, footage::kBegin + 10s,
                            to_utc(two.start) - 300ms}) {
        const auto still = at(time);
        ASSERT_FALSE(still) << to_rfc3339(time);
        EXPECT_EQ(still.error().code, errc::not_found);
        const auto nearest = find_nearest(footage_, camera_.key, time);
        EXPECT_EQ(nearest.before, whole(one.time_of(29)));
        EXPECT_EQ(nearest.after, whole(two.start));
    }
    expect(*find_nearest(footage_, camera_.key, footage::kBegin + 10s).before, one.time_of(29));
    expect(*find_nearest(footage_, camera_.key, footage::kBegin + 10s).after, two.start);
    const auto years = std::chrono::hours{24} * 365;
    EXPECT_EQ(find_nearest(footage_, camera_.key, footage::kBegin - years).after, whole(begin_));
    EXPECT_EQ(find_nearest(footage_, camera_.key, footage::kBegin - years).before, std::nullopt);
    EXPECT_EQ(find_nearest(footage_, camera_.key, UtcTime{}).after, whole(begin_)) << "an epoch of some program";
    EXPECT_EQ(find_nearest(footage_, camera_.key, footage::kBegin + years).before, whole(two.time_of(29)));
}

TEST_F(FramesTest, ATimeThatAnAnswerToldIsThatFrame) {
    // Times of 30000/1001 fps are no whole milliseconds.
    ClipOptions options{.width = 320, .height = 180, .frames = 20, .frame = Ticks{3003}, .start = begin_};
    record(options);
    for (int n = 0; n < 20; ++n) expect(*parse_time(to_rfc3339(to_utc(options.time_of(n)))), options.time_of(n));
}

TEST_F(FramesTest, ManyWhoWantOneFrameDecodeItOnce) {
    ClipOptions options{.start = begin_};
    record(options);
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Result<StillPtr>> got;
    for (int n = 0; n < 40; ++n)  // all within the same frame
        frames_.at(camera_.key, footage::kBegin + 1s + milliseconds{n % 39}, {.width = n % 2 == 0 ? 0 : 320},
                   [&](Result<StillPtr> still) {
                       const std::lock_guard hold(mutex);
                       got.push_back(std::move(still));
                       changed.notify_all();
                   });
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 60s, [&] { return got.size() == 40; }));
    std::set<const Still*> different;
    for (const auto& still : got) {
        ASSERT_TRUE(still) << still.error().message;
        EXPECT_EQ((*still)->time, footage::kBegin + 1s);
        different.insert(still->get());
    }
    EXPECT_EQ(different.size(), 2U) << "one of each width";
    EXPECT_EQ(frames_.decoded(), 1U);
}

TEST_F(FramesTest, WhatIsKeptIsBounded) {
    record({.width = 320, .height = 180, .start = begin_});
    Frames few{[](const StreamKey&) { return nullptr; }, footage_, {.threads = 1, .most_kept = 300'000}};
    const auto ask = [&](milliseconds after) {
        std::promise<bool> answer;
        few.at(camera_.key, footage::kBegin + after, {},
               [&](const Result<StillPtr>& still) { answer.set_value(bool(still)); });
        EXPECT_TRUE(answer.get_future().get());
    };
    for (int n = 0; n < 10; ++n) ask(milliseconds{40 * n});
    EXPECT_EQ(few.decoded(), 10U);
    ask(milliseconds{360});
    EXPECT_EQ(few.decoded(), 10U) << "the last one is still there";
    ask(milliseconds{0});
    EXPECT_EQ(few.decoded(), 11U) << "the first one is not";
}

TEST_F(FramesTest, SizesAndFormats) {
    record({.frames = 10, .start = begin_});
    const auto jpeg = at(footage::kBegin, {.width = 320}), large = at(footage::kBegin, {.width = 4000});
    ASSERT_TRUE(jpeg && large);
    EXPECT_EQ(parse_jpeg((*jpeg)->data)->width, 320);
    EXPECT_EQ(parse_jpeg((*jpeg)->data)->height, 180);
    EXPECT_EQ(parse_jpeg((*large)->data)->width, 640) << "never enlarged";
    const auto png = at(footage::kBegin + 40ms, {.format = Format::png});
    ASSERT_TRUE(png) << png.error().message;
    EXPECT_EQ((*png)->format, Format::png);
    EXPECT_EQ(as_text((*png)->data).substr(1, 3), "PNG");
    EXPECT_EQ(test::shown_by((*png)->data), footage::kBegin + 40ms);
}

TEST_F(FramesTest, TooManyAreRefusedAndTheEndIsSaid) {
    record({.width = 320, .height = 180, .frames = 10, .start = begin_});
    Frames few{[](const StreamKey&) { return nullptr; }, footage_, {.threads = 1, .most_waiting = 1}};
    std::promise<void> running, go_on;
    few.at(camera_.key, footage::kBegin, {}, [&](const Result<StillPtr>&) {
        running.set_value();
        go_on.get_future().wait();
    });
    running.get_future().wait();
    std::optional<errc> second, third;
    few.at(camera_.key, footage::kBegin, {}, [&](const Result<StillPtr>& still) { second = still.error().code; });
    few.at(camera_.key, footage::kBegin, {}, [&](const Result<StillPtr>& still) { third = still.error().code; });
    EXPECT_EQ(third, errc::overloaded);
    EXPECT_EQ(second, std::nullopt);
    go_on.set_value();
    few.stop();
    std::optional<errc> late;
    few.at(camera_.key, footage::kBegin, {}, [&](const Result<StillPtr>& still) { late = still.error().code; });
    EXPECT_EQ(late, errc::cancelled);
}

}  // namespace
}  // namespace vantage::stills
