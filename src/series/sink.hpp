// SPDX-License-Identifier: Apache-2.0
// Points on their way to a server of time series. Whoever adds one never waits: points go through a bounded queue to files
// on disk (spool.hpp), and from there in batches to the server, each until it is taken. A server that is away costs nothing
// but disk; what cannot be kept is counted. What a server refuses (no right, no such database) is tried again every minute,
// and given up when it is an hour old. add() and stats() are for any thread, and wait for nobody; gather() belongs to one
// thread, send() to another.
#pragma once
#include "series/influx.hpp"
#include "series/line_protocol.hpp"
#include "series/spool.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace vantage::series {

struct SinkOptions {
    std::filesystem::path folder;  // of the files that wait
    std::uint64_t most_bytes{256U << 20};
    seconds sample_every{10};
    std::size_t most_queued{50'000};  // points in memory, while the disk is late
};

struct SinkStats {
    bool sending{false};  // the last batch was taken
    std::string fault;    // why not; empty before the first
    std::uint64_t sent{0}, dropped{0};
    std::size_t waiting{0};
    std::uint64_t waiting_bytes{0};
};

class Sink {
  public:
    // One attempt: what the server says, or why there is no answer.
    using Post = std::function<Result<Judgement>(const std::string& lines, std::optional<seconds>& retry_after,
                                                 const std::stop_token& stop)>;
    // Points of now. May block. Empty: there are none to be taken.
    using Sample = std::function<std::vector<Point>(UtcTime now)>;

    static constexpr std::chrono::hours kRefusedFor{1};
    static constexpr seconds kFirstPause{1}, kLongestPause{60}, kSync{10};

    // The references outlive it.
    Sink(SinkOptions options, footage::FileSystem& files, const Clock& clock, Post post, Sample sample);

    void add(const Point& point);
    // Called after an add(), on its thread, under no lock: only wake somebody. Set it before the first.
    void on_added(std::function<void()> added) { added_ = std::move(added); }
    [[nodiscard]] SinkStats stats() const;

    // Samples when it is time, and brings to disk what was added. What does not go there is kept for the next time.
    void gather();
    // Sends what waits, until nothing does or the server does not take it; then says how long to rest.
    seconds send(const std::stop_token& stop);

  private:
    void sample();
    void note(const std::string& fault);
    seconds pause(std::optional<seconds> asked);

    const SinkOptions options_;
    const Clock& clock_;
    const Post post_;
    const Sample sample_;
    std::function<void()> added_;
    Spool spool_;
    std::atomic<std::uint64_t> sent_{0}, dropped_{0};
    std::atomic<bool> opened_{false};

    // gather()'s thread
    std::optional<SteadyTime> sampled_, synced_;
    std::string told_disk_;
    // send()'s thread
    seconds pause_{kFirstPause};
    std::optional<SteadyTime> rest_until_;

    mutable std::mutex mutex_;
    std::deque<std::string> queue_;  // lines; guarded by mutex_, as all below
    bool sending_{false};
    std::string fault_;
};

// Runs both on threads of their own until it goes.
class SinkThreads {
  public:
    explicit SinkThreads(Sink& sink);
    ~SinkThreads();  // what was added is on disk then
    SinkThreads(const SinkThreads&) = delete;
    SinkThreads& operator=(const SinkThreads&) = delete;

  private:
    Sink& sink_;
    struct Bells;
    const std::unique_ptr<Bells> bells_;
    std::jthread gathering_, sending_;
};

}  // namespace vantage::series
