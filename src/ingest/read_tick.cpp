// SPDX-License-Identifier: Apache-2.0
#include "ingest/read_tick.hpp"

namespace vantage::ingest {
namespace {

constexpr auto kStream = milliseconds{20};
constexpr auto kCatchUp = milliseconds{4};

}  // namespace

ReadTick::ReadTick(boost::asio::execution_context& context)
    : boost::asio::execution_context::service(context),
      stream_(static_cast<boost::asio::io_context&>(context)),
      catch_up_(static_cast<boost::asio::io_context&>(context)) {}

void ReadTick::shutdown() {
    const std::lock_guard hold(mutex_);
    stream_.reset();
    catch_up_.reset();
}

boost::asio::steady_timer& ReadTick::armed(Beat beat) {
    auto& timer = beat == Beat::stream ? *stream_ : *catch_up_;
    const auto period = beat == Beat::stream ? kStream : kCatchUp;
    const auto now = std::chrono::steady_clock::now();
    // Only an expired timer may be set anew: setting it cancels those who wait. At whole periods, so that cameras share
    // beats.
    if (timer.expiry() <= now) {
        const auto past = now.time_since_epoch() / period;
        timer.expires_at(std::chrono::steady_clock::time_point{(past + 1) * period});
    }
    return timer;
}

}  // namespace vantage::ingest
