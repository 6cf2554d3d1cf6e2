// SPDX-License-Identifier: Apache-2.0
// Live and rewind of the running program: the windows on its sockets thread, swept once a second, and the archive.
#pragma once
#include "app/config.hpp"
#include "live/segments/archive.hpp"
#include "live/segments/live_windows.hpp"
#include "live/transcode/archive_transcodes.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace vantage::app {

live::LiveWindowsOptions live_options(const LiveConfig& config);

class LiveOutputs {
  public:
    // The clock, and what `streams` refers to, outlive this; `io` runs on one thread or several.
    LiveOutputs(boost::asio::io_context& io, live::LiveWindowsOptions options, const Clock& clock,
                live::LiveWindows::Streams streams, const footage::Footage& footage, store::Catalog& catalog,
                live::Transcodes& transcodes, const TimeZone& zone);
    ~LiveOutputs();
    LiveOutputs(const LiveOutputs&) = delete;
    LiveOutputs& operator=(const LiveOutputs&) = delete;

    [[nodiscard]] live::LiveWindows& windows() { return *windows_; }
    [[nodiscard]] live::Archive& archive() { return archive_; }
    [[nodiscard]] live::Archive& archive(live::Profile profile) { return *transcoded_[static_cast<std::size_t>(profile)]; }
    // Whoever waits is answered. Idempotent.
    void stop() {
        windows_->stop();
        archive_transcodes_.stop();
    }

  private:
    using TimerPtr = std::shared_ptr<boost::asio::steady_timer>;
    static void sweep_again(const TimerPtr& timer, const std::weak_ptr<live::LiveWindows>& windows);

    boost::asio::io_context& io_;
    const std::shared_ptr<live::LiveWindows> windows_;
    const std::shared_ptr<live::ListNumbers> numbers_;
    live::Archive archive_;
    live::ArchiveTranscodes archive_transcodes_;
    std::array<std::unique_ptr<live::Archive>, live::kProfiles.size()> transcoded_;
    const TimerPtr timer_;  // used on io's thread only
};

}  // namespace vantage::app
