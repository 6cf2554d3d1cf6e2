// SPDX-License-Identifier: Apache-2.0
#include "ingest/read_tick.hpp"

namespace vantage::ingest {
namespace {

constexpr auto kCatchUp = milliseconds{4};

}  // namespace

ReadTick::ReadTick(boost::asio::execution_context& context) : boost::asio::execution_context::service(context) {
    auto& io = static_cast<boost::asio::io_context&>(context);
    for (auto& timer : stream_) timer.emplace(io);
    catch_up_.emplace(io);
}

void ReadTick::shutdown() {
    const std::lock_guard hold(mutex_);
    for (auto& timer : stream_) timer.reset();
    catch_up_.reset();
}

boost::asio::steady_timer& ReadTick::armed(Beat beat, int count) {
    const auto period = beat == Beat::stream ? ReadRhythm::kBeat : kCatchUp;
    const auto now = std::chrono::steady_clock::now();
    // At whole periods, so that cameras share beats.
    const auto number = now.time_since_epoch() / period + count;
    auto& timer = beat == Beat::stream ? *stream_[static_cast<std::size_t>(number) % stream_.size()] : *catch_up_;
    // Only an expired timer may be set anew: setting it cancels those who wait. One that is not is set to this very beat.
    if (timer.expiry() <= now) timer.expires_at(std::chrono::steady_clock::time_point{number * period});
    return timer;
}

}  // namespace vantage::ingest
