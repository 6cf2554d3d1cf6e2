// SPDX-License-Identifier: Apache-2.0
#include "stills/frame_search.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;
using footage::Footage;
using footage::Fragment;
using Fragments = std::vector<Fragment>;

constexpr auto kSeam = 250ms;                        // between fragments: what was shown last stands, as in coverage
constexpr milliseconds kReorder = 1s;                // a frame is shown so long after it is decoded, and a seam
constexpr milliseconds kSlowReorder = 1min;          // of a camera that sends a frame now and then
constexpr auto kFarthestKey = 10min;                 // no segment is longer
constexpr std::uint64_t kMostBytes = 256ULL << 20U;  // of a group of pictures without end, in memory
constexpr auto kFirstStep = 1h;                      // of the search over a hole
constexpr int kSteps = 11;                           // each four times as long: 120 years

struct Shown {
    MediaTime time;
    Ticks duration{0};
};

template <class Visit>
void for_each_frame(const std::vector<PartPtr>& parts, const Visit& visit) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto dts = parts[i]->start;
        for (const auto& sample : parts[i]->samples) {
            visit(Shown{dts + sample.composition, sample.duration}, i);
            dts += sample.duration;
        }
    }
}

bool is_shown_at(MediaTime time, UtcTime at) {
    return std::chrono::floor<milliseconds>(to_utc(time)) <= at;
}

// The fragments around an instant, read when they are needed.
class Neighbourhood {
  public:
    Neighbourhood(const Footage& footage, const StreamKey& stream, UtcTime at)
        : footage_(footage), stream_(stream), at_(at) {}

    Result<CodedFrame> find() {
        for (const auto reach : {kReorder, kSlowReorder}) {
            if (auto done = look(at_ - reach - kSeam); !done) return done.error();
            // From the last that began before the instant backwards: each shows its frames after those of the one before.
            for (auto n = fragments_.size(); n-- > 0;) {
                if (auto done = read(n); !done) return done.error();
                auto [found, last] = shown_in(n);
                if (!found) continue;
                auto in = n;
                // A cut between key frames parts a picture from those that are shown before it.
                if (!fragments_[n].independent && n == 0 && reach == kReorder) break;
                if (!fragments_[n].independent && n > 0) {
                    if (auto done = read(n - 1); !done) return done.error();
                    if (const auto before = shown_in(n - 1).first; before && before->time > found->time) {
                        found = before;
                        in = n - 1;
                    }
                }
                if (found->time >= last->time && !stands(n, *found)) return nothing();
                return collect(in, found->time);
            }
            if (fragments_.empty()) return nothing();
        }
        const auto first = beginning();
        return first ? collect(0, *first) : nothing();
    }

  private:
    [[nodiscard]] Error nothing() const {
        return fail(errc::not_found, fmt::format("there is no footage of {} at {}", to_string(stream_), to_rfc3339(at_)));
    }

    Status look(UtcTime from) {
        auto found = footage_.fragments(stream_, from, at_ + kSeam, SIZE_MAX);
        if (!found) return found.error();
        fragments_ = std::move(*found);
        // What begins later counts only as the end of a hole.
        const auto later = std::ranges::find_if(fragments_, [this](const auto& f) { return to_utc(f.start) > at_; });
        next_ = later == fragments_.end() ? std::nullopt : std::optional(later->start);
        fragments_.erase(later, fragments_.end());
        parts_.assign(fragments_.size(), {});
        bytes_ = 0;
        return {};
    }

    Status read(std::size_t n) {
        if (!parts_[n].empty()) return {};
        auto parts = footage_.read(fragments_[n]);
        if (!parts) return parts.error();
        std::erase_if(*parts, [](const auto& part) { return part->track != TrackKind::video; });
        for (const auto& part : *parts) bytes_ += part->data.size();
        if (bytes_ > kMostBytes)
            return fail(errc::overloaded, fmt::format("{} has no key frame within {} MiB before {}", to_string(stream_),
                                                      kMostBytes >> 20U, to_rfc3339(at_)));
        parts_[n] = std::move(*parts);
        return {};
    }

    // Where the fragment's last frame gives way to what follows it, or to nothing.
    [[nodiscard]] bool stands(std::size_t n, const Shown& last) const {
        const auto end = fragments_[n].start + fragments_[n].duration;
        const auto next = n + 1 < fragments_.size() ? std::optional(fragments_[n + 1].start) : next_;
        return (next && *next - end <= kSeam) || at_ < to_utc(last.time + last.duration);
    }

    // The frame that is shown at the instant, and the fragment's last one.
    [[nodiscard]] std::pair<std::optional<Shown>, std::optional<Shown>> shown_in(std::size_t n) const {
        std::optional<Shown> found, last;
        for_each_frame(parts_[n], [&](const Shown& frame, std::size_t) {
            if (!last || frame.time > last->time) last = frame;
            if (is_shown_at(frame.time, at_) && (!found || frame.time > found->time)) found = frame;
        });
        return {found, last};
    }

    // The first frame of all, when it is to be shown soon.
    [[nodiscard]] std::optional<MediaTime> beginning() const {
        std::optional<MediaTime> first;
        for_each_frame(parts_.front(), [&](const Shown& frame, std::size_t) {
            if (!first || frame.time < *first) first = frame.time;
        });
        return first;
    }

    [[nodiscard]] bool is_start(std::size_t n, MediaTime wanted) const {
        const auto& parts = parts_[n];
        if (!fragments_[n].independent || parts.empty()) return false;
        // A picture that is shown before the key frame may need those before that.
        return parts.front()->start + parts.front()->samples.front().composition <= wanted;
    }

    Result<CodedFrame> collect(std::size_t n, MediaTime wanted) {
        auto first = n;
        while (!is_start(first, wanted)) {
            if (first == 0 && !reach_back(n, first)) break;
            --first;
            if (auto done = read(first); !done) return done.error();
        }
        CodedFrame out{wanted, {}};
        for (auto i = first; i <= n; ++i) {
            // Other parameters: nothing refers over that.
            if (!out.parts.empty() && !parts_[i].empty() && out.parts.back()->init->tracks.video != video_of(i))
                out.parts.clear();
            out.parts.insert(out.parts.end(), parts_[i].begin(), parts_[i].end());
        }
        std::size_t last = 0;
        for_each_frame(out.parts, [&](const Shown& frame, std::size_t part) {
            if (frame.time == wanted) last = part;
        });
        out.parts.resize(last + 1);
        return out;
    }
    [[nodiscard]] const std::optional<Track>& video_of(std::size_t n) const { return parts_[n].front()->init->tracks.video; }

    // More fragments in front; both numbers go on meaning the same fragment. False: there are none.
    bool reach_back(std::size_t& n, std::size_t& first) {
        if (std::exchange(reached_back_, true)) return false;
        const auto before = fragments_.front().start;
        auto found = footage_.fragments(stream_, to_utc(before) - kFarthestKey, to_utc(before), SIZE_MAX);
        if (!found) return false;
        std::erase_if(*found, [&](const Fragment& f) { return f.start >= before; });
        fragments_.insert(fragments_.begin(), found->begin(), found->end());
        parts_.insert(parts_.begin(), found->size(), {});
        n += found->size();
        first += found->size();
        return !found->empty();
    }

    const Footage& footage_;
    const StreamKey& stream_;
    const UtcTime at_;
    Fragments fragments_;  // that begin at or before the instant
    std::vector<std::vector<PartPtr>> parts_;
    std::optional<MediaTime> next_;  // start of the fragment behind them
    std::uint64_t bytes_{0};
    bool reached_back_{false};
};

std::optional<UtcTime> time_in(const Footage& footage, const Fragments& fragments, bool first) {
    if (fragments.empty()) return std::nullopt;
    auto parts = footage.read(first ? fragments.front() : fragments.back());
    if (!parts) return std::nullopt;
    std::erase_if(*parts, [](const auto& part) { return part->track != TrackKind::video; });
    std::optional<MediaTime> out;
    for_each_frame(*parts, [&](const Shown& frame, std::size_t) {
        if (!out || (first ? frame.time < *out : frame.time > *out)) out = frame.time;
    });
    if (!out) return std::nullopt;
    // As answers tell it: in whole milliseconds, which find_frame takes for the frame itself.
    return std::chrono::floor<milliseconds>(to_utc(*out));
}

// The segment next to the instant, on one side of it.
footage::SegmentPtr neighbour(const Footage& footage, const StreamKey& stream, UtcTime at, bool after) {
    seconds near{0};
    seconds far = kFirstStep;
    for (int step = 0; step < kSteps; ++step, near = far, far *= 4) {
        const auto found =
            after ? footage.segments(stream, at + near, at + far) : footage.segments(stream, at - far, at - near);
        if (!found || found->empty()) continue;
        return after ? found->front() : found->back();
    }
    return nullptr;
}

std::optional<UtcTime> nearest(const Footage& footage, const StreamKey& stream, UtcTime at, bool after) {
    const auto segment = neighbour(footage, stream, at, after);
    if (!segment) return std::nullopt;
    const auto fragments = footage.fragments_of(segment);
    return fragments ? time_in(footage, *fragments, after) : std::nullopt;
}

}  // namespace

Result<CodedFrame> find_frame(const Footage& footage, const StreamKey& stream, UtcTime at) {
    return Neighbourhood(footage, stream, at).find();
}

Nearest find_nearest(const Footage& footage, const StreamKey& stream, UtcTime at) {
    return {nearest(footage, stream, at, false), nearest(footage, stream, at, true)};
}

}  // namespace vantage::stills
