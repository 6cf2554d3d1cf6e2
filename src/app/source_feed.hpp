// SPDX-License-Identifier: Apache-2.0
// Serves a Source over RTSP without recording it: the knot between ingest and live for `vantage sim`. The source runs while
// somebody reads, or always; a source that has ended is started again with the next reader. Belongs to the io_context's
// thread; the source calls from its own.
#pragma once
#include "ingest/source.hpp"
#include "live/rtsp/rtsp_feed.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace vantage::app {

class SourceFeed final : public live::RtspFeed, public ingest::SourceSink, public std::enable_shared_from_this<SourceFeed> {
  public:
    using MakeSource = std::function<std::unique_ptr<ingest::Source>()>;

    // `name` is for the log.
    SourceFeed(boost::asio::io_context& io, std::string name, MakeSource make, bool on_demand);
    ~SourceFeed() override;
    // Starts a source that always runs.
    void start();
    // Ends the source; waits for its thread.
    void stop();

    std::unique_ptr<live::FeedSubscription> subscribe(std::shared_ptr<live::FeedReader> reader) override;

    void on_tracks(const TrackSet& tracks) override;
    void on_frame(ingest::Frame frame) override;
    void on_sender_report(const ingest::SenderReport& report) override;
    void on_end(const Error& error) override;

  private:
    class Subscription;
    struct Shared {
        std::vector<std::shared_ptr<live::FeedReader>> readers;
        TrackSet tracks;
        bool known{false};
        bool ended{false};
    };
    // What the camera's timeline shows at 1970, by track.
    using Origins = std::array<std::optional<MediaTime>, 2>;
    void unsubscribe(const live::FeedReader& reader);

    const std::string name_;
    const MakeSource make_;
    const bool on_demand_;
    std::unique_ptr<ingest::Source> source_;  // the io_context's thread
    boost::asio::steady_timer close_timer_;   // likewise
    Origins origins_;                         // the source's thread
    std::mutex mutex_;
    Shared shared_;  // guarded by mutex_
};

}  // namespace vantage::app
