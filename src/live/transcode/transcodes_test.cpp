// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/transcodes.hpp"

#include "live/feed_fakes.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

namespace vantage::live {
namespace {

using namespace vantage::test;

constexpr int kGop = DrawnCamera::kGop;

// What a stream gave to a reader that began before it.
struct Got {
    std::vector<PartPtr> parts;
    std::vector<std::string> told;

    [[nodiscard]] std::vector<MediaTime> times(bool keys_only = false) const {
        std::vector<MediaTime> out;
        for (const auto& part : parts) {
            auto at = part->start;
            for (const auto& sample : part->samples) {
                if (part->track == TrackKind::video && (sample.key || !keys_only)) out.push_back(at + sample.composition);
                at += sample.duration;
            }
        }
        return out;
    }
};
Got drain(stream::Reader& reader) {
    Got got;
    for (;;) {
        const auto event = reader.next();
        if (const auto* part = std::get_if<PartPtr>(&event)) {
            got.parts.push_back(*part);
        } else if (const auto* interruption = std::get_if<stream::Interruption>(&event)) {
            got.told.push_back(interruption->reason);
        } else if (std::holds_alternative<stream::Closed>(event)) {
            got.told.emplace_back("closed");
            return got;
        } else {
            return got;
        }
    }
}

struct Bench {
    explicit Bench(Profile profile) : work("test", profile, H264Encoder::x264, out) {}
    stream::Stream out{16U << 20};
    std::unique_ptr<stream::Reader> reader{out.subscribe({.start = stream::Start::next})};
    StreamTranscoder work;
};

std::vector<MediaTime> sorted_times(const std::vector<PacketPtr>& packets, bool keys_only = false) {
    std::vector<MediaTime> out;
    for (const auto& packet : packets)
        if (packet->key || !keys_only) out.push_back(packet->pts());
    std::ranges::sort(out);
    return out;
}

TEST(StreamTranscoder, TimesAndKeyFramesAreThoseOfTheSource) {
    DrawnCamera camera;
    const auto packets = camera.packets(40);
    ASSERT_GT(camera.track().reorder_depth, 0);
    Bench bench(Profile::p360);
    const auto in = parts_of(camera.track(), packets, {.video = {}, .audio = {}});
    Bench small(Profile::p360);
    for (const auto& part : in) bench.work.take(part);
    bench.work.interrupt({"camera lost", to_utc(in.back()->end())});
    const auto got = drain(*bench.reader);
    EXPECT_EQ(got.times(), sorted_times(packets));
    EXPECT_EQ(got.times(true), sorted_times(packets, true));
    EXPECT_EQ(got.told, std::vector<std::string>{"camera lost"});
    EXPECT_EQ(got.parts.front()->init->tracks.video->reorder_depth, 0);
    EXPECT_TRUE(got.parts.front()->starts_fragment);
    for (std::size_t i = 1; i < got.parts.size(); ++i) {
        EXPECT_FALSE(got.parts[i]->discontinuity) << i;
        EXPECT_EQ(got.parts[i]->start, got.parts[i - 1]->end()) << i;
    }
}

TEST(StreamTranscoder, WhatIsH264AlreadyGoesThroughUntouched) {
    DrawnCamera camera(320, 192);
    Bench bench(Profile::h264);
    const auto in = parts_of(camera.track(), camera.packets(20));
    for (const auto& part : in) bench.work.take(part);
    EXPECT_EQ(drain(*bench.reader).parts, in) << "the very same parts";
}

TEST(StreamTranscoder, AnInterruptionAndMissingPartsAreDiscontinuities) {
    DrawnCamera camera;
    const auto in = parts_of(camera.track(), camera.packets(60));
    Bench bench(Profile::p360);
    std::size_t n = 0;
    for (; n < 5; ++n) bench.work.take(in[n]);
    bench.work.missed();
    for (; n < in.size(); ++n) bench.work.take(in[n]);
    bench.work.interrupt({"stopped", {}});
    const auto got = drain(*bench.reader);
    std::vector<bool> breaks;
    for (const auto& part : got.parts)
        if (part->discontinuity) breaks.push_back(part->starts_fragment && part->independent);
    EXPECT_EQ(breaks, (std::vector{true, true})) << "the first one, and the one after the hole, which begins a fragment";
}

TEST(StreamTranscoder, SoundComesAndGoesWithTheSource) {
    DrawnCamera camera;
    const auto packets = camera.packets(50);
    Bench bench(Profile::p360);
    const auto init = mp4::make_init({camera.track(), aac_track()}).value();
    std::size_t heard = 0;
    for (const auto& part : parts_of(camera.track(), packets)) {
        auto with = std::make_shared<Part>(*part);
        with->init = init;
        bench.work.take(audio_part(init, part->start, part->duration));
        bench.work.take(with);
        ++heard;
    }
    bench.work.interrupt({"stopped", {}});
    const auto got = drain(*bench.reader);
    std::size_t audio = 0;
    for (const auto& part : got.parts)
        if (part->track == TrackKind::audio)
            for (const auto& sample : part->samples) {
                ++audio;
                EXPECT_EQ(sample.size, 50U);
            }
    EXPECT_GE(audio + 1, heard) << "but for what came before the first picture";
    EXPECT_EQ(got.parts.back()->init->tracks.audio, aac_track());
}

// Cameras in memory and their transcodes.
class TranscodesTest : public testing::Test {
  protected:
    Transcodes make(std::size_t most, milliseconds linger = milliseconds{0}) {
        return Transcodes(
            {.most = most, .linger = linger},
            [this](const CameraId& id) {
                const auto found = cameras.find(id);
                return found == cameras.end() ? nullptr : found->second;
            },
            clock);
    }
    std::shared_ptr<stream::Stream> add(const std::string& id) {
        return cameras[CameraId::parse(id).value()] = std::make_shared<stream::Stream>(16U << 20);
    }
    static CameraId id(const std::string& text) { return CameraId::parse(text).value(); }

    // A viewer that waits until it is called instead of asking.
    struct Viewer {
        explicit Viewer(stream::Stream& stream) {
            reader = stream.subscribe({.on_ready = [this] {
                {
                    const std::lock_guard hold(mutex);
                    called = true;
                }
                changed.notify_one();
            }});
        }
        // Reads until `done` says so; false after ten seconds.
        template <class Done>
        bool read_until(Done done) {
            const auto deadline = std::chrono::steady_clock::now() + seconds{10};
            for (;;) {
                const auto more = drain(*reader);
                got.parts.insert(got.parts.end(), more.parts.begin(), more.parts.end());
                got.told.insert(got.told.end(), more.told.begin(), more.told.end());
                if (done(got)) return true;
                std::unique_lock lock(mutex);
                if (!changed.wait_until(lock, deadline, [&] { return called; })) return false;
                called = false;
            }
        }
        Got got;
        std::mutex mutex;
        std::condition_variable changed;
        bool called{false};
        std::unique_ptr<stream::Reader> reader;
    };
    static bool is_closed(const Got& got) { return !got.told.empty() && got.told.back() == "closed"; }
    void publish(stream::Stream& stream, DrawnCamera& camera, int frames) {
        for (const auto& part : parts_of(camera.track(), camera.packets(frames))) stream.publish(part);
    }

    SimulatedClock clock{to_utc(kStart)};
    std::map<CameraId, std::shared_ptr<stream::Stream>> cameras;
};

TEST_F(TranscodesTest, OneForAllWhoWantTheSameAndItEndsAfterTheLast) {
    auto source = add("door");
    DrawnCamera camera;
    publish(*source, camera, 20);
    auto transcodes = make(2);
    const auto stream = transcodes.stream(id("door"), Profile::p360).value();
    EXPECT_EQ(transcodes.stream(id("door"), Profile::p360).value(), stream);
    auto first = std::make_unique<Viewer>(*stream), second = std::make_unique<Viewer>(*stream);
    const auto some = [](const Got& got) { return !got.parts.empty(); };
    EXPECT_TRUE(first->read_until(some));
    EXPECT_TRUE(second->read_until(some));
    EXPECT_EQ(source->viewers(), 1U) << "an on-demand camera has one more viewer, not two";
    EXPECT_EQ(transcodes.status().running, 1U);

    // One that does not count as a viewer keeps nothing running, and learns when it is over.
    second.reset();
    auto listener = stream->subscribe({.counts_as_viewer = false});
    first.reset();
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (!is_closed(drain(*listener)) && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ(source->viewers(), 0U);
    EXPECT_EQ(transcodes.status().running, 0U);
    const auto again = transcodes.stream(id("door"), Profile::p360).value();
    EXPECT_NE(again, stream) << "closed for good: the next one is another";
    EXPECT_TRUE(Viewer(*again).read_until(some));
}

TEST_F(TranscodesTest, NoMoreThanTheMost) {
    add("door");
    add("yard");
    auto transcodes = make(1, seconds{60});
    const auto stream = transcodes.stream(id("door"), Profile::p480).value();
    const auto refused = transcodes.stream(id("yard"), Profile::p480);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, errc::overloaded);
    EXPECT_TRUE(transcodes.stream(id("door"), Profile::p480)) << "what runs can be shared";
    EXPECT_EQ(transcodes.stream(id("gate"), Profile::p480).error().code, errc::not_found);
}

TEST_F(TranscodesTest, TheCamerasOwnStreamWhenItIsAsWanted) {
    auto source = add("door");
    DrawnCamera camera;
    publish(*source, camera, 20);
    auto transcodes = make(0);
    EXPECT_EQ(transcodes.stream(id("door"), Profile::h264).value(), source) << "costs nothing, needs no place";
    EXPECT_EQ(transcodes.stream(id("door"), Profile::p360).error().code, errc::overloaded);
}

TEST_F(TranscodesTest, ARemovedCameraClosesIt) {
    auto source = add("door");
    auto transcodes = make(1, seconds{60});
    const auto stream = transcodes.stream(id("door"), Profile::p360).value();
    Viewer viewer(*stream);
    source->close();
    EXPECT_TRUE(viewer.read_until(is_closed));
}

TEST_F(TranscodesTest, OneThatCannotKeepUpGoesOnAtTheNewestKeyFrame) {
    auto source = add("door");
    DrawnCamera camera;
    auto transcodes = make(1, seconds{60});
    const auto stream = transcodes.stream(id("door"), Profile::p360).value();
    Viewer viewer(*stream);
    const auto parts = parts_of(camera.track(), camera.packets(200));
    std::size_t n = 0;
    for (; n < 8; ++n) source->publish(parts[n]);
    ASSERT_TRUE(viewer.read_until([](const Got& got) { return !got.parts.empty(); }));
    // The clock runs ahead of the pictures, as it does when encoding takes longer than they last.
    clock.advance(seconds{20});
    for (; n < parts.size(); ++n) source->publish(parts[n]);
    const auto last = parts.back()->end() - Ticks{3600} * 2 * kGop;
    ASSERT_TRUE(viewer.read_until([&](const Got& got) { return !got.parts.empty() && got.parts.back()->end() > last; }));
    const auto holes = std::ranges::count_if(viewer.got.parts, [](const PartPtr& part) { return part->discontinuity; });
    EXPECT_GE(holes, 2) << "the first part, and at least one after a jump";
    EXPECT_GT(transcodes.status().dropped_parts, 0U);
}

TEST_F(TranscodesTest, FootageComesUnderTheProfile) {
    DrawnCamera camera(1280, 720, 0);
    const auto parts = parts_of(camera.track(), camera.packets(kGop));
    FakeFootage recorded;
    const StreamKey key{id("door"), StreamKind::main};
    recorded.add(key, 1000, 1001, false);
    auto segment = std::make_shared<footage::SegmentInfo>(*recorded.all[key][0].segment);
    segment->init = parts.front()->init;
    auto& fragment = recorded.all[key][0];
    fragment.segment = segment;
    recorded.content[fragment.offset] = parts;
    recorded.files = {segment};

    auto transcodes = make(1);
    const auto small = transcodes.footage(recorded, Profile::p480);
    const UtcTime from{seconds{0}}, to{seconds{5000}};
    const auto found = small->fragments(key, from, to, 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].start, fragment.start);
    EXPECT_EQ(found[0].segment->init->tracks.video->height, 480);
    EXPECT_EQ(small->segments(key, from, to).value().at(0)->init, found[0].segment->init);
    const auto read = small->read(found[0]).value();
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0]->init, found[0].segment->init);
    EXPECT_EQ(read[0]->samples.size(), static_cast<std::size_t>(kGop));

    const auto same = transcodes.footage(recorded, Profile::h264);
    EXPECT_EQ(same->read(same->fragments(key, from, to, 10).value().at(0)).value(), parts) << "as it lies on disk";

    // It keeps its place from read to read, and gives it back when it rests.
    const auto other = transcodes.footage(recorded, Profile::p360);
    const auto others = other->fragments(key, from, to, 10).value();
    EXPECT_EQ(other->read(others[0]).error().code, errc::overloaded);
    EXPECT_TRUE(small->read(found[0]));
    clock.advance(TranscodeSlots::kIdle + seconds{1});
    EXPECT_TRUE(other->read(others[0]));
    EXPECT_EQ(small->read(found[0]).error().code, errc::overloaded);
}

TEST(StreamName, AreThoseOfTheAddresses) {
    for (const char* name : {"main", "sub", "h264", "720p", "480p", "360p"})
        EXPECT_STREQ(to_string(parse_stream_name(name).value()), name);
    EXPECT_EQ(parse_stream_name("1080p").error().code, errc::invalid_argument);
    EXPECT_EQ(kind_behind(StreamKind::sub), StreamKind::sub);
    EXPECT_EQ(kind_behind(Profile::p480), StreamKind::main);
}

}  // namespace
}  // namespace vantage::live
