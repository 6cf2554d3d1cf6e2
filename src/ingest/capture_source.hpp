// SPDX-License-Identifier: Apache-2.0
// An analogue capture card, a web cam or a generated picture as a camera:
// "v4l2:/dev/video0?size=720x576&fps=25&standard=pal", "lavfi:testsrc=size=640x480:rate=25". Encoded to H.264 on a thread of
// its own. No sound.
#pragma once
#include "ingest/blocking_source.hpp"
#include "media/capture_device.hpp"

namespace vantage::ingest {

// errc::invalid_argument names the part that is wrong. A generated picture is paced to real time.
Result<CaptureOptions> parse_capture_url(std::string_view url);

class CaptureSource final : public BlockingSource {
  public:
    // `clock` outlives the source.
    CaptureSource(CaptureOptions options, const Clock& clock)
        : BlockingSource("capturing " + options.input), options_(std::move(options)), clock_(clock) {}
    ~CaptureSource() override { stop(); }

    [[nodiscard]] bool one_timeline() const override { return true; }

  private:
    Status read(const std::stop_token& stop, SourceSink& sink) override;

    const CaptureOptions options_;
    const Clock& clock_;
};

}  // namespace vantage::ingest
