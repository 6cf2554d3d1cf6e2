// SPDX-License-Identifier: Apache-2.0
#include "footage/disk_footage.hpp"

#include "footage/test_disk.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

class DiskFootageTest : public ::testing::Test {
  protected:
    // All parts of [from, to), as a player asks for them.
    std::vector<PartPtr> play(UtcTime from, UtcTime to) {
        std::vector<PartPtr> out;
        for (const auto& fragment : footage_.fragments(camera_->key, from, to, 10'000).value())
            for (auto& part : footage_.read(fragment).value()) out.push_back(std::move(part));
        return out;
    }
    std::vector<PartPtr> only(std::vector<PartPtr> parts, TrackKind track) {
        std::erase_if(parts, [&](const auto& part) { return part->track != track; });
        return parts;
    }

    TestDisk disk_;
    TestDisk::Camera* camera_{nullptr};
    DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
};

TEST_F(DiskFootageTest, GivesBackThePublishedBytes) {
    camera_ = &disk_.add_camera("door", true);
    TestCamera same{to_media(kBegin), true};
    disk_.run(11min);
    disk_.stop();
    auto published = only(same.until(to_media(disk_.clock_.now())), TrackKind::video);
    const auto played = play(kBegin, kBegin + 1h);
    const auto video = only(played, TrackKind::video);
    ASSERT_EQ(video.size(), published.size());
    for (std::size_t i = 0; i < video.size(); ++i) {
        EXPECT_EQ(video[i]->data, published[i]->data) << i;
        EXPECT_EQ(video[i]->start, published[i]->start);
        EXPECT_EQ(video[i]->starts_fragment, published[i]->starts_fragment);
        EXPECT_EQ(video[i]->independent, published[i]->independent);
        EXPECT_EQ(video[i]->samples.size(), published[i]->samples.size());
    }
    const auto sound = only(played, TrackKind::audio);
    for (std::size_t i = 1; i < sound.size(); ++i) EXPECT_EQ(sound[i]->start, sound[i - 1]->end()) << i;
    EXPECT_EQ(footage_.segments(camera_->key, kBegin, kBegin + 1h).value().size(), disk_.catalog_.all().size());
    EXPECT_GE(disk_.catalog_.all().size(), 2U);
}

TEST_F(DiskFootageTest, TheOpenSegmentAnswersTheSame) {
    camera_ = &disk_.add_camera("door");
    disk_.run(10s);
    const auto open = play(kBegin, kBegin + 1h);
    const auto covered = footage_.coverage(camera_->key, kBegin - 1h, kBegin + 1h).value();
    ASSERT_EQ(covered.footage.size(), 1U);
    EXPECT_EQ(covered.footage[0].start, kBegin);
    EXPECT_EQ(covered.footage[0].end, to_utc(open.back()->end()));
    EXPECT_LT(disk_.clock_.now() - covered.footage[0].end, 400ms);
    EXPECT_EQ(footage_.segments(camera_->key, kBegin, kBegin + 1h).value()[0]->state, SegmentState::open);
    disk_.stop();
    const auto closed = play(kBegin, kBegin + 1h);
    ASSERT_EQ(closed.size(), open.size());
    for (std::size_t i = 0; i < open.size(); ++i) EXPECT_EQ(closed[i]->data, open[i]->data);
    EXPECT_EQ(footage_.segments(camera_->key, kBegin, kBegin + 1h).value()[0]->state, SegmentState::closed);
}

TEST_F(DiskFootageTest, FragmentsAreThoseThatOverlap) {
    camera_ = &disk_.add_camera("door");
    disk_.run(20s);
    const auto some = footage_.fragments(camera_->key, kBegin + 5500ms, kBegin + 8s, 100).value();
    ASSERT_EQ(some.size(), 3U);
    EXPECT_EQ(to_utc(some[0].start), kBegin + 5s);
    EXPECT_EQ(some[0].duration, Ticks{90000});
    EXPECT_EQ(footage_.fragments(camera_->key, kBegin, kBegin + 1h, 4).value().size(), 4U);
    EXPECT_TRUE(footage_.fragments(camera_->key, kBegin + 1h, kBegin + 2h, 4).value().empty());
}

TEST_F(DiskFootageTest, CoverageShowsGapsWithTheirReason) {
    camera_ = &disk_.add_camera("door");
    disk_.run(10s);
    camera_->sends = false;
    camera_->ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(10s);
    auto covered = footage_.coverage(camera_->key, kBegin, disk_.clock_.now()).value();
    ASSERT_EQ(covered.gaps.size(), 1U);
    EXPECT_EQ(covered.gaps[0].end, disk_.clock_.now());
    camera_->camera->jump(to_media(disk_.clock_.now()));
    camera_->sends = true;
    disk_.run(10s);
    disk_.stop();
    covered = footage_.coverage(camera_->key, kBegin + 5s, kBegin + 25s).value();
    ASSERT_EQ(covered.footage.size(), 2U);
    ASSERT_EQ(covered.gaps.size(), 1U);
    EXPECT_EQ(covered.gaps[0].reason, "camera lost");
    EXPECT_EQ(covered.footage[0].start, kBegin + 5s);
    EXPECT_EQ(covered.footage[0].end, covered.gaps[0].start);
    EXPECT_EQ(covered.gaps[0].end, covered.footage[1].start);
    EXPECT_EQ(covered.footage[1].end, kBegin + 25s);
}

TEST_F(DiskFootageTest, NeighboursShareTheirInit) {
    camera_ = &disk_.add_camera("door");
    disk_.run(11min);
    disk_.stop();
    const auto segments = footage_.segments(camera_->key, kBegin, kBegin + 1h).value();
    ASSERT_GE(segments.size(), 2U);
    EXPECT_EQ(segments[0]->init, segments[1]->init);
    EXPECT_EQ(segments[0]->init->tracks.video->width, 64);
}

TEST_F(DiskFootageTest, AFileThatIsGoneIsAnError) {
    camera_ = &disk_.add_camera("door");
    disk_.run(5s);
    disk_.stop();
    const auto fragment = footage_.fragments(camera_->key, kBegin, kBegin + 1h, 1).value().front();
    std::filesystem::remove(fragment.segment->path);
    EXPECT_EQ(footage_.read(fragment).error().code, errc::not_found);
}

}  // namespace
}  // namespace vantage::footage
