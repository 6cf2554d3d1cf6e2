// SPDX-License-Identifier: Apache-2.0
#include "stills/decode_pool.hpp"

#include "base/log.hpp"
#include "media/h26x.hpp"

#include <sys/resource.h>

namespace vantage::stills {
namespace {

constexpr int kNice = 10;  // of a thread of the pool; Linux keeps it for each

}  // namespace

DecodePool::DecodePool(unsigned threads, JpegOptions jpeg) : jpeg_(jpeg) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

DecodePool::~DecodePool() {
    stop();
}

void DecodePool::stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
    const std::lock_guard lock(mutex_);
    jobs_.clear();
}

bool DecodePool::submit(const std::shared_ptr<Lane>& lane, KeyFrame frame, Done done) {
    if (lane->busy_.exchange(true)) return false;
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back({lane, std::move(frame), std::move(done)});
    }
    wake_.notify_one();
    return true;
}

void DecodePool::run(const std::stop_token& stop) {
    (void)::setpriority(PRIO_PROCESS, 0, kNice);
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return !jobs_.empty(); }) || stop.stop_requested()) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        try {
            work(job);
        } catch (const std::exception& error) {
            ++failed_;
            log::error(job.lane->name_, "thumbnail left out: {}", error.what());
        }
        job.lane->busy_ = false;
    }
}

void DecodePool::work(const Job& job) {
    auto& lane = *job.lane;
    const auto& track = job.frame.track();
    const bool alone = h26x::stands_alone(track.codec, job.frame.data());
    if (alone || lane.track_ != track) lane.pictures_.reset();
    if (!lane.pictures_) {
        lane.track_ = track;
        auto opened = KeyPictures::open(*lane.track_, jpeg_);
        if (!opened) {
            ++failed_;
            if (!std::exchange(lane.told_, true)) log::warn(lane.name_, "no thumbnails: {}", opened.error().message);
            return;
        }
        lane.pictures_ = std::move(*opened);
        lane.told_ = false;
        if (!alone && lane.alone_ && lane.alone_->track() == track) (void)lane.pictures_->jpeg(lane.alone_->data());
    }
    auto jpeg = lane.pictures_->jpeg(job.frame.data());
    if (alone) {
        lane.pictures_.reset();
        lane.alone_ = job.frame;
    }
    if (!jpeg) {
        ++failed_;
        log::debug(lane.name_, "thumbnail left out: {}", jpeg.error().message);
        return;
    }
    ++decoded_;
    job.done(job.frame.time, std::move(*jpeg));
}

}  // namespace vantage::stills
