// SPDX-License-Identifier: Apache-2.0
#include "ingest/threaded_sink.hpp"

#include "base/log.hpp"

namespace vantage::ingest {
namespace {

constexpr std::size_t kMostBytes = 16U << 20;
constexpr std::size_t kMostItems = 200;

}  // namespace

void ThreadedSink::on_tracks(const TrackSet& tracks) {
    if (!threaded_ && tracks.video && tracks.video->codec == Codec::mjpeg) {
        threaded_ = true;
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    pass(tracks);
}
void ThreadedSink::on_frame(Frame frame) {
    if (threaded_ && !make_room(frame)) return;
    pass(std::move(frame));
}
void ThreadedSink::on_sender_report(const SenderReport& report) {
    pass(report);
}
void ThreadedSink::on_end(const Error& error) {
    pass(error);
}

template <class T>
void ThreadedSink::pass(T item) {
    if (!threaded_) return hand_on(Item{std::move(item)});
    {
        const std::lock_guard lock(mutex_);
        if constexpr (std::is_same_v<T, Frame>) queued_bytes_ += item.data.size();
        queue_.emplace_back(std::move(item));
    }
    came_.notify_one();
}

bool ThreadedSink::make_room(const Frame& frame) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < kMostItems && queued_bytes_ + frame.data.size() <= kMostBytes) return true;
    if (++left_out_ % 100 == 1) log::warn(name_, "encoding does not keep up: {} frames left out so far", left_out_);
    return false;
}

void ThreadedSink::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::unique_lock lock(mutex_);
        if (!came_.wait(lock, stop, [&] { return !queue_.empty(); })) return;
        auto item = std::move(queue_.front());
        queue_.pop_front();
        if (const auto* frame = std::get_if<Frame>(&item)) queued_bytes_ -= frame->data.size();
        lock.unlock();
        hand_on(std::move(item));
    }
}

void ThreadedSink::hand_on(Item item) {
    if (auto* frame = std::get_if<Frame>(&item)) return to_.on_frame(std::move(*frame));
    if (const auto* tracks = std::get_if<TrackSet>(&item)) return to_.on_tracks(*tracks);
    if (const auto* report = std::get_if<SenderReport>(&item)) return to_.on_sender_report(*report);
    to_.on_end(std::get<Error>(item));
}

void ThreadedSink::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace vantage::ingest
