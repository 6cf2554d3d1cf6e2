// SPDX-License-Identifier: Apache-2.0
// For tests: a pacer whose waits move a simulated clock instead of taking time, and a sink that keeps what it is given.
// Tests only.
#pragma once
#include "ingest/pacer.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

namespace vantage::ingest::test {

// Waits at most `waits` times; then waits for stop.
class SimulatedPacer final : public Pacer {
  public:
    SimulatedPacer(SimulatedClock& clock, int waits) : clock_(clock), left_(waits) {}

    bool wait_until(SteadyTime until, const std::stop_token& stop) override {
        if (left_-- <= 0) {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [] { return false; });
            return false;
        }
        if (before_wait) before_wait();
        if (until > clock_.steady()) clock_.advance(until - clock_.steady());
        return !stop.stop_requested();
    }
    [[nodiscard]] const Clock& clock() const override { return clock_; }

    std::function<void()> before_wait;

  private:
    SimulatedClock& clock_;
    int left_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
};

// Lets a test wait until enough has come.
class KeepingSink final : public SourceSink {
  public:
    void on_tracks(const TrackSet& set) override {
        with([&] { tracks.push_back(set); });
    }
    void on_frame(Frame frame) override {
        with([&] { frames.push_back(std::move(frame)); });
    }
    void on_sender_report(const SenderReport& report) override {
        with([&] { reports.push_back(report); });
    }
    void on_end(const Error& error) override {
        with([&] { ends.push_back(error); });
    }

    // Until so many frames are there, or the source has ended.
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return frames.size() >= count || !ends.empty(); });
    }

    std::vector<TrackSet> tracks;
    std::vector<Frame> frames;
    std::vector<SenderReport> reports;
    std::vector<Error> ends;

  private:
    template <class F>
    void with(F f) {
        const std::lock_guard lock(mutex_);
        f();
        came_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable came_;
};

}  // namespace vantage::ingest::test
