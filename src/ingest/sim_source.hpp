// SPDX-License-Identifier: Apache-2.0
// `sim:` - a synthetic camera: draws, encodes and hands on in real time, on a thread of its own. Its timeline is UTC itself:
// the presentation time of a frame is its place on the grid n / fps since 1970, exactly, and is what its time code says. A
// frame that cannot be drawn in time is left out; when the host's clock steps by over a second, so does the timeline.
#pragma once
#include "ingest/blocking_source.hpp"
#include "ingest/pacer.hpp"

#include <functional>
#include <memory>

namespace vantage::ingest {

struct SimOptions {
    int width{1280};
    int height{720};
    int fps_num{25};
    int fps_den{1};
    int gop{50};              // frames
    std::int64_t bitrate{0};  // bits a second; 0: constant quality
    int seed{0};              // colours and paths; number in the time code
    std::string name;         // drawn into the picture
};

// "sim:", "sim:?size=640x360&fps=30000/1001&gop=50&bitrate=1000000&seed=3&name=door". errc::invalid_argument names what is
// wrong.
Result<SimOptions> parse_sim_url(std::string_view url);

// When frame `n` since 1970 is due.
UtcTime sim_time(const SimOptions& options, std::int64_t n);
Ticks sim_ticks(const SimOptions& options, std::int64_t n);
// The first frame that is due at `time` or later.
std::int64_t sim_index(const SimOptions& options, UtcTime time);

class SimSource final : public BlockingSource {
  public:
    explicit SimSource(SimOptions options, std::unique_ptr<Pacer> pacer = std::make_unique<RealPacer>());
    ~SimSource() override;

  private:
    Status read(const std::stop_token& stop, SourceSink& sink) override;

    const SimOptions options_;
    const std::unique_ptr<Pacer> pacer_;  // used by the thread only
};

}  // namespace vantage::ingest
