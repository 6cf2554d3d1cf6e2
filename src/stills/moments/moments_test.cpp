// SPDX-License-Identifier: Apache-2.0
// Packets in, files out: clips whose pictures say their time are recorded by the real writer, moments are cut of them, and
// what a player shows is read. Without threads: the tests call work().
#include "stills/moments/moments.hpp"

#include "footage/disk_footage.hpp"
#include "footage/test_disk.hpp"
#include "media/test_clip.hpp"
#include "media/test_shown.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;
using footage::kBegin;
using test::ClipOptions;

const CameraId kDoor = *CameraId::parse("door");

class MomentsTest : public testing::Test {
  protected:
    MomentsTest() {
        camera_.sends = false;
        open();
    }
    void open() {
        moments_.reset();
        MomentsOptions options{.folder = disk_.temp_.path() / "moments",
                               .zone = TimeZone::load("Europe/Berlin").value(),
                               .recorded = [](const CameraId& camera) -> Result<StreamKey> {
                                   if (camera != kDoor) return fail(errc::unsupported, "not recorded");
                                   return StreamKey{camera, StreamKind::main};
                               },
                               .room = [this] { return Result<std::uint64_t>(room_); },
                               .name = [](const CameraId& camera) { return camera.str(); },
                               .keep = [this] { return keep_; },
                               .threads = 0};
        moments_ = std::make_unique<Moments>(std::move(options), footage_, disk_.files_, *settings_, disk_.clock_);
        ASSERT_TRUE(moments_->start());
    }
    // What the camera sent around now.
    ClipOptions record(ClipOptions options, seconds before = 12s, seconds after = 0s, bool hole = false) {
        options.start = to_media(disk_.clock_.now() - before);
        options.frames = static_cast<int>(Ticks{before + after} / options.frame);
        options.width = 320;
        options.height = 180;
        const auto clip = test::make_clip(options);
        bool first = hole;
        for (const auto& part : test::parts_of(clip.track, clip.packets)) {
            auto mine = std::make_shared<Part>(*part);
            mine->discontinuity = std::exchange(first, false);
            camera_.ring->push(PartPtr(std::move(mine)));
        }
        for (int i = 0; i < 4; ++i) (void)disk_.writer_->step();
        return options;
    }
    Moment create(seconds length = 4s, seconds delay = 0s) {
        return moments_->create({.camera = kDoor, .length = length, .delay = delay, .user = "vera"}).value();
    }
    Moment found(const std::string& id) const { return moments_->find(kDoor, id).value(); }
    // Time passes until the moment has ended.
    Moment ended(const std::string& id, seconds most = 30s) {
        for (const auto until = disk_.clock_.now() + most; disk_.clock_.now() < until; disk_.clock_.advance(100ms)) {
            while (moments_->work()) {
            }
            const auto now = found(id);
            if (now.state == MomentState::done || now.state == MomentState::failed) return now;
        }
        return found(id);
    }
    std::vector<MediaTime> frames_within(const ClipOptions& options, UtcTime from, UtcTime to) const {
        std::vector<MediaTime> out;
        for (int n = 0; n < options.frames; ++n)
            if (const auto at = options.time_of(n); to_utc(at) >= from && to_utc(at) < to) out.push_back(at);
        return out;
    }
    // Exactly these pictures, each at the time that it shows.
    void expect_mp4(const Moment& moment, const std::vector<MediaTime>& wanted) const {
        ASSERT_EQ(moment.state, MomentState::done) << moment.error.message;
        const auto shown = test::play(moments_->mp4(moment).string());
        ASSERT_EQ(shown.pictures.size(), wanted.size());
        EXPECT_EQ(moment.start, to_utc(wanted.front()));
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            EXPECT_EQ(shown.pictures[i].shows, to_utc(wanted[i])) << i;
            EXPECT_NEAR(static_cast<double>((to_media(moment.start) + shown.pictures[i].at - wanted[i]).count()), 0, 91)
                << i;
        }
    }
    void expect_gif(const Moment& moment) const {
        ASSERT_TRUE(moment.gif);
        const auto shown = test::play(moments_->gif(moment).string());
        EXPECT_GT(shown.pictures.size(), 15U);
        for (const auto& picture : shown.pictures) {
            ASSERT_TRUE(picture.shows);
            EXPECT_NEAR(static_cast<double>((to_media(moment.start) + picture.at - to_media(*picture.shows)).count()), 0,
                        900);
        }
    }
    std::set<std::string> names() const {
        std::set<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) out.insert(entry.path().filename());
        return out;
    }

    footage::TestDisk disk_;
    footage::TestDisk::Camera& camera_{disk_.add_camera("door")};
    footage::DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
    const std::filesystem::path folder_{disk_.temp_.path() / "moments" / "door"};
    std::unique_ptr<store::Settings> settings_ =
        store::create_settings(disk_.temp_.path() / "settings.db", disk_.clock_).value();
    std::uint64_t room_{1ULL << 40};
    std::optional<seconds> keep_;
    std::unique_ptr<Moments> moments_;
};

struct Kind {
    const char* name;
    ClipOptions options;
};
class MomentOfKind : public MomentsTest, public testing::WithParamInterface<Kind> {};

TEST_P(MomentOfKind, ShowsTheSecondsThatItClaims) {
    disk_.clock_.advance(60s + 170ms);
    const auto options = record(GetParam().options, 14s, 2s);
    const auto asked = create(5s);
    EXPECT_EQ(asked.to - asked.from, 5s);
    const auto moment = ended(asked.id);
    expect_mp4(moment, frames_within(options, asked.from, asked.to));
    expect_gif(moment);
    EXPECT_TRUE(moment.exact);
    EXPECT_TRUE(moment.gaps.empty());
    EXPECT_EQ(std::filesystem::file_size(moments_->mp4(moment)), moment.bytes);
}

INSTANTIATE_TEST_SUITE_P(
    All, MomentOfKind,
    testing::Values(Kind{"H264", {}}, Kind{"HalfRate", {.frame = Ticks{7200}}}, Kind{"BFrames", {.gop = 50, .b_frames = 3}},
                    Kind{"H265", {.encoder = "libx265", .codec = Codec::h265, .gop = 50}},
                    Kind{"H265BFrames", {.encoder = "libx265", .codec = Codec::h265, .gop = 50, .b_frames = 3}},
                    Kind{"Uneven", {.frame = Ticks{4500}, .uneven = Ticks{2700}}}),
    [](const auto& kind) { return kind.param.name; });

TEST_F(MomentsTest, WaitsUntilTheFootageHasPassedItsEnd) {
    disk_.clock_.advance(60s);
    record({});
    const auto asked = create(4s, 3s);
    EXPECT_EQ(asked.state, MomentState::waiting);
    EXPECT_EQ(asked.to, disk_.clock_.now() + 3s);
    std::vector<double> progress;
    for (int i = 0; i < 30; ++i) {
        while (moments_->work()) {
        }
        progress.push_back(found(asked.id).progress);
        EXPECT_EQ(found(asked.id).state, MomentState::waiting);
        disk_.clock_.advance(100ms);
    }
    EXPECT_TRUE(std::ranges::is_sorted(progress));
    EXPECT_LT(progress.front(), 0.1);
    EXPECT_GT(progress.back(), 0.5);
    disk_.clock_.advance(1s);
    record({}, 4s);
    const auto moment = ended(asked.id, 1s);
    EXPECT_EQ(moment.state, MomentState::done) << moment.error.message;
    EXPECT_EQ(moment.progress, 1);
    EXPECT_EQ(moment.end, asked.to);
}

TEST_F(MomentsTest, ACameraThatIsLostMeanwhileEndsIt) {
    disk_.clock_.advance(60s);
    const auto options = record({});
    const auto began = disk_.clock_.now();
    const auto asked = create(6s, 2s);
    const auto moment = ended(asked.id);
    expect_mp4(moment, frames_within(options, asked.from, began));
    EXPECT_LE(disk_.clock_.now() - began, 13s);
    ASSERT_EQ(moment.gaps.size(), 1U);
    EXPECT_EQ(moment.gaps[0].end, asked.to);
    EXPECT_NEAR(std::chrono::duration<double>(moment.gaps[0].start - began).count(), 0, 0.05);
}

TEST_F(MomentsTest, WithoutAnyFootageItFailsInWords) {
    disk_.clock_.advance(60s);
    const auto moment = ended(create(4s).id);
    EXPECT_EQ(moment.state, MomentState::failed);
    EXPECT_EQ(moment.error.code, errc::not_found);
    EXPECT_NE(moment.error.message.find("nothing was recorded of 'door'"), std::string::npos) << moment.error.message;
    EXPECT_EQ(names(), std::set<std::string>{moment.id + ".json"});
    EXPECT_EQ(moments_->create({.camera = *CameraId::parse("yard")}).error().code, errc::unsupported);
    disk_.clock_.advance(25h);
    moments_->expire();
    EXPECT_TRUE(moments_->list(kDoor).empty());
    EXPECT_TRUE(names().empty());
}

TEST_F(MomentsTest, AHoleInTheMiddleIsNamedAndKeepsItsLength) {
    disk_.clock_.advance(60s);
    const auto before = record({}, 4s);
    disk_.clock_.advance(6s);
    const auto after = record({}, 4s, 2s, true);
    const auto asked = create(8s);
    const auto moment = ended(asked.id);
    auto wanted = frames_within(before, asked.from, asked.to);
    for (const auto at : frames_within(after, asked.from, asked.to)) wanted.push_back(at);
    expect_mp4(moment, wanted);
    expect_gif(moment);
    ASSERT_EQ(moment.gaps.size(), 1U);
    EXPECT_EQ(moment.gaps[0].end - moment.gaps[0].start, 2s);
}

TEST_F(MomentsTest, GoesOverTheBorderOfSegments) {
    // Two frames a second, so that ten minutes are quickly made.
    const auto options = record({.gop = 8, .b_frames = 2, .frame = Ticks{45000}}, 0s, 700s);
    const auto segments = footage_.segments({kDoor, StreamKind::main}, kBegin, kBegin + 700s).value();
    ASSERT_GT(segments.size(), 1U);
    const auto border = segments[1]->start;
    disk_.clock_.advance(border + 9s + 300ms - disk_.clock_.now());
    const auto moment = ended(create(18s).id);
    EXPECT_TRUE(moment.gaps.empty());
    EXPECT_LT(moment.start, border);
    expect_mp4(moment, frames_within(options, moment.from, moment.to));
    expect_gif(moment);
}

TEST_F(MomentsTest, TwoOfOneSecondHaveTheirOwnAddresses) {
    disk_.clock_.advance(60s);
    record({});
    const auto first = create(), second = create(), third = create();
    EXPECT_EQ(second.id, first.id + "_2");
    EXPECT_EQ(third.id, first.id + "_3");
    std::set<std::string> addresses;
    for (const auto& moment : {first, second, third}) {
        const auto address = moments_->address_of(moment);
        addresses.insert(address);
        EXPECT_EQ(moments_->at(kDoor, address).value().id, moment.id);
    }
    EXPECT_EQ(addresses.size(), 3U);
    EXPECT_EQ(moments_->at(kDoor, "2026/1/1/0/0/0").error().code, errc::not_found);
    EXPECT_EQ(moments_->at(kDoor, "2026/13/1/0/0/0").error().code, errc::invalid_argument);
    ended(third.id);
    EXPECT_EQ(moments_->list(kDoor).front().id, third.id) << "newest first";
}

TEST_F(MomentsTest, OnlyTheNewestHasAGif) {
    disk_.clock_.advance(60s);
    record({}, 12s, 6s);
    const auto first = ended(create().id);
    EXPECT_EQ(moments_->newest_gif(kDoor).value().id, first.id);
    disk_.clock_.advance(2s);
    const auto second = ended(create().id);
    EXPECT_EQ(moments_->newest_gif(kDoor).value().id, second.id);
    EXPECT_FALSE(found(first.id).gif);
    EXPECT_EQ(names().size(), 5U) << "two records, two MP4, one GIF";
    EXPECT_TRUE(moments_->remove(kDoor, second.id));
    EXPECT_EQ(moments_->newest_gif(kDoor).error().code, errc::not_found);
    EXPECT_EQ(names().size(), 2U);
    EXPECT_EQ(moments_->remove(kDoor, second.id).error().code, errc::not_found);
}

TEST_F(MomentsTest, AllThatIsListedComesFromTheFiles) {
    disk_.clock_.advance(60s);
    record({}, 12s, 6s);
    const auto first = ended(create().id);
    disk_.clock_.advance(2s);
    const auto second = ended(create(5s).id);
    open();
    const auto listed = moments_->list(kDoor);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(to_json(listed[0]), to_json(second));
    EXPECT_TRUE(listed[0].gif);
    EXPECT_EQ(to_json(listed[1]), to_json(first));
    EXPECT_FALSE(listed[1].gif);
    std::filesystem::remove(moments_->mp4(first));
    std::ofstream(folder_ / "20200101T000000Z.json") << "{";
    open();
    EXPECT_EQ(moments_->list(kDoor).size(), 1U);
    EXPECT_EQ(names(),
              (std::set<std::string>{second.id + ".json", second.id + ".mp4", second.id + ".gif", "20200101T000000Z.json"}))
        << "what is not ours stays";
}

TEST_F(MomentsTest, ARestartInTheMiddleGoesOn) {
    disk_.clock_.advance(60s);
    const auto options = record({});
    const auto asked = create(4s, 2s);
    std::ofstream(folder_ / (asked.id + ".mp4.part")) << "half";
    std::ofstream(folder_ / (asked.id + ".json.new")) << "{";
    std::ofstream(folder_ / (asked.id + ".mp4")) << "cut before the restart";
    open();
    EXPECT_EQ(names(), (std::set<std::string>{asked.id + ".json", asked.id + ".mp4"}));
    EXPECT_EQ(found(asked.id).state, MomentState::waiting);
    disk_.clock_.advance(40s);
    const auto moment = ended(asked.id);
    expect_mp4(moment, frames_within(options, asked.from, asked.to));
    EXPECT_EQ(names(), (std::set<std::string>{asked.id + ".json", asked.id + ".mp4", asked.id + ".gif"}));
}

TEST_F(MomentsTest, AFullDiskFailsItInWordsAndLeavesTheRecord) {
    disk_.clock_.advance(60s);
    record({}, 12s, 6s);
    room_ = 1000;
    const auto refused = ended(create().id);
    EXPECT_EQ(refused.state, MomentState::failed);
    EXPECT_EQ(refused.error.code, errc::disk_full);
    room_ = 1ULL << 40;
    const auto asked = create();
    disk_.files_.leave_room_for(20'000);
    const auto full = ended(asked.id);
    EXPECT_EQ(full.state, MomentState::failed);
    EXPECT_EQ(full.error.code, errc::disk_full);
    EXPECT_EQ(full.bytes, 0U);
    EXPECT_EQ(names(), (std::set<std::string>{refused.id + ".json", asked.id + ".json"}));
    disk_.files_.leave_room_for(0);
    EXPECT_EQ(moments_->create({.camera = kDoor}).error().code, errc::disk_full);
    EXPECT_EQ(moments_->list(kDoor).size(), 2U);
}

TEST_F(MomentsTest, ItsFootageIsProtectedAsLongAsItIsNeeded) {
    disk_.clock_.advance(60s);
    record({}, 12s, 6s);
    const auto protections = [&] { return settings_->protections().value(); };
    const auto asked = create(4s, 2s);
    ASSERT_EQ(protections().size(), 1U);
    EXPECT_EQ(protections()[0].start, asked.from);
    EXPECT_EQ(protections()[0].end, asked.to);
    const auto other = create(4s, 10s);
    EXPECT_EQ(protections().size(), 2U);
    EXPECT_TRUE(moments_->remove(kDoor, other.id));
    EXPECT_EQ(protections().size(), 1U);
    open();
    EXPECT_EQ(protections().size(), 1U) << "not one more after a restart";
    EXPECT_EQ(ended(asked.id).state, MomentState::done);
    EXPECT_TRUE(protections().empty());
}

TEST_F(MomentsTest, IsRemovedWhereverItIs) {
    disk_.clock_.advance(60s);
    record({});
    const auto waiting = create(4s, 5s);
    std::vector<Moment> told;
    moments_->when_ended(kDoor, waiting.id, [&](const Moment& moment) { told.push_back(moment); });
    EXPECT_TRUE(told.empty());
    EXPECT_TRUE(moments_->remove(kDoor, waiting.id));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].error.code, errc::cancelled);
    EXPECT_TRUE(moments_->list(kDoor).empty());
    EXPECT_TRUE(names().empty());
    disk_.clock_.advance(60s);
    EXPECT_FALSE(moments_->work());
}

TEST_F(MomentsTest, WhoWaitsIsToldWhenItHasEndedAndWhenTheProgramStops) {
    disk_.clock_.advance(60s);
    record({}, 12s, 3s);
    std::vector<std::string> told;
    const auto tell = [&](const Moment& moment) { told.push_back(to_string(moment.state)); };
    const auto first = create();
    moments_->when_ended(kDoor, first.id, tell);
    ended(first.id);
    moments_->when_ended(kDoor, first.id, tell);
    EXPECT_EQ(told, (std::vector<std::string>{"done", "done"}));
    const auto second = create(4s, 10s);
    moments_->when_ended(kDoor, second.id, tell);
    moments_->stop();
    EXPECT_EQ(told.back(), "waiting");
    EXPECT_EQ(moments_->create({.camera = kDoor}).error().code, errc::cancelled);
    open();
    EXPECT_EQ(found(second.id).state, MomentState::waiting) << "it is made at the next start";
}

TEST_F(MomentsTest, BoundsHowManyWaitAndHowLongTheyStay) {
    disk_.clock_.advance(60s);
    record({}, 12s, 6s);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < Moments::kMostWaitingOfOne; ++i) ids.push_back(create(4s, 10s).id);
    EXPECT_EQ(moments_->create({.camera = kDoor}).error().code, errc::overloaded);
    for (const auto& id : ids) EXPECT_TRUE(moments_->remove(kDoor, id));
    const auto kept = ended(create().id);
    disk_.clock_.advance(std::chrono::days{400});
    moments_->expire();
    EXPECT_EQ(moments_->list(kDoor).size(), 1U) << "until somebody deletes it";
    keep_ = std::chrono::days{300};
    moments_->expire();
    EXPECT_TRUE(moments_->list(kDoor).empty());
    EXPECT_TRUE(names().empty());
}

TEST_F(MomentsTest, WrongNumbersSayTheRange) {
    for (const auto length : {3s, 21s, 0s, -5s})
        EXPECT_NE(moments_->create({.camera = kDoor, .length = length}).error().message.find("4 to 20"), std::string::npos);
    for (const auto delay : {-1s, 11s})
        EXPECT_NE(moments_->create({.camera = kDoor, .delay = delay}).error().message.find("0 to 10"), std::string::npos);
}

}  // namespace
}  // namespace vantage::stills
