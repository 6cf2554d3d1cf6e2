// SPDX-License-Identifier: Apache-2.0
#include "footage/cut_head.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

constexpr auto kReorder = 500ms;                  // a frame may be shown so long after it is decoded
constexpr std::uint64_t kMostBytes = 1ULL << 30;  // of a GOP without end, in memory

// Collects frames from the key frame before the cut to the first key frame in it, and what of the GOP behind that needs an
// earlier one.
class HeadCollector {
  public:
    HeadCollector(const Material& material, MediaTime first)
        : from_(to_media(material.from)), to_(to_media(material.to)), first_(first) {}

    bool take(const Source& source, const Part& part, const PartPlace& place) {
        if (part.track != TrackKind::video || part.start < first_) return true;
        if (!track_) {
            head_.tracks = part.init->tracks;
            track_ = part.init->tracks.video;
        }
        const bool other = *track_ != *part.init->tracks.video;
        if (other && head_.resume == MediaTime::max()) resume(part);
        if (other) return false;
        const auto& lead = part.samples.front();
        if (head_.resume == MediaTime::max() && part.starts_fragment && lead.key && part.start + lead.composition >= from_)
            resume(part);
        return add_samples(source, part, place);
    }

    [[nodiscard]] bool any() const {
        if (frames_.empty() || frames_.front().pts == head_.shown) return false;  // it begins with that key frame
        const auto to = std::min(to_, head_.shown);
        return std::ranges::any_of(frames_, [&](const CodedFrame& f) { return f.pts >= from_ && f.pts < to; });
    }
    CutHead head_;
    std::optional<Track> track_;
    std::vector<CodedFrame> frames_;
    Status status_;

  private:
    void resume(const Part& part) {
        head_.resume = part.start;
        head_.delay = part.samples.front().composition;
        head_.shown = part.start + head_.delay;
    }

    bool add_samples(const Source& source, const Part& part, const PartPlace& place) {
        auto dts = part.start;
        for (const auto& sample : part.samples) {
            const auto pts = dts + sample.composition;
            // Behind the key frame that copying begins with, only what is shown before it.
            if (dts > head_.resume && pts > head_.shown) return false;
            if (!read(source, place.offset + place.header + (sample.offset - part.samples.front().offset), sample, pts))
                return false;
            if (pts < head_.shown && pts >= from_ && pts < to_) head_.last_duration = sample.duration;
            if (head_.resume == MediaTime::max() && pts >= to_ + kReorder) return false;
            dts += sample.duration;
        }
        return true;
    }

    bool read(const Source& source, std::uint64_t offset, const PartSample& sample, MediaTime pts) {
        bytes_ += sample.size;
        if (bytes_ > kMostBytes) {
            status_ = fail(errc::overloaded, "the cut begins in a group of pictures of more than 1 GiB");
            return false;
        }
        CodedFrame frame{pts, sample.key, Bytes(sample.size)};
        const auto got = source.file->read(offset, frame.data);
        if (got.has_error()) status_ = got.error();
        frames_.push_back(std::move(frame));
        return status_.has_value();
    }

    const MediaTime from_, to_, first_;
    std::uint64_t bytes_{0};
};

// The last start of decoding that surely lies before `from` in presentation, too.
MediaTime first_of(const Material& material) {
    auto first = material.first;
    for (const auto& source : material.sources)
        for (const auto& fragment : source.fragments)
            if (fragment.independent && fragment.start <= std::min(material.first, to_media(material.from - kReorder)))
                first = fragment.start;
    return first;
}

}  // namespace

Result<CutHead> encode_head(const Material& material, const std::stop_token& stop) {
    HeadCollector collector(material, first_of(material));
    bool more = true;
    for (const auto& source : material.sources) {
        if (!more || stop.stop_requested()) break;
        const auto walked = walk_parts(source, [&](const Part& part, const PartPlace& place) {
            more = collector.take(source, part, place) && !stop.stop_requested();
            return more;
        });
        if (walked.has_error()) return walked.error();
    }
    if (collector.status_.has_error()) return collector.status_.error();
    auto& head = collector.head_;
    if (!collector.track_) return fail(errc::not_found, "there is no picture in this span");
    head.track = *collector.track_;
    if (!collector.any()) return std::move(head);
    // The key frame that is copied is decoded for those that need it; it is not encoded.
    const auto to = std::min(to_media(material.to), head.shown);
    auto again = encode_again(*collector.track_, collector.frames_, to_media(material.from), to, stop);
    if (again.has_error()) return again.error();
    head.track = std::move(again->track);
    head.frames = std::move(again->frames);
    return std::move(head);
}

}  // namespace vantage::footage
