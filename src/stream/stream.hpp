// SPDX-License-Identifier: Apache-2.0
// The in-process fan-out of one camera stream. Parts go into a ring that is bounded in bytes and always holds the last whole
// fragment; each reader has its own cursor. `publish` never blocks and never waits for a reader; a reader that fell out of
// the ring is told how much it lost and goes on at the newest start of a fragment. Being late is a value, not a fault. Safe
// from any thread. No disk, no SQL, no sockets in here.
#pragma once
#include "media/part.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

namespace vantage::stream {

class Ring;

// The camera stopped sending at `at`; what follows, if anything, begins with a discontinuity.
struct Interruption {
    std::string reason;  // "camera lost", "clock stepped", ... as it appears on the timeline
    UtcTime at;
};
struct Dropped {
    std::size_t parts{0};  // this many were published and are gone from the ring
    UtcTime from, to;      // the span that is missing
};
struct Closed {};   // the stream ended: camera removed or program stopping
struct Nothing {};  // all read; `on_ready` will be called
using Event = std::variant<Nothing, PartPtr, Interruption, Dropped, Closed>;

enum class Start {
    newest_fragment,  // the last start of a fragment in the ring: the first picture is immediate
    next,             // what is published from now on
    oldest,           // the oldest start of a fragment in the ring
};

struct ReaderOptions {
    std::string name{};  // for metrics and logs: "recorder", "browser 10.0.0.7"
    Start start{Start::newest_fragment};
    // Parts of the ring this reader may lag behind before it is told Dropped; 0: as long as they are in the ring.
    std::size_t most_bytes_behind{0};
    // Called on the publisher's thread, under no lock, once after each Nothing: only post something. May be empty.
    std::function<void()> on_ready{};
    // False for readers that must not keep an on-demand camera connected (the recorder).
    bool counts_as_viewer{true};
};

// One reader's cursor. `next` belongs to one thread at a time; destroying it unsubscribes. The destructor waits for an
// on_ready that runs on another thread (so hold no lock that on_ready takes), and none comes after it.
class Reader {
  public:
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // Never blocks.
    [[nodiscard]] Event next();
    // Goes on at the newest start of a fragment; returns how many parts were passed over.
    std::size_t skip_to_newest();
    [[nodiscard]] std::size_t bytes_behind() const;

  private:
    friend class Stream;
    Reader(std::shared_ptr<Ring> ring, ReaderOptions options);
    std::shared_ptr<Ring> ring_;
    ReaderOptions options_;
    std::uint64_t id_{0};
};

struct StreamStats {
    std::size_t ring_bytes{0};
    std::size_t readers{0};
    std::uint64_t parts{0};
    std::uint64_t dropped_parts{0};  // summed over readers
};

class Stream {
  public:
    // `ring_bytes` is the bound; one fragment larger than it is still kept whole up to twice the bound.
    explicit Stream(std::size_t ring_bytes);
    ~Stream();

    void publish(PartPtr part);
    // One that follows another without a part between them changes nothing: the first still stands.
    void interrupt(Interruption interruption);
    void close();

    [[nodiscard]] std::unique_ptr<Reader> subscribe(ReaderOptions options);
    // The init of the newest part, or nothing before the first.
    [[nodiscard]] InitPtr init() const;
    [[nodiscard]] StreamStats stats() const;
    // Readers that count as viewers; `changed` is called after each change, one call at a time, under no lock of the ring.
    // None runs any more when setting another one (or the destructor) has returned.
    [[nodiscard]] std::size_t viewers() const;
    void on_viewers_changed(std::function<void(std::size_t)> changed);

  private:
    std::shared_ptr<Ring> ring_;
};

}  // namespace vantage::stream
