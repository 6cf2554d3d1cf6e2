// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_archive.hpp"

#include "live/hls/hls_archive_playlist.hpp"
#include "live/hls/hls_live_playlist.hpp"
#include "live/hls/hls_text.hpp"
#include "net/http_encoding.hpp"
#include "serve/json.hpp"
#include "serve/stream_answers.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

using live::Rendition;
using live::RenditionName;

constexpr seconds kKeep{std::chrono::hours(24)};  // what was recorded does not change

net::Response not_modified(const std::string& etag) {
    net::Response response;
    response.status = 304;
    response.headers.add("ETag", etag);
    return response;
}

}  // namespace

Result<AskedPeriod> asked_period(const Call& call) {
    const auto& text = call.parameter("period");
    if (text != "range") {
        const auto period = call.app.control.archive().period(text);
        if (!period) return period.error();
        return AskedPeriod{*period, ""};
    }
    const auto start = time_parameter(call.request, "start");
    if (!start) return start.error();
    const auto end = time_parameter(call.request, "end");
    if (!end) return end.error();
    // As the address says it: whole milliseconds.
    const auto period = live::make_range(std::chrono::floor<milliseconds>(*start), std::chrono::ceil<milliseconds>(*end));
    if (!period) return period.error();
    return AskedPeriod{*period, fmt::format("../{}/", live::range_name(*period))};
}

Result<StreamKey> recorded_stream(const Call& call, const std::string& stream) {
    const auto kind = parse_stream_kind(stream);
    if (!kind) return fail(errc::not_found, fmt::format("there is no recorded stream '{}'; there are main and sub", stream));
    return StreamKey{call.camera(), *kind};
}

Result<net::Response> archive_index(const Call& call) {
    const auto asked = asked_period(call);
    if (!asked) return asked.error();
    auto& archive = call.app.control.archive();
    std::vector<live::HlsVariant> variants;
    std::optional<live::HlsAudio> audio;
    Error first;
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        const auto list = archive.list({call.camera(), kind}, asked->period, Rendition::video);
        if (!list && kind == StreamKind::main) first = list.error();
        if (!list) continue;
        const auto newest = list->files.back()->init(Rendition::video);
        const auto init = newest ? newest : list->files.front()->init(Rendition::video);
        if (!init) continue;
        const auto outline = live::archive_outline(*list, Rendition::video);
        const std::string name = vantage::to_string(kind);
        variants.push_back({fmt::format("{}{}-video/playlist.m3u8", asked->folder, name), *init->tracks.video,
                            archive.frame_rate(*list), outline.peak_bits_per_second, outline.average_bits_per_second});
        if (audio) continue;
        for (const auto& file : list->files)
            if (const auto& sound = file->init(Rendition::audio))
                audio = live::HlsAudio{fmt::format("{}{}-audio/playlist.m3u8", asked->folder, name), *sound->tracks.audio};
    }
    if (variants.empty()) return first;
    auto response = net::text_response(200, live::kPlaylistType, live::hls_multivariant(variants, audio));
    response.headers.set("Cache-Control", "no-cache");
    return response;
}

Result<net::Response> archive_playlist(const Call& call, const RenditionName& name, bool at_top) {
    const auto asked = asked_period(call);
    if (!asked) return asked.error();
    const auto stream = recorded_stream(call, name.stream);
    if (!stream) return stream.error();
    const auto list = call.app.control.archive().list(*stream, asked->period, name.rendition);
    if (!list) return list.error();
    std::string prefix = at_top ? to_string(name) + "/" : "";
    if (!asked->folder.empty()) prefix = fmt::format("{}{}{}/", at_top ? "" : "../", asked->folder, to_string(name));
    const auto etag = live::hls_archive_etag(*list, name.rendition, prefix);
    if (call.request.headers.get("If-None-Match") == etag) return not_modified(etag);
    net::Response response;
    response.headers.add("Content-Type", live::kPlaylistType);
    response.headers.add("Cache-Control", "no-cache");
    response.headers.add("ETag", etag);
    if (net::accepts_gzip(call.request.headers.get("Accept-Encoding"))) {
        response.headers.add("Vary", "Accept-Encoding");
        response.headers.add("Content-Encoding", "gzip");
        response.body = live::hls_archive_gzip(*list, name.rendition, prefix);
    } else {
        response.body = live::hls_archive_playlist(*list, name.rendition, prefix);
    }
    return response;
}

Result<net::Response> archive_media(const Call& call, const RenditionName& name) {
    const auto asked = asked_period(call);
    if (!asked) return asked.error();
    const auto stream = recorded_stream(call, name.stream);
    if (!stream) return stream.error();
    auto& archive = call.app.control.archive();
    const auto& file = call.parameter("file");
    if (file.starts_with("init-")) {
        const auto init = archive.find_init(*stream, asked->period, name.rendition, file);
        if (!init) return init.error();
        return init_response(*init);
    }
    const auto media = live::parse_media_name(file);
    if (!media || !media->start) return fail(errc::not_found, fmt::format("there is no '{}' in footage", file));
    const auto parts = archive.read(*stream, asked->period, name.rendition, *media->start);
    if (!parts) return parts.error();
    return parts_response(*parts, name.rendition, kKeep);
}

}  // namespace vantage::serve
