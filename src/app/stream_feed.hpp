// SPDX-License-Identifier: Apache-2.0
// A camera's stream as the RTSP server reads it: the knot between stream and live. Frames are views into the parts that disk
// and browser share; nothing is copied. A reader begins with the newest fragment. While the camera is away nothing comes,
// and its readers stay; after `patience` they are told. Belongs to the io_context's thread; streams publish from any.
#pragma once
#include "base/time.hpp"
#include "live/rtsp/rtsp_feed.hpp"
#include "stream/stream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace vantage::app {

class StreamFeeds {
  public:
    StreamFeeds(boost::asio::io_context& io, seconds patience) : io_(io), patience_(patience) {}
    // Leaves every stream, so that none publishes to the io_context any more. Call when that runs no more.
    ~StreamFeeds();
    StreamFeeds(const StreamFeeds&) = delete;
    StreamFeeds& operator=(const StreamFeeds&) = delete;

    // `name` is for messages and for the stream's list of readers. Subscribing counts as a viewer: an on-demand camera
    // connects.
    std::shared_ptr<live::RtspFeed> feed_of(std::string name, std::shared_ptr<stream::Stream> stream);

  private:
    class Feed;
    class Cursor;
    class Subscription;
    boost::asio::io_context& io_;
    const seconds patience_;
    // Shared with the feeds, which may outlive this.
    const std::shared_ptr<std::vector<std::weak_ptr<Cursor>>> cursors_ =
        std::make_shared<std::vector<std::weak_ptr<Cursor>>>();
};

}  // namespace vantage::app
