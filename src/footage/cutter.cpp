// SPDX-License-Identifier: Apache-2.0
#include "footage/cutter.hpp"

#include "base/log.hpp"
#include "footage/cut_builder.hpp"

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

// A longer sample does not fit into the 31 bits that players read.
constexpr Ticks kLongestHold = 6h;
constexpr Ticks kOverlap = 250ms;  // as much may a segment begin before the last one's end

class Cutter {
  public:
    Cutter(const Material& material, const CutOptions& options, const std::stop_token& stop,
           const std::function<Status(Cut)>& take)
        : material_(material), options_(options), stop_(stop), take_(take), stop_at_(video_stop()) {}

    Status run() {
        if (options_.exact)
            if (auto ready = prepare_head(); ready.has_error()) return ready.error();
        if (head_ && !head_->frames.empty()) begin(head_->tracks);
        for (const auto& source : material_.sources) {
            const auto walked = walk_parts(source, [&](const Part& part, const PartPlace& place) {
                if (stop_.stop_requested()) return false;
                take(source, part, place);
                return status_.has_value();
            });
            if (walked.has_error()) return walked.error();
            if (status_.has_error()) return status_.error();
            if (stop_.stop_requested()) return fail(errc::cancelled, "the export was cancelled");
        }
        close();
        if (status_.has_error()) return status_.error();
        if (!any_) return fail(errc::not_found, "there is no footage in this span");
        return {};
    }

  private:
    // A stream that cannot be encoded again is cut to the GOP at its beginning, and its file says so.
    Status prepare_head() {
        auto head = encode_head(material_, stop_);
        if (head.has_value()) {
            head_ = std::move(*head);
        } else if (head.error().code == errc::cancelled || head.error().code == errc::io) {
            return head.error();
        } else if (head.error().code != errc::not_found) {
            log::warn("export", "{} is not exact at its beginning: {}", to_string(material_.stream), head.error().message);
        }
        return {};
    }

    // Decode time of the first picture that is surely not wanted.
    [[nodiscard]] MediaTime video_stop() const {
        MediaTime stop{};
        for (const auto& source : material_.sources)
            for (const auto& fragment : source.fragments)
                if (options_.exact || to_utc(fragment.start) < material_.to)
                    stop = std::max(stop, fragment.start + fragment.duration);
        return stop;
    }

    // What follows in presentation: the end that was asked for, or that of the last GOP.
    [[nodiscard]] CutBuilder::Limits limits() const {
        const auto to = to_media(material_.to);
        return {options_.exact ? to : std::max(to, stop_at_), options_.exact, head_.has_value()};
    }

    void take(const Source& source, const Part& part, const PartPlace& place) {
        const auto& tracks = part.init->tracks;
        const auto first = head_ ? head_->resume : material_.first;
        if (part.track == TrackKind::video && (part.start < first || part.start >= stop_at_)) return;
        if (builder_ && breaks(part, tracks)) close();
        if (status_.has_error()) return;
        if (!builder_) begin(tracks);
        builder_->learn(tracks);
        builder_->add(source.file, part, place);
    }

    void begin(const TrackSet& tracks) {
        builder_.emplace(options_, limits(), tracks);
        if (head_ && !head_->frames.empty() && !began_ && tracks.video) builder_->add_head(*head_);
        began_ = true;
    }

    [[nodiscard]] bool breaks(const Part& part, const TrackSet& tracks) const {
        if (!builder_->fits(tracks)) return true;
        const auto end = builder_->video_end();
        if (part.track == TrackKind::audio || !end) return false;
        const bool full =
            part.starts_fragment && part.samples.front().key && part.start - *builder_->video_begin() >= options_.longest;
        return full || part.start > *end + kLongestHold || part.start + kOverlap < *end;
    }

    void close() {
        if (!builder_) return;
        auto cut = builder_->finish();
        builder_.reset();
        if (cut.has_error()) {
            status_ = cut.error();
        } else if (*cut) {
            any_ = true;
            status_ = take_(std::move(**cut));
        }
    }

    const Material& material_;
    const CutOptions& options_;
    const std::stop_token& stop_;
    const std::function<Status(Cut)>& take_;
    const MediaTime stop_at_;
    std::optional<CutHead> head_;  // of an exact cut; the first file begins with it
    bool began_{false};
    std::optional<CutBuilder> builder_;
    bool any_{false};
    Status status_;
};

}  // namespace

Status plan_cuts(const Material& material, const CutOptions& options, const std::stop_token& stop,
                 const std::function<Status(Cut)>& take) {
    if (material.empty) return fail(errc::not_found, "there is no footage in this span");
    return Cutter(material, options, stop, take).run();
}

}  // namespace vantage::footage
