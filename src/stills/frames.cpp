// SPDX-License-Identifier: Apache-2.0
#include "stills/frames.hpp"

#include "stills/background.hpp"
#include "stills/frame_search.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::stills {
namespace {

Error stopping() {
    return fail(errc::cancelled, "the program is stopping");
}

}  // namespace

Frames::Frames(Source source, const footage::Footage& footage, FramesOptions options)
    : source_(std::move(source)), footage_(footage), options_(options), room_(options.threads) {
    for (int n = 0; n < options_.threads; ++n) threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void Frames::now(const StreamKey& stream, const Look& look, Done done) {
    auto source = source_(stream);
    if (!source) return done(fail(errc::not_found, fmt::format("there is no stream {}", to_string(stream))));
    std::unique_lock hold(mutex_);
    std::erase_if(newest_, [](const auto& entry) { return entry.second->over(); });
    if (const auto known = newest_.find(stream); known != newest_.end()) {
        if (known->second->join({look, done})) return;
        newest_.erase(known);
    }
    if (stopped_ || newest_.size() >= options_.most_cameras) {
        const bool stopped = stopped_;
        hold.unlock();
        return done(stopped ? stopping()
                            : fail(errc::overloaded, "pictures of too many cameras are being made; try again in a moment"));
    }
    newest_[stream] = std::make_unique<NewestFrame>(to_string(stream), std::move(source), options_.patience, room_,
                                                    NewestFrame::Request{look, std::move(done)});
}

void Frames::at(const StreamKey& stream, UtcTime time, const Look& look, Done done) {
    std::unique_lock hold(mutex_);
    if (!stopped_ && jobs_.size() < options_.most_waiting) {
        jobs_.push_back({stream, time, look, std::move(done)});
        hold.unlock();
        changed_.notify_one();
        return;
    }
    const bool stopped = stopped_;
    hold.unlock();
    done(stopped ? stopping() : fail(errc::overloaded, "too many pictures are asked for at once; try again in a moment"));
}

void Frames::work(const std::stop_token& stop) {
    stand_back();
    for (;;) {
        std::unique_lock hold(mutex_);
        if (!changed_.wait(hold, stop, [this] { return !jobs_.empty(); })) return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        hold.unlock();
        run(job);
    }
}

Result<CodedFrame> Frames::search(const Job& job) const {
    try {
        return find_frame(footage_, job.stream, job.time);
    } catch (const std::exception& e) {
        return fail(errc::internal, fmt::format("{}: no picture: {}", to_string(job.stream), e.what()));
    }
}

Result<NegativePtr> Frames::decode(const CodedFrame& coded) {
    try {
        ++decoded_;
        auto picture = decode_frame(coded.parts, coded.time, room_);
        if (!picture) return picture.error();
        return std::make_shared<Negative>(std::move(*picture));
    } catch (const std::exception& e) {
        return fail(errc::internal, fmt::format("no picture: {}", e.what()));
    }
}

// Which frame an instant shows is known only when it was looked up; those who want the same meet here.
void Frames::run(Job& job) {
    const auto found = search(job);
    if (!found) return job.done(found.error());
    const FrameKey key{job.stream, found->time};
    std::unique_lock hold(mutex_);
    if (auto negative = kept(key)) {
        hold.unlock();
        return job.done(negative->still(job.look));
    }
    const auto [entry, first] = decoding_.try_emplace(key);
    entry->second.push_back({job.look, std::move(job.done)});
    if (!first) return;
    hold.unlock();
    const auto negative = decode(*found);
    hold.lock();
    const auto waiting = std::move(decoding_.extract(key).mapped());
    if (negative) keep(key, *negative);
    hold.unlock();
    for (const auto& request : waiting)
        request.done(negative ? (*negative)->still(request.look) : Result<StillPtr>(negative.error()));
}

NegativePtr Frames::kept(const FrameKey& key) {
    const auto found = std::ranges::find(kept_, key, &Kept::first);
    if (found == kept_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found);
    return found->second;
}

void Frames::keep(const FrameKey& key, const NegativePtr& negative) {
    kept_.emplace_front(key, negative);
    std::size_t bytes = 0;
    std::erase_if(kept_, [&](const Kept& each) { return (bytes += each.second->bytes()) > options_.most_kept; });
}

void Frames::stop() {
    std::deque<Job> jobs;
    std::map<StreamKey, std::unique_ptr<NewestFrame>> newest;
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
        jobs.swap(jobs_);
        newest.swap(newest_);
    }
    for (const auto& job : jobs) job.done(stopping());
    threads_.clear();
}

}  // namespace vantage::stills
