// SPDX-License-Identifier: Apache-2.0
// Camera time to UTC (docs/time.md). Frames go in as they arrive and come out in the same order with their UTC on the media
// timeline: monotonic a track, tracks of one camera in sync, steered by slope and never torn; where that cannot be, the
// break is said with a reason. The first frames are held (at most 1.5 s), because they are often the most delayed. Lives on
// the thread of its source. Makes no decode times: see DecodeOrder.
#pragma once
#include "footage/footage.hpp"
#include "ingest/source.hpp"
#include "ingest/track_clock.hpp"

#include <array>
#include <functional>
#include <vector>

namespace vantage::ingest {

struct TimedFrame {
    Frame frame;
    MediaTime pts;
    std::optional<MediaTime> dts;  // if the source gave one
    // Why the timeline does not continue what came before, as it is shown to people; null if it does. On a key frame of the
    // video where that is possible.
    const char* discontinuity{nullptr};
};

class ClockDiscipline {
  public:
    // `one_timeline`: the time stamps of all tracks count from the same origin (containers; not RTP).
    ClockDiscipline(bool one_timeline, std::function<void(TimedFrame)> out);

    void push(Frame frame);
    void report(const SenderReport& report);
    // The source ended: what is held comes out.
    void flush();
    [[nodiscard]] footage::Timing timing() const;

  private:
    struct TrackState {
        ArrivalLine arrival;
        ReportLine reports;
        SlewLine out;
        bool started{false};
        bool by_reports{false};                    // its reports agree with the other track's
        std::optional<Ticks> newest;               // stamp
        Ticks interval{3600};                      // the last one
        Ticks usual{0};                            // the longest of the recent ones
        Ticks delay{0};                            // smoothed: arrival minus assigned time
        Ticks error{0};                            // target minus line
        int unstamped{0};                          // in a row
        bool stamped{false};                       // it had time stamps once
        std::optional<Frame> suspect;              // its time stamp does not fit; the next frame tells
        std::optional<SenderReport> early_report;  // came before the first frame
    };

    TrackState& of(TrackKind kind) { return tracks_[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] const TrackState& lead() const;
    [[nodiscard]] bool leads(TrackKind kind) const { return kind == TrackKind::video || !of_video_; }

    void watch_host_clock(const Arrival& arrival);
    void hold(Frame frame);
    [[nodiscard]] bool settled_by(SteadyTime now);
    void settle();
    void stamp_held(TrackKind kind);

    void place(Frame frame);
    void place_unstamped(Frame frame);
    void resolve_suspect(TrackState& track, const Frame& next);
    [[nodiscard]] bool jumped(const TrackState& track, const Frame& frame) const;
    void start_track(TrackState& track, const Frame& frame);
    void restart_track(TrackState& track, const Frame& frame);
    void emit(Frame frame);
    const char* hole_before(TrackState& track, TrackKind kind, Ticks stamp);
    const char* take_pending(const Frame& frame);

    void steer(TrackState& track, Ticks stamp, SteadyTime now);
    void weigh_reports();
    [[nodiscard]] MediaTime target(const TrackState& track, Ticks camera) const;
    [[nodiscard]] double rate(const TrackState& track) const;
    [[nodiscard]] MediaTime arrived(const Arrival& arrival) const;
    void pend(const char* reason, SteadyTime now);

    const bool one_timeline_;
    const std::function<void(TimedFrame)> out_;
    std::array<TrackState, 2> tracks_;
    bool of_video_{false};  // a video frame was seen

    // steady + host_ = UTC
    bool host_known_{false};
    Ticks host_{0};
    std::optional<std::pair<Ticks, SteadyTime>> host_candidate_;
    std::optional<Ticks> host_stepped_;  // taken at the next key frame

    // the first frames
    bool settled_{false};
    std::vector<Frame> held_;
    std::size_t held_bytes_{0};
    SteadyTime first_held_, last_improved_;
    std::array<std::optional<Ticks>, 2> least_held_;

    // sender reports
    bool trusted_{false};
    Ticks behind_{0};  // arrival-implied time minus reported time

    const char* pending_{nullptr};
    SteadyTime pending_since_;
    SteadyTime last_break_;
};

}  // namespace vantage::ingest
