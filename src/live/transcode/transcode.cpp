// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/transcode.hpp"

#include "base/log.hpp"

namespace vantage::live {
namespace {

constexpr std::size_t kRing = 8U << 20;     // bytes
constexpr milliseconds kFirstViewer{5000};  // whoever asked for it is about to subscribe

}  // namespace

Transcode::Transcode(Options options, std::shared_ptr<stream::Stream> source, std::unique_ptr<TranscodeSlots::Place> place,
                     const Clock& clock)
    : options_(std::move(options)),
      source_(std::move(source)),
      stream_(std::make_shared<stream::Stream>(kRing)),
      clock_(clock),
      place_(std::move(place)),
      work_(options_.name, options_.profile, options_.encoder, *stream_, options_.group) {
    stream_->on_viewers_changed([bell = bell_](std::size_t) { bell->ring(); });
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Transcode::~Transcode() {
    thread_.request_stop();
    thread_.join();
}

void Transcode::run(const std::stop_token& stop) {
    try {
        while (step(stop)) {
        }
    } catch (const std::exception& e) {
        log::error(options_.name, "the transcode ended: {}", e.what());
    }
    if (reader_) log::info(options_.name, "no longer transcoded");
    reader_.reset();
    stream_->on_viewers_changed({});
    ended_ = true;
    place_.reset();
    stream_->close();
}

// Waits for something to do. False when nobody has watched for too long.
bool Transcode::wait(const std::stop_token& stop) {
    const auto now = std::chrono::steady_clock::now();
    if (stream_->viewers() > 0) {
        alone_since_.reset();
    } else if (!alone_since_) {
        alone_since_ = now;
    }
    const auto patience = reader_ ? options_.linger : std::max(options_.linger, kFirstViewer);
    if (alone_since_ && now - *alone_since_ >= patience) return false;
    bell_->wait(stop, alone_since_ ? std::optional(*alone_since_ + patience) : std::nullopt);
    return true;
}

bool Transcode::step(const std::stop_token& stop) {
    if (stop.stop_requested()) return false;
    if (!reader_) {
        if (stream_->viewers() == 0) return wait(stop);
        log::info(options_.name, "transcoding");
        stream::ReaderOptions options;
        options.name = "transcode " + options_.name;
        options.on_ready = [bell = bell_] { bell->ring(); };
        reader_ = source_->subscribe(std::move(options));
    }
    const auto event = reader_->next();
    if (const auto* part = std::get_if<PartPtr>(&event)) {
        work_.take(*part);
        keep_up(**part);
    } else if (const auto* interruption = std::get_if<stream::Interruption>(&event)) {
        work_.interrupt(*interruption);
    } else if (const auto* dropped = std::get_if<stream::Dropped>(&event)) {
        dropped_ += dropped->parts;
        work_.missed();
    } else if (std::holds_alternative<stream::Closed>(event)) {
        return false;
    }
    // Also a source that never rests must not keep one that nobody watches.
    const bool idle = std::holds_alternative<stream::Nothing>(event);
    return idle || stream_->viewers() == 0 ? wait(stop) : true;
}

void Transcode::keep_up(const Part& part) {
    const auto lag = clock_.now() - to_utc(part.end());
    if (!lag_at_start_) lag_at_start_ = lag;
    if (lag - *lag_at_start_ < kMostBehind) return;
    const auto passed_over = reader_->skip_to_newest();
    if (passed_over == 0) return;
    dropped_ += passed_over;
    lag_at_start_.reset();
    work_.missed();
}

}  // namespace vantage::live
