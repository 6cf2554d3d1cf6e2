// SPDX-License-Identifier: Apache-2.0
// Files that are sent without being written, out of a simulated camera's footage. The thread that lays them out is real; the
// tests wait for its answers.
#include "record/days.hpp"

#include "footage/disk_footage.hpp"
#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

#include <future>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;
using footage::kBegin;

class DaysTest : public testing::Test {
  protected:
    Result<MoviesPtr> ask(const StreamKey& stream, UtcTime from, UtcTime to) {
        std::promise<Result<MoviesPtr>> answer;
        days_.ask(stream, from, to, [&](const Result<MoviesPtr>& made) { answer.set_value(made); });
        return answer.get_future().get();
    }
    static Bytes bytes_of(const Movie& movie) {
        Bytes out(static_cast<std::size_t>(movie.size()));
        EXPECT_TRUE(movie.read(0, out));
        return out;
    }
    footage::Probe probe(const Movie& movie) {
        const auto path = disk_.temp_.path() / fmt::format("movie{}.mp4", ++written_);
        const auto file = disk_.files_.create(path).value();
        const auto all = bytes_of(movie);
        const ByteView view = all;
        EXPECT_TRUE(footage::write_all(*file, 0, {&view, 1}));
        return footage::probe(path);
    }

    footage::TestDisk disk_;
    footage::DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
    Movies movies_{[](UtcTime time) { return to_rfc3339(time); }, disk_.clock_};
    Days days_{footage_, disk_.files_, movies_, [](const CameraId& id) { return id.str(); }};
    int written_{0};
};

TEST_F(DaysTest, IsOneFileOfManySegmentsWithItsGapInTime) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(12min);
    door.sends = false;
    door.ring->push(footage::Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(60s);
    door.camera->jump(to_media(disk_.clock_.now()));
    door.sends = true;
    disk_.run(12min);
    const auto made = ask(door.key, kBegin - 1h, kBegin + 24min).value();
    ASSERT_EQ(made->size(), 1U);
    const auto seen = probe(*made->front());
    EXPECT_EQ(seen.errors, "");
    EXPECT_DOUBLE_EQ(seen.start, 0);
    EXPECT_NEAR(seen.duration, 24 * 60, 1);
    EXPECT_NEAR(seen.frames, 23 * 60 * 25, 50);
}

// What was asked for while it was recorded is the same when it is asked for later, by another run of the program too.
TEST_F(DaysTest, WhatIsSettledStaysAsItIs) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(30s);
    const auto until = days_.settled(door.key, disk_.clock_.now()).value();
    EXPECT_GT(until, disk_.clock_.now() - 4s);
    EXPECT_LT(until, disk_.clock_.now() - 1s);
    const auto early = bytes_of(*ask(door.key, kBegin, until).value()->front());
    disk_.run(13min);
    disk_.stop();
    Movies other{[](UtcTime time) { return to_rfc3339(time); }, disk_.clock_};
    const Days days{footage_, disk_.files_, other, [](const CameraId& id) { return id.str(); }};
    std::promise<MoviesPtr> answer;
    days.ask(door.key, kBegin, until, [&](const Result<MoviesPtr>& made) { answer.set_value(made.value()); });
    const auto late = answer.get_future().get();
    EXPECT_EQ(bytes_of(*late->front()), early);
    EXPECT_EQ(late->front()->hash(), ask(door.key, kBegin, until).value()->front()->hash());
    EXPECT_NE(late->front()->hash(), ask(door.key, kBegin, until + 5s).value()->front()->hash());
}

TEST_F(DaysTest, SettledWithoutFootageIsRound) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    disk_.stop();
    disk_.clock_.advance(1h);
    const auto settled = days_.settled(door.key, disk_.clock_.now()).value();
    disk_.clock_.advance(1s);
    EXPECT_EQ(days_.settled(door.key, disk_.clock_.now()).value(), settled);
    EXPECT_GT(settled, disk_.clock_.now() - 10min - 1s);
}

TEST_F(DaysTest, OtherParametersAreAnotherFile) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    auto other = footage::encoded_gop().track;
    other.sar_num = 4;
    other.sar_den = 3;
    door.camera->change_track(other);
    disk_.run(5s);
    const auto made = ask(door.key, kBegin, kBegin + 10s).value();
    ASSERT_EQ(made->size(), 2U);
    EXPECT_EQ((*made)[0]->end(), (*made)[1]->start());
}

TEST_F(DaysTest, IsLaidOutOnceForAllAndLingers) {
    auto& door = disk_.add_camera("door");
    disk_.run(10s);
    auto first = ask(door.key, kBegin, kBegin + 8s).value();
    EXPECT_EQ(ask(door.key, kBegin, kBegin + 8s).value(), first);
    const auto* const known = first.get();
    first.reset();
    EXPECT_EQ(ask(door.key, kBegin, kBegin + 8s).value().get(), known) << "for who comes back for the rest";
    disk_.clock_.advance(Movies::kLinger + 1s);
    EXPECT_EQ(ask(door.key, kBegin - 1h, kBegin - 30min).error().code, errc::not_found);
    EXPECT_EQ(movies_.held(), 0U);
}

TEST_F(DaysTest, HoldsNoMoreThanItMay) {
    auto& door = disk_.add_camera("door");
    disk_.run(10s);
    const auto weight = ask(door.key, kBegin, kBegin + 2s).value()->front()->weight();
    EXPECT_GT(weight, 1U << 18) << "its file counts";
    EXPECT_EQ(movies_.held(), weight);
    Movies few{[](UtcTime time) { return to_rfc3339(time); }, disk_.clock_, weight * 3 / 2};
    const Days days{footage_, disk_.files_, few, [](const CameraId& id) { return id.str(); }};
    const auto ask_few = [&](seconds length) {
        std::promise<Result<MoviesPtr>> answer;
        days.ask(door.key, kBegin, kBegin + length, [&](const Result<MoviesPtr>& made) { answer.set_value(made); });
        return answer.get_future().get();
    };
    auto first = ask_few(2s);
    const auto second = ask_few(3s);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(ask_few(9s).error().code, errc::overloaded);
    EXPECT_TRUE(ask_few(2s)) << "it is there";
    first = fail(errc::cancelled, "");
    EXPECT_TRUE(ask_few(9s)) << "takes the place of one that nobody is sent";
    EXPECT_LE(few.held(), weight * 5 / 2);
}

TEST_F(DaysTest, RetentionMayTakeWhatIsBeingSent) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    const auto made = ask(door.key, kBegin, kBegin + 4s).value();
    const auto before = bytes_of(*made->front());
    for (const auto& segment : footage_.segments(door.key, kBegin, kBegin + 5s).value())
        ASSERT_TRUE(disk_.files_.remove(segment->path));
    EXPECT_EQ(bytes_of(*made->front()), before);
}

TEST_F(DaysTest, WhoWaitsIsToldWhenItStops) {
    std::promise<void> begun, let_go;
    std::promise<errc> first, second;
    movies_.ask(
        "one", "",
        [&]() -> Result<footage::Material> {
            begun.set_value();
            let_go.get_future().wait();
            return fail(errc::io, "");
        },
        [&](const Result<MoviesPtr>& made) { first.set_value(made.error().code); });
    begun.get_future().wait();
    const Movies::Gather never = [] { return Result<footage::Material>(fail(errc::cancelled, "")); };
    movies_.ask("two", "", never, [&](const Result<MoviesPtr>& made) { second.set_value(made.error().code); });
    for (std::size_t i = 2; i < Movies::kMostWaiting; ++i)
        movies_.ask("three", "", never, [](const Result<MoviesPtr>& made) { EXPECT_TRUE(made.has_error()); });
    std::promise<errc> refused;
    movies_.ask("four", "", never, [&](const Result<MoviesPtr>& made) { refused.set_value(made.error().code); });
    EXPECT_EQ(refused.get_future().get(), errc::overloaded);
    std::jthread stopping([&] { movies_.stop(); });
    let_go.set_value();
    EXPECT_EQ(first.get_future().get(), errc::io);
    EXPECT_EQ(second.get_future().get(), errc::cancelled);
}

}  // namespace
}  // namespace vantage::record
