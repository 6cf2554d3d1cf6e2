// SPDX-License-Identifier: Apache-2.0
// Between a source and its pipeline: as long as nothing is to be decoded it hands straight on; from the first MJPEG track on
// everything goes through a bounded queue to a thread of its own, because encoding on a thread that waits for sockets would
// hold up every other camera. When that thread cannot keep up, pictures are left out and counted in the log.
#pragma once
#include "ingest/source.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

namespace vantage::ingest {

class ThreadedSink final : public SourceSink {
  public:
    // `to` outlives the sink. `name` for the log.
    ThreadedSink(SourceSink& to, std::string name) : to_(to), name_(std::move(name)) {}
    ~ThreadedSink() override { stop(); }

    void on_tracks(const TrackSet& tracks) override;
    void on_frame(Frame frame) override;
    void on_sender_report(const SenderReport& report) override;
    void on_end(const Error& error) override;

    // After the source's stop(). Returns after the last call of `to`; what is still queued is left out. Idempotent.
    void stop();

  private:
    using Item = std::variant<TrackSet, Frame, SenderReport, Error>;
    template <class T>
    void pass(T item);
    bool make_room(const Frame& frame);
    void run(const std::stop_token& stop);
    void hand_on(Item item);

    SourceSink& to_;
    const std::string name_;
    std::mutex mutex_;
    std::condition_variable_any came_;
    std::deque<Item> queue_;       // guarded by mutex_
    std::size_t queued_bytes_{0};  // guarded by mutex_
    std::uint64_t left_out_{0};    // guarded by mutex_
    bool threaded_{false};         // the source's thread
    std::jthread thread_;
};

}  // namespace vantage::ingest
