// SPDX-License-Identifier: Apache-2.0
// The live windows of all streams: made with the first request, closed when nobody has asked for a while. A window that is
// made again goes on with higher numbers, so that players never see them go back. Safe from any thread.
#pragma once
#include "base/ids.hpp"
#include "live/segments/live_window.hpp"
#include "store/catalog.hpp"

namespace vantage::live {

// "main", "sub" or the name of a transcode.
struct LiveKey {
    CameraId camera;
    std::string stream;
    auto operator<=>(const LiveKey&) const = default;
};

struct LiveWindowsOptions {
    LiveOptions live;
    std::size_t most_waiting{8192};
    seconds close_after{60};
};

struct LiveStats {
    std::size_t windows{0};
    std::size_t bytes{0};
    std::size_t waiting{0};
    std::uint64_t refused{0};
};

class LiveWindows {
  public:
    using Streams = std::function<Result<std::shared_ptr<stream::Stream>>(const LiveKey&)>;
    // `streams` may block. `numbers` remembers those of discontinuities over a restart; null: nobody does. `clock` outlives
    // this.
    LiveWindows(LiveWindowsOptions options, const Clock& clock, Streams streams, LiveWindow::Post post,
                store::Catalog* numbers = nullptr);
    ~LiveWindows();

    // What `streams` says when there is none (not_found, overloaded), unavailable after stop(). Counts as a request.
    // Subscribing connects an on-demand camera.
    Result<std::shared_ptr<LiveWindow>> open(const LiveKey& key);
    // One that runs already, counted as a request; null: open() is to be asked. Never blocks.
    std::shared_ptr<LiveWindow> running(const LiveKey& key);
    // One that is open already; does not count.
    [[nodiscard]] std::shared_ptr<LiveWindow> find(const LiveKey& key) const;
    // Closes what nobody asks for and ends waits that lasted too long. Called about once a second.
    void sweep();
    // The program ends: everybody who waits is answered, and open() gives none.
    void stop();

    [[nodiscard]] LiveStats stats() const;
    [[nodiscard]] const LiveOptions& options() const { return options_.live; }

  private:
    struct Known {
        std::shared_ptr<LiveWindow> window;  // null while closed
        SteadyTime asked;
        std::uint64_t next_number{0};
        std::uint64_t next_discontinuity{0};
        std::uint64_t reserved{0};  // discontinuity numbers up to here are nobody else's
    };
    // So many at a time. Small on the whole: hls.js counts up to the number it is given with each reload.
    static constexpr std::uint64_t kReserved = 256;
    void remember(Known& known) const;
    void reserve(const LiveKey& key);

    const LiveWindowsOptions options_;
    const Clock& clock_;
    const Streams streams_;
    const LiveWindow::Post post_;
    store::Catalog* const numbers_;
    LiveCounters counters_;  // self-locking

    mutable std::mutex mutex_;
    std::map<LiveKey, Known> known_;  // guarded by mutex_
    bool stopped_{false};             // guarded by mutex_
};

}  // namespace vantage::live
