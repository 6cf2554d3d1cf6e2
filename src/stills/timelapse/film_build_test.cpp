// SPDX-License-Identifier: Apache-2.0
// Drawn footage in, films out: each frame shows the time that the record gives it, whatever came between.
#include "stills/timelapse/film_build.hpp"

#include "media/picture_stream.hpp"
#include "stills/timelapse/made_footage.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

constexpr auto kMillisecond = microseconds{1000};

class FilmBuildTest : public testing::Test {
  protected:
    // 40 frames over `span`.
    Plan plan(microseconds span = 40min, int frames = 40) {
        return {{{start_, start_ + span}}, static_cast<std::size_t>(frames), 10, {1920, 1080}};
    }
    FilmBuild open(const Plan& of) { return {studio_.tools, kDoor, of, work_, 0}; }
    Result<FilmRecord> make(const Plan& of) {
        auto build = open(of);
        while (!build.done())
            if (auto done = build.step({}); !done) return done.error();
        return build.publish(film_, "Door");
    }
    // Each frame shows the time that the record gives, at its place in the film.
    FilmSeen expect_true(const FilmRecord& record) {
        const auto seen = look_at_film(film_.string() + ".mp4");
        EXPECT_EQ(seen.shows.size(), record.frames);
        EXPECT_EQ(record.times.size(), record.frames);
        for (std::size_t i = 0; i < std::min(seen.shows.size(), record.times.size()); ++i) {
            EXPECT_TRUE(seen.shows[i]) << i;
            const auto off = seen.shows[i] ? std::chrono::abs(*seen.shows[i] - record.times[i]) : microseconds::max();
            EXPECT_LT(off, kMillisecond) << i << ": " << to_rfc3339(record.times[i]);
            EXPECT_EQ(seen.at[i], Ticks{90000} * static_cast<std::int64_t>(i) / record.fps);
            if (i > 0) {
                EXPECT_GT(record.times[i], record.times[i - 1]);
            }
        }
        return seen;
    }
    bool is_there(const char* name) { return std::filesystem::exists(folder_ / name); }

    FilmStudio studio_{time_at("2026-11-21T12:00:00Z")};
    const UtcTime start_{time_at("2026-11-20T12:00:00Z")};
    const std::filesystem::path folder_{studio_.tools.folder / "door"};
    const std::filesystem::path work_{folder_ / "film.work"}, film_{folder_ / "film"};
};

TEST_F(FilmBuildTest, KeyFramesOfEachSlot) {
    studio_.footage.stretches = {{start_ - 1h, start_ + 2h, 7s}};
    const auto record = make(plan());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->frames, 40U);
    EXPECT_TRUE(record->complete());
    const auto seen = expect_true(*record);
    EXPECT_EQ(seen.width, 320);
    for (std::size_t i = 0; i < record->times.size(); ++i) {
        const auto slot = start_ + 1min * static_cast<int>(i);
        EXPECT_GE(record->times[i], slot);
        EXPECT_LT(record->times[i], slot + 7s);
    }
    EXPECT_EQ(studio_.footage.read_count, 40) << "nothing else is read";
    EXPECT_FALSE(is_there("film.work"));
    EXPECT_FALSE(is_there("film.mp4.new"));
    const auto kept =
        parse_film_record(as_text(footage::read_whole(studio_.files, film_.string() + ".json", 1 << 20).value()));
    EXPECT_EQ(kept->times, record->times);
    EXPECT_EQ(kept->bytes, std::filesystem::file_size(film_.string() + ".mp4"));
}

TEST_F(FilmBuildTest, TheVeryFrameWhereGroupsOfPicturesAreLong) {
    struct Kind {
        const char* encoder;
        int b_frames;
    };
    for (const auto& [encoder, b_frames] : {Kind{"libx264", 0}, Kind{"libx264", 2}, Kind{"libx265", 0}}) {
        SCOPED_TRACE(encoder);
        std::filesystem::remove_all(folder_);
        studio_.footage.stretches = {
            {start_ - 1h, start_ + 2h, 20s, 40, 320, 180, b_frames, {kDoor, StreamKind::main}, encoder}};
        const auto record = make(plan(60s, 20));  // a frame every 3 s
        ASSERT_TRUE(record) << record.error().message;
        EXPECT_EQ(record->frames, 20U);
        expect_true(*record);
        for (std::size_t i = 0; i < record->times.size(); ++i) {
            const auto slot = start_ + 3s * static_cast<int>(i);
            EXPECT_LT(std::chrono::abs(record->times[i] - slot), 501ms + 500ms * b_frames) << "of two frames a second";
        }
    }
}

TEST_F(FilmBuildTest, HolesAreLeftOutAndNamed) {
    studio_.footage.stretches = {{start_, start_ + 10min, 10s}, {start_ + 20min, start_ + 40min, 10s}};
    studio_.footage.gaps = {{start_ + 10min, start_ + 12min, "disk full"}, {start_ + 12min, start_ + 20min, "camera lost"}};
    const auto record = make(plan());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->frames, 30U);
    ASSERT_EQ(record->gaps.size(), 1U);
    EXPECT_EQ(record->gaps[0].start, start_ + 10min);
    EXPECT_EQ(record->gaps[0].end, start_ + 20min);
    EXPECT_EQ(record->gaps[0].reason, "camera lost");
    expect_true(*record);
}

TEST_F(FilmBuildTest, TheSubStreamWhereOnlyThatHasSomething) {
    studio_.footage.stretches = {{start_, start_ + 20min, 10s},
                                 {start_ + 20min, start_ + 40min, 10s, 1, 160, 90, 0, {kDoor, StreamKind::sub}}};
    const auto record = make(plan());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_TRUE(record->complete());
    EXPECT_EQ(record->frames, 40U);
    EXPECT_EQ(expect_true(*record).width, 320) << "one size";
}

TEST_F(FilmBuildTest, ThumbnailsWhereTheFootageHasGone) {
    // The first half as thumbnails: JPEGs of what the footage would have shown.
    const auto pack_path = (studio_.temp.path() / "old.thumbs").string();
    auto pack = std::make_shared<footage::OpenPack>(pack_path);
    std::ofstream out(pack_path, std::ios::binary);
    std::vector<footage::ThumbEntry> entries;
    std::uint64_t at = 0;
    for (auto time = start_; time < start_ + 20min; time += 30s) {
        const auto clip = test::make_clip({.width = 320, .height = 180, .frames = 1, .gop = 1, .start = to_media(time)});
        const auto jpeg = make_jpeg(clip.track, clip.packets.front()->data, {320, 2}).value();
        const auto header = footage::thumb_header(time, jpeg);
        out.write(reinterpret_cast<const char*>(header.data()), static_cast<std::streamsize>(header.size()));
        out.write(reinterpret_cast<const char*>(jpeg.data()), static_cast<std::streamsize>(jpeg.size()));
        entries.push_back({time, at + header.size(), static_cast<std::uint32_t>(jpeg.size())});
        at += header.size() + jpeg.size();
    }
    out.close();
    pack->grow(entries);
    studio_.thumbs.open.add(kDoor, pack);
    studio_.footage.stretches = {{start_ + 20min, start_ + 40min, 10s, 1, 640, 360}};
    const auto record = make(plan());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_TRUE(record->complete());
    EXPECT_EQ(record->frames, 40U);
    expect_true(*record);
}

TEST_F(FilmBuildTest, AnotherShapeIsShownWholeWithBlackBesideIt) {
    studio_.footage.stretches = {{start_, start_ + 20min, 10s, 1, 640, 360},
                                 {start_ + 20min, start_ + 40min, 10s, 1, 480, 360}};
    const auto record = make(plan());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->frames, 40U);
    EXPECT_EQ(record->size, (PictureSize{640, 360}));
    const auto seen = look_at_film(film_.string() + ".mp4");
    ASSERT_EQ(seen.shows.size(), 40U);
    EXPECT_TRUE(seen.shows[19]);
    EXPECT_FALSE(seen.shows[20]) << "the code does not begin at the edge";
}

TEST_F(FilmBuildTest, GoesOnWhereAProgramThatWasKilledStopped) {
    studio_.footage.stretches = {{start_, start_ + 2h, 10s}};
    std::size_t before = 0;
    for (int steps = 0;; ++steps) {
        ASSERT_LT(steps, 10);
        auto build = open(plan());
        EXPECT_EQ(build.frames(), before);
        if (build.done()) {
            const auto record = build.publish(film_, "Door");
            ASSERT_TRUE(record) << record.error().message;
            EXPECT_EQ(record->frames, 40U);
            expect_true(*record);
            break;
        }
        ASSERT_TRUE(build.step({}));
        EXPECT_GT(build.frames(), before);
        before = build.frames();
        // What a piece leaves that was being written.
        std::ofstream(work_, std::ios::binary | std::ios::app) << "VTLP torn";
    }
    EXPECT_EQ(studio_.footage.read_count, 40) << "no picture is made twice";
}

TEST_F(FilmBuildTest, ADamagedWorkFileIsMadeAnew) {
    studio_.footage.stretches = {{start_, start_ + 2h, 10s}};
    ASSERT_TRUE(open(plan()).step({}));
    {
        std::fstream file(work_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(20);
        file << "#";
    }
    const auto record = make(plan());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->frames, 40U);
    expect_true(*record);
}

TEST_F(FilmBuildTest, AFullDiskIsToldAndGoneOnWithLater) {
    studio_.footage.stretches = {{start_, start_ + 2h, 10s}};
    auto build = open(plan());
    ASSERT_TRUE(build.step({}));
    const auto before = build.frames();
    studio_.room = 1000;
    EXPECT_EQ(build.step({}).error().code, errc::disk_full);
    studio_.room = 1U << 30;
    studio_.files.leave_room_for(700);  // less than a piece
    EXPECT_EQ(build.step({}).error().code, errc::disk_full);
    EXPECT_EQ(build.frames(), before);
    studio_.files.leave_room_for(UINT64_MAX);
    while (!build.done()) ASSERT_TRUE(build.step({}));
    studio_.files.leave_room_for(700);
    EXPECT_EQ(build.publish(film_, "Door").error().code, errc::disk_full);
    EXPECT_FALSE(is_there("film.mp4"));
    EXPECT_FALSE(is_there("film.mp4.new"));
    EXPECT_TRUE(is_there("film.work"));
    studio_.files.leave_room_for(UINT64_MAX);
    const auto record = build.publish(film_, "Door");
    ASSERT_TRUE(record) << record.error().message;
    expect_true(*record);
}

TEST_F(FilmBuildTest, ADiskThatIsNotThereIsAskedAgainBeforeItIsAHole) {
    studio_.footage.stretches = {{start_, start_ + 2h, 10s}};
    FilmBuild build(studio_.tools, kDoor, plan(), work_, 2);
    studio_.footage.broken = fail(errc::io, "the disk is gone");
    EXPECT_EQ(build.step({}).error().code, errc::io);
    studio_.footage.broken.reset();
    ASSERT_TRUE(build.step({}));
    EXPECT_EQ(build.frames(), 10U) << "no hole";
    studio_.footage.broken = fail(errc::io, "the disk is gone");
    EXPECT_FALSE(build.step({}));
    EXPECT_FALSE(build.step({}));
    EXPECT_TRUE(build.step({})) << "then it goes on";
    EXPECT_EQ(build.frames(), 10U);
}

TEST_F(FilmBuildTest, StoppedInTheMiddleOfAStepNothingIsLost) {
    studio_.footage.stretches = {{start_, start_ + 2h, 10s}};
    auto build = open(plan());
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(build.step(stop.get_token()).error().code, errc::cancelled);
    EXPECT_EQ(build.frames(), 0U);
    ASSERT_TRUE(build.step({}));
    EXPECT_EQ(build.frames(), 10U);
}

TEST_F(FilmBuildTest, WithoutAPictureThereIsNoFilm) {
    const auto record = make(plan());
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(folder_));
}

}  // namespace
}  // namespace vantage::stills
