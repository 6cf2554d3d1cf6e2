// SPDX-License-Identifier: Apache-2.0
#include "app/source_feed.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace vantage::app {
namespace {

constexpr seconds kCloseAfter{5};  // without readers

}  // namespace

class SourceFeed::Subscription final : public live::FeedSubscription {
  public:
    Subscription(std::shared_ptr<SourceFeed> feed, std::shared_ptr<live::FeedReader> reader)
        : feed_(std::move(feed)), reader_(std::move(reader)) {}
    ~Subscription() override { feed_->unsubscribe(*reader_); }

  private:
    const std::shared_ptr<SourceFeed> feed_;
    const std::shared_ptr<live::FeedReader> reader_;
};

SourceFeed::SourceFeed(boost::asio::io_context& io, std::string name, MakeSource make, bool on_demand)
    : name_(std::move(name)), make_(std::move(make)), on_demand_(on_demand), close_timer_(io) {}

SourceFeed::~SourceFeed() {
    stop();
}

void SourceFeed::start() {
    {
        const std::lock_guard lock(mutex_);
        if (source_ && !shared_.ended) return;
    }
    stop();
    source_ = make_();
    source_->start(*this);
}

void SourceFeed::stop() {
    close_timer_.cancel();
    if (!source_) return;
    source_->stop();
    source_.reset();
    origins_ = {};
    const std::lock_guard lock(mutex_);
    shared_.known = shared_.ended = false;
}

std::unique_ptr<live::FeedSubscription> SourceFeed::subscribe(std::shared_ptr<live::FeedReader> reader) {
    close_timer_.cancel();
    start();
    {
        const std::lock_guard lock(mutex_);
        if (shared_.known) reader->on_tracks(shared_.tracks);
        shared_.readers.push_back(reader);
    }
    return std::make_unique<Subscription>(shared_from_this(), std::move(reader));
}

void SourceFeed::unsubscribe(const live::FeedReader& reader) {
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(shared_.readers, [&](const auto& r) { return r.get() == &reader; });
        if (!shared_.readers.empty() || !on_demand_) return;
    }
    close_timer_.expires_after(kCloseAfter);
    close_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (error || !self) return;
        {
            const std::lock_guard lock(self->mutex_);
            if (!self->shared_.readers.empty()) return;
        }
        self->stop();
    });
}

void SourceFeed::on_tracks(const TrackSet& tracks) {
    const std::lock_guard lock(mutex_);
    shared_.tracks = tracks;
    shared_.known = true;
    for (const auto& reader : shared_.readers) reader->on_tracks(tracks);
}

void SourceFeed::on_frame(ingest::Frame frame) {
    const auto at = frame.pts ? frame.pts : frame.dts;
    if (!at) return;
    auto& origin = origins_.at(static_cast<std::size_t>(frame.track));
    if (!origin) origin = to_media(frame.arrival.utc) - *at;  // until a report tells better
    const auto data = std::make_shared<const Bytes>(std::move(frame.data));
    const live::FeedFrame out{frame.track, *origin + *at, frame.key, *data, data};
    const std::lock_guard lock(mutex_);
    for (const auto& reader : shared_.readers) reader->on_frame(out);
}

void SourceFeed::on_sender_report(const ingest::SenderReport& report) {
    origins_.at(static_cast<std::size_t>(report.track)) = to_media(report.ntp) - report.media;
}

void SourceFeed::on_end(const Error& error) {
    log::warn("sim", "{}: {}", name_, error.message);
    const std::lock_guard lock(mutex_);
    shared_.ended = true;
    shared_.known = false;
    for (const auto& reader : shared_.readers) reader->on_end(error);
}

}  // namespace vantage::app
