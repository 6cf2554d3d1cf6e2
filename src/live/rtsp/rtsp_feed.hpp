// SPDX-License-Identifier: Apache-2.0
// Where the RTSP server's frames come from: an interface that `app` implements over a source (vantage sim) or over the
// fan-out of a camera. The server knows nothing of either. A feed may be on demand: it begins with its first subscription
// and may end some time after its last.
#pragma once
#include "base/result.hpp"
#include "media/packet.hpp"
#include "media/track.hpp"

#include <memory>

namespace vantage::live {

// A frame on its way out: a view into something that is shared, a packet or a part.
struct FeedFrame {
    TrackKind track{TrackKind::video};
    MediaTime pts;  // UTC (docs/time.md): what sender reports tell the viewer
    bool key{false};
    ByteView data;                      // as Packet::data
    std::shared_ptr<const void> owner;  // keeps `data` alive
};

// Called by a feed from any one thread at a time; must not block. Calls may still arrive shortly after the subscription
// ended.
class FeedReader {
  public:
    virtual ~FeedReader() = default;
    // Before the first frame, and whenever parameters change.
    virtual void on_tracks(const TrackSet& tracks) = 0;
    virtual void on_frame(const FeedFrame& frame) = 0;
    // Nothing comes for a while, and what came before is no beginning any more: the camera is away and expected back.
    virtual void on_away() = 0;
    // The feed can give nothing now: the camera is away, the file cannot be read. Tracks and frames may follow again.
    virtual void on_end(const Error& error) = 0;
};

// Ends when it is destroyed; does not wait for a call that is under way.
class FeedSubscription {
  public:
    virtual ~FeedSubscription() = default;
};

class RtspFeed {
  public:
    virtual ~RtspFeed() = default;
    // Returns at once; on_tracks comes as soon as the tracks are known. Called on the server's thread.
    virtual std::unique_ptr<FeedSubscription> subscribe(std::shared_ptr<FeedReader> reader) = 0;
};

}  // namespace vantage::live
