// SPDX-License-Identifier: Apache-2.0
#include "ingest/depacketizer.hpp"

#include <fmt/format.h>

namespace vantage::ingest {
namespace {

bool is_g726(std::string_view encoding) {
    return encoding.starts_with("G726-") || encoding.starts_with("AAL2-G726-");
}

}  // namespace

bool is_supported(const net::SdpFormat& format) {
    const std::string_view e = format.encoding;
    return e == "H264" || e == "H265" || e == "JPEG" || e == "MPEG4-GENERIC" || e == "MP4A-LATM" || e == "OPUS" ||
           e == "PCMA" || e == "PCMU" || is_g726(e);
}

Result<std::unique_ptr<Depacketizer>> make_depacketizer(const net::SdpMedia& media, const net::SdpFormat& format,
                                                        UnitSink& sink) {
    const std::string_view e = format.encoding;
    if (format.clock_rate <= 0 || format.clock_rate > 1'000'000)
        return fail(errc::malformed, fmt::format("{} with a clock rate of {} Hz", e, format.clock_rate));
    if (e == "H264") return make_h26x_depacketizer(Codec::h264, format, sink);
    if (e == "H265") return make_h26x_depacketizer(Codec::h265, format, sink);
    if (e == "JPEG") return make_jpeg_depacketizer(media.dimensions, sink);
    if (e == "MPEG4-GENERIC") return make_mpeg4_audio_depacketizer(format, sink);
    if (e == "MP4A-LATM") return make_latm_depacketizer(format, sink);
    if (e == "OPUS") return make_opus_depacketizer(format, sink);
    if (e == "PCMA") return make_sample_depacketizer(Codec::pcma, format, sink);
    if (e == "PCMU") return make_sample_depacketizer(Codec::pcmu, format, sink);
    if (is_g726(e)) return make_sample_depacketizer(Codec::g726, format, sink);
    return fail(errc::unsupported,
                fmt::format("the camera sends {}, which is not supported", e.empty() ? "an unnamed format" : e));
}

}  // namespace vantage::ingest
