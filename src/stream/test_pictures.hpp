// SPDX-License-Identifier: Apache-2.0
// A drawn camera for tests: real H.264 whose pictures say their time, and its parts. Tests only.
#pragma once
#include "media/time_code.hpp"
#include "media/video_encoder.hpp"
#include "stream/fragmenter.hpp"

namespace vantage::test {

inline const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{12}};

class DrawnCamera {
  public:
    static constexpr int kGop = 10;
    static constexpr Ticks kFrame{3600};

    explicit DrawnCamera(int width = 640, int height = 360, int b_frames = 2)
        : width_(width), height_(height), b_frames_(b_frames) {
        encoder_ = VideoEncoder::open(
                       {.width = width, .height = height, .gop = kGop, .zero_latency = b_frames == 0, .b_frames = b_frames})
                       .value();
        luma_.resize(static_cast<std::size_t>(width) * height, 80);
        chroma_.resize(luma_.size() / 4, 128);
    }
    [[nodiscard]] const Track& track() const { return encoder_->track(); }
    std::vector<PacketPtr> packets(int count) {
        std::vector<PacketPtr> out;
        const auto take = [&](std::vector<EncodedFrame> frames) {
            for (auto& frame : frames) {
                auto packet = std::make_shared<Packet>();
                packet->dts = kStart + frame.dts;
                packet->composition = frame.pts - frame.dts;
                packet->key = frame.key;
                packet->data = std::move(frame.data);
                out.push_back(std::move(packet));
            }
        };
        for (int n = 0; n < count; ++n, ++shown_) {
            time_code::write({luma_.data(), width_, height_, width_}, {to_utc(kStart + kFrame * shown_), 1});
            take(encoder_
                     ->encode({{luma_.data(), chroma_.data(), chroma_.data()}, {width_, width_ / 2, width_ / 2}},
                              kFrame * shown_)
                     .value());
        }
        if (b_frames_ > 0) take(encoder_->finish().value());  // there are no more after this
        return out;
    }

  private:
    const int width_, height_, b_frames_;
    std::unique_ptr<VideoEncoder> encoder_;
    std::vector<std::uint8_t> luma_, chroma_;
    int shown_{0};
};

inline std::vector<PartPtr> parts_of(const Track& track, const std::vector<PacketPtr>& packets, const TrackSet& more = {}) {
    std::vector<PartPtr> out;
    stream::Fragmenter fragmenter({}, [&](PartPtr part) { out.push_back(std::move(part)); });
    fragmenter.set_tracks({track, more.audio});
    for (const auto& packet : packets) fragmenter.push(packet);
    fragmenter.flush();
    return out;
}

}  // namespace vantage::test
