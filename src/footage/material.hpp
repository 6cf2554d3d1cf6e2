// SPDX-License-Identifier: Apache-2.0
// What a cut is made of: the fragments of a span, and their files, held open so that retention may remove them meanwhile.
// Gathering reads the catalogue and opens files; walking reads headers of parts. One thread at a time; blocks.
#pragma once
#include "footage/file_system.hpp"
#include "footage/footage.hpp"

#include <functional>
#include <stop_token>

namespace vantage::footage {

// A segment, as far as the span needs it.
struct Source {
    SegmentPtr segment;
    std::shared_ptr<File> file;
    std::vector<Fragment> fragments;  // not empty, oldest first
};

struct Material {
    StreamKey stream;
    UtcTime from, to;             // what was asked for
    std::vector<Source> sources;  // oldest first; a second more than the span on both sides, for its sound
    MediaTime first;              // decode time of the fragment that `from` lies in, or of the first one after
    std::vector<Gap> gaps;        // of [from, to), with reasons
    std::uint64_t bytes{0};       // about what a cut of it takes
    bool empty{true};             // no fragment overlaps the span
};

// [from, to) of a stream. Goes back to a key frame for up to ten minutes when `from` lies in a GOP without end.
Result<Material> gather(const Footage& footage, FileSystem& files, const StreamKey& stream, UtcTime from, UtcTime to);

// The same without its gaps, which are a look-up of their own.
Result<Material> gather_fragments(const Footage& footage, FileSystem& files, const StreamKey& stream, UtcTime from,
                                  UtcTime to);

// Where a part lies in its segment's file.
struct PartPlace {
    std::uint64_t offset{0};  // of its first box: prft or moof
    std::uint32_t header{0};  // bytes from there to its payload
    std::uint32_t bytes{0};   // all of it
};
// Reads the headers of a source's parts, in order, with UTC decode times and without data. `visit` returns false to stop.
// Bytes that are no part of ours end the walk: what lies behind them is missing.
Status walk_parts(const Source& source, const std::function<bool(const Part&, const PartPlace&)>& visit);

}  // namespace vantage::footage
