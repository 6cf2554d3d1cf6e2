// SPDX-License-Identifier: Apache-2.0
#include "ingest/sources.hpp"

#include "base/log.hpp"
#include "ingest/capture_source.hpp"
#include "ingest/file_source.hpp"
#include "ingest/libav_source.hpp"
#include "ingest/rtsp_source.hpp"
#include "ingest/sim_source.hpp"

namespace vantage::ingest {
namespace {

using Made = Result<std::unique_ptr<Source>>;

Made make_sim(const std::string& url) {
    auto sim = parse_sim_url(url);
    if (!sim) return sim.error();
    return std::unique_ptr<Source>(new SimSource(std::move(*sim)));
}

Made make_capture(const std::string& url, const Clock& clock) {
    auto capture = parse_capture_url(url);
    if (!capture) return capture.error();
    return std::unique_ptr<Source>(new CaptureSource(std::move(*capture), clock));
}

bool is_one_of(std::string_view scheme, std::initializer_list<std::string_view> schemes) {
    return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

}  // namespace

Made make_source(const SourceOptions& options, boost::asio::io_context& context, const Clock& clock) {
    const auto colon = options.url.find(':');
    const auto scheme = colon == std::string::npos ? std::string{} : options.url.substr(0, colon);
    if (is_one_of(scheme, {"rtsp", "rtsps"})) return std::unique_ptr<Source>(new RtspSource(context, options, clock));
    if (scheme == "file") return std::unique_ptr<Source>(new FileSource(options));
    if (scheme == "sim") return make_sim(options.url);
    if (is_one_of(scheme, {"v4l2", "lavfi"})) return make_capture(options.url, clock);
    if (is_one_of(scheme, {"http", "https", "rtmp", "rtmps", "udp", "ffmpeg"}))
        return std::unique_ptr<Source>(new LibavSource(options, clock));
    return fail(
        errc::unsupported,
        fmt::format("no camera is reached by '{}'; an address begins with rtsp:, rtsps:, http:, https:, rtmp:, rtmps:, "
                    "udp:, file:, sim:, v4l2:, lavfi: or ffmpeg:",
                    log::redact_url(options.url)));
}

}  // namespace vantage::ingest
