// SPDX-License-Identifier: Apache-2.0
// Puts NAL units together to access units in length-prefixed form: one buffer that is used again for every access unit, one
// allocation of the exact size when it is done. Keeps parameter sets. Lives on the thread of its source.
#pragma once
#include "ingest/depacketizer.hpp"
#include "media/h26x.hpp"

namespace vantage::ingest {

class NalAssembler {
  public:
    NalAssembler(Codec codec, UnitSink& sink) : codec_(codec), sink_(sink) {}

    // A parameter set of the session description. Some cameras put start codes before, between and behind them.
    void add_parameter_set(ByteView nal);
    // Announces the track if the sets are complete.
    void announce();

    // The packet that the next calls belong to. A new time stamp ends the access unit: not every camera sets marker bits.
    void at(const RtpInput& packet);
    void whole_nal(ByteView nal);
    // A NAL unit in pieces. Pieces that follow no begin are left out.
    void begin_nal(ByteView header);
    void append(ByteView piece);
    void end_nal();
    // Bytes are missing: the NAL unit in the making is thrown away.
    void lose();
    // The marker bit. Ends the access unit unless it holds no slice yet, or this camera's markers have proved wrong.
    void mark();

  private:
    void flush();
    void drop_or_keep(std::size_t begin);
    void split_annexb(std::size_t begin);
    void note(h26x::Nal kind, ByteView nal);

    const Codec codec_;
    UnitSink& sink_;
    h26x::ParameterSets sets_;
    bool sets_changed_{false};
    std::optional<Track> track_;

    AccessUnit unit_;  // without data
    Bytes buffer_;     // its data
    bool started_{false};
    bool has_slice_{false};
    std::optional<std::size_t> open_nal_;   // offset of the length of the NAL unit in the making
    bool lost_{false};                      // something is missing before what comes next
    std::optional<std::int64_t> finished_;  // time stamp of the last access unit that a marker ended
    bool markers_lie_{false};               // markers came before the last slice of a picture: only time stamps count
};

}  // namespace vantage::ingest
