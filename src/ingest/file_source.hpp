// SPDX-License-Identifier: Apache-2.0
// `file:` - a video file played in real time, again and again, as if it were a camera: nothing is decoded, the time stamps
// go on over the end of the file. Its timeline starts at the UTC of the first frame and runs with the monotonic clock;
// sender reports tie it to the wall clock. A thread of its own.
#pragma once
#include "ingest/blocking_source.hpp"
#include "ingest/loop_timeline.hpp"
#include "ingest/pacer.hpp"
#include "media/demuxer.hpp"

#include <memory>
#include <string>

namespace vantage::ingest {

// The path in "file:video.mp4", "file:///srv/video.mp4" or a plain path.
std::string path_of_file_url(std::string_view url);

class FileSource final : public BlockingSource {
  public:
    explicit FileSource(SourceOptions options, std::unique_ptr<Pacer> pacer = std::make_unique<RealPacer>());
    ~FileSource() override;

  private:
    struct Playing;
    Status read(const std::stop_token& stop, SourceSink& sink) override;
    // From where the demuxer is to the end of the file. Returns how many frames were handed on.
    Result<std::size_t> pass(Playing& playing, const std::stop_token& stop, SourceSink& sink);
    // Waits until the frame is due and hands it on; false when stopped.
    bool hand_on(Playing& playing, DemuxedFrame frame, const std::stop_token& stop, SourceSink& sink);

    const SourceOptions options_;
    const std::unique_ptr<Pacer> pacer_;  // used by the thread only
};

}  // namespace vantage::ingest
