// SPDX-License-Identifier: Apache-2.0
// A source that blocks while it reads: it has a thread of its own from start() to stop(). What the thread does, says the
// source itself.
#pragma once
#include "base/guarded.hpp"
#include "ingest/source.hpp"

#include <thread>

namespace vantage::ingest {

class BlockingSource : public Source {
  public:
    void start(SourceSink& sink) final;
    void stop() final;
    [[nodiscard]] SourceStats stats() const final { return *stats_.lock(); }

  protected:
    // `what` it does, for errors: "reading through FFmpeg".
    explicit BlockingSource(std::string what) : what_(std::move(what)) {}

    // On the thread: hands on frames until the stop is asked for. An error before that ends the source. Whoever implements
    // it calls stop() in its destructor.
    virtual Status read(const std::stop_token& stop, SourceSink& sink) = 0;
    // In the statistics.
    void count(std::size_t bytes) {
        stats_.with([&](SourceStats& stats) { ++stats.packets, stats.bytes += bytes; });
    }

  private:
    Status read_safely(const std::stop_token& stop, SourceSink& sink);

    const std::string what_;
    mutable Guarded<SourceStats> stats_;
    std::jthread thread_;
};

}  // namespace vantage::ingest
