// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_sample_table.hpp"

#include <algorithm>

namespace vantage::mp4 {

void SampleTable::extend(std::vector<Run>& runs, std::uint32_t value) {
    if (!runs.empty() && runs.back().value == value) {
        ++runs.back().count;
    } else {
        runs.push_back({1, value});
    }
}

void SampleTable::begin_chunk(std::uint64_t offset) {
    if (in_chunk_ == 0 && !chunks_.empty()) {
        chunks_.back() = offset;
        return;
    }
    if (in_chunk_ > 0 && (chunk_runs_.empty() || chunk_runs_.back().samples != in_chunk_))
        chunk_runs_.push_back({static_cast<std::uint32_t>(chunks_.size()), in_chunk_});
    chunks_.push_back(offset);
    in_chunk_ = 0;
}

void SampleTable::add(std::uint32_t size, Ticks time, Ticks composition, bool sync) {
    if (sizes_.empty()) {
        first_ = last_ = time;
    } else {
        const auto delta = std::max(Ticks{1}, time - last_);
        extend(durations_, static_cast<std::uint32_t>(delta.count()));
        last_ += delta;
    }
    sizes_.push_back(size);
    extend(compositions_, static_cast<std::uint32_t>(composition.count()));
    if (sync) syncs_.push_back(static_cast<std::uint32_t>(sizes_.size()));
    ++in_chunk_;
}

void SampleTable::finish(Ticks end) {
    if (sizes_.empty()) return;
    const auto delta = std::max(Ticks{1}, end - last_);
    extend(durations_, static_cast<std::uint32_t>(delta.count()));
    last_ += delta;
}

std::size_t SampleTable::memory() const {
    return sizes_.capacity() * sizeof(sizes_[0]) + syncs_.capacity() * sizeof(syncs_[0]) +
           (durations_.capacity() + compositions_.capacity()) * sizeof(Run) + chunks_.capacity() * sizeof(chunks_[0]) +
           chunk_runs_.capacity() * sizeof(ChunkRun);
}

std::vector<SampleTable::ChunkRun> SampleTable::chunk_runs() const {
    auto runs = chunk_runs_;
    if (in_chunk_ > 0 && (runs.empty() || runs.back().samples != in_chunk_))
        runs.push_back({static_cast<std::uint32_t>(chunks_.size()), in_chunk_});
    return runs;
}

std::size_t SampleTable::write(BoxWriter& w, bool wide_offsets) const {
    const auto run_box = [&](std::uint32_t type, std::uint8_t version, const std::vector<Run>& runs) {
        w.full_box(type, version, 0, [&] {
            w.u32(static_cast<std::uint32_t>(runs.size()));
            for (const auto& run : runs) {
                w.u32(run.count);
                w.u32(run.value);
            }
        });
    };
    run_box(fourcc("stts"), 0, durations_);
    if (compositions_.size() > 1 || (!compositions_.empty() && compositions_.front().value != 0))
        run_box(fourcc("ctts"), 0, compositions_);
    if (syncs_.size() != sizes_.size()) {
        w.full_box(fourcc("stss"), 0, 0, [&] {
            w.u32(static_cast<std::uint32_t>(syncs_.size()));
            for (const auto number : syncs_) w.u32(number);
        });
    }
    const auto runs = chunk_runs();
    w.full_box(fourcc("stsc"), 0, 0, [&] {
        w.u32(static_cast<std::uint32_t>(runs.size()));
        for (const auto& run : runs) {
            w.u32(run.first_chunk);
            w.u32(run.samples);
            w.u32(1);  // sample description
        }
    });
    w.full_box(fourcc("stsz"), 0, 0, [&] {
        w.u32(0);
        w.u32(static_cast<std::uint32_t>(sizes_.size()));
        for (const auto size : sizes_) w.u32(size);
    });
    std::size_t offsets = 0;
    w.full_box(wide_offsets ? fourcc("co64") : fourcc("stco"), 0, 0, [&] {
        w.u32(static_cast<std::uint32_t>(chunks_.size()));
        offsets = w.offset();
        for (const auto offset : chunks_) {
            if (wide_offsets) {
                w.u64(offset);
            } else {
                w.u32(static_cast<std::uint32_t>(offset));
            }
        }
    });
    return offsets;
}

}  // namespace vantage::mp4
