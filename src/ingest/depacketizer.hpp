// SPDX-License-Identifier: Apache-2.0
// From RTP payloads to access units, one class a payload format. Packets come in sequence order, without duplicates, of one
// SSRC. Lives on the thread of its source. Knows nothing of sequence numbers, wraps and wall clocks.
#pragma once
#include "base/result.hpp"
#include "ingest/source.hpp"
#include "media/track.hpp"
#include "net/rtp.hpp"
#include "net/sdp.hpp"

#include <memory>
#include <utility>

namespace vantage::ingest {

struct RtpInput {
    std::int64_t timestamp{0};  // unwrapped, in the format's clock rate
    bool marker{false};
    ByteView payload;
    Arrival arrival;
};

struct AccessUnit {
    std::int64_t timestamp{0};  // as RtpInput::timestamp
    Arrival arrival;            // of its first packet
    bool key{false};
    bool recovery{false};
    bool lost_before{false};
    Bytes data;
};

class UnitSink {
  public:
    virtual ~UnitSink() = default;
    // What the units that follow need to be decoded. Called when it is first known and when it changes.
    virtual void on_track(const Track& track) = 0;
    // Not before on_track.
    virtual void on_unit(AccessUnit unit) = 0;
};

class Depacketizer {
  public:
    explicit Depacketizer(UnitSink& sink) : sink_(sink) {}
    Depacketizer(const Depacketizer&) = delete;
    Depacketizer& operator=(const Depacketizer&) = delete;
    virtual ~Depacketizer() = default;

    // Announces the track if the session description says enough; before the first push.
    virtual void begin() {}
    virtual void push(const RtpInput& packet) = 0;
    // Packets are missing between the last push and the next.
    virtual void lose() = 0;

  protected:
    UnitSink& sink_;
};

// True for the formats below.
bool is_supported(const net::SdpFormat& format);
// errc::unsupported for other formats, malformed for parameters that cannot be. `sink` outlives the depacketizer.
Result<std::unique_ptr<Depacketizer>> make_depacketizer(const net::SdpMedia& media, const net::SdpFormat& format,
                                                        UnitSink& sink);

// The single formats, for the factory and the tests.
std::unique_ptr<Depacketizer> make_h26x_depacketizer(Codec codec, const net::SdpFormat& format,
                                                     UnitSink& sink);                             // RFC 6184, 7798
std::unique_ptr<Depacketizer> make_jpeg_depacketizer(std::pair<int, int> large, UnitSink& sink);  // RFC 2435
Result<std::unique_ptr<Depacketizer>> make_mpeg4_audio_depacketizer(const net::SdpFormat& format,
                                                                    UnitSink& sink);                         // RFC 3640
Result<std::unique_ptr<Depacketizer>> make_latm_depacketizer(const net::SdpFormat& format, UnitSink& sink);  // RFC 6416
std::unique_ptr<Depacketizer> make_opus_depacketizer(const net::SdpFormat& format, UnitSink& sink);          // RFC 7587
std::unique_ptr<Depacketizer> make_sample_depacketizer(Codec codec, const net::SdpFormat& format,
                                                       UnitSink& sink);  // RFC 3551

}  // namespace vantage::ingest
