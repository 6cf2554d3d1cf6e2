// SPDX-License-Identifier: Apache-2.0
// What is known of one track's time: when its frames arrived, what its sender reports say, and the line by which its time
// stamps become UTC. Values without a thread of their own; ClockDiscipline puts them together.
#pragma once
#include "ingest/line_fit.hpp"

#include <deque>
#include <optional>

namespace vantage::ingest {

inline constexpr Ticks kOneSecond{90000};

// The least-delayed frame of the last 60 s, and the rate at which the camera's time runs against the host's steady clock.
class ArrivalLine {
  public:
    void add(Ticks camera, Ticks steady);
    // The steady time at which `camera` would have arrived with the least delay seen. Not before the first add().
    [[nodiscard]] Ticks expect(Ticks camera) const;
    void believe(RateBelief belief) { belief_ = belief; }
    [[nodiscard]] double rate() const { return rate_; }
    [[nodiscard]] double rate_error() const { return rate_error_; }
    [[nodiscard]] bool empty() const { return recent_.empty(); }
    // The camera's timeline broke: forgets the readings, keeps the rate.
    void restart();

  private:
    struct Second {
        Ticks began{0};  // steady
        Reading least;
    };
    std::deque<Second> recent_;    // the least-delayed of each second, 60 s
    std::deque<Reading> history_;  // the least-delayed of each ten seconds, 30 min
    std::optional<Second> ten_;    // the ten seconds that are running
    RateBelief belief_;
    double rate_{0};
    double rate_error_{200e-6};
};

// The camera's wall clock over its time stamps, from sender reports.
class ReportLine {
  public:
    // A report that stands apart from the line by more than 50 ms is kept back; a second one that agrees with it makes a new
    // line (the camera's clock was set). True if the line was made or replaced.
    bool add(Ticks camera, UtcTime ntp);
    [[nodiscard]] bool valid() const { return !reports_.empty(); }
    [[nodiscard]] MediaTime at(Ticks camera) const { return MediaTime{fit_.value(camera)}; }
    [[nodiscard]] double rate() const { return fit_.rate; }
    [[nodiscard]] double rate_error() const { return fit_.rate_error; }
    void restart();

  private:
    std::deque<Reading> reports_;
    std::optional<Reading> apart_;
    LineFit fit_;
};

// The line that packets are placed by. Only its slope is ever changed, except by place().
class SlewLine {
  public:
    void place(Ticks camera, MediaTime utc);
    [[nodiscard]] MediaTime at(Ticks camera) const { return MediaTime{fit_.value(camera)}; }
    // From `camera` on: `rate` within 500 ppm, and of `error` (target minus line) at most 200 ppm of the time that passes.
    void steer(Ticks camera, double rate, Ticks error);
    [[nodiscard]] Ticks steered() const { return fit_.at.camera; }

  private:
    LineFit fit_;
};

}  // namespace vantage::ingest
