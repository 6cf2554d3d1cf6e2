// SPDX-License-Identifier: Apache-2.0
#include "ingest/pipeline.hpp"

#include "base/log.hpp"

namespace vantage::ingest {
namespace {

constexpr seconds kMeasured{2};
constexpr seconds kFirstMeasured{1};
constexpr seconds kVideoPatience{10};
constexpr Ticks kHole{9000};  // 100 ms: less is no gap on a timeline

std::size_t index(TrackKind kind) {
    return static_cast<std::size_t>(kind);
}

}  // namespace

Pipeline::Pipeline(PipelineOptions options, stream::Stream& stream, std::function<void(const Error&)> ended)
    : options_(std::move(options)),
      stream_(stream),
      ended_(std::move(ended)),
      clock_(options_.one_timeline, [this](TimedFrame frame) { transcoding_.push(std::move(frame)); }),
      transcoding_(options_.name, {[this](const TrackSet& tracks) { announce(tracks); },
                                   [this](TimedFrame frame) { publish(std::move(frame)); }}),
      fragmenter_(options_.fragmenter, [this](PartPtr part) {
          if (part->track == TrackKind::video) end_ = part->end();
          stream_.publish(std::move(part));
      }) {}

// What goes wrong inside ends this camera's stream, never the program.
template <class F>
void Pipeline::guarded(F&& work) {
    if (over_) return;
    try {
        work();
    } catch (const std::exception& e) {
        end(fail(errc::internal, fmt::format("{}: a frame could not be handled: {}", options_.name, e.what())));
    }
}

void Pipeline::end(const Error& error) {
    if (std::exchange(over_, true)) return;
    ended_(error);
}

void Pipeline::on_tracks(const TrackSet& tracks) {
    guarded([&] { take_tracks(tracks); });
}
void Pipeline::on_frame(Frame frame) {
    guarded([&] { take_frame(std::move(frame)); });
}
void Pipeline::on_sender_report(const SenderReport& report) {
    guarded([&] { clock_.report(report); });
}
void Pipeline::on_end(const Error& error) {
    end(error);
}

void Pipeline::take_tracks(const TrackSet& tracks) {
    clock_.flush();  // frames that it holds have the old parameters
    status_.with([&](PipelineStatus& s) { s.camera = tracks; });
    if (auto done = transcoding_.set_tracks(tracks); !done) end(done.error());
}

void Pipeline::announce(const TrackSet& published) {
    orders_[0].set_depth(published.video ? published.video->reorder_depth : 0);
    fragmenter_.set_tracks(published);
    status_.with([&](PipelineStatus& s) { s.published = published; });
}

void Pipeline::take_frame(Frame frame) {
    const auto now = frame.arrival.steady;
    if (!first_frame_) first_frame_ = measured_ = now;
    measure(frame);
    if (frame.track == TrackKind::video) last_picture_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    if (last_picture_.load(std::memory_order_relaxed) == kNever) {
        if (now - *first_frame_ < kVideoPatience) return;
        return end(fail(errc::unsupported, "it sends sound but no picture; choose a stream with video"));
    }
    clock_.push(std::move(frame));
}

void Pipeline::publish(TimedFrame timed) {
    const auto kind = timed.frame.track;
    auto& order = orders_[index(kind)];
    if (timed.discontinuity) break_timeline(timed.discontinuity, timed.pts);
    if (std::exchange(broke_[index(kind)], false)) order.break_at(timed.pts);
    // Sound is decoded in the order in which it is heard.
    const auto times = order.place(timed.pts, kind == TrackKind::audio ? timed.pts : timed.dts);
    auto packet = std::make_shared<Packet>();
    packet->track = kind;
    packet->dts = times.dts;
    packet->composition = times.composition;
    packet->key = timed.frame.key;
    packet->recovery = timed.frame.recovery;
    packet->discontinuity = timed.discontinuity != nullptr;
    packet->data = std::move(timed.frame.data);
    fragmenter_.push(std::move(packet));
}

void Pipeline::break_timeline(const char* reason, MediaTime at) {
    broke_.fill(true);
    fragmenter_.flush();
    log::info(options_.name, "{} at {}", reason, to_rfc3339(to_utc(at)));
    if (end_ && std::chrono::abs(at - *end_) > kHole) stream_.interrupt({reason, to_utc(*end_)});
}

void Pipeline::measure(const Frame& frame) {
    const auto now = frame.arrival.steady;
    if (const auto passed = now - measured_; passed >= (measurements_ == 0 ? kFirstMeasured : kMeasured)) {
        ++measurements_;
        const auto over = std::chrono::duration<double>(passed).count();
        status_.with([&](PipelineStatus& s) {
            s.fps = static_cast<double>(frames_) / over;
            s.bits_per_second = static_cast<double>(bytes_) * 8 / over;
            s.timing = clock_.timing();
            s.sends_no_key_frames = fragmenter_.sends_no_key_frames();
        });
        measured_ = now;
        frames_ = bytes_ = 0;
    }
    if (frame.track == TrackKind::video) ++frames_;
    bytes_ += frame.data.size();
}

void Pipeline::finish() {
    over_ = true;
    try {
        clock_.flush();
        fragmenter_.flush();
    } catch (const std::exception& e) {
        log::error(options_.name, "the last frames could not be published: {}", e.what());
    }
}

PipelineStatus Pipeline::status() const {
    return *status_.lock();
}

std::optional<SteadyTime> Pipeline::last_picture() const {
    const auto at = last_picture_.load(std::memory_order_relaxed);
    if (at == kNever) return {};
    return SteadyTime{microseconds{at}};
}

}  // namespace vantage::ingest
