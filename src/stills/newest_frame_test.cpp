// SPDX-License-Identifier: Apache-2.0
#include "stills/newest_frame.hpp"

#include "footage/disk_footage.hpp"
#include "footage/fake_catalog.hpp"
#include "footage/file_system.hpp"
#include "media/jpeg_header.hpp"
#include "media/test_clip.hpp"
#include "stills/frames.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

namespace vantage::stills {
namespace {

using namespace vantage::test;

const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};

// A camera in memory whose parts the test publishes, and a wait that ends with the condition.
class NewestFrameTest : public testing::Test {
  protected:
    ~NewestFrameTest() override { frames.stop(); }

    void publish(int count) { publish(camera, count); }
    void publish(DrawnCamera& drawn, int count) {
        for (const auto& part : parts_of(drawn.track(), drawn.packets(count))) stream->publish(part);
    }
    NewestFrame::Done keep() {
        return [this](Result<StillPtr> still) {
            const std::lock_guard hold(mutex);
            got.push_back(std::move(still));
            changed.notify_all();
        };
    }
    bool wait_for(std::size_t count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, seconds{20}, [&] { return got.size() >= count; });
    }

    DrawnCamera camera{640, 360, 0};
    std::shared_ptr<stream::Stream> stream = std::make_shared<stream::Stream>(16U << 20U);
    footage::SystemFiles files;
    footage::FakeCatalog catalog;
    footage::OpenSegments open;
    footage::DiskFootage footage{files, catalog, open};
    DecodingRoom room{2};
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Result<StillPtr>> got;  // guarded by mutex
    Frames frames{[this](const StreamKey& key) { return key == kDoor ? stream : nullptr; }, footage};
};

TEST_F(NewestFrameTest, IsDecodedOnceForAll) {
    publish(17);
    for (const int width : {0, 160, 160}) frames.now(kDoor, {.width = width}, keep());
    ASSERT_TRUE(wait_for(3));
    for (const auto& still : got) {
        ASSERT_TRUE(still) << still.error().message;
        EXPECT_EQ((*still)->time, to_utc(kStart + DrawnCamera::kFrame * 16));
    }
    EXPECT_EQ(shown_by((*got[0])->data), (*got[0])->time);
    EXPECT_EQ(parse_jpeg((*got[0])->data)->width, 640);
    EXPECT_EQ(parse_jpeg((*got[1])->data)->width, 160);
}

TEST_F(NewestFrameTest, KnowsBFrames) {
    DrawnCamera reordering{640, 360, 2};
    publish(reordering, 27);
    frames.now(kDoor, {}, keep());
    ASSERT_TRUE(wait_for(1));
    ASSERT_TRUE(got[0]);
    EXPECT_EQ((*got[0])->time, to_utc(kStart + DrawnCamera::kFrame * 26));
    EXPECT_EQ(shown_by((*got[0])->data), (*got[0])->time);
}

TEST_F(NewestFrameTest, WaitsForTheCameraAndSaysWhenNoneComes) {
    publish(10);
    stream->interrupt({"camera lost", to_utc(kStart)});
    {
        const NewestFrame quick("test", stream, milliseconds{0}, room, {{}, keep()});
        ASSERT_TRUE(wait_for(1));
    }
    EXPECT_EQ(got[0].error().code, errc::unavailable);
    EXPECT_NE(got[0].error().message.find("camera lost"), std::string::npos) << "an old picture is not the newest";
    frames.now(kDoor, {}, keep());
    publish(10);
    ASSERT_TRUE(wait_for(2));
    EXPECT_TRUE(got[1]);
}

TEST_F(NewestFrameTest, AnUnknownStreamIsSaidAndTheEndToo) {
    const StreamKey gate{*CameraId::parse("gate"), StreamKind::main};
    frames.now(gate, {}, keep());
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(got[0].error().code, errc::not_found);
    frames.now(kDoor, {}, keep());  // nothing was sent yet: it waits
    frames.stop();
    ASSERT_TRUE(wait_for(2));
    EXPECT_EQ(got[1].error().code, errc::cancelled);
}

}  // namespace
}  // namespace vantage::stills
