// SPDX-License-Identifier: Apache-2.0
// Requests for what is not there yet.
#include "live/hls/hls_live_fixture.hpp"

#include <gtest/gtest.h>

namespace vantage::live {
namespace {

using namespace std::chrono_literals;

TEST(HlsLive, TheHintedPartIsWaitedForAlsoWhereItsSegmentEndsBefore) {
    HlsBench bench;
    bench.camera.sound = false;
    bench.camera.set_tracks(false);
    bench.camera.gop = 45;  // five parts of 360 ms
    bench.camera.run(4);
    const auto window = bench.window();
    const auto open_parts = [&] {
        const auto open = window->snapshot()->open;
        return open ? open->lane(Rendition::muxed).parts.size() : 0;
    };
    for (int i = 0; i < 100 && open_parts() != 5; ++i) bench.camera.run(0.04);
    ASSERT_EQ(open_parts(), 5U);
    const auto next = window->snapshot()->next_serials[0];
    EXPECT_EQ(window->find_part(Rendition::muxed, next), nullptr);
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, 0, {}, next - 3}).word(), "there");
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, 0, {}, next + 1}).word(), "not_found");
    HlsWait hinted(*window, {Rendition::muxed, 0, {}, next});
    EXPECT_EQ(hinted.word(), "waits");
    bench.camera.run(0.6);
    EXPECT_EQ(hinted.word(), "there");
    ASSERT_EQ(open_parts(), 1U);
    EXPECT_EQ(window->find_part(Rendition::muxed, next), window->snapshot()->open->lane(Rendition::muxed).parts.front());
}

TEST(HlsLive, BlockingReload) {
    HlsBench bench;
    bench.camera.run(5.0);
    const auto window = bench.window();
    const auto newest = window->next_number() - 1;
    const auto parts = window->find(newest)->lane(Rendition::muxed).parts.size();
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, newest - 100, {}}).word(), "there");  // long gone: the whole playlist
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, newest - 1, {}}).word(), "there");
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, newest - 1, 77}).word(), "there");  // is part 0 of the next
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, newest, parts - 1}).word(), "there");
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, newest + 3, {}}).word(), "invalid_argument");
    EXPECT_EQ(HlsWait(*window, {Rendition::muxed, newest, parts + 9}).word(), "invalid_argument");
    HlsWait whole(*window, {Rendition::muxed, newest, {}}), part(*window, {Rendition::muxed, newest, parts}),
        beyond(*window, {Rendition::muxed, newest, parts + 4}), next(*window, {Rendition::muxed, newest + 1, {}});
    bench.camera.run(0.04);
    EXPECT_EQ(part.word(), "waits");
    bench.camera.run(0.4);
    EXPECT_EQ(part.word(), "there");
    EXPECT_EQ(whole.word(), "waits");
    bench.camera.run(0.8);
    EXPECT_EQ(whole.word(), "there");
    EXPECT_EQ(beyond.word(), "waits");  // the segment has no such part: the first of the next one
    bench.camera.run(0.3);
    EXPECT_EQ(beyond.word(), "there");
    EXPECT_EQ(next.word(), "waits");
    bench.clock.advance(11s);
    bench.windows.sweep();
    EXPECT_EQ(next.word(), "waits");
    bench.clock.advance(1s);
    bench.windows.sweep();
    EXPECT_EQ(next.word(), "unavailable");
    EXPECT_EQ(bench.windows.stats().refused, 1U);
    EXPECT_EQ(bench.windows.stats().waiting, 0U);
}

TEST(HlsLive, WaitingRequestsHaveALimit) {
    HlsBench bench({.live = {}, .most_waiting = 2, .close_after = 60s});
    bench.camera.run(5);
    const auto window = bench.window();
    const auto next = window->next_number();
    HlsWait one(*window, {Rendition::muxed, next, {}}), two(*window, {Rendition::video, next, {}}),
        three(*window, {Rendition::audio, next, {}});
    EXPECT_EQ(one.word() + two.word() + three.word(), "waitswaitsunavailable");
    EXPECT_EQ(bench.windows.stats().waiting, 2U);
    bench.windows.stop();
    EXPECT_EQ(one.word(), "unavailable");
    EXPECT_EQ(bench.windows.open(kDoor).error().code, errc::unavailable);
}

TEST(HlsLive, TheFirstRequestWaitsForTheFirstSegment) {
    HlsBench bench;
    const auto window = bench.window();
    std::optional<Status> first, impatient;
    window->wait_for_snapshot(10s, [&](Status status) { first = status; });
    window->wait_for_snapshot(2s, [&](Status status) { impatient = status; });
    bench.camera.run(1.9);
    EXPECT_EQ(window->snapshot(), nullptr);
    bench.clock.advance(3s);
    bench.windows.sweep();
    EXPECT_TRUE(impatient && impatient->has_error());
    EXPECT_FALSE(first);
    bench.camera.run(0.4);
    EXPECT_TRUE(first && first->has_value());
    EXPECT_NE(window->snapshot(), nullptr);
}

}  // namespace
}  // namespace vantage::live
