// SPDX-License-Identifier: Apache-2.0
// A source's frames to a stream's parts: what browsers refuse is transcoded, camera time becomes UTC, decode times are made,
// the fragmenter muxes. Lives on the thread of its source; status() and last_picture() from any thread. Throws nothing, does
// not reconnect: whoever owns it hears once that it ended.
#pragma once
#include "base/guarded.hpp"
#include "footage/footage.hpp"
#include "ingest/clock_discipline.hpp"
#include "ingest/decode_order.hpp"
#include "ingest/source.hpp"
#include "ingest/transcoding.hpp"
#include "stream/fragmenter.hpp"
#include "stream/stream.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <string>

namespace vantage::ingest {

struct PipelineOptions {
    std::string name;          // for the log: "camera door/main"
    bool one_timeline{false};  // Source::one_timeline
    stream::FragmenterOptions fragmenter;
};

struct PipelineStatus {
    TrackSet camera;     // as the camera sends them
    TrackSet published;  // after transcoding
    double fps{0};
    double bits_per_second{0};  // of both tracks, as the camera sends them
    footage::Timing timing;
    bool sends_no_key_frames{false};
};

class Pipeline final : public SourceSink {
  public:
    // `stream` outlives the pipeline. `ended` is called at most once, on the source's thread, under no lock: only post
    // something.
    Pipeline(PipelineOptions options, stream::Stream& stream, std::function<void(const Error&)> ended);

    void on_tracks(const TrackSet& tracks) override;
    void on_frame(Frame frame) override;
    void on_sender_report(const SenderReport& report) override;
    void on_end(const Error& error) override;

    // After the source's stop() has returned: what is still held is published.
    void finish();
    // The end of what was published; nothing before the first part. After finish().
    [[nodiscard]] std::optional<MediaTime> published_until() const { return end_; }

    [[nodiscard]] PipelineStatus status() const;
    // When the newest video frame came; nothing before the first.
    [[nodiscard]] std::optional<SteadyTime> last_picture() const;

  private:
    void take_tracks(const TrackSet& tracks);
    void take_frame(Frame frame);
    void announce(const TrackSet& published);
    void publish(TimedFrame frame);
    void break_timeline(const char* reason, MediaTime at);
    void measure(const Frame& frame);
    void end(const Error& error);
    template <class F>
    void guarded(F&& work);

    const PipelineOptions options_;
    stream::Stream& stream_;
    const std::function<void(const Error&)> ended_;
    bool over_{false};

    ClockDiscipline clock_;
    Transcoding transcoding_;
    std::array<DecodeOrder, 2> orders_;
    std::array<bool, 2> broke_{};
    stream::Fragmenter fragmenter_;
    std::optional<MediaTime> end_;
    std::optional<SteadyTime> first_frame_;

    SteadyTime measured_;  // since then frames_ and bytes_ count
    std::size_t measurements_{0};
    std::size_t frames_{0};
    std::size_t bytes_{0};

    static constexpr SteadyTime::rep kNever = INT64_MIN;
    std::atomic<SteadyTime::rep> last_picture_{kNever};
    mutable Guarded<PipelineStatus> status_;
};

}  // namespace vantage::ingest
