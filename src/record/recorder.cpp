// SPDX-License-Identifier: Apache-2.0
#include "record/recorder.hpp"

namespace vantage::record {
namespace {

class StreamFeed final : public footage::Feed {
  public:
    StreamFeed(stream::Stream& stream, TimingNow timing)
        : reader_(stream.subscribe({.name = "recorder",
                                    .start = stream::Start::newest_fragment,
                                    .most_bytes_behind = 0,
                                    .on_ready = {},
                                    .counts_as_viewer = false})),
          timing_(std::move(timing)) {}

    footage::FeedItem next() override {
        return std::visit([](auto&& event) { return take(std::forward<decltype(event)>(event)); }, reader_->next());
    }
    footage::Timing timing() const override { return timing_ ? timing_() : footage::Timing{}; }

  private:
    static footage::FeedItem take(stream::Nothing) { return footage::NothingNew{}; }
    static footage::FeedItem take(PartPtr part) { return part; }
    static footage::FeedItem take(stream::Interruption interruption) {
        return footage::Interrupted{std::move(interruption.reason), interruption.at};
    }
    static footage::FeedItem take(const stream::Dropped& dropped) { return footage::Missed{dropped.parts}; }
    static footage::FeedItem take(stream::Closed) { return footage::FeedEnded{}; }

    const std::unique_ptr<stream::Reader> reader_;
    const TimingNow timing_;
};

constexpr auto kNotRecorded = "not recorded";

}  // namespace

Recorder::Recorder(footage::Disk& disk, StreamKey key, std::shared_ptr<stream::Stream> stream, TimingNow timing,
                   RecorderConfig config)
    : disk_(disk), key_(std::move(key)), stream_(std::move(stream)), timing_(std::move(timing)), config_(config) {
    if (config_.enabled) start();
}

Recorder::~Recorder() {
    if (config_.enabled) disk_.release(key_, {});
}

void Recorder::start() {
    disk_.record(key_, std::make_unique<StreamFeed>(*stream_, timing_), config_.flush);
}

void Recorder::configure(const RecorderConfig& config) {
    const std::lock_guard lock(mutex_);
    const auto before = std::exchange(config_, config);
    if (config.enabled && !before.enabled) {
        start();
    } else if (!config.enabled && before.enabled) {
        disk_.release(key_, kNotRecorded);
    } else if (config.flush != before.flush) {
        disk_.set_flush(key_, config.flush);
    }
}

void Recorder::remove() {
    configure({false, {}});
}

std::shared_ptr<const footage::RecordingStatus> Recorder::status() const {
    return disk_.recording(key_);
}

}  // namespace vantage::record
