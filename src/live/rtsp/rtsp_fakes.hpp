// SPDX-License-Identifier: Apache-2.0
// For tests of the RTSP server: a feed and rights that do what the test says. Tests only.
#pragma once
#include "live/rtsp/rtsp_feed.hpp"
#include "live/rtsp/rtsp_gate.hpp"
#include "media/test_packets.hpp"

#include <gtest/gtest.h>

#include <mutex>

namespace vantage::live {

inline const UtcTime kStart{microseconds{1'795'202'645'120'000}};

inline Track video_track() {
    return test::h264_track();
}

inline Track audio_track() {
    Track track;
    track.codec = Codec::pcmu;
    track.sample_rate = 8000;
    track.channels = 1;
    return track;
}

// Gives its tracks at once and frames when the test says so.
class FakeRtspFeed final : public RtspFeed {
  public:
    std::unique_ptr<FeedSubscription> subscribe(std::shared_ptr<FeedReader> reader) override {
        reader->on_tracks({video_track(), audio_track()});
        const std::lock_guard lock(mutex_);
        reader_ = std::move(reader);
        return std::make_unique<FeedSubscription>();
    }
    // Frame number n of the grid of 40 ms.
    void push(int n, bool key, std::size_t size = 100, TrackKind track = TrackKind::video) {
        auto data = std::make_shared<Bytes>(size, 0x80);
        if (track == TrackKind::video) {
            store_u32(data->data(), static_cast<std::uint32_t>(size - 4));
            (*data)[4] = key ? 0x65 : 0x41;
            (*data)[5] = static_cast<std::uint8_t>(n);
        }
        const FeedFrame frame{track, to_media(kStart) + Ticks{3600} * n, key, *data, data};
        const std::lock_guard lock(mutex_);
        reader_->on_frame(frame);
    }
    void tell(const TrackSet& tracks) {
        const std::lock_guard lock(mutex_);
        reader_->on_tracks(tracks);
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        reader_->on_away();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        reader_->on_end(fail(errc::unavailable, "the camera is away"));
    }

  private:
    std::mutex mutex_;
    std::shared_ptr<FeedReader> reader_;
};

// viewer may read the door and nothing else.
class FakeRtspAccess final : public RtspAccess {
  public:
    std::optional<std::string> password_of(std::string_view user) const override {
        const std::lock_guard lock(mutex_);
        if (user != "viewer") return {};
        return password_;
    }
    bool may_read(std::string_view, std::string_view path) const override {
        const std::lock_guard lock(mutex_);
        return path == allowed_;
    }
    std::optional<seconds> begin_try(std::string_view, std::string_view address) override {
        EXPECT_EQ(address, "127.0.0.1");
        ++tries;
        if (locked) return seconds{30};
        return {};
    }
    void right_password(std::string_view, std::string_view) override { ++right; }
    void set(std::string password, std::string allowed) {
        const std::lock_guard lock(mutex_);
        password_ = std::move(password);
        allowed_ = std::move(allowed);
    }
    std::atomic<int> tries{0}, right{0};
    std::atomic<bool> locked{false};

  private:
    mutable std::mutex mutex_;
    std::string password_{"secret"}, allowed_{"door"};
};

}  // namespace vantage::live
