// SPDX-License-Identifier: Apache-2.0
// Reading what is on disk: which spans there are, and the parts of any of them. The one door to footage for playback,
// stills, export and capture: rows that overlap -> fragment table -> byte range; the open segment answers from memory behind
// the same calls. Safe from any thread; the calls read the disk and block, so coroutines post them to a thread pool.
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"
#include "media/part.hpp"

#include <memory>
#include <string>
#include <vector>

namespace vantage::footage {

struct Span {
    UtcTime start, end;
};

struct Gap {
    UtcTime start, end;
    std::string reason;  // "camera lost", "disk full", "not recorded" ...
};

struct Coverage {
    std::vector<Span> footage;  // merged over segments that touch
    std::vector<Gap> gaps;      // only those with a reason on record
};

// How a segment's times were found (docs/time.md).
struct Timing {
    std::string source;      // "sender reports", "arrival"
    microseconds offset{0};  // camera clock minus UTC
    double ppm{0};           // drift of the camera's clock
    microseconds uncertainty{0};
    bool operator==(const Timing&) const = default;
};

enum class SegmentState { open, closed, recovered };

struct SegmentInfo {
    std::int64_t id{0};
    StreamKey stream;
    std::string path;  // absolute
    UtcTime start, end;
    std::uint64_t bytes{0};
    SegmentState state{SegmentState::closed};
    bool is_protected{false};
    Timing timing;
    InitPtr init;
};
using SegmentPtr = std::shared_ptr<const SegmentInfo>;

// From one key frame to the next, inside one segment.
struct Fragment {
    SegmentPtr segment;
    MediaTime start;  // decode time of its first frame, UTC
    Ticks duration{0};
    std::uint64_t offset{0};  // of its first box (prft) in the file
    std::uint64_t bytes{0};
    std::uint32_t key_bytes{0};  // from `offset`: enough to decode the key frame
    bool independent{true};
    MediaTime audio_start{};  // of the first audio part in these bytes
    Ticks audio_duration{0};  // 0: no audio in them
};

class Footage {
  public:
    virtual ~Footage() = default;
    [[nodiscard]] virtual Result<Coverage> coverage(const StreamKey& stream, UtcTime from, UtcTime to) const = 0;
    // Segments that overlap [from, to), oldest first.
    [[nodiscard]] virtual Result<std::vector<SegmentPtr>> segments(const StreamKey& stream, UtcTime from,
                                                                   UtcTime to) const = 0;
    // Fragments that overlap [from, to), oldest first, at most `most`. The newest one of an open segment still grows: asked
    // for again it is longer, so pass over the parts that were taken already.
    [[nodiscard]] virtual Result<std::vector<Fragment>> fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                                  std::size_t most) const = 0;
    // All fragments of one segment, oldest first; the last one of an open segment still
    // grows. not_found when retention took it just now.
    [[nodiscard]] virtual Result<std::vector<Fragment>> fragments_of(const SegmentPtr& segment) const {
        auto found = fragments(segment->stream, segment->start, segment->end, std::size_t(-1));
        if (found) std::erase_if(*found, [&](const Fragment& one) { return one.segment->path != segment->path; });
        return found;
    }
    // The parts of a fragment, video and audio as they lie on disk, with UTC decode times put back.
    [[nodiscard]] virtual Result<std::vector<PartPtr>> read(const Fragment& fragment) const = 0;
};

}  // namespace vantage::footage
