// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_stream.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <variant>

namespace vantage::live {
namespace {

constexpr std::size_t kMostPosted = 256;          // frames between the feed's thread and the server's
constexpr std::size_t kMostHeldBytes = 16 << 20;  // since the last key frame

std::uint32_t random_u32() {
    return std::random_device{}();
}

// The same payload type and clock: parameters that go in band may differ.
bool same_shape(const Track& a, const Track& b) {
    return a.codec == b.codec && a.sample_rate == b.sample_rate && a.channels == b.channels &&
           (a.codec != Codec::aac || a.config == b.config);
}

}  // namespace

// Collects what comes until the server's thread takes it all: what arrives together leaves together.
class RtspStream::Relay final : public FeedReader, public std::enable_shared_from_this<Relay> {
  public:
    Relay(boost::asio::io_context& io, std::weak_ptr<RtspStream> stream) : io_(io), stream_(std::move(stream)) {}

    void on_tracks(const TrackSet& tracks) override { put(tracks); }
    void on_frame(const FeedFrame& frame) override { put(frame); }
    void on_away() override { put(Away{}); }
    void on_end(const Error& error) override { put(error); }

  private:
    struct Away {};
    using Item = std::variant<TrackSet, FeedFrame, Away, Error>;
    void put(Item item) {
        {
            const std::lock_guard hold(mutex_);
            if (const auto* frame = std::get_if<FeedFrame>(&item); frame != nullptr && !admit(*frame)) return;
            items_.push_back(std::move(item));
            if (std::exchange(posted_, true)) return;
        }
        boost::asio::post(io_, [self = shared_from_this()] { self->hand_over(); });
    }
    bool admit(const FeedFrame& frame) {
        if (items_.size() >= kMostPosted) {
            late_ = true;
            return false;
        }
        if (frame.track != TrackKind::video) return true;
        if (late_ && !frame.key) return false;
        late_ = false;
        return true;
    }
    void hand_over() {
        std::vector<Item> items;
        {
            const std::lock_guard hold(mutex_);
            items.swap(items_);
            posted_ = false;
        }
        const auto stream = stream_.lock();
        if (!stream) return;
        for (const auto& item : items) {
            if (const auto* frame = std::get_if<FeedFrame>(&item)) stream->push(*frame);
            if (const auto* tracks = std::get_if<TrackSet>(&item)) stream->set_tracks(*tracks);
            if (std::holds_alternative<Away>(item)) stream->leave();
            if (const auto* error = std::get_if<Error>(&item)) stream->end(*error);
        }
        stream->end_burst();
    }

    boost::asio::io_context& io_;
    const std::weak_ptr<RtspStream> stream_;
    std::mutex mutex_;
    std::vector<Item> items_;  // guarded by mutex_
    bool posted_{false};       // guarded by mutex_
    bool late_{false};         // guarded by mutex_
};

RtspStream::RtspStream(boost::asio::io_context& io, std::string path, bool keep)
    : io_(io), path_(std::move(path)), keep_(keep) {}
RtspStream::~RtspStream() = default;

void RtspStream::open(RtspFeed& feed) {
    relay_ = std::make_shared<Relay>(io_, weak_from_this());
    subscription_ = feed.subscribe(relay_);
}

void RtspStream::remove(StreamReader& reader) {
    const auto found = std::ranges::find(readers_, &reader);
    if (found == readers_.end()) return;
    if (telling_ > 0)
        *found = nullptr;
    else
        readers_.erase(found);
}

template <class F>
void RtspStream::tell(F&& f) {
    ++telling_;
    for (std::size_t i = 0; i < readers_.size(); ++i)
        if (readers_[i] != nullptr) f(*readers_[i]);
    if (--telling_ == 0) std::erase(readers_, nullptr);
}

void RtspStream::set_tracks(const TrackSet& tracks) {
    tracks_ = tracks;
    error_.reset();
    known_ = true;
    for (const auto* track : {&tracks.video, &tracks.audio}) {
        if (!*track || !set_track(**track)) continue;
        const auto kind = (*track)->kind();
        tell([&](StreamReader& reader) {
            if (reader.takes(kind)) reader.on_stream_end(fmt::format("{} is coded in another way now", path_));
        });
    }
}

bool RtspStream::set_track(const Track& track) {
    auto& line = lines_.at(static_cast<std::size_t>(track.kind()));
    if (line && line->track == track) return false;
    auto packetiser = make_packetiser(track);
    if (!packetiser) {
        log::warn("rtsp", "{}: {}", path_, packetiser.error().message);
        return false;
    }
    const auto format = rtp_format(track);
    const bool other = line && !same_shape(line->track, track);
    if (!line || other) {
        line = Line{};  // clang 14 finds no constructor for emplace()
        line->rtp.channel = track.kind() == TrackKind::video ? 0 : 2;
        line->rtp.ssrc = random_u32();
        line->rtp.next_sequence = static_cast<std::uint16_t>(random_u32());
        line->base = random_u32();
        since_key_.clear();
        held_bytes_ = 0;
    }
    line->rtp.payload_type = format.payload_type;
    line->clock_rate = std::max(1, format.clock_rate);
    line->packetiser = std::move(*packetiser);
    line->track = track;
    return other;
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
    away_ = false;
    if (!line || (readers_.empty() && !keep_)) return;
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
    if (keep_) hold(batch);
    tell([&](StreamReader& reader) { reader.on_batch(batch); });
}

void RtspStream::hold(const RtpBatchPtr& batch) {
    if (batch->track == TrackKind::video && batch->key) {
        since_key_.clear();
        held_bytes_ = 0;
    } else if (since_key_.empty()) {
        return;
    }
    held_bytes_ += batch->bytes();
    since_key_.push_back(batch);
    if (held_bytes_ > kMostHeldBytes) since_key_.clear();
}

void RtspStream::leave() {
    away_ = true;
    since_key_.clear();
}

void RtspStream::end_burst() {
    tell([](StreamReader& reader) { reader.on_burst_end(); });
}

void RtspStream::end(const Error& error) {
    error_ = error;
    tell([&](StreamReader& reader) { reader.on_stream_end(error.message); });
}

}  // namespace vantage::live
