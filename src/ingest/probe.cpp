// SPDX-License-Identifier: Apache-2.0
#include "ingest/probe.hpp"

#include "media/jpeg.hpp"

#include <condition_variable>
#include <mutex>

namespace vantage::ingest {
namespace {

constexpr milliseconds kLook{1500};  // from the first picture on
constexpr int kJpegWidth = 1280;

class ProbeSink final : public SourceSink {
  public:
    void on_tracks(const TrackSet& tracks) override {
        const std::lock_guard lock(mutex_);
        tracks_ = tracks;
    }
    void on_frame(Frame frame) override {
        if (frame.track != TrackKind::video) return;
        const std::lock_guard lock(mutex_);
        arrivals_.push_back(frame.arrival.steady);
        if (frame.pts) shown_.push_back({*frame.pts, frame.arrival.utc});
        if (frame.key && key_.empty() && tracks_.video) {
            key_track_ = *tracks_.video;
            key_ = std::move(frame.data);
        }
        changed_.notify_all();
    }
    void on_sender_report(const SenderReport& report) override {
        const std::lock_guard lock(mutex_);
        if (report.track == TrackKind::video) report_ = report;
    }
    void on_end(const Error& error) override {
        const std::lock_guard lock(mutex_);
        ended_ = error;
        changed_.notify_all();
    }

    void wait(milliseconds timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [&] {
            const bool looked = !arrivals_.empty() && arrivals_.back() - arrivals_.front() >= kLook;
            return ended_.has_value() || (looked && !key_.empty());
        });
    }
    // After the source has stopped.
    Result<ProbeResult> result() const {
        if (arrivals_.empty()) {
            if (ended_) return *ended_;
            return fail(errc::timed_out,
                        tracks_.video ? "the camera is connected but sends no picture" : "the camera does not answer");
        }
        ProbeResult result{tracks_, fps(), "none", {}};
        if (const auto offset = clock_offset()) result.clock = "sender reports: " + describe_offset(*offset);
        if (!key_.empty())
            if (auto jpeg = make_jpeg(key_track_, key_, {kJpegWidth, 4})) result.jpeg = std::move(*jpeg);
        return result;
    }

  private:
    struct Shown {
        Ticks pts;
        UtcTime arrived;
    };

    // The camera's clock minus ours, by the least-delayed picture.
    [[nodiscard]] std::optional<microseconds> clock_offset() const {
        std::optional<microseconds> offset;
        for (const auto& shown : shown_) {
            if (!report_) break;
            const auto said = report_->ntp + std::chrono::floor<microseconds>(shown.pts - report_->media);
            offset = std::max(offset.value_or(microseconds::min()), said - shown.arrived);
        }
        return offset;
    }

    [[nodiscard]] double fps() const {
        const auto over = [](auto span, std::size_t frames) {
            const auto s = std::chrono::duration<double>(span).count();
            return s > 0 ? static_cast<double>(frames - 1) / s : 0.0;
        };
        if (shown_.size() == arrivals_.size()) {
            const auto [first, last] =
                std::minmax_element(shown_.begin(), shown_.end(), [](auto& a, auto& b) { return a.pts < b.pts; });
            // Not over a jump of the camera's time.
            if (last->pts - first->pts < Ticks{60 * 90000}) return over(last->pts - first->pts, shown_.size());
        }
        return over(arrivals_.back() - arrivals_.front(), arrivals_.size());
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // guarded by mutex_
    TrackSet tracks_;
    std::vector<SteadyTime> arrivals_;
    std::vector<Shown> shown_;
    Track key_track_;
    Bytes key_;
    std::optional<SenderReport> report_;
    std::optional<Error> ended_;
};

}  // namespace

std::string describe_offset(microseconds offset) {
    const char sign = offset <= -milliseconds{1} ? '-' : '+';
    const auto size = std::chrono::abs(offset);
    const auto s = std::chrono::duration_cast<seconds>(size).count();
    if (s < 1) return fmt::format("{}{} ms", sign, std::chrono::duration_cast<milliseconds>(size).count());
    if (s < 60) return fmt::format("{}{:.1f} s", sign, std::chrono::duration<double>(size).count());
    if (s < 3600) return fmt::format("{}{} min {} s", sign, s / 60, s % 60);
    if (s < 48 * 3600) return fmt::format("{}{} h {} min", sign, s / 3600, s % 3600 / 60);
    return fmt::format("{}{} days", sign, s / 86400);
}

Result<ProbeResult> probe(const SourceOptions& options, const SourceFactory& factory, milliseconds timeout) {
    auto source = factory(options);
    if (!source) return source.error();
    ProbeSink sink;
    (*source)->start(sink);
    sink.wait(timeout);
    (*source)->stop();
    return sink.result();
}

}  // namespace vantage::ingest
