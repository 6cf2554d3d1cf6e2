// SPDX-License-Identifier: Apache-2.0
// For tests: a player's session over a stream and footage that are made up; its reading threads run by hand. Tests only.
#pragma once
#include "live/feed/feed.hpp"
#include "live/feed_fakes.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace vantage::live {

namespace json = boost::json;
using namespace vantage::test;

// What left the feed, shortened: texts as JSON, binaries as the box they begin with and their decode time.
struct Sent {
    json::object text;
    std::string box;
    MediaTime start;
    TrackKind track{TrackKind::video};
    std::size_t samples{0};
    Ticks duration{0};
    ByteView data;
};

class FeedTest : public testing::Test {
  protected:
    FeedTest() {
        feed->on_open([this] { ++wakes; });
    }

    FeedSources sources() {
        return {*CameraId::parse("door"),
                "test",
                [this](const StreamName& name) -> Result<std::shared_ptr<stream::Stream>> {
                    if (name == StreamName(Profile::p360)) return fail(errc::overloaded, "too many");
                    if (name == StreamName(StreamKind::sub)) return fail(errc::not_found, "there is no sub stream");
                    return stream;
                },
                [this](StreamKind) { return lost; },
                [] { return std::nullopt; },
                [this](std::function<void()> job) { jobs.push_back(std::move(job)); },
                [this](const StreamName& name) {
                    played.push_back(name);
                    return std::shared_ptr<const footage::Footage>(std::shared_ptr<void>(), &footage);
                },
                clock};
    }
    void run_jobs() {
        for (auto& job : std::exchange(jobs, {})) job();
    }
    // Everything that comes out until it stands still; reading threads run in between.
    std::vector<Sent> drain(bool with_jobs = true) {
        std::vector<Sent> all;
        for (;;) {
            while (auto message = feed->next()) all.push_back(look(*message));
            if (!with_jobs || jobs.empty()) return all;
            run_jobs();
        }
    }
    static Sent look(const net::WebSocketMessage& message) {
        Sent sent;
        sent.data = message.data;
        if (!message.binary) {
            sent.text = json::parse(as_text(message.data)).as_object();
            return sent;
        }
        sent.box = std::string(as_text(message.data).substr(4, 4));
        if (sent.box != "moof") return sent;
        const auto part = mp4::parse_part(message.data).value();
        sent.start = part.start;
        sent.track = part.track;
        sent.samples = part.samples.size();
        for (const auto& sample : part.samples) sent.duration += sample.duration;
        return sent;
    }
    static std::string type(const Sent& sent) {
        return sent.text.empty() ? sent.box : std::string(sent.text.at("type").as_string());
    }
    static std::vector<std::string> types(const std::vector<Sent>& all) {
        std::vector<std::string> out;
        for (const auto& sent : all)
            if (out.empty() || type(sent) != "moof" || out.back() != "moof") out.push_back(type(sent));
        return out;
    }
    // One second: a key frame part and four more.
    void publish_second(double at, const InitPtr& init) {
        for (int i = 0; i < 5; ++i)
            stream->publish(video_part(init, media_at(at) + Ticks(18000) * i, 5, Ticks(3600), i == 0));
        if (init->tracks.audio) stream->publish(audio_part(init, media_at(at), kSecond));
        clock.advance(seconds(1));
    }

    const StreamKey main{*CameraId::parse("door"), StreamKind::main};
    SimulatedClock clock{UtcTime(seconds(1000))};
    std::shared_ptr<stream::Stream> stream = std::make_shared<stream::Stream>(1U << 20);
    FakeFootage footage;
    std::vector<StreamName> played;
    std::optional<FeedLost> lost;
    std::vector<std::function<void()>> jobs;
    int wakes{0};
    std::shared_ptr<FeedSession> feed = std::make_shared<FeedSession>(sources());
};

}  // namespace vantage::live
