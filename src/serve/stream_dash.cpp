// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_dash.hpp"

#include "live/segments/live_windows.hpp"
#include "live/segments/outline.hpp"
#include "net/http_encoding.hpp"
#include "serve/problem.hpp"
#include "serve/stream_answers.hpp"
#include "serve/stream_archive.hpp"

#include <fmt/format.h>

namespace vantage::serve {
namespace {

using live::LiveWindow;
using live::Rendition;
using WindowPtr = std::shared_ptr<LiveWindow>;

constexpr seconds kFirstSegment{12};
constexpr seconds kSub{3};
constexpr milliseconds kUpdate{1000};
constexpr std::chrono::hours kLongestDay{25};
constexpr int kDelayTargets = 2;  // behind the newest segment; they are half a target long and more

net::Response manifest_of(Services& app, const CameraId& camera, const WindowPtr& main, const WindowPtr& sub, bool gzip) {
    const auto snapshot = main->snapshot();
    const auto text = main->text(*snapshot, "manifest.mpd", [&] {
        const auto video = live_outline(*snapshot, Rendition::video);
        const auto audio = live_outline(*snapshot, Rendition::audio);
        const auto beside = sub ? sub->snapshot() : nullptr;
        const auto small = beside ? live_outline(*beside, Rendition::video) : live::Outline{};
        const auto target = std::chrono::ceil<milliseconds>(snapshot->target_duration);
        const auto listed = std::chrono::ceil<milliseconds>(app.control.live_windows().options().window);
        return app.dash.manifest("live " + camera.str(),
                                 {snapshot->init(Rendition::video) ? &video : nullptr, &audio, beside ? &small : nullptr},
                                 {kUpdate, listed + target, target * kDelayTargets});
    });
    auto response = packed_response(text, gzip, kManifestType);
    response.headers.add("Cache-Control", "no-cache");
    return response;
}

}  // namespace

Result<net::Response> live_manifest(const Call& call) {
    auto& windows = call.app.control.live_windows();
    const auto main = windows.open({call.camera(), "main"});
    if (!main) return fail(errc::not_found, fmt::format("camera '{}' has no live stream", call.camera().str()));
    const auto beside = windows.open({call.camera(), "sub"});
    const auto sub = beside ? *beside : nullptr;
    const bool gzip = net::accepts_gzip(call.request.headers.get("Accept-Encoding"));
    net::Response response;
    response.later = [main = *main, sub, gzip, camera = call.camera(),
                      &app = call.app](std::function<void(net::Response)> done) {
        const auto answer = [=, &app](const Status& status) {
            done(status ? manifest_of(app, camera, main, sub, gzip) : problem(status.error()));
        };
        main->wait_for_snapshot(kFirstSegment, [sub, answer](const Status& status) {
            if (!status || !sub) return answer(status);
            sub->wait_for_snapshot(kSub, [answer](const Status&) { answer({}); });
        });
    };
    return response;
}

Result<net::Response> archive_manifest(const Call& call) {
    const auto asked = asked_period(call);
    if (!asked) return asked.error();
    auto& archive = call.app.control.archive();
    const auto main = asked_list(call, *asked, archive, {call.camera(), StreamKind::main}, Rendition::muxed);
    if (!main) return main.error();
    const auto sub = asked_list(call, *asked, archive, {call.camera(), StreamKind::sub}, Rendition::video);
    auto video = archive_outline(*main, Rendition::video);
    auto audio = archive_outline(*main, Rendition::audio);
    auto small = sub ? archive_outline(*sub, Rendition::video) : live::Outline{};
    const auto rates = archive.rates(*main);
    video.frame_rate = rates.frames;
    audio.peak_bits_per_second = rates.sound_bits;
    if (sub) small.frame_rate = archive.rates(*sub).frames;
    const live::DashOutlines outlines{main->has(Rendition::video) ? &video : nullptr, &audio, sub ? &small : nullptr};
    const auto target = std::chrono::ceil<milliseconds>(main->target);
    net::Response response;
    response.headers.add("Content-Type", kManifestType);
    response.headers.add("Cache-Control", "no-cache");
    response.body = main->ended
                        ? dash_static(outlines, asked->folder)
                        : call.app.dash.manifest(fmt::format("{} {}", call.camera().str(), live::range_name(main->period)),
                                                 outlines, {target / 2, kLongestDay, target * kDelayTargets, asked->folder});
    return response;
}

net::Response dash_time(const Clock& clock) {
    auto response = net::text_response(200, "text/plain; charset=utf-8", to_rfc3339(clock.now()));
    response.headers.set("Cache-Control", "no-store");
    return response;
}

}  // namespace vantage::serve
