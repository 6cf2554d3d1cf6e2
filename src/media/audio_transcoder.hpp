// SPDX-License-Identifier: Apache-2.0
// G.711 and G.726 become AAC-LC, which browsers play, once, at ingest. The AAC packets carry the time of their sound: the
// encoder's delay is taken out, and the input's times are followed sample by sample, so that a steered clock stays in sync.
// Short holes are filled with silence; after a longer one, or a step back, encoding begins afresh. One thread at a time.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <functional>
#include <memory>

namespace vantage {

class AudioTranscoder {
  public:
    using Out = std::function<void(MediaTime pts, Bytes data)>;

    // errc::unsupported for a codec that needs or knows no transcoding, errc::invalid_argument for an impossible rate.
    static Result<std::unique_ptr<AudioTranscoder>> make(const Track& in);
    ~AudioTranscoder();
    AudioTranscoder(const AudioTranscoder&) = delete;
    AudioTranscoder& operator=(const AudioTranscoder&) = delete;

    // `data` as coded (Packet::data), `pts` of its first sample. Calls `out` for each AAC packet that is ready (64 ms of
    // sound at 16 kHz), in increasing time. Errors concern this packet only: go on with the next.
    Status push(MediaTime pts, ByteView data, const Out& out);

    // AAC-LC with its AudioSpecificConfig, at 16 kHz for telephone rates, else at the input's rate.
    [[nodiscard]] const Track& track() const;

  private:
    class Impl;
    explicit AudioTranscoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vantage
