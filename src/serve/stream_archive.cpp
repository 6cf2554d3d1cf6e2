// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_archive.hpp"

#include "live/hls/hls_archive_playlist.hpp"
#include "live/hls/hls_live_playlist.hpp"
#include "live/hls/hls_text.hpp"
#include "net/http_encoding.hpp"
#include "serve/json.hpp"
#include "serve/problem.hpp"
#include "serve/stream_answers.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

using live::Rendition;
using live::RenditionName;

constexpr seconds kKeep{std::chrono::hours(24)};  // what was recorded does not change

// The list has one of this rendition, or of none.
InitPtr newest_init(const live::ArchiveList& list, Rendition rendition) {
    for (auto file = list.files.rbegin(); file != list.files.rend(); ++file)
        if (const auto& init = (*file)->init(rendition)) return init;
    return nullptr;
}

net::Response not_modified(const std::string& etag) {
    net::Response response;
    response.status = 304;
    response.headers.add("ETag", etag);
    return response;
}

// What is recorded of a stream, or main as a profile shows it.
struct AskedStream {
    live::Archive& archive;
    StreamKey key;
};

Result<AskedStream> asked_stream(const Call& call, const std::string& stream) {
    const auto name = live::parse_stream_name(stream);
    if (!name)
        return fail(errc::not_found, fmt::format("there is no recorded stream '{}': {}", stream, name.error().message));
    auto& control = call.app.control;
    const auto* profile = std::get_if<live::Profile>(&*name);
    return AskedStream{profile != nullptr ? control.archive(*profile) : control.archive(),
                       {call.camera(), live::kind_behind(*name)}};
}

// Transcoding takes a second or two, in which no worker waits.
net::Response run_response(live::Archive& archive, const live::Archive::Found& found, Rendition rendition) {
    net::Response response;
    response.later = [&archive, found, rendition](const std::function<void(net::Response)>& done) {
        archive.read(found, rendition, [rendition, done](const Result<std::vector<PartPtr>>& parts) {
            if (parts) return done(parts_response(*parts, rendition, kKeep));
            auto answer = no_stream(parts.error());
            done(answer ? std::move(*answer) : problem(answer.error()));
        });
    };
    return response;
}

Result<net::Response> media_of(const Call& call, const AskedStream& stream, const live::Period& period,
                               Rendition rendition) {
    const auto& file = call.parameter("file");
    if (file.starts_with("init-")) {
        const auto init = stream.archive.find_init(stream.key, period, rendition, file);
        if (!init) return init.error();
        return init_response(*init);
    }
    const auto media = live::parse_media_name(file);
    if (!media || !media->start) return fail(errc::not_found, fmt::format("there is no '{}' in footage", file));
    const auto found = stream.archive.find(stream.key, period, rendition, *media->start);
    if (!found) return found.error();
    if (stream.archive.transcodes(rendition)) return run_response(stream.archive, *found, rendition);
    Result<net::Response> response = fail(errc::internal, "nothing was read");
    stream.archive.read(*found, rendition, [&](const Result<std::vector<PartPtr>>& parts) {
        response = parts ? Result<net::Response>(parts_response(*parts, rendition, kKeep)) : parts.error();
    });
    return response;
}

}  // namespace

Result<AskedPeriod> asked_period(const Call& call) {
    const auto& text = call.parameter("period");
    if (text != "range") {
        const auto period = call.app.control.archive().period(text);
        if (!period) return period.error();
        return AskedPeriod{*period, call.app.control.archive().period_before(text), ""};
    }
    const auto start = time_parameter(call.request, "start");
    if (!start) return start.error();
    const auto end = time_parameter(call.request, "end");
    if (!end) return end.error();
    // As the address says it: whole milliseconds.
    const auto period = live::make_range(std::chrono::floor<milliseconds>(*start), std::chrono::ceil<milliseconds>(*end));
    if (!period) return period.error();
    return AskedPeriod{*period, std::nullopt, fmt::format("../{}/", live::range_name(*period))};
}

Result<live::ArchiveList> asked_list(const Call& call, const AskedPeriod& asked, live::Archive& archive,
                                     const StreamKey& stream, Rendition rendition) {
    auto list = archive.list(stream, asked.period, rendition);
    if (list || list.error().code != errc::not_found || !asked.before || call.parameter("period") != "today") return list;
    auto old = archive.list(stream, *asked.before, rendition);
    if (!old) return list;
    old->ended = false;  // the address goes on
    return old;
}

Result<net::Response> archive_index(const Call& call) {
    const auto asked = asked_period(call);
    if (!asked) return asked.error();
    auto& archive = call.app.control.archive();
    std::vector<live::HlsVariant> variants;
    std::optional<live::HlsAudio> audio;
    std::uint64_t sound_bits = 0;
    Error first;
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        const auto list = asked_list(call, *asked, archive, {call.camera(), kind}, Rendition::video);
        if (!list && kind == StreamKind::main) first = list.error();
        if (!list) continue;
        const auto init = newest_init(*list, Rendition::video);
        const auto outline = live::archive_outline(*list, Rendition::video);
        const auto rates = archive.rates(*list);
        const std::string name = vantage::to_string(kind);
        // Its own sound is counted already, that of main is not.
        variants.push_back({fmt::format("{}{}-video/playlist.m3u8", asked->folder, name), *init->tracks.video, rates.frames,
                            outline.peak_bits_per_second + sound_bits, outline.average_bits_per_second + sound_bits});
        if (audio) continue;
        if (const auto sound = newest_init(*list, Rendition::audio)) {
            audio = live::HlsAudio{fmt::format("{}{}-audio/playlist.m3u8", asked->folder, name), *sound->tracks.audio};
            sound_bits = rates.sound_bits;
        }
        if (kind != StreamKind::main) continue;
        if (auto converted = converted_variant(call.app.control, init, rates.frames, sound_bits)) {
            converted->uri = asked->folder + converted->uri;
            variants.push_back(std::move(*converted));
        }
    }
    if (variants.empty()) return first;
    auto response = net::text_response(200, live::kPlaylistType, live::hls_multivariant(variants, audio));
    response.headers.set("Cache-Control", "no-cache");
    return response;
}

Result<net::Response> archive_playlist(const Call& call, const RenditionName& name, bool at_top) {
    const auto asked = asked_period(call);
    if (!asked) return asked.error();
    const auto stream = asked_stream(call, name.stream);
    if (!stream) return stream.error();
    const auto list = asked_list(call, *asked, stream->archive, stream->key, name.rendition);
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
    const auto stream = asked_stream(call, name.stream);
    if (!stream) return stream.error();
    auto answer = media_of(call, *stream, asked->period, name.rendition);
    if (answer || answer.error().code != errc::not_found || !asked->before) return answer;
    return media_of(call, *stream, *asked->before, name.rendition);
}

}  // namespace vantage::serve
