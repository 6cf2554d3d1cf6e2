// SPDX-License-Identifier: Apache-2.0
// One player's feed: reads the page's commands, and hands out live parts or footage when the socket can take more. It pulls,
// so nothing queues up for a slow page: live falls behind in the stream's ring and is told Dropped, footage waits. Parts are
// sent from where they lie. Lives on its connection's thread; footage is read on another thread.
#pragma once
#include "base/guarded.hpp"
#include "footage/footage.hpp"
#include "live/feed/feed_playback.hpp"
#include "live/feed/feed_protocol.hpp"
#include "net/websocket.hpp"
#include "stream/stream.hpp"

#include <deque>
#include <memory>

namespace vantage::live {

// Why a stream does not send now.
struct FeedLost {
    UtcTime since;
    std::string detail;
};

// What a feed needs of the program. The functions are called on the thread of the connections and must not block.
struct FeedSources {
    CameraId camera;
    std::string reader_name;  // "browser 10.0.0.7"
    // What to subscribe to now. errc::not_found when there is none, overloaded for one transcode too many.
    std::function<Result<std::shared_ptr<stream::Stream>>(const StreamName&)> stream;
    std::function<std::optional<FeedLost>(StreamKind)> lost;  // nothing while it sends or connects
    std::function<std::optional<std::string>()> ended;        // why the feed must end, e.g. "logged out"
    std::function<void(std::function<void()>)> read_footage;  // runs it where it may block
    // As it lies on disk or transcoded; for one playback, of the stream behind the name.
    std::function<std::shared_ptr<const footage::Footage>(const StreamName&)> footage;
    const Clock& clock;
};

class FeedSession final : public net::WebSocketSession, public std::enable_shared_from_this<FeedSession> {
  public:
    explicit FeedSession(FeedSources sources) : sources_(std::move(sources)) {}

    // Live that has once been up to date and then lags this much goes on at the newest key frame.
    static constexpr seconds kMostBehind{6};

    void on_open(std::function<void()> wake) override { wake_ = std::move(wake); }
    void on_text(std::string_view message) override;
    std::optional<net::WebSocketMessage> next() override;
    std::optional<std::string> ended() override;
    void on_close() override;

  private:
    // What the reading thread leaves for it. One a playback: what an older one still reads is thrown away with it.
    using Inbox = Guarded<std::optional<Result<std::vector<FeedItem>>>>;

    void start(const FeedLive& live);
    void start(const FeedPlay& play);
    void start(const FeedGrant& grant);
    void start(const FeedStop& stop);
    void halt();
    void remember_codecs(const std::vector<std::string>& codecs);

    Status subscribe();
    void pull_live();
    void take_live(const PartPtr& part);
    void send_init(const InitPtr& init);
    void catch_up(const Part& part);
    void pull_footage();
    void take_footage();
    void send_item(const FeedItem& item);
    void send_text(std::string text) { out_.push_back(net::text_message(std::move(text))); }
    void give_up(const Error& error);

    enum class Mode : std::uint8_t { idle, live, footage };

    const FeedSources sources_;
    std::function<void()> wake_;
    std::deque<net::WebSocketMessage> out_;
    std::vector<std::string> codecs_;  // what the browser plays, as it said last
    Mode mode_{Mode::idle};
    std::int64_t request_{0};
    StreamName name_{StreamKind::main};

    // Live.
    std::shared_ptr<stream::Stream> stream_;
    std::unique_ptr<stream::Reader> reader_;
    std::optional<FeedTracks> tracks_;
    InitPtr sent_;
    bool started_{false};     // a start of a fragment has been sent
    bool up_to_date_{false};  // everything published had been sent once

    // Footage. `playback_` belongs to the reading thread while `reading_`.
    std::shared_ptr<FeedPlayback> playback_;
    std::shared_ptr<Inbox> inbox_;
    UtcTime until_;          // granted
    UtcTime reading_until_;  // what was granted when the running read began
    bool reading_{false};
    bool waiting_{false};  // for a grant
    bool finished_{false};
};

}  // namespace vantage::live
