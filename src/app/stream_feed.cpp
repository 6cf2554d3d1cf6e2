// SPDX-License-Identifier: Apache-2.0
#include "app/stream_feed.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <deque>

namespace vantage::app {
namespace {

namespace asio = boost::asio;
constexpr std::size_t kFramesAtOnce = 64;  // then others on the thread have their turn

}  // namespace

// One subscription's place in its stream.
class StreamFeeds::Cursor : public std::enable_shared_from_this<Cursor> {
  public:
    Cursor(asio::io_context& io, std::string name, std::shared_ptr<live::FeedReader> to, seconds patience)
        : io_(io), name_(std::move(name)), to_(std::move(to)), patience_(patience), away_(io) {}

    void start(stream::Stream& stream) {
        stream::ReaderOptions options;
        options.name = "rtsp " + name_;
        options.on_ready = [weak = weak_from_this(), &io = io_] {
            asio::post(io, [weak] {
                if (const auto self = weak.lock()) self->advance();
            });
        };
        reader_ = stream.subscribe(std::move(options));
        advance();
    }
    void stop() {
        reader_.reset();
        away_.cancel();
    }

  private:
    void advance();
    void read();
    // Returns how many frames there were.
    std::size_t hand_on(const stream::Event& event);
    void hand_on_part(const PartPtr& part);
    void wait_for_camera(const std::string& reason);
    void end(const std::string& reason);

    asio::io_context& io_;
    const std::string name_;
    const std::shared_ptr<live::FeedReader> to_;
    const seconds patience_;
    asio::steady_timer away_;  // runs while the camera is
    std::unique_ptr<stream::Reader> reader_;
    std::deque<stream::Event> events_;  // read, not yet handed on
    InitPtr init_;                      // of the part handed on last
    bool ended_{false};
};

void StreamFeeds::Cursor::advance() {
    // One batch at a time: what is read and waits here is bounded by what the ring held.
    if (events_.empty() && reader_) read();
    for (std::size_t frames = 0; !events_.empty() && frames < kFramesAtOnce; events_.pop_front())
        frames += hand_on(events_.front());
    if (events_.empty()) return;
    asio::post(io_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->advance();
    });
}

void StreamFeeds::Cursor::read() {
    for (;;) {
        auto event = reader_->next();
        if (std::holds_alternative<stream::Nothing>(event)) return;
        const bool last = std::holds_alternative<stream::Closed>(event);
        // Pictures from before the camera went are no beginning: whoever asks now waits for it to return.
        if (!init_ && std::holds_alternative<stream::Interruption>(event))
            events_.clear();
        else
            events_.push_back(std::move(event));
        if (last) return;
    }
}

std::size_t StreamFeeds::Cursor::hand_on(const stream::Event& event) {
    if (const auto* part = std::get_if<PartPtr>(&event)) {
        away_.cancel();
        hand_on_part(*part);
        return (*part)->samples.size();
    }
    if (const auto* broken = std::get_if<stream::Interruption>(&event)) wait_for_camera(broken->reason);
    if (std::holds_alternative<stream::Closed>(event)) end(name_ + " is no longer there");
    return 0;
}

void StreamFeeds::Cursor::wait_for_camera(const std::string& reason) {
    to_->on_away();
    away_.expires_after(patience_);
    away_.async_wait([weak = weak_from_this(), reason](boost::system::error_code error) {
        const auto self = weak.lock();
        if (!error && self) self->end(fmt::format("no picture for {} s: {}", self->patience_.count(), reason));
    });
}

void StreamFeeds::Cursor::end(const std::string& reason) {
    if (!std::exchange(ended_, true)) to_->on_end(fail(errc::unavailable, reason));
}

void StreamFeeds::Cursor::hand_on_part(const PartPtr& part) {
    if (part->init != init_) {
        if (!init_ || init_->tracks != part->init->tracks) to_->on_tracks(part->init->tracks);
        init_ = part->init;
    }
    auto dts = part->start;
    const bool may_begin = part->starts_fragment && part->independent;
    for (const auto& sample : part->samples) {
        live::FeedFrame frame;
        frame.track = part->track;
        frame.pts = dts + sample.composition;
        // A recovery point is where players begin when there are no key frames.
        frame.key = sample.key || (may_begin && &sample == &part->samples.front());
        frame.data = ByteView{part->data}.subspan(sample.offset, sample.size);
        frame.owner = part;
        to_->on_frame(frame);
        dts += sample.duration;
    }
}

class StreamFeeds::Subscription final : public live::FeedSubscription {
  public:
    explicit Subscription(std::shared_ptr<Cursor> cursor) : cursor_(std::move(cursor)) {}
    ~Subscription() override { cursor_->stop(); }

  private:
    const std::shared_ptr<Cursor> cursor_;
};

class StreamFeeds::Feed final : public live::RtspFeed {
  public:
    Feed(StreamFeeds& feeds, std::string name, std::shared_ptr<stream::Stream> stream)
        : io_(feeds.io_),
          patience_(feeds.patience_),
          cursors_(feeds.cursors_),
          name_(std::move(name)),
          stream_(std::move(stream)) {}

    std::unique_ptr<live::FeedSubscription> subscribe(std::shared_ptr<live::FeedReader> reader) override {
        auto cursor = std::make_shared<Cursor>(io_, name_, std::move(reader), patience_);
        std::erase_if(*cursors_, [](const auto& weak) { return weak.expired(); });
        cursors_->push_back(cursor);
        cursor->start(*stream_);
        return std::make_unique<Subscription>(std::move(cursor));
    }

  private:
    asio::io_context& io_;
    const seconds patience_;
    const std::shared_ptr<std::vector<std::weak_ptr<Cursor>>> cursors_;
    const std::string name_;
    const std::shared_ptr<stream::Stream> stream_;
};

StreamFeeds::~StreamFeeds() {
    for (const auto& weak : *cursors_)
        if (const auto cursor = weak.lock()) cursor->stop();
}

std::shared_ptr<live::RtspFeed> StreamFeeds::feed_of(std::string name, std::shared_ptr<stream::Stream> stream) {
    return std::make_shared<Feed>(*this, std::move(name), std::move(stream));
}

}  // namespace vantage::app
