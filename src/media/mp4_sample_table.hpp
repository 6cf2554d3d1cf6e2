// SPDX-License-Identifier: Apache-2.0
// The sample table of one track of a progressive MP4 (ISO 14496-12 8.6.1-8.7.5), kept as runs: a day of video has two
// million samples and takes about 20 MB. One thread. It knows offsets and sizes, no bytes.
#pragma once
#include "base/time.hpp"
#include "media/mp4_box.hpp"

#include <cstdint>
#include <vector>

namespace vantage::mp4 {

class SampleTable {
  public:
    // The samples added from here on lie one after the other; `offset` counts from the first byte of the mdat's payload.
    void begin_chunk(std::uint64_t offset);
    // `time`: decode time, counted from anywhere, later than that of the sample before (else it is taken as one tick later).
    void add(std::uint32_t size, Ticks time, Ticks composition, bool sync);
    // The decode time at which the last sample ends.
    void finish(Ticks end);

    [[nodiscard]] bool empty() const { return sizes_.empty(); }
    [[nodiscard]] std::size_t samples() const { return sizes_.size(); }
    [[nodiscard]] Ticks first() const { return first_; }
    [[nodiscard]] Ticks last() const { return last_; }               // decode time of the newest sample
    [[nodiscard]] Ticks duration() const { return last_ - first_; }  // after finish()
    [[nodiscard]] std::size_t memory() const;                        // bytes that it holds

    // stts, ctts, stss, stsc, stsz, stco or co64: the body of stbl behind stsd. Returns where the chunk offsets begin in
    // what `w` writes to, so that the place of the mdat can be added once it is known.
    std::size_t write(BoxWriter& w, bool wide_offsets) const;
    [[nodiscard]] std::size_t chunk_count() const { return chunks_.size(); }

  private:
    struct Run {
        std::uint32_t count, value;
    };
    struct ChunkRun {
        std::uint32_t first_chunk, samples;  // from this chunk (1 is the first) on, so many samples each
    };
    static void extend(std::vector<Run>& runs, std::uint32_t value);
    [[nodiscard]] std::vector<ChunkRun> chunk_runs() const;

    std::vector<std::uint32_t> sizes_;
    std::vector<Run> durations_, compositions_;
    std::vector<std::uint32_t> syncs_;  // numbers of samples, 1 is the first
    std::vector<std::uint64_t> chunks_;
    std::vector<ChunkRun> chunk_runs_;  // but for the last chunk
    std::uint32_t in_chunk_{0};         // samples of the last chunk
    Ticks first_{0}, last_{0};
};

}  // namespace vantage::mp4
