// SPDX-License-Identifier: Apache-2.0
// A source that does what a test says. Tests only.
#pragma once
#include "ingest/source.hpp"
#include "media/video_encoder.hpp"

#include <vector>

namespace vantage::ingest {

// What the sources of one test have in common.
struct FakeCamera {
    SourceSink* sink{nullptr};  // of the source that runs; null when none does
    std::vector<SourceOptions> connects;
    int stops{0};
    SourceStats stats;
};

class FakeSource final : public Source {
  public:
    FakeSource(SourceOptions options, FakeCamera& camera) : options_(std::move(options)), camera_(camera) {}
    ~FakeSource() override { stop(); }
    void start(SourceSink& sink) override {
        camera_.connects.push_back(options_);
        camera_.sink = &sink;
        running_ = true;
    }
    void stop() override {
        if (!std::exchange(running_, false)) return;
        camera_.sink = nullptr;
        ++camera_.stops;
    }
    [[nodiscard]] SourceStats stats() const override { return camera_.stats; }

  private:
    const SourceOptions options_;
    FakeCamera& camera_;
    bool running_{false};
};

// Real H.264 of a grey picture, 25 fps, a key frame each second.
class FakeVideo {
  public:
    explicit FakeVideo(int width = 64, int height = 48) : luma_(static_cast<std::size_t>(width * height), 128) {
        VideoEncoderOptions options;
        options.width = width;
        options.height = height;
        options.gop = 25;
        encoder_ = std::move(VideoEncoder::open(options).value());
    }
    [[nodiscard]] TrackSet tracks() const { return {encoder_->track(), {}}; }
    Frame next(const Clock& clock) {
        const auto width = encoder_->track().width;
        auto encoded =
            encoder_->encode({{luma_.data(), luma_.data(), luma_.data()}, {width, width / 2, width / 2}}, pts_).value();
        Frame frame;
        frame.pts = std::exchange(pts_, pts_ + Ticks{3600});
        frame.key = encoded.at(0).key;
        frame.data = std::move(encoded.at(0).data);
        frame.arrival = {clock.steady(), clock.now()};
        return frame;
    }

  private:
    Bytes luma_;
    Ticks pts_{0};
    std::unique_ptr<VideoEncoder> encoder_;
};

}  // namespace vantage::ingest
