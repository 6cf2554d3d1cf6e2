// SPDX-License-Identifier: Apache-2.0
#include "series/sink.hpp"

#include "base/bell.hpp"
#include "base/log.hpp"

#include <algorithm>

namespace vantage::series {
namespace {

constexpr const char* kArea = "time series";
constexpr seconds kLook{1};  // for what came

}  // namespace

Sink::Sink(SinkOptions options, footage::FileSystem& files, const Clock& clock, Post post, Sample sample)
    : options_(std::move(options)),
      clock_(clock),
      post_(std::move(post)),
      sample_(std::move(sample)),
      spool_(files, options_.folder, options_.most_bytes, clock) {}

void Sink::add(const Point& point) {
    auto line = to_line(point);
    if (line.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(line));
        if (queue_.size() > options_.most_queued) {
            queue_.pop_front();
            ++dropped_;
        }
    }
    if (added_) added_();
}

SinkStats Sink::stats() const {
    const auto waiting = opened_ ? spool_.waiting() : Spool::Waiting{};
    const std::lock_guard lock(mutex_);
    return {.sending = sending_,
            .fault = fault_,
            .sent = sent_,
            .dropped = dropped_ + waiting.dropped,
            .waiting = waiting.points + queue_.size(),
            .waiting_bytes = waiting.bytes};
}

void Sink::sample() {
    if (!sample_) return;
    const auto now = clock_.steady();
    if (sampled_ && now - *sampled_ < options_.sample_every) return;
    sampled_ = now;
    for (const auto& point : sample_(clock_.now())) add(point);
}

void Sink::gather() {
    sample();
    Status done;
    if (!opened_) {
        done = spool_.open();
        opened_ = done.has_value();
    }
    std::deque<std::string> lines;
    {
        const std::lock_guard lock(mutex_);
        lines.swap(queue_);
    }
    std::string batch;
    for (const auto& line : lines) batch += line;
    if (done) done = spool_.append(batch, lines.size());
    if (!done) {
        const std::lock_guard lock(mutex_);
        lines.insert(lines.end(), std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
        for (; lines.size() > options_.most_queued; ++dropped_) lines.pop_front();
        queue_ = std::move(lines);
    }
    const auto now = clock_.steady();
    if (done && (!synced_ || now - *synced_ >= kSync)) {
        done = spool_.sync();
        synced_ = now;
    }
    const auto message = done ? std::string{} : done.error().message;
    if (!message.empty() && message != told_disk_) log::warn(kArea, "points cannot be kept on disk: {}", message);
    told_disk_ = message;
}

// The log is told when something changes.
void Sink::note(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    if (fault.empty() && !fault_.empty()) log::info(kArea, "points are taken again");
    if (!fault.empty() && fault != fault_) log::warn(kArea, "{}", fault);
    fault_ = fault;
    sending_ = fault.empty();
}

seconds Sink::pause(std::optional<seconds> asked) {
    const auto length = std::clamp(asked.value_or(pause_), kFirstPause, kLongestPause);
    pause_ = std::min(pause_ * 2, kLongestPause);
    rest_until_ = clock_.steady() + length;
    return length;
}

seconds Sink::send(const std::stop_token& stop) {
    if (!opened_) return kLook;
    if (rest_until_ && clock_.steady() < *rest_until_) return std::chrono::ceil<seconds>(*rest_until_ - clock_.steady());
    while (!stop.stop_requested()) {
        const auto chunk = spool_.oldest();
        if (!chunk) {
            note(fmt::format("points on disk cannot be read: {}", chunk.error().message));
            return pause(kLongestPause);
        }
        if (!*chunk) return kLook;
        std::optional<seconds> retry_after;
        const auto answer = post_((*chunk)->lines, retry_after, stop);
        if (!answer && answer.error().code == errc::cancelled) return kLook;
        if (!answer) {
            note(fmt::format("the server does not answer: {}; points wait on disk", answer.error().message));
            return pause(retry_after);
        }
        const auto points = (*chunk)->points;
        if (answer->verdict == Verdict::later) {
            note(fmt::format("the server takes no points now: {}; they wait on disk", answer->reason));
            return pause(retry_after);
        }
        const bool old = clock_.now() - (*chunk)->since > kRefusedFor;
        if (answer->verdict == Verdict::refused) {
            note(
                fmt::format("the server refuses points: {}; tried again every minute, points older than an hour are dropped",
                            answer->reason));
            if (old) spool_.remove((*chunk)->since), dropped_ += points;
            return pause(kLongestPause);
        }
        const auto lost = answer->verdict == Verdict::taken ? 0 : std::min(answer->dropped.value_or(points), points);
        if (lost > 0) log::error(kArea, "the server dropped {} of {} points: {}", lost, points, answer->reason);
        spool_.remove((*chunk)->since);
        sent_ += points - lost;
        dropped_ += lost;
        pause_ = kFirstPause;
        rest_until_.reset();
        note({});
    }
    return kLook;
}

struct SinkThreads::Bells {
    Bell gather, send;
};

SinkThreads::SinkThreads(Sink& sink) : sink_(sink), bells_(std::make_unique<Bells>()) {
    sink_.on_added([bells = bells_.get()] { bells->gather.ring(); });
    gathering_ = std::jthread([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            bells_->gather.wait(stop, std::chrono::steady_clock::now() + kLook);
            try {
                sink_.gather();
            } catch (const std::exception& error) {
                log::error(kArea, "{}", error.what());
            }
        }
    });
    sending_ = std::jthread([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            seconds rest = kLook;
            try {
                rest = sink_.send(stop);
            } catch (const std::exception& error) {
                log::error(kArea, "{}", error.what());
            }
            bells_->send.wait(stop, std::chrono::steady_clock::now() + rest);
        }
    });
}

// Whoever adds has stopped.
SinkThreads::~SinkThreads() {
    gathering_.request_stop();
    sending_.request_stop();
    gathering_.join();
    sending_.join();
    sink_.on_added({});
    sink_.gather();
}

}  // namespace vantage::series
