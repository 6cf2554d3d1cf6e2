// SPDX-License-Identifier: Apache-2.0
#include "live/pictures/snapshot.hpp"

#include "base/log.hpp"

namespace vantage::live {
namespace {

constexpr int kFullWidth = 1 << 14;
constexpr int kMostThreads = 4;

}  // namespace

Snapshot::Snapshot(std::string name, std::shared_ptr<stream::Stream> source, milliseconds patience, Request first)
    : name_(std::move(name)), source_(std::move(source)), patience_(patience), waiting_{std::move(first)} {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Snapshot::~Snapshot() {
    thread_.request_stop();
    thread_.join();
}

bool Snapshot::join(const Request& request) {
    const std::lock_guard hold(mutex_);
    if (over_) return false;
    waiting_.push_back(request);
    return true;
}

void Snapshot::run(const std::stop_token& stop) {
    Status found;
    try {
        found = collect(stop);
        if (found) found = decode();
    } catch (const std::exception& e) {
        found = fail(errc::internal, fmt::format("{}: no picture: {}", name_, e.what()));
    }
    answer(found);
}

// The parts from the newest key frame on. What lies before an interruption is not the newest picture.
Status Snapshot::collect(const std::stop_token& stop) {
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    stream::ReaderOptions options;
    options.name = "snapshot " + name_;
    options.on_ready = [bell = bell_] { bell->ring(); };
    const auto reader = source_->subscribe(std::move(options));
    std::string reason = "the camera has sent no picture yet";
    while (!stop.stop_requested()) {
        const auto event = reader->next();
        if (const auto* part = std::get_if<PartPtr>(&event)) {
            if ((*part)->track != TrackKind::video) continue;
            if ((*part)->starts_fragment) parts_.clear();
            parts_.push_back(*part);
        } else if (const auto* interruption = std::get_if<stream::Interruption>(&event)) {
            parts_.clear();
            reason = interruption->reason;
        } else if (std::holds_alternative<stream::Closed>(event)) {
            return fail(errc::unavailable, "the camera was removed or changed");
        } else if (std::holds_alternative<stream::Nothing>(event)) {
            if (!parts_.empty()) return {};
            if (std::chrono::steady_clock::now() >= deadline) return fail(errc::unavailable, "no picture: " + reason);
            bell_->wait(stop, deadline);
        }
    }
    return fail(errc::cancelled, "the program is stopping");
}

Status Snapshot::decode() {
    const auto threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);
    auto opened = PictureStream::open(*parts_.front()->init->tracks.video, threads);
    if (!opened) return opened.error();
    pictures_ = std::move(*opened);
    Status last;
    for (const auto& part : parts_) {
        auto dts = part->start;
        for (const auto& sample : part->samples) {
            const auto data = ByteView(part->data).subspan(sample.offset, sample.size);
            if (auto done = pictures_->push(dts + sample.composition, sample.key, data); !done) last = done;
            dts += sample.duration;
        }
    }
    if (auto done = pictures_->finish(); !done) last = done;
    return pictures_->time() ? Status{} : (last ? fail(errc::malformed, "the camera's picture cannot be decoded") : last);
}

Result<JpegPtr> Snapshot::encode(int width) {
    if (const auto known = made_.find(width); known != made_.end()) return known->second;
    auto jpeg = pictures_->jpeg({.max_width = width > 0 ? width : kFullWidth});
    if (!jpeg) return jpeg.error();
    return made_[width] = std::make_shared<const Jpeg>(Jpeg{std::move(*jpeg), to_utc(*pictures_->time())});
}

// Those too who came while others were answered.
void Snapshot::answer(const Status& found) {
    for (;;) {
        std::vector<Request> asked;
        {
            const std::lock_guard hold(mutex_);
            asked.swap(waiting_);
            if (asked.empty()) over_ = true;
        }
        if (asked.empty()) return;
        for (const auto& request : asked) request.done(found ? encode(request.width) : Result<JpegPtr>(found.error()));
    }
}

}  // namespace vantage::live
