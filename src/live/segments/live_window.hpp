// SPDX-License-Identifier: Apache-2.0
// One stream's live segments while somebody asks for them: one reader of the stream, and those who wait for what is yet to
// come. Safe from any thread. Parts are taken on the given executor; callbacks run there, on the thread that sweeps, or at
// once on the caller's, under no lock, and must not block.
#pragma once
#include "live/segments/live_segments.hpp"
#include "stream/stream.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>

namespace vantage::live {

// A text that many get, with its gzip form.
struct PackedText {
    std::string plain;
    std::string gzip;  // empty when it is not worth it
};
using PackedTextPtr = std::shared_ptr<const PackedText>;

// What all windows count together. Self-locking.
struct LiveCounters {
    std::atomic<std::size_t> waiting{0};
    std::atomic<std::uint64_t> refused{0};  // over the limit of waiting, or waited too long
};

// Up to where a request wants to wait (RFC 8216bis 6.2.5.2).
struct LivePosition {
    Rendition rendition{Rendition::muxed};
    std::uint64_t number{0};
    std::optional<std::size_t> part{};
    std::optional<std::uint64_t> serial{};  // of a partial segment, in place of the others
};

struct LiveWindowOptions {
    LiveOptions live;
    std::size_t most_waiting{8192};  // in all windows together
    std::string name;                // of the reader: "HLS door/main"
    std::uint64_t first_number{0};
    std::uint64_t first_discontinuity{0};
};

class LiveWindow : public std::enable_shared_from_this<LiveWindow> {
  public:
    using Post = std::function<void(std::function<void()>)>;
    // Without an error what was waited for is there.
    using Done = std::function<void(Status)>;

    // `counters` and `clock` outlive the window. start() before anything else.
    LiveWindow(LiveWindowOptions options, const Clock& clock, LiveCounters& counters, Post post);
    ~LiveWindow();
    LiveWindow(const LiveWindow&) = delete;
    LiveWindow& operator=(const LiveWindow&) = delete;
    void start(const std::shared_ptr<stream::Stream>& stream);
    // Everybody who waits is told so; nothing comes any more.
    void stop();

    [[nodiscard]] const std::shared_ptr<stream::Stream>& stream() const { return stream_; }
    // Null before the first whole segment. Shared by all until something changes.
    [[nodiscard]] LiveSnapshotPtr snapshot() const;
    [[nodiscard]] LiveSegmentPtr find(std::uint64_t number) const;
    // The segment of a rendition that begins at this decode time.
    [[nodiscard]] LiveSegmentPtr find(Rendition rendition, MediaTime start) const;

    [[nodiscard]] LivePartPtr find_part(Rendition rendition, std::uint64_t serial) const;

    // Whether a request for `position` would be answered at once.
    [[nodiscard]] bool has(const LivePosition& position) const;
    // Waits for the first whole segment: at most `longest`.
    void wait_for_snapshot(milliseconds longest, Done done);
    // Waits until the playlist holds `position` or something behind it, however old that is; at most three target durations.
    // invalid_argument for what is too far ahead, not_found for a serial behind the next; unavailable when nothing came for
    // so long, over the limit of waiting requests, and when the window ends.
    void wait_for(const LivePosition& position, Done done);
    // Ends waits that have lasted too long. Called about once a second.
    void sweep();

    // A text of one version of the window, made once for everybody: `make` runs under no lock, sometimes twice.
    PackedTextPtr text(const LiveSnapshot& snapshot, const std::string& name, const std::function<std::string()>& make);

    // Nothing comes any more: another window is to be opened.
    [[nodiscard]] bool ended() const;
    [[nodiscard]] bool waited_for() const;
    [[nodiscard]] std::uint64_t next_number() const;
    [[nodiscard]] std::uint64_t next_discontinuity() const;
    [[nodiscard]] std::size_t bytes() const;

  private:
    struct Waiter {
        std::optional<LivePosition> position;  // nothing: the first segment
        SteadyTime until;
        Done done;
    };
    struct Texts {
        std::uint64_t version{0};
        std::map<std::string, PackedTextPtr> by_name;
    };
    using Answers = std::vector<std::pair<Done, Status>>;

    void pump();
    void take(stream::Event& event);
    void wait(Waiter waiter);
    [[nodiscard]] Status refusal(const LivePosition& position) const;
    [[nodiscard]] bool reached(const LivePosition& position) const;
    [[nodiscard]] std::size_t parts_of(Rendition rendition, std::uint64_t number) const;
    [[nodiscard]] bool is_due(const Waiter& waiter) const;
    template <class Predicate>
    Answers take_waiters(const Status& status, Predicate predicate);
    static void answer(Answers answers);
    void answer_in_turns(Answers answers, std::size_t from);

    const LiveWindowOptions options_;
    const Clock& clock_;
    LiveCounters& counters_;
    const Post post_;
    std::shared_ptr<stream::Stream> stream_;  // constant after start()

    mutable std::mutex mutex_;
    LiveSegments segments_;                   // guarded by mutex_, as all below it
    std::unique_ptr<stream::Reader> reader_;  // its on_ready takes no lock
    std::vector<Waiter> waiters_;
    mutable LiveSnapshotPtr snapshot_;  // the newest, when it was asked for
    bool stopped_{false};
    bool ended_{false};  // the stream was closed

    std::mutex texts_mutex_;
    Texts texts_;  // guarded by texts_mutex_
};

}  // namespace vantage::live
