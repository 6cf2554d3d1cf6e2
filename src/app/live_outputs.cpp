// SPDX-License-Identifier: Apache-2.0
#include "app/live_outputs.hpp"

#include <boost/asio/post.hpp>

namespace vantage::app {
namespace {

Ticks ticks_of(double in_seconds) {
    return std::chrono::round<Ticks>(std::chrono::duration<double>(in_seconds));
}

}  // namespace

live::LiveWindowsOptions live_options(const LiveConfig& config) {
    live::LiveWindowsOptions options;
    options.live.part_target = ticks_of(config.part);
    options.live.target_duration = ticks_of(config.segment);
    options.live.window = config.window;
    options.close_after = config.close_after;
    options.most_waiting = static_cast<std::size_t>(config.most_waiting);
    return options;
}

LiveOutputs::LiveOutputs(boost::asio::io_context& io, live::LiveWindowsOptions options, const Clock& clock,
                         live::LiveWindows::Streams streams, const footage::Footage& footage, store::Catalog& catalog,
                         live::Transcodes& transcodes, const TimeZone& zone)
    : io_(io),
      windows_(std::make_shared<live::LiveWindows>(
          options, clock, std::move(streams), [&io](std::function<void()> job) { boost::asio::post(io, std::move(job)); },
          &catalog)),
      numbers_(std::make_shared<live::ListNumbers>(&catalog)),
      archive_(footage, clock, zone, numbers_),
      archive_transcodes_(transcodes, footage, clock),
      timer_(std::make_shared<boost::asio::steady_timer>(io)) {
    for (const auto profile : live::kProfiles)
        transcoded_[static_cast<std::size_t>(profile)] =
            std::make_unique<live::Archive>(footage, clock, zone, numbers_, &archive_transcodes_.view(profile));
    boost::asio::post(io_, [timer = timer_, windows = std::weak_ptr(windows_)] { sweep_again(timer, windows); });
}

LiveOutputs::~LiveOutputs() {
    stop();
    boost::asio::post(io_, [timer = timer_] { timer->cancel(); });
}

void LiveOutputs::sweep_again(const TimerPtr& timer, const std::weak_ptr<live::LiveWindows>& windows) {
    timer->expires_after(std::chrono::seconds(1));
    timer->async_wait([timer, windows](const boost::system::error_code& error) {
        const auto alive = windows.lock();
        if (error || !alive) return;
        alive->sweep();
        sweep_again(timer, windows);
    });
}

}  // namespace vantage::app
