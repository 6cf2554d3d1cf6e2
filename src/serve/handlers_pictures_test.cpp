// SPDX-License-Identifier: Apache-2.0
#include "live/pictures/mjpeg_body.hpp"
#include "media/jpeg_header.hpp"
#include "serve/picture_fixture.hpp"

namespace vantage::serve {
namespace {

// A camera that runs, with a sub stream of half the size.
class PicturesApi : public PictureFixture {
  protected:
    PicturesApi() {
        services.control.views.clear();
        CameraView view{door, "Door", true, "{}", {}};
        main.state = "running";
        main.tracks.video = camera.track();
        sub = main;
        sub.kind = StreamKind::sub;
        sub.tracks.video = small.track();
        view.streams = {main, sub};
        services.control.views.push_back(view);
        send(StreamKind::main, camera);
        send(StreamKind::sub, small);
    }

    vantage::test::DrawnCamera small{320, 180, 0};
    StreamView main, sub;
};

TEST_F(PicturesApi, ASnapshotSaysItsTimeAndComesFromTheSmallestStreamThatWillDo) {
    const auto full = get("/door/snapshot.jpg");
    ASSERT_EQ(full.status, 200) << body_text(full);
    EXPECT_EQ(full.headers.get("Content-Type"), "image/jpeg");
    EXPECT_EQ(full.headers.get("Vantage-Time"), "2026-11-20T12:00:00.360Z");
    EXPECT_EQ(full.headers.get("Cache-Control"), "no-store");
    EXPECT_EQ(parse_jpeg(as_bytes(body_text(full)))->width, 640);
    EXPECT_EQ(parse_jpeg(as_bytes(body_text(get("/door/snapshot.jpg?width=480"))))->width, 480);
    services.control.streams[{door, StreamKind::main}]->close();
    EXPECT_EQ(parse_jpeg(as_bytes(body_text(get("/door/snapshot.jpg?width=160"))))->width, 160) << "the sub stream's";
    EXPECT_EQ(get("/door/snapshot.jpg?width=480").status, 503);
}

TEST_F(PicturesApi, WrongNumbersAreToldTheirRange) {
    for (const auto* bad : {"/door/mjpeg?fps=0", "/door/mjpeg?fps=26", "/door/mjpeg?fps=x",
                            "/door/mjpeg?fps=", "/door/mjpeg?fps=nan", "/door/mjpeg?fps=-5", "/door/mjpeg?fps=5x"}) {
        const auto answer = get(bad);
        EXPECT_EQ(answer.status, 400) << bad;
        EXPECT_NE(body_text(answer).find("from 0.1 to 25"), std::string::npos) << body_text(answer);
    }
    for (const auto* bad : {"/door/mjpeg?width=31", "/door/snapshot.jpg?width=7681", "/door/snapshot.jpg?width=1e3"}) {
        const auto answer = get(bad);
        EXPECT_EQ(answer.status, 400) << bad;
        EXPECT_NE(body_text(answer).find("from 32 to 7680"), std::string::npos) << body_text(answer);
    }
}

TEST_F(PicturesApi, ACameraThatIsAwayIsSaidInWords) {
    auto& view = services.control.views.front();
    view.streams = {main};
    view.streams[0].state = "lost";
    view.streams[0].detail = "no picture for 10 s";
    for (const auto* path : {"/door/snapshot.jpg", "/door/mjpeg"}) {
        const auto answer = get(path);
        EXPECT_EQ(answer.status, 503);
        EXPECT_NE(body_text(answer).find("lost: no picture for 10 s"), std::string::npos) << body_text(answer);
    }
    EXPECT_EQ(get("/yard/snapshot.jpg").status, 403) << "not on the list";
    services.control.views.clear();
    services.clock.advance(seconds{5});
    EXPECT_EQ(get("/door/snapshot.jpg").status, 404);
}

TEST_F(PicturesApi, MovingPicturesEndWhenTheUserMayNoLongerLook) {
    auto answer = get("/door/mjpeg?fps=25&width=64");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.get("Content-Type"), live::MjpegBody::kContentType);
    const auto body = std::get<std::shared_ptr<net::BodySource>>(answer.body);
    std::mutex mutex;
    std::condition_variable changed;
    bool woken = false;
    body->on_open([&] {
        const std::lock_guard hold(mutex);
        woken = true;
        changed.notify_all();
    });
    std::size_t bytes = 0;
    while (bytes < 200) {
        while (auto piece = body->next()) bytes += piece->bytes.size();
        std::unique_lock lock(mutex);
        ASSERT_TRUE(bytes >= 200 || changed.wait_for(lock, seconds{20}, [&] { return std::exchange(woken, false); }));
    }
    EXPECT_FALSE(body->finished());
    UserChange change;
    change.cameras = std::vector<std::string>{"yard"};
    ASSERT_TRUE(services.accounts.change("vera", change, {"console", ""}));
    services.clock.advance(seconds{5});
    while (!body->finished()) (void)body->next();
    body->on_close();
}

}  // namespace
}  // namespace vantage::serve
