// SPDX-License-Identifier: Apache-2.0
// Packets in, files out: a simulated camera is recorded, cut, and read back by our own reader of boxes and by ffprobe.
#include "footage/cutter.hpp"

#include "footage/cut_reader.hpp"
#include "footage/disk_footage.hpp"
#include "footage/folder_footage.hpp"
#include "footage/read_movie.hpp"
#include "footage/test_disk.hpp"
#include "media/mp4_progressive.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

Result<std::vector<Cut>> cuts_of(const Material& material, const CutOptions& options, const std::stop_token& stop) {
    std::vector<Cut> out;
    const auto done = plan_cuts(material, options, stop, [&](Cut cut) {
        out.push_back(std::move(cut));
        return Status{};
    });
    if (!done) return done.error();
    return out;
}

class CutterTest : public testing::Test {
  protected:
    std::vector<Cut> plan(const StreamKey& key, UtcTime from, UtcTime to, bool exact = false, Ticks longest = 26h) {
        const auto material = gather(footage_, disk_.files_, key, from, to).value();
        gaps_ = material.gaps;
        CutOptions options;
        options.exact = exact;
        options.longest = longest;
        options.title = "Front door";
        options.time_text = [](UtcTime time) { return to_rfc3339(time); };
        return cuts_of(material, options, stop_.get_token()).value();
    }
    std::filesystem::path write(const Cut& cut) {
        const auto path = disk_.temp_.path() / fmt::format("cut{}.mp4", ++written_);
        const auto file = disk_.files_.create(path).value();
        std::uint64_t last = 0;
        EXPECT_TRUE(write_cut(
            cut, *file,
            [&](std::uint64_t bytes) -> Status {
                EXPECT_GE(bytes, last);
                last = bytes;
                return {};
            },
            stop_.get_token()));
        EXPECT_EQ(last, cut.bytes);
        EXPECT_EQ(file->size().value(), cut.bytes);
        return path;
    }
    ReadMovie read(const Cut& cut) { return ReadMovie(read_whole(disk_.files_, write(cut), 1U << 26).value()); }

    TestDisk disk_;
    DiskFootage footage_{disk_.files_, disk_.catalog_, disk_.open_};
    std::stop_source stop_;
    std::vector<Gap> gaps_;
    int written_{0};
};

TEST_F(CutterTest, KeepsWholeGroupsOfPicturesAndTheirTimes) {
    auto& door = disk_.add_camera("door");
    disk_.run(10s);
    const auto cuts = plan(door.key, kBegin + 2500ms, kBegin + 5500ms);
    ASSERT_EQ(cuts.size(), 1U);
    EXPECT_EQ(cuts[0].start, kBegin + 2s);
    EXPECT_EQ(cuts[0].end, kBegin + 6s);
    EXPECT_TRUE(gaps_.empty());
    const auto movie = read(cuts[0]);
    const auto& video = movie.track("vide");
    ASSERT_EQ(video.samples.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(video.samples[i].pts, kFrame * static_cast<int>(i));
        EXPECT_TRUE(std::ranges::equal(movie.bytes(video.samples[i]), encoded_gop().frames[i % kGop].data)) << i;
    }
    const auto seen = probe(write(cuts[0]));
    EXPECT_EQ(seen.errors, "");
    EXPECT_EQ(seen.frames, 100);
    EXPECT_DOUBLE_EQ(seen.start, 0);
    EXPECT_NEAR(seen.duration, 4, 0.001);
}

TEST_F(CutterTest, TellsTheTrueTimeEachSecond) {
    auto& door = disk_.add_camera("door");
    disk_.run(6s);
    const auto cuts = plan(door.key, kBegin + 1s, kBegin + 4s);
    const auto movie = read(cuts.at(0));
    const auto& texts = movie.track("sbtl");
    ASSERT_EQ(texts.samples.size(), 3U);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(movie.text(texts.samples[static_cast<std::size_t>(i)]), to_rfc3339(kBegin + seconds{1 + i}));
        EXPECT_EQ(texts.samples[static_cast<std::size_t>(i)].dts, Ticks{seconds{i}});
    }
}

TEST_F(CutterTest, AGapHasTheReasonThatExplainsMostOfIt) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    door.sends = false;
    door.ring->push(Interrupted{"settings changed", disk_.clock_.now()});
    disk_.run(1s);
    door.ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(9s);
    door.camera->jump(to_media(disk_.clock_.now()));
    door.sends = true;
    disk_.run(5s);
    (void)plan(door.key, kBegin + 2s, kBegin + 18s);
    ASSERT_EQ(gaps_.size(), 1U);
    EXPECT_EQ(gaps_[0].reason, "camera lost");
}

TEST_F(CutterTest, AGapStaysAsLongAsItWas) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(5s);
    door.sends = false;
    door.ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(10s);
    const auto back = to_media(disk_.clock_.now()) - to_media(kBegin + 2s);
    door.camera->jump(to_media(disk_.clock_.now()));
    door.sends = true;
    disk_.run(5s);
    const auto cuts = plan(door.key, kBegin + 2s, kBegin + 18s);
    ASSERT_EQ(cuts.size(), 1U);
    const auto movie = read(cuts[0]);
    ASSERT_EQ(gaps_.size(), 1U);
    EXPECT_EQ(gaps_[0].reason, "camera lost");
    bool after = false;
    for (const auto& sample : movie.track("vide").samples) after = after || sample.pts == back;
    EXPECT_TRUE(after) << "the first picture after the gap is shown at its true time";
    const auto& sound = movie.track("soun");
    const auto shift = sound.edits.size() == 2 ? sound.edits[0].duration : -*sound.edits[0].media_time;
    bool heard = false;
    for (const auto& sample : sound.samples) heard = heard || std::chrono::abs(sample.dts + shift - back) < kOpusPacket;
    EXPECT_TRUE(heard);
    // Players count sound: a sample that lasted through the gap would play as 20 ms, and what follows ten seconds too early.
    std::size_t silent = 0;
    for (std::size_t i = 0; i + 1 < sound.samples.size(); ++i) {
        EXPECT_LT(sound.samples[i + 1].dts - sound.samples[i].dts, kOpusPacket * 2) << i;
        if (as_text(movie.bytes(sound.samples[i])) == "\xf8\xff\xfe") ++silent;
    }
    EXPECT_NEAR(static_cast<double>(silent) * std::chrono::duration<double>(kOpusPacket).count(), 10, 0.5);
    const auto& texts = movie.track("sbtl");
    EXPECT_GE(texts.samples.size(), 16U) << "the clock runs through the gap";
    EXPECT_EQ(movie.text(texts.samples[9]), to_rfc3339(kBegin + 11s));
    EXPECT_EQ(probe(write(cuts[0])).errors, "");
}

TEST_F(CutterTest, OtherParametersAreAnotherFile) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    auto other = encoded_gop().track;
    other.sar_num = 4;
    other.sar_den = 3;
    // A second camera's footage of another shape, under the same name: as after a change of the camera's settings.
    door.camera->change_track(other);
    disk_.run(5s);
    const auto cuts = plan(door.key, kBegin, kBegin + 10s);
    ASSERT_EQ(cuts.size(), 2U);
    EXPECT_EQ(cuts[0].end, cuts[1].start);
    for (const auto& cut : cuts) EXPECT_EQ(probe(write(cut)).errors, "");
}

// The index of a file is held in memory while it is laid out.
TEST_F(CutterTest, ALongSpanIsSeveralFilesThatTouch) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(10s);
    const auto cuts = plan(door.key, kBegin, kBegin + 9s, false, 4s);
    ASSERT_EQ(cuts.size(), 3U);
    int frames = 0;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        if (i > 0) {
            EXPECT_EQ(cuts[i].start, cuts[i - 1].end);
        }
        const auto seen = probe(write(cuts[i]));
        EXPECT_EQ(seen.errors, "");
        EXPECT_DOUBLE_EQ(seen.start, 0);
        frames += seen.frames;
    }
    EXPECT_EQ(cuts[0].end - cuts[0].start, 4s);
    EXPECT_EQ(frames, (cuts[2].end - cuts[0].start) / 40ms);
}

TEST_F(CutterTest, SoundThatComesLaterBelongsToTheSameFile) {
    auto& door = disk_.add_camera("door");
    disk_.run(4s);
    door.camera->add_audio();
    disk_.run(4s);
    const auto cuts = plan(door.key, kBegin, kBegin + 7s);
    ASSERT_EQ(cuts.size(), 1U);
    const auto movie = read(cuts[0]);
    const auto& sound = movie.track("soun");
    ASSERT_EQ(sound.edits.size(), 2U);
    EXPECT_FALSE(sound.edits[0].media_time);
    EXPECT_NEAR(std::chrono::duration<double>(sound.edits[0].duration).count(), 4, 0.3);
}

TEST_F(CutterTest, ExactEndsAtTheFrame) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(10s);
    const auto cuts = plan(door.key, kBegin + 2s, kBegin + 4s + 320ms, true);
    ASSERT_EQ(cuts.size(), 1U);
    EXPECT_TRUE(cuts[0].exact) << "with a key frame at its beginning there is nothing to encode";
    EXPECT_EQ(cuts[0].start, kBegin + 2s);
    EXPECT_EQ(cuts[0].end, kBegin + 4s + 320ms);
    const auto movie = read(cuts[0]);
    EXPECT_EQ(movie.track("vide").samples.size(), 58U);
    for (const auto& sample : movie.track("soun").samples) EXPECT_LT(sample.dts, Ticks{2400ms});
}

TEST_F(CutterTest, ExactBeginsAtTheFrame) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(10s);
    const auto cuts = plan(door.key, kBegin + 2s + 390ms, kBegin + 4s + 320ms, true);
    ASSERT_EQ(cuts.size(), 1U);
    EXPECT_TRUE(cuts[0].exact);
    EXPECT_EQ(cuts[0].start, kBegin + 2s + 400ms);
    EXPECT_EQ(cuts[0].end, kBegin + 4s + 320ms);
    const auto movie = read(cuts[0]);
    const auto& video = movie.track("vide").samples;
    ASSERT_EQ(video.size(), 48U);
    for (std::size_t i = 0; i < video.size(); ++i) {
        EXPECT_EQ(video[i].pts, kFrame * static_cast<int>(i));
        const auto& coded = encoded_gop().frames[(i + 10) % kGop].data;
        EXPECT_EQ(std::ranges::equal(movie.bytes(video[i]), coded), i >= 15)
            << "only the first group is encoded again " << i;
    }
    const auto seen = probe(write(cuts[0]));
    EXPECT_EQ(seen.errors, "");
    EXPECT_EQ(seen.frames, 48);
}

TEST_F(CutterTest, ExactInsideOneGroup) {
    auto& door = disk_.add_camera("door");
    disk_.run(10s);
    const auto cuts = plan(door.key, kBegin + 2s + 400ms, kBegin + 2s + 800ms, true);
    ASSERT_EQ(cuts.size(), 1U);
    EXPECT_EQ(cuts[0].end - cuts[0].start, 400ms);
    const auto seen = probe(write(cuts[0]));
    EXPECT_EQ(seen.errors, "");
    EXPECT_EQ(seen.frames, 10);
}

TEST_F(CutterTest, WhatWasCutAwayIsNotInTheFile) {
    auto& door = disk_.add_camera("door");
    disk_.run(10s);
    const auto cuts = plan(door.key, kBegin + 2s, kBegin + 2s + 40ms, true);
    const auto bytes = read_whole(disk_.files_, write(cuts.at(0)), 1U << 26).value();
    const auto& second = encoded_gop().frames[1].data;
    EXPECT_TRUE(std::search(bytes.begin(), bytes.end(), second.begin(), second.end()) == bytes.end());
}

TEST_F(CutterTest, CrossesSegmentsAndReadsTheOpenOne) {
    auto& door = disk_.add_camera("door");
    disk_.run(25min);
    const auto cuts = plan(door.key, kBegin + 1min, kBegin + 25min);
    ASSERT_EQ(cuts.size(), 1U);
    EXPECT_GE(cuts[0].pieces.size(), 3U) << "whole segments are copied at once";
    EXPECT_LE(cuts[0].pieces.size(), 4U);
    const auto movie = read(cuts[0]);
    const auto& samples = movie.track("vide").samples;
    for (std::size_t i = 1; i < samples.size(); ++i) ASSERT_EQ(samples[i].pts - samples[i - 1].pts, kFrame) << i;
    EXPECT_GT(samples.size(), (24 * 60 - 2) * 25U);
}

TEST_F(CutterTest, TheFilesAloneGiveTheSame) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(13min);
    disk_.stop();
    const FolderFootage folder{disk_.files_, disk_.storage_->volume.root};
    const auto from = kBegin + 1min, to = kBegin + 12min;
    const auto material = gather(folder, disk_.files_, door.key, from, to).value();
    CutOptions options;
    options.time_text = [](UtcTime time) { return to_rfc3339(time); };
    options.title = "Front door";
    const auto of_files = cuts_of(material, options, stop_.get_token()).value();
    const auto of_index = plan(door.key, from, to);
    ASSERT_EQ(of_files.size(), 1U);
    EXPECT_EQ(of_files[0].head, of_index.at(0).head);
    EXPECT_EQ(of_files[0].start, of_index[0].start);
}

TEST_F(CutterTest, RetentionMayTakeWhatIsBeingCut) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    const auto cuts = plan(door.key, kBegin + 1s, kBegin + 4s);
    for (const auto& segment : footage_.segments(door.key, kBegin, kBegin + 5s).value())
        ASSERT_TRUE(disk_.files_.remove(segment->path));
    EXPECT_EQ(probe(write(cuts.at(0))).frames, 75);
}

// What is sent without being written is the same file, wherever one begins to read it.
TEST_F(CutterTest, IsReadAsItWouldBeWritten) {
    auto& door = disk_.add_camera("door", true);
    disk_.run(5s);
    door.sends = false;
    door.ring->push(Interrupted{"camera lost", disk_.clock_.now()});
    disk_.run(10s);
    door.camera->jump(to_media(disk_.clock_.now()));
    door.sends = true;
    disk_.run(11min);
    auto cuts = plan(door.key, kBegin + 1s, kBegin + 11min);
    ASSERT_EQ(cuts.size(), 1U);
    ASSERT_GE(cuts[0].pieces.size(), 4U);
    ASSERT_GE(cuts[0].patches.size(), 600U);
    const auto written = read_whole(disk_.files_, write(cuts[0]), 1U << 27).value();
    const CutReader reader(std::move(cuts[0]));
    ASSERT_EQ(reader.size(), written.size());
    std::mt19937 random{7};
    const auto read_from = [&](std::size_t at, std::size_t bytes) {
        Bytes into(std::min(bytes, written.size() - at));
        EXPECT_TRUE(reader.read(at, into));
        return std::ranges::equal(into, ByteView{written}.subspan(at, into.size()));
    };
    for (std::size_t at = 0; at < written.size(); at += 65'521) ASSERT_TRUE(read_from(at, 65'521)) << at;
    for (int i = 0; i < 500; ++i) {
        const auto at = random() % written.size();
        ASSERT_TRUE(read_from(at, 1 + random() % 3000)) << at;
    }
    for (const auto& patch : reader.cut().patches) {
        ASSERT_TRUE(read_from(reader.cut().head.size() + patch.at - 1, 2));
        ASSERT_TRUE(read_from(reader.cut().head.size() + patch.at + patch.bytes - 1, 2));
    }
    Bytes behind(2);
    EXPECT_EQ(reader.read(written.size() - 1, behind).error().code, errc::invalid_argument);
}

TEST_F(CutterTest, NothingIsAnError) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    const auto material = gather(footage_, disk_.files_, door.key, kBegin - 2h, kBegin - 1h).value();
    EXPECT_TRUE(material.empty);
    EXPECT_EQ(cuts_of(material, {}, stop_.get_token()).error().code, errc::not_found);
}

TEST_F(CutterTest, StopsWhenAskedAndWhenTheDiskIsFull) {
    auto& door = disk_.add_camera("door");
    disk_.run(5s);
    const auto cuts = plan(door.key, kBegin + 1s, kBegin + 4s);
    const auto file = disk_.files_.create(disk_.temp_.path() / "full.mp4").value();
    disk_.files_.leave_room_for(5000);
    const auto good = [](std::uint64_t) -> Status { return {}; };
    EXPECT_EQ(write_cut(cuts.at(0), *file, good, stop_.get_token()).error().code, errc::disk_full);
    disk_.files_.leave_room_for(UINT64_MAX);
    stop_.request_stop();
    EXPECT_EQ(write_cut(cuts.at(0), *file, good, stop_.get_token()).error().code, errc::cancelled);
}

}  // namespace
}  // namespace vantage::footage
