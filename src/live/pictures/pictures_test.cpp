// SPDX-License-Identifier: Apache-2.0
#include "live/pictures/pictures.hpp"

#include "live/pictures/mjpeg_body.hpp"
#include "media/jpeg_header.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

namespace vantage::live {
namespace {

using namespace vantage::test;

const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};

// A camera in memory whose parts the test publishes, and a wait that ends with the condition.
class PicturesTest : public testing::Test {
  protected:
    ~PicturesTest() override { pictures.stop(); }

    // Called by on_ready; `until` sleeps in between.
    void ready() {
        const std::lock_guard hold(mutex);
        ++calls;
        changed.notify_all();
    }
    template <class Done>
    bool until(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + seconds{20};
        std::unique_lock lock(mutex);
        while (!done())
            if (changed.wait_until(lock, deadline) == std::cv_status::timeout) return false;
        return true;
    }
    // The same for what takes the show's lock, under which on_ready is called: `done` is asked under no lock.
    template <class Done>
    bool until_shown(Done done) {
        for (;;) {
            std::unique_lock lock(mutex);
            const auto seen = calls;
            lock.unlock();
            if (done()) return true;
            if (!until([&] { return calls != seen; })) return false;
        }
    }
    std::unique_ptr<PictureShow::Viewer> watch(PictureWish wish) {
        return std::move(pictures.watch(kDoor, wish, [this] { ready(); }).value());
    }
    void publish(int frames) {
        for (const auto& part : parts_of(camera.track(), camera.packets(frames))) stream->publish(part);
    }
    // Every picture that came for a viewer until `count` were taken.
    std::vector<JpegPtr> take(PictureShow::Viewer& viewer, std::size_t count) {
        std::vector<JpegPtr> out;
        (void)until_shown([&] {
            if (auto jpeg = viewer.take()) out.push_back(std::move(jpeg));
            return out.size() >= count;
        });
        return out;
    }

    SimulatedClock clock{to_utc(kStart)};
    DrawnCamera camera{640, 360, 0};
    std::shared_ptr<stream::Stream> stream = std::make_shared<stream::Stream>(16U << 20);
    std::mutex mutex;
    std::condition_variable changed;
    int calls{0};
    Pictures pictures{[this](const StreamKey& key) { return key == kDoor ? stream : nullptr; }, clock};
};

TEST_F(PicturesTest, ViewersOfOneRateShareEachPictureOfAWidth) {
    auto one = watch({.fps = 5, .width = 320}), two = watch({.fps = 5, .width = 320}), wide = watch({.fps = 5});
    publish(20);
    const auto a = take(*one, 1), b = take(*two, 1), c = take(*wide, 1);
    ASSERT_TRUE(a.size() == 1 && b.size() == 1 && c.size() == 1);
    EXPECT_EQ(parse_jpeg(a[0]->data)->width, 320);
    EXPECT_EQ(parse_jpeg(c[0]->data)->width, 640) << "never enlarged, never made smaller unasked";
    EXPECT_EQ(stream->viewers(), 1U) << "decoded once for all";
}

TEST_F(PicturesTest, TheNewestPictureIsThereAndTheOthersAreGone) {
    auto slow = watch({.fps = 25, .width = 64});
    publish(50);
    const auto newest = to_utc(kStart + DrawnCamera::kFrame * 49);
    ASSERT_TRUE(until_shown([&] {
        const auto jpeg = slow->take();
        return jpeg && jpeg->time == newest;
    }));
    EXPECT_EQ(slow->take(), nullptr) << "nothing queues up";
}

TEST_F(PicturesTest, TheRateIsThatOfTheGrid) {
    const auto show = std::make_shared<PictureShow>("test", stream, clock);
    const auto fast = show->join({.fps = 25, .width = 64}, [this] { ready(); });
    const auto slow = show->join({.fps = 5, .width = 32}, [this] { ready(); });
    publish(50);  // two seconds
    ASSERT_TRUE(until([&] { return calls >= 60; }));
    EXPECT_EQ(calls, 50 + 10);
    EXPECT_EQ(show->encoded(), 60U);
    EXPECT_EQ(show->decoded(), 50U);
    show->stop();
    EXPECT_TRUE(fast->over() && slow->over());
}

TEST_F(PicturesTest, WhoComesInTheMiddleOfAFragmentSeesNowNotItsBeginning) {
    publish(8);  // three parts; the rest of the fragment is still to come
    clock.advance(seconds{2});
    const auto show = std::make_shared<PictureShow>("test", stream, clock);
    const auto viewer = show->join({.fps = 25, .width = 64}, [this] { ready(); });
    const auto got = take(*viewer, 1);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_GE(got[0]->time, to_utc(kStart + DrawnCamera::kFrame * 6)) << "of the last part";
    show->stop();
    EXPECT_EQ(show->decoded(), 8U);
    EXPECT_LE(show->encoded(), 2U) << "those of the last part alone";
}

TEST_F(PicturesTest, OnlyKeyFramesAreDecodedWhenTheyAreEnough) {
    const auto show = std::make_shared<PictureShow>("test", stream, clock);
    const auto viewer = show->join({.fps = 1, .width = 64}, [this] { ready(); });
    publish(200);  // a key frame each 0.4 s
    const auto newest = to_utc(kStart + DrawnCamera::kFrame * 190);
    std::vector<JpegPtr> got;
    ASSERT_TRUE(until_shown([&] {
        if (auto jpeg = viewer->take()) got.push_back(std::move(jpeg));
        return !got.empty() && newest - got.back()->time < seconds{1};
    }));
    EXPECT_LT(show->decoded(), 60U) << "the first two fragments, then key frames";
}

TEST_F(PicturesTest, DecodingEndsWithTheLastViewerAndBeginsAnew) {
    publish(10);
    auto viewer = watch({});
    ASSERT_EQ(take(*viewer, 1).size(), 1U);
    viewer.reset();
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (stream->viewers() > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ(stream->viewers(), 0U);
    auto next = watch({});
    EXPECT_EQ(take(*next, 1).size(), 1U);
    stream->close();
    EXPECT_TRUE(until([&] { return next->over(); }));
}

TEST_F(PicturesTest, WhoComesLaterSeesTheLastPictureAtOnce) {
    publish(10);
    auto first = watch({.fps = 1, .width = 64});
    ASSERT_EQ(take(*first, 1).size(), 1U);
    auto second = watch({.fps = 1, .width = 64});
    EXPECT_EQ(take(*second, 1).size(), 1U) << "although the camera sends nothing more";
}

TEST_F(PicturesTest, AnUnknownStreamIsSaid) {
    const StreamKey gate{*CameraId::parse("gate"), StreamKind::main};
    EXPECT_EQ(pictures.watch(gate, {}, [] {}).error().code, errc::not_found);
}

std::string text_of(const net::BodySource::Piece& piece) {
    return std::string(as_text(piece.bytes));
}

TEST_F(PicturesTest, TheMjpegBodySendsEachPictureFromWhereItLies) {
    bool revoked = false;
    MjpegBody body(
        [this](std::function<void()> on_ready) { return pictures.watch(kDoor, {.fps = 25}, std::move(on_ready)); },
        [&] { return revoked; });
    body.on_open([this] { ready(); });
    EXPECT_EQ(text_of(*body.next()), "--vantage-picture\r\n");
    EXPECT_FALSE(body.next());
    EXPECT_FALSE(body.finished());
    publish(10);
    std::vector<net::BodySource::Piece> pieces;
    ASSERT_TRUE(until_shown([&] {
        while (auto piece = body.next()) pieces.push_back(std::move(*piece));
        return pieces.size() >= 3;
    }));
    const auto head = text_of(pieces[0]);
    EXPECT_TRUE(head.starts_with("Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(pieces[1].bytes.size())));
    EXPECT_NE(head.find("\r\nVantage-Time: 2026-11-20T12:00:0"), std::string::npos) << head;
    EXPECT_TRUE(parse_jpeg(pieces[1].bytes));
    EXPECT_EQ(text_of(pieces[2]), "\r\n--vantage-picture\r\n") << "browsers show a picture when this has come";
    revoked = true;
    while (body.next()) {
    }
    EXPECT_TRUE(body.finished());
    body.on_close();
}

}  // namespace
}  // namespace vantage::live
