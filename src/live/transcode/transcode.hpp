// SPDX-License-Identifier: Apache-2.0
// One transcode that runs: a thread of its own reads the source and publishes to a stream that any number of viewers read.
// It begins with the first of them, ends some seconds after the last (or when none comes), and then closes its stream for
// good. When it cannot keep up it goes on at the newest key frame. The calls are for any thread.
#pragma once
#include "base/bell.hpp"
#include "live/transcode/stream_transcoder.hpp"
#include "live/transcode/transcode_slots.hpp"

#include <atomic>
#include <thread>

namespace vantage::live {

class Transcode {
  public:
    struct Options {
        std::string name;  // "door/480p"
        Profile profile{Profile::h264};
        H264Encoder encoder{H264Encoder::x264};
        milliseconds linger{5000};  // without a viewer
        Ticks group{stream::FragmenterOptions{}.group};
    };
    // `place` is taken already. The clock outlives it.
    Transcode(Options options, std::shared_ptr<stream::Stream> source, std::unique_ptr<TranscodeSlots::Place> place,
              const Clock& clock);
    // Ends it.
    ~Transcode();
    Transcode(const Transcode&) = delete;
    Transcode& operator=(const Transcode&) = delete;

    // It lags this much more than when it began: it goes on at the newest key frame.
    static constexpr seconds kMostBehind{2};

    [[nodiscard]] const std::shared_ptr<stream::Stream>& stream() const { return stream_; }
    [[nodiscard]] const std::shared_ptr<stream::Stream>& source() const { return source_; }
    // Its stream is closed, or about to be: whoever wants one needs another.
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] std::uint64_t dropped_parts() const { return dropped_; }

  private:
    void run(const std::stop_token& stop);
    // False when it is over.
    bool step(const std::stop_token& stop);
    bool wait(const std::stop_token& stop);
    void keep_up(const Part& part);

    const Options options_;
    const std::shared_ptr<stream::Stream> source_;
    const std::shared_ptr<stream::Stream> stream_;
    const Clock& clock_;
    const std::shared_ptr<Bell> bell_{std::make_shared<Bell>()};
    std::atomic<bool> ended_{false};
    std::atomic<std::uint64_t> dropped_{0};

    // The thread alone
    std::unique_ptr<TranscodeSlots::Place> place_;
    StreamTranscoder work_;
    std::unique_ptr<stream::Reader> reader_;
    std::optional<microseconds> lag_at_start_;
    std::optional<std::chrono::steady_clock::time_point> alone_since_;  // of the host, also in tests

    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::live
