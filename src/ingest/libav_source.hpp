// SPDX-License-Identifier: Apache-2.0
// What libavformat reads: MJPEG, MPEG-TS, FLV and HLS over HTTP(S), RTMP, TS over UDP, and anything else as
// "ffmpeg:<address>", RTSP included, for a camera that our own client cannot talk to. A thread of its own, because it
// blocks; stop() interrupts it also while the peer hangs. Time stamps that FFmpeg only counts up are left out: arrival is
// nearer the truth.
#pragma once
#include "ingest/blocking_source.hpp"

#include <map>
#include <string>

namespace vantage::ingest {

// How an address is opened: without "ffmpeg:", with libavformat's options. Pure.
struct LibavInput {
    std::string url;
    std::map<std::string, std::string> options;
};
LibavInput libav_input(const SourceOptions& options);

class LibavSource final : public BlockingSource {
  public:
    // `clock` outlives the source.
    LibavSource(SourceOptions options, const Clock& clock)
        : BlockingSource("reading through FFmpeg"), options_(std::move(options)), clock_(clock) {}
    ~LibavSource() override { stop(); }

    [[nodiscard]] bool one_timeline() const override { return true; }

  private:
    Status read(const std::stop_token& stop, SourceSink& sink) override;

    const SourceOptions options_;
    const Clock& clock_;
};

}  // namespace vantage::ingest
