// SPDX-License-Identifier: Apache-2.0
#include "stills/newest_frame.hpp"

#include "stills/background.hpp"

#include <fmt/format.h>

namespace vantage::stills {

NewestFrame::NewestFrame(std::string name, std::shared_ptr<stream::Stream> source, milliseconds patience, DecodingRoom& room,
                         Request first)
    : name_(std::move(name)), source_(std::move(source)), patience_(patience), room_(room), waiting_{std::move(first)} {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

NewestFrame::~NewestFrame() {
    thread_.request_stop();
    thread_.join();
}

bool NewestFrame::join(const Request& request) {
    const std::lock_guard hold(mutex_);
    if (over_) return false;
    waiting_.push_back(request);
    return true;
}

void NewestFrame::run(const std::stop_token& stop) {
    stand_back();
    Result<NegativePtr> found = nullptr;
    try {
        found = take(stop);
    } catch (const std::exception& e) {
        found = fail(errc::internal, fmt::format("{}: no picture: {}", name_, e.what()));
    }
    answer(found);
}

Result<NegativePtr> NewestFrame::take(const std::stop_token& stop) {
    const auto parts = collect(stop);
    if (!parts) return parts.error();
    auto picture = decode_frame(*parts, newest_time(*parts), room_);
    if (!picture) return picture.error();
    return std::make_shared<Negative>(std::move(*picture));
}

// The parts from the newest key frame on. What lies before an interruption is not the newest picture.
Result<std::vector<PartPtr>> NewestFrame::collect(const std::stop_token& stop) {
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    stream::ReaderOptions options;
    options.name = "newest frame " + name_;
    options.on_ready = [bell = bell_] { bell->ring(); };
    const auto reader = source_->subscribe(std::move(options));
    std::string reason = "the camera has sent no picture yet";
    std::vector<PartPtr> parts;
    while (!stop.stop_requested()) {
        const auto event = reader->next();
        if (const auto* part = std::get_if<PartPtr>(&event)) {
            if ((*part)->track != TrackKind::video) continue;
            if ((*part)->starts_fragment) parts.clear();
            parts.push_back(*part);
        } else if (const auto* interruption = std::get_if<stream::Interruption>(&event)) {
            parts.clear();
            reason = interruption->reason;
        } else if (std::holds_alternative<stream::Closed>(event)) {
            return fail(errc::unavailable, "the camera was removed or changed");
        } else if (std::holds_alternative<stream::Nothing>(event)) {
            if (!parts.empty()) return parts;
            if (std::chrono::steady_clock::now() >= deadline) return fail(errc::unavailable, "no picture: " + reason);
            bell_->wait(stop, deadline);
        }
    }
    return fail(errc::cancelled, "the program is stopping");
}

// Those too who came while others were answered.
void NewestFrame::answer(const Result<NegativePtr>& found) {
    for (;;) {
        std::vector<Request> asked;
        {
            const std::lock_guard hold(mutex_);
            asked.swap(waiting_);
            if (asked.empty()) over_ = true;
        }
        if (asked.empty()) return;
        for (const auto& request : asked)
            request.done(found ? (*found)->still(request.look) : Result<StillPtr>(found.error()));
    }
}

}  // namespace vantage::stills
