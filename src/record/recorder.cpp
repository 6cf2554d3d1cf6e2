// SPDX-License-Identifier: Apache-2.0
#include "record/recorder.hpp"

namespace vantage::record {
namespace {

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
    disk_.record(key_, std::make_unique<RingFeed>(*stream_, "recorder", false, timing_), config_.flush);
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
