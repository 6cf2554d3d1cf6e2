// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_live.hpp"

#include "live/hls/hls_live_playlist.hpp"
#include "live/hls/hls_text.hpp"
#include "live/segments/live_windows.hpp"
#include "live/segments/outline.hpp"
#include "net/http_encoding.hpp"
#include "serve/problem.hpp"
#include "serve/stream_answers.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve {
namespace {

using live::LiveKey;
using live::LiveWindow;
using live::Rendition;
using live::RenditionName;
using WindowPtr = std::shared_ptr<LiveWindow>;
using Make = std::function<net::Response()>;

constexpr seconds kFirstSegment{12};  // a camera on demand connects and sends a GOP
constexpr seconds kOtherVariant{3};
constexpr seconds kKeep{300};  // by a player's cache; numbers are never used twice

Result<WindowPtr> open_window(const Call& call, const std::string& stream) {
    auto window = call.app.control.live_windows().open({call.camera(), stream});
    if (window || window.error().code == errc::overloaded || window.error().code == errc::unavailable) return window;
    return fail(errc::not_found, fmt::format("camera '{}' has no live stream '{}'", call.camera().str(), stream));
}

// `wait` calls what it is given when `make` can answer.
net::Response later(std::function<void(LiveWindow::Done)> wait, Make make) {
    net::Response response;
    response.later = [wait = std::move(wait), make = std::move(make)](std::function<void(net::Response)> done) mutable {
        wait([make = std::move(make), done = std::move(done)](const Status& status) {
            auto answer = status ? make() : problem(status.error());
            if (answer.status == 503) answer.headers.set("Retry-After", "2");
            done(std::move(answer));
        });
    };
    return response;
}

Result<std::optional<std::uint64_t>> number_parameter(const net::Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text) return std::optional<std::uint64_t>{};
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size())
        return fail(errc::invalid_argument, fmt::format("'{}' must be a whole number", name));
    return std::optional(value);
}

// RFC 8216bis 6.2.5.2; nothing when the request does not wait.
Result<std::optional<live::LivePosition>> position_of(const net::Request& request, Rendition rendition) {
    const auto number = number_parameter(request, "_HLS_msn");
    if (!number) return number.error();
    const auto part = number_parameter(request, "_HLS_part");
    if (!part) return part.error();
    if (*part && !*number) return fail(errc::invalid_argument, "'_HLS_part' needs '_HLS_msn'");
    if (!*number) return std::optional<live::LivePosition>{};
    live::LivePosition position{rendition, **number};
    if (*part) position.part = static_cast<std::size_t>(**part);
    return std::optional(position);
}

// The other playlists of the multivariant playlist, where they are open.
std::vector<live::HlsReport> reports_for(const live::LiveWindows& windows, const CameraId& camera,
                                         const RenditionName& name) {
    std::vector<live::HlsReport> out;
    if (name.rendition == Rendition::muxed) return out;
    std::vector<RenditionName> others;
    for (const auto rendition : {Rendition::video, Rendition::audio})
        if (rendition != name.rendition) others.push_back({name.stream, rendition});
    if (name.stream == "main") others.push_back({"sub", Rendition::video});
    if (name.stream == "sub") others.push_back({"main", Rendition::video});
    for (const auto& other : others) {
        const auto window = windows.find({camera, other.stream});
        const auto snapshot = window ? window->snapshot() : nullptr;
        if (snapshot && snapshot->init(other.rendition))
            out.push_back(hls_report(*snapshot, other.rendition, fmt::format("../{}/playlist.m3u8", to_string(other))));
    }
    return out;
}

net::Response no_rendition(const RenditionName& name) {
    return problem(fail(errc::not_found, fmt::format("stream '{}' sends no {} now", name.stream,
                                                     name.rendition == Rendition::audio ? "sound" : "picture")));
}

std::vector<PartPtr> pieces_of(const live::LiveLane& lane) {
    std::vector<PartPtr> out;
    for (const auto& part : lane.parts) out.insert(out.end(), part->pieces.begin(), part->pieces.end());
    return out;
}

net::Response media_answer(LiveWindow& window, const live::LiveMediaName& file, Rendition rendition) {
    const auto gone = [] {
        return problem(fail(errc::not_found, "this piece of live is gone or never came; load the playlist again"));
    };
    if (file.serial) {
        const auto part = window.find_part(rendition, *file.serial);
        return part ? parts_response(part->pieces, rendition, kKeep) : gone();
    }
    const auto segment = file.start ? window.find(rendition, *file.start) : window.find(*file.number);
    if (!segment || !segment->complete || segment->lane(rendition).duration == Ticks{0}) return gone();
    return parts_response(pieces_of(segment->lane(rendition)), rendition, kKeep);
}

// Variants with what was measured of them.
net::Response index_answer(Control& control, const WindowPtr& main, const WindowPtr& sub) {
    const auto of_main = main->snapshot();
    const auto sound = of_main->init(Rendition::audio);
    const auto sound_bits = live_outline(*of_main, Rendition::audio).peak_bits_per_second;
    std::vector<live::HlsVariant> variants;
    const auto add = [&](const live::LiveSnapshotPtr& snapshot, const char* uri) {
        const auto init = snapshot ? snapshot->init(Rendition::video) : nullptr;
        if (!init) return;
        const auto outline = live_outline(*snapshot, Rendition::video);
        variants.push_back({uri, *init->tracks.video, outline.frame_rate, outline.peak_bits_per_second + sound_bits,
                            outline.average_bits_per_second + sound_bits});
    };
    add(of_main, "main-video/playlist.m3u8");
    if (auto converted = converted_variant(control, of_main->init(Rendition::muxed),
                                           live_outline(*of_main, Rendition::video).frame_rate, sound_bits))
        variants.push_back(std::move(*converted));
    add(sub ? sub->snapshot() : nullptr, "sub-video/playlist.m3u8");
    std::optional<live::HlsAudio> audio;
    if (sound) audio = live::HlsAudio{"main-audio/playlist.m3u8", *sound->tracks.audio};
    return net::text_response(200, live::kPlaylistType, live::hls_multivariant(variants, audio));
}

Result<net::Response> live_playlist(const Call& call, const WindowPtr& window, const RenditionName& name,
                                    const std::string& prefix) {
    const auto position = position_of(call.request, name.rendition);
    if (!position) return position.error();
    const bool gzip = net::accepts_gzip(call.request.headers.get("Accept-Encoding"));
    Make make = [window, name, prefix, gzip, camera = call.camera(), &windows = call.app.control.live_windows()] {
        const auto snapshot = window->snapshot();
        if (!snapshot->init(name.rendition)) return no_rendition(name);
        const auto text = window->text(*snapshot, prefix + to_string(name), [&] {
            return live::hls_live_playlist(*snapshot, name.rendition, prefix, reports_for(windows, camera, name));
        });
        auto response = packed_response(text, gzip, live::kPlaylistType);
        response.headers.add("Cache-Control", "no-cache");
        return response;
    };
    if (!*position && window->snapshot()) return make();
    return later(
        [window, position = *position](LiveWindow::Done done) {
            if (position) {
                window->wait_for(*position, std::move(done));
            } else {
                window->wait_for_snapshot(kFirstSegment, std::move(done));
            }
        },
        std::move(make));
}

Result<net::Response> live_media(const Call& call, const WindowPtr& window, const RenditionName& name) {
    const auto& file = call.parameter("file");
    if (file.starts_with("init-")) {
        const auto snapshot = window->snapshot();
        if (snapshot)
            if (const auto init = snapshot->find_init(name.rendition, file)) return init_response(init);
        return fail(errc::not_found, "there is no such init; load the playlist again");
    }
    const auto media = live::parse_media_name(file);
    if (!media) return fail(errc::not_found, fmt::format("there is no '{}' in a live stream", file));
    Make make = [window, media = *media, rendition = name.rendition] { return media_answer(*window, media, rendition); };
    const live::LivePosition position{name.rendition, media->number.value_or(0), {}, media->serial};
    if (media->start || window->has(position)) return make();
    return later([window, position](LiveWindow::Done done) { window->wait_for(position, std::move(done)); },
                 std::move(make));
}

}  // namespace

Result<net::Response> live_index(const Call& call) {
    const auto main = open_window(call, "main");
    if (!main) return no_stream(main.error());
    const auto sub = call.app.control.live_windows().open({call.camera(), "sub"});
    const auto wait = [main = *main, sub = sub ? *sub : nullptr](const LiveWindow::Done& done) {
        main->wait_for_snapshot(kFirstSegment, [sub, done](const Status& status) {
            if (!status || !sub) return done(status);
            sub->wait_for_snapshot(kOtherVariant, [done](const Status&) { done({}); });
        });
    };
    return later(wait, [&control = call.app.control, main = *main, sub = sub ? *sub : nullptr] {
        return index_answer(control, main, sub);
    });
}

Result<net::Response> live_playlist(const Call& call, const RenditionName& name, const std::string& prefix) {
    const auto window = open_window(call, name.stream);
    return window ? live_playlist(call, *window, name, prefix) : no_stream(window.error());
}

Result<net::Response> live_media(const Call& call, const RenditionName& name) {
    const auto window = open_window(call, name.stream);
    return window ? live_media(call, *window, name) : no_stream(window.error());
}

std::optional<Result<net::Response>> quick_live_playlist(const Call& call, const RenditionName& name,
                                                         const std::string& prefix) {
    const auto window = call.app.control.live_windows().running({call.camera(), name.stream});
    if (!window) return std::nullopt;
    return live_playlist(call, window, name, prefix);
}

std::optional<Result<net::Response>> quick_live_media(const Call& call, const RenditionName& name) {
    const auto window = call.app.control.live_windows().running({call.camera(), name.stream});
    if (!window) return std::nullopt;
    return live_media(call, window, name);
}

}  // namespace vantage::serve
