// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp_stream.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <random>

namespace vantage::live {
namespace {

constexpr int kMostPosted = 256;  // frames between the feed's thread and the server's

std::uint32_t random_u32() {
    return std::random_device{}();
}

bool same_shape(const TrackSet& a, const TrackSet& b) {
    const auto same = [](const std::optional<Track>& x, const std::optional<Track>& y) {
        return x.has_value() == y.has_value() &&
               (!x || (x->codec == y->codec && x->sample_rate == y->sample_rate && x->channels == y->channels));
    };
    return same(a.video, b.video) && same(a.audio, b.audio);
}

}  // namespace

class RtspStream::Relay final : public FeedReader, public std::enable_shared_from_this<Relay> {
  public:
    Relay(boost::asio::io_context& io, std::weak_ptr<RtspStream> stream) : io_(io), stream_(std::move(stream)) {}

    void on_tracks(const TrackSet& tracks) override {
        post([tracks](RtspStream& stream) { stream.set_tracks(tracks); });
    }
    void on_frame(const FeedFrame& frame) override {
        if (posted_.load(std::memory_order_relaxed) >= kMostPosted) {
            late_ = true;
            return;
        }
        if (frame.track == TrackKind::video) {
            if (late_ && !frame.key) return;
            late_ = false;
        }
        posted_.fetch_add(1, std::memory_order_relaxed);
        post([frame, self = shared_from_this()](RtspStream& stream) {
            self->posted_.fetch_sub(1, std::memory_order_relaxed);
            stream.push(frame);
        });
    }
    void on_end(const Error& error) override {
        post([error](RtspStream& stream) { stream.end(error); });
    }

  private:
    template <class F>
    void post(F f) {
        boost::asio::post(io_, [weak = stream_, f = std::move(f)] {
            if (const auto stream = weak.lock()) f(*stream);
        });
    }
    boost::asio::io_context& io_;
    const std::weak_ptr<RtspStream> stream_;
    std::atomic<int> posted_{0};
    bool late_{false};  // the feed's thread only
};

RtspStream::RtspStream(boost::asio::io_context& io, std::string path) : io_(io), path_(std::move(path)) {}
RtspStream::~RtspStream() = default;

void RtspStream::open(RtspFeed& feed) {
    relay_ = std::make_shared<Relay>(io_, weak_from_this());
    subscription_ = feed.subscribe(relay_);
}

void RtspStream::set_tracks(const TrackSet& tracks) {
    const bool other = known_ && !same_shape(tracks_, tracks);
    tracks_ = tracks;
    error_.reset();
    if (tracks.video) set_track(*tracks.video);
    if (tracks.audio) set_track(*tracks.audio);
    if (!tracks.video) lines_[0].reset();
    if (!tracks.audio) lines_[1].reset();
    known_ = true;
    if (!other) return;
    const auto readers = readers_;
    for (auto* reader : readers) reader->on_stream_end("the tracks have changed");
}

void RtspStream::set_track(const Track& track) {
    auto packetiser = make_packetiser(track);
    if (!packetiser) {
        log::warn("rtsp", "{}: {}", path_, packetiser.error().message);
        return;
    }
    const auto format = rtp_format(track);
    auto& line = lines_.at(static_cast<std::size_t>(track.kind()));
    if (!line) {
        line.emplace();
        line->rtp.channel = track.kind() == TrackKind::video ? 0 : 2;
        line->rtp.ssrc = random_u32();
        line->rtp.next_sequence = static_cast<std::uint16_t>(random_u32());
        line->base = random_u32();
    }
    line->rtp.payload_type = format.payload_type;
    line->clock_rate = std::max(1, format.clock_rate);
    line->packetiser = std::move(*packetiser);
}

std::uint32_t RtspStream::rtp_time(TrackKind kind, MediaTime at) const {
    const auto& l = *line(kind);
    const auto whole = std::chrono::floor<seconds>(at);
    const auto rate = std::int64_t{l.clock_rate};
    const auto units = whole.time_since_epoch().count() * rate + ((at - whole).count() * rate + 45'000) / 90'000;
    return l.base + static_cast<std::uint32_t>(static_cast<std::uint64_t>(units));
}

void RtspStream::push(const FeedFrame& frame) {
    auto& line = lines_.at(static_cast<std::size_t>(frame.track));
    if (!line || readers_.empty()) return;
    RtpBatchBuilder builder{line->rtp, rtp_time(frame.track, frame.pts), frame.data.size() / kMostPayload + 3};
    line->packetiser->write(frame.data, frame.key, builder);
    auto owner = frame.owner;
    if (auto own = line->packetiser->owned(); own && frame.key)
        owner = std::make_shared<const std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>>(frame.owner,
                                                                                                            std::move(own));
    const auto batch = builder.finish(frame.track, frame.key, frame.pts, std::move(owner));
    if (!batch) return;
    line->sent.packets += static_cast<std::uint32_t>(batch->packets().size());
    line->sent.octets += static_cast<std::uint32_t>(batch->payload_octets());
    const auto readers = readers_;
    for (auto* reader : readers)
        if (readers_.contains(reader)) reader->on_batch(batch);
}

void RtspStream::end(const Error& error) {
    error_ = error;
    const auto readers = readers_;
    for (auto* reader : readers) reader->on_stream_end(error.message);
}

}  // namespace vantage::live
