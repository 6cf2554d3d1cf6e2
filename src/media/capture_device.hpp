// SPDX-License-Identifier: Apache-2.0
// A capture card, a web cam or a generator (libavdevice: v4l2, lavfi) as H.264: each picture is read, brought to 4:2:0 and
// encoded at once. It blocks: give it a thread. Times are the device's own, in 90 kHz ticks. One thread at a time.
#pragma once
#include "media/video_encoder.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace vantage {

struct CaptureOptions {
    std::string format;       // "v4l2", "lavfi"
    std::string input;        // "/dev/video0", "testsrc=size=640x480:rate=25"
    std::string size;         // "720x576"; empty: as the device has it
    std::string fps;          // "25", "30000/1001"; empty: as the device has it
    std::string standard;     // "pal", "ntsc"; empty: as it is set
    std::int64_t bitrate{0};  // bits a second; 0: constant quality
    seconds key_frames{2};    // from one to the next
    seconds timeout{10};      // for a picture
};

class CaptureDevice {
  public:
    // errc::not_found without the device, unsupported for a format that FFmpeg lacks, invalid_argument for a size or rate
    // that the device refuses. `stop` ends this and every later call with errc::cancelled.
    static Result<std::unique_ptr<CaptureDevice>> open(const CaptureOptions& options, std::stop_token stop);
    ~CaptureDevice();
    CaptureDevice(const CaptureDevice&) = delete;
    CaptureDevice& operator=(const CaptureDevice&) = delete;

    [[nodiscard]] const Track& track() const;
    // The frames that the next picture has finished; blocks for it. errc::timed_out, unavailable when the device has gone.
    Result<std::vector<EncodedFrame>> next();

  private:
    class Impl;
    explicit CaptureDevice(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
