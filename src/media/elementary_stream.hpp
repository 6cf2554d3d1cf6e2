// SPDX-License-Identifier: Apache-2.0
// One stream of a container in the form the rest of the program speaks: H.264/H.265 as 4-byte lengths without parameter
// sets, AAC without ADTS, G.726 in the bit order of RFC 3551. Keeps the track up to date as parameters change. Inside media/
// only (includes FFmpeg). One thread.
#pragma once
#include "media/demuxer.hpp"
#include "media/h26x.hpp"
#include "media/libav.hpp"

#include <optional>

namespace vantage {

class ElementaryStream {
  public:
    // errc::unsupported for a codec we do not carry.
    static Result<ElementaryStream> open(const AVStream& stream);

    // The access unit, or nothing when it cannot be used (counted). Afterwards look at take_change().
    std::optional<DemuxedFrame> convert(const AVPacket& packet);
    // True once after the track became known or changed.
    bool take_change() { return std::exchange(changed_, false); }

    [[nodiscard]] int index() const { return index_; }
    [[nodiscard]] Codec codec() const { return codec_; }
    [[nodiscard]] const std::optional<Track>& track() const { return track_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  private:
    explicit ElementaryStream(const AVStream& stream, Codec codec);
    void read_config(ByteView config);
    void set_track(Track track);
    bool convert_nals(ByteView in, DemuxedFrame& out);
    bool convert_aac(ByteView in, DemuxedFrame& out);
    bool convert_g726(ByteView in, DemuxedFrame& out) const;
    bool convert_jpeg(ByteView in, DemuxedFrame& out);
    void refresh_track();

    int index_;
    Codec codec_;
    AVRational time_base_;
    AVRational frame_rate_;
    AVRational aspect_;
    bool big_endian_g726_{false};
    int nal_length_{0};  // bytes; 0: Annex B
    h26x::ParameterSets sets_;
    bool sets_changed_{false};
    std::optional<Track> track_;
    bool changed_{false};
    std::uint64_t dropped_{0};
};

}  // namespace vantage
