// SPDX-License-Identifier: Apache-2.0
#include "app/push_set.hpp"

#include "app/config_push.hpp"
#include "store/test_folder.hpp"

#include <gtest/gtest.h>

namespace vantage::app {
namespace {

const CameraId kDoor = CameraId::parse("door").value();
const CameraId kYard = CameraId::parse("yard").value();
constexpr auto kTube = "rtmp://a.rtmp.youtube.com/live2/secret-key";

class PushSetTest : public testing::Test {
  protected:
    PushSetTest() {
        cameras_.emplace(kDoor, RunningCamera{CameraConfig(kDoor), false});
        cameras_.emplace(kYard, RunningCamera{CameraConfig(kYard), true});
        cameras_.at(kYard).config.push.push_back({"Declared", "rtmp://host/live/file-key"});
        reopen();
    }
    void reopen() {
        // No camera sends anything here: what runs waits for its stream.
        const live::PushEnvironment environment{
            [](const CameraId&, const std::string&) -> Result<std::shared_ptr<stream::Stream>> {
                return fail(errc::not_found, "no stream now");
            },
            RtmpMuxer::open, nullptr, clock_};
        set_.reset();
        auto sealer = store::Sealer::open(folder_.path() / "sealed.key").value();
        set_ = std::make_unique<PushSet>(*settings_, std::move(sealer), environment, clock_);
        set_->apply(cameras_);
    }
    serve::PushView add() { return set_->add(kDoor, {{}, kTube, {}, false, {}, {}}).value(); }

    store::TestFolder folder_;
    SimulatedClock clock_{UtcTime(seconds(1'763'665'445))};
    std::unique_ptr<store::Settings> settings_ =
        std::move(store::create_settings(folder_.path() / "settings.db", clock_).value());
    std::map<CameraId, RunningCamera> cameras_;
    std::unique_ptr<PushSet> set_;
};

TEST_F(PushSetTest, WhatIsAddedIsNamedAfterItsHostShownWithoutItsKeyAndSealed) {
    const auto push = add();
    EXPECT_EQ(push.name, "a.rtmp.youtube.com");
    EXPECT_EQ(push.url, "rtmp://a.rtmp.youtube.com/live2/***");
    EXPECT_EQ(push.stream, "main");
    EXPECT_EQ(push.state, "off");
    const auto rows = settings_->pushes().value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].sealed_url.find("secret"), std::string::npos);
    reopen();
    ASSERT_EQ(set_->of(kDoor).size(), 1U);
    EXPECT_EQ(set_->of(kDoor)[0].url, push.url);
}

TEST_F(PushSetTest, SwitchingOnKeepsTheAddress) {
    const auto id = add().id;
    const auto on = set_->change(kDoor, id, {{}, "rtmp://a.rtmp.youtube.com/live2/***", "720p", true, {}, {}});
    ASSERT_TRUE(on);
    EXPECT_NE(on->state, "off");
    EXPECT_EQ(on->stream, "720p");
    EXPECT_EQ(set_->change(kDoor, id, {{}, "rtmp://evil/live2/***", {}, {}, {}, {}}).error().code, errc::invalid_argument);
    EXPECT_EQ(set_->change(kDoor, id, {{}, {}, "8k", {}, {}, {}}).error().code, errc::invalid_argument);
    EXPECT_EQ(set_->change(kYard, id, {}).error().code, errc::not_found);
}

TEST_F(PushSetTest, WhatTheFileDeclaresIsReadOnly) {
    const auto declared = set_->of(kYard);
    ASSERT_EQ(declared.size(), 1U);
    EXPECT_TRUE(declared[0].declared_in_file);
    EXPECT_EQ(declared[0].url, "rtmp://host/live/***");
    EXPECT_EQ(set_->change(kYard, "file-1", {}).error().code, errc::read_only);
    EXPECT_EQ(set_->remove(kYard, "file-1").error().code, errc::read_only);
    ASSERT_TRUE(set_->add(kYard, {{}, kTube, {}, false, {}, {}}));
    EXPECT_EQ(set_->of(kYard).size(), 2U);
}

TEST_F(PushSetTest, ACameraHasNoMoreThanEight) {
    for (std::size_t i = 0; i < kMostPushes; ++i) add();
    EXPECT_EQ(set_->add(kDoor, {{}, kTube, {}, false, {}, {}}).error().code, errc::overloaded);
    EXPECT_EQ(set_->add(CameraId::parse("none").value(), {{}, kTube, {}, {}, {}, {}}).error().code, errc::not_found);
    EXPECT_EQ(set_->add(kYard, {}).error().code, errc::invalid_argument);
}

TEST_F(PushSetTest, WithAnotherKeyFileTheAddressIsToBeWrittenAgain) {
    const auto id = add().id;
    std::filesystem::remove(folder_.path() / "sealed.key");
    reopen();
    const auto lost = set_->of(kDoor).at(0);
    EXPECT_EQ(lost.state, "refused");
    EXPECT_EQ(lost.url, "");
    EXPECT_EQ(set_->change(kDoor, id, {{}, {}, {}, true, {}, {}}).error().code, errc::invalid_argument);
    EXPECT_EQ(set_->change(kDoor, id, {{}, kTube, {}, {}, {}, {}}).value().state, "off");
}

TEST_F(PushSetTest, RemovedIsGone) {
    const auto id = add().id;
    EXPECT_EQ(set_->remove(kDoor, id).value().name, "a.rtmp.youtube.com");
    EXPECT_EQ(set_->remove(kDoor, id).error().code, errc::not_found);
    EXPECT_TRUE(settings_->pushes()->empty());
}

}  // namespace
}  // namespace vantage::app
