// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace vantage::app {
namespace {

Config read(const std::string& text) {
    return parse_config(text, "v.yaml").value();
}
std::string faults_of(const std::string& text) {
    const auto config = parse_config(text, "v.yaml");
    return config ? "" : config.error().message;
}
stills::TimelapseSettings of_door(const Config& config) {
    return changed(config.timelapse.settings, config.cameras.at(CameraId::parse("door").value()).timelapse);
}

TEST(TimelapseConfig, AMinuteOfEachDayUnlessSaidOtherwise) {
    const auto config = read("cameras: {door: 'sim:'}");
    EXPECT_EQ(of_door(config), stills::TimelapseSettings{});
    EXPECT_EQ(config.timelapse.keep_days, std::nullopt);
    EXPECT_FALSE(of_door(read("{timelapse: off, cameras: {door: 'sim:'}}")).enabled);
    EXPECT_TRUE(of_door(read("{timelapse: off, cameras: {door: {source: 'sim:', timelapse: on}}}")).enabled);
}

TEST(TimelapseConfig, ACameraChangesWhatItNames) {
    const auto config = read(R"(
timelapse: {seconds: 30, fps: 20, hours: 06:00-22:00, width: 1280, height: 720, keep_days: 1w}
cameras: {door: {source: 'sim:', timelapse: {hours: 22:00-06:00, fps: 10}}}
)");
    const auto door = of_door(config);
    EXPECT_EQ(std::pair(door.seconds, door.fps), std::pair(30, 10));
    EXPECT_EQ(stills::to_string(door.hours.value()), "22:00-06:00");
    EXPECT_EQ(door.most, (PictureSize{1280, 720}));
    EXPECT_EQ(config.timelapse.keep_days, 7);
    // More pictures than there may be: shorter.
    EXPECT_EQ(of_door(read("{timelapse: {seconds: 1200}, cameras: {door: {source: 'sim:', timelapse: {fps: 60}}}}")).seconds,
              600);
}

TEST(TimelapseConfig, WhatThePageWritesIsReadAgain) {
    const auto id = CameraId::parse("door").value();
    const auto camera =
        parse_camera(
            id, R"({"source":"sim:","timelapse":{"enabled":true,"seconds":20,"fps":5,"hours":"07:00-19:30","width":640}})")
            .value();
    EXPECT_EQ(camera.timelapse.seconds, 20);
    EXPECT_EQ(parse_camera(id, to_json(camera, false))->timelapse, camera.timelapse);
    EXPECT_EQ(to_json(parse_camera(id, R"({"source":"sim:"})").value(), false).find("timelapse"), std::string::npos);
}

TEST(TimelapseConfig, FaultsSayWhatIsExpected) {
    for (const auto& [text, expected] :
         {std::pair{"timelapse: {hours: 6-22}", "06:00-22:00"}, std::pair{"timelapse: {seconds: 0}", "from 1 to 3600"},
          std::pair{"timelapse: {fps: 61}", "from 1 to 60"},
          std::pair{"timelapse: {seconds: 3600, fps: 25}", "more than 36000 pictures"},
          std::pair{"timelapse: {second: 3}", "did you mean 'seconds'"}, std::pair{"timelapse: maybe", "on, off or a map"},
          std::pair{"cameras: {door: {source: 'sim:', timelapse: {keep_days: 3}}}", "keep_days"}})
        EXPECT_NE(faults_of(text).find(expected), std::string::npos) << text << "\n" << faults_of(text);
}

}  // namespace
}  // namespace vantage::app
