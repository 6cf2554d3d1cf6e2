// SPDX-License-Identifier: Apache-2.0
// Plays a real camera or a foreign server: VANTAGE_TEST_RTSP names its address, VANTAGE_TEST_RTSP_SECONDS how long (5),
// VANTAGE_TEST_RTSP_TRANSPORT udp or tcp, VANTAGE_TEST_RTSP_COUNT how many times at once (1), VANTAGE_TEST_RTSP_FRAMES the
// least number of video frames that are expected (1 a second). Without an address it is skipped.
#include "ingest/rtsp_source.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/resource.h>
#include <thread>

namespace vantage::ingest {
namespace {

std::string environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

struct Watcher final : SourceSink {
    void on_tracks(const TrackSet& tracks) override {
        ++track_calls;
        last_tracks = tracks;
    }
    void on_frame(Frame frame) override {
        auto& count = frame.track == TrackKind::video ? video : audio;
        if (frame.track == TrackKind::video) {
            keys += frame.key ? 1 : 0;
            damaged += frame.lost_before ? 1 : 0;
            if (frame.pts && last_pts && *frame.pts < *last_pts) ++backwards;
            if (frame.pts && first_pts) span = *frame.pts - *first_pts;
            if (!first_pts) first_pts = frame.pts;
            last_pts = frame.pts;
            delay = std::max(delay, std::chrono::duration_cast<microseconds>(clock.steady() - frame.arrival.steady));
        }
        bytes += frame.data.size();
        ++count;
    }
    void on_sender_report(const SenderReport& /*report*/) override { ++reports; }
    void on_end(const Error& error) override {
        ++ends;
        end = error;
    }

    SystemClock clock;
    TrackSet last_tracks;
    int track_calls{0}, video{0}, audio{0}, keys{0}, damaged{0}, backwards{0}, reports{0}, ends{0};
    std::uint64_t bytes{0};
    microseconds delay{0};
    std::optional<Ticks> first_pts, last_pts;
    Ticks span{0};
    Error end;
};

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

TEST(RtspForeign, PlaysTheAddressOfTheEnvironment) {
    const auto url = environment("VANTAGE_TEST_RTSP", "");
    if (url.empty()) GTEST_SKIP() << "VANTAGE_TEST_RTSP names no address";
    const auto length = std::stod(environment("VANTAGE_TEST_RTSP_SECONDS", "5"));
    const auto count = std::stoul(environment("VANTAGE_TEST_RTSP_COUNT", "1"));
    SourceOptions options;
    options.url = url;
    options.transport = environment("VANTAGE_TEST_RTSP_TRANSPORT", "tcp") == "udp" ? Transport::udp : Transport::tcp;
    const SystemClock clock;
    boost::asio::io_context context(1);
    auto work = boost::asio::make_work_guard(context);
    std::vector<Watcher> watchers(count);
    std::vector<std::unique_ptr<RtspSource>> sources;
    for (auto& watcher : watchers) {
        sources.push_back(std::make_unique<RtspSource>(context, options, clock));
        sources.back()->start(watcher);
    }
    std::thread thread([&] { context.run(); });
    std::this_thread::sleep_for(std::chrono::duration<double>(length / 2));
    const auto before = cpu_seconds();
    std::this_thread::sleep_for(std::chrono::duration<double>(length / 2));
    const auto cpu = cpu_seconds() - before;
    SourceStats stats;
    for (auto& source : sources) {
        stats = source->stats();
        source->stop();
    }
    work.reset();
    thread.join();
    const auto& w = watchers.front();
    const auto& video = w.last_tracks.video;
    std::printf(
        "tracks %d (%s %dx%d, %s) video %d audio %d keys %d damaged %d backwards %d reports %d span %.2f s bytes %llu delay "
        "%.1f ms; "
        "packets %llu lost %llu late %llu jitter %lld us; end %d '%s'; %.3f %% of a core each\n",
        w.track_calls, video ? to_string(video->codec) : "no video", video ? video->width : 0, video ? video->height : 0,
        w.last_tracks.audio ? to_string(w.last_tracks.audio->codec) : "no audio", w.video, w.audio, w.keys, w.damaged,
        w.backwards, w.reports, std::chrono::duration<double>(w.span).count(), static_cast<unsigned long long>(w.bytes),
        static_cast<double>(w.delay.count()) / 1000, static_cast<unsigned long long>(stats.packets),
        static_cast<unsigned long long>(stats.lost_packets), static_cast<unsigned long long>(stats.late_packets),
        static_cast<long long>(stats.jitter.count()), w.ends, w.end.message.c_str(),
        100 * cpu / (length / 2) / static_cast<double>(count));
    const auto least = std::stoi(environment("VANTAGE_TEST_RTSP_FRAMES", std::to_string(static_cast<int>(length)).c_str()));
    for (const auto& watcher : watchers) EXPECT_GE(watcher.video, least) << watcher.end.message;
}

}  // namespace
}  // namespace vantage::ingest
