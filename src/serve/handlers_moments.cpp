// SPDX-License-Identifier: Apache-2.0
// Moments: asked for, listed, watched, removed.
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/problem.hpp"
#include "stills/moments/moments.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve::handlers {
namespace {

json::object moment_json(const Services& app, const stills::Moment& moment) {
    const auto& moments = app.control.moments();
    const auto camera = fmt::format("{}/{}", app.base_path, moment.request.camera.str());
    const auto address = moments.address_of(moment);
    json::array gaps;
    for (const auto& gap : moment.gaps)
        gaps.push_back(json::object{{"start", to_rfc3339(gap.start)}, {"end", to_rfc3339(gap.end)}, {"reason", gap.reason}});
    const auto url = [](bool there, std::string text) { return there ? json::value(std::move(text)) : json::value(); };
    return {{"id", moment.id},
            {"camera", moment.request.camera.str()},
            {"start", to_rfc3339(moment.start)},
            {"end", to_rfc3339(moment.end)},
            {"length", moment.request.length.count()},
            {"delay", moment.request.delay.count()},
            {"exact", moment.exact},
            {"state", stills::to_string(moment.state)},
            {"progress", moment.progress},
            {"error", moment.error.message.empty() ? json::value() : json::value(moment.error.message)},
            {"created", to_rfc3339(moment.created)},
            {"user", moment.request.user},
            {"bytes", moment.bytes},
            {"gaps", std::move(gaps)},
            {"time", address},
            {"mp4", url(moment.bytes > 0, fmt::format("{}/moment/list/{}", camera, address))},
            {"gif", url(moment.gif, fmt::format("{}/moment/gif?moment={}", camera, moment.id))}};
}

std::string api_address(const Call& call, const stills::Moment& moment) {
    return fmt::format("{}/api/v1/cameras/{}/moments/{}", call.app.base_path, moment.request.camera.str(), moment.id);
}

std::string range_of(seconds least, seconds most) {
    return fmt::format("a whole number of seconds from {} to {}", least.count(), most.count());
}

Result<seconds> number_of(std::string_view text, std::string_view name, seconds least, seconds most) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size() || seconds{out} < least || seconds{out} > most)
        return fail(errc::invalid_argument,
                    fmt::format("the {} of a moment is {}, not '{}'", name, range_of(least, most), text.substr(0, 40)));
    return seconds{out};
}

// `length` and `delay` as text; empty: as they are when nothing is said.
Result<stills::MomentRequest> request_of(const Call& call, std::string_view length, std::string_view delay) {
    stills::MomentRequest out{.camera = call.camera(), .user = call.who.user};
    if (!length.empty()) {
        const auto number = number_of(length, "length", stills::kLeastMoment, stills::kMostMoment);
        if (!number) return number.error();
        out.length = *number;
    }
    if (!delay.empty()) {
        const auto number = number_of(delay, "delay", seconds{0}, stills::kMostDelay);
        if (!number) return number.error();
        out.delay = *number;
    }
    return out;
}

// The origin in an address: "https://box:6478" of "https://box:6478/watch/door".
std::string_view origin_of(std::string_view address) {
    const auto host = address.find("://");
    return host == std::string_view::npos ? address : address.substr(0, address.find('/', host + 3));
}

// A page of another site can make a browser open any address of ours, with the session's cookie.
Status check_site(const Call& call) {
    if (call.who.proof != Proof::cookie) return {};
    const auto refused =
        fail(errc::forbidden, "a moment is asked for by a page of this server, by its address typed in, or with a token");
    const auto& headers = call.request.headers;
    if (const auto site = headers.get("Sec-Fetch-Site"); !site.empty()) {
        const bool ahead = headers.get("Sec-Purpose").find("prefetch") != std::string_view::npos;  // nobody has gone there
        return !ahead && (site == "same-origin" || site == "none") ? Status{} : Status{refused};
    }
    bool own = false;
    for (const auto* name : {"Origin", "Referer"}) {
        const auto from = headers.get(name);
        if (from.empty()) continue;
        if (!is_own_origin(call.request, origin_of(from))) return refused;
        own = true;
    }
    return own ? Status{} : Status{refused};
}

Result<stills::Moment> create(const Call& call, const stills::MomentRequest& request) {
    auto made = call.app.control.moments().create(request);
    if (made)
        call.app.accounts.audit({call.who.user, call.request.peer}, "moment added",
                                fmt::format("{} of {}", made->id, request.camera.str()));
    return made;
}

// What is not recorded is no fault of the request.
Answer refusal(const Error& error) {
    if (error.code == errc::unsupported) return net::problem_response(409, "not_recorded", error.message);
    return error;
}

// When it has ended.
net::Response ended_later(const Call& call, const stills::Moment& moment) {
    net::Response response;
    response.later = [&app = call.app, moment](const std::function<void(net::Response)>& done) {
        app.control.moments().when_ended(moment.request.camera, moment.id, [&app, done](const stills::Moment& ended) {
            const auto shown = moment_json(app, ended);
            const bool good = ended.state == stills::MomentState::done;
            done(good ? json_response(200, shown) : problem(ended.error, {{"moment", shown}}));
        });
    };
    return response;
}

bool wants_to_wait(const net::Request& request) {
    const auto wait = request.parameter("wait").value_or("");
    return wait == "true" || wait == "1";
}

net::Response file_response(std::filesystem::path path, const char* type, const std::string& name) {
    net::Response response;
    response.headers.add("Content-Type", type);
    response.headers.add("Content-Disposition", fmt::format("inline; filename=\"{}\"", name));
    response.headers.add("Cache-Control", "private, no-cache");
    response.body = net::FileBody{path.string()};
    return response;
}

// "door_2026-11-20_20-04-05.gif"
std::string file_name(const stills::Moments& moments, const stills::Moment& moment, const char* ending) {
    auto time = moments.address_of(moment);
    for (std::size_t i = 0; i < time.size(); ++i)
        if (time[i] == '/') time[i] = i == 10 ? '_' : '-';
    return fmt::format("{}_{}{}", moment.request.camera.str(), time, ending);
}

// Moments stay when their camera is removed.
Status check_camera(const Call& call) {
    if (call.app.control.camera(call.camera()) || !call.app.control.moments().list(call.camera()).empty()) return {};
    return fail(errc::not_found, fmt::format("there is no camera '{}'", call.camera().str()));
}

Result<stills::Moment> moment_of(const Call& call) {
    return call.app.control.moments().find(call.camera(), call.parameter("id"));
}

}  // namespace

Answer generate_moment(const Call& call) {
    if (call.request.method == net::Method::head) {
        auto response = net::problem_response(405, "invalid_argument", "this address makes something: it takes GET");
        response.headers.add("Allow", "GET");
        return response;
    }
    if (auto good = check_site(call); !good) return good.error();
    const auto request = request_of(call, call.parameter("length"), call.parameter("delay"));
    if (!request) return request.error();
    const auto made = create(call, *request);
    if (!made) return refusal(made.error());
    auto response =
        wants_to_wait(call.request) ? ended_later(call, *made) : json_response(202, moment_json(call.app, *made));
    response.headers.add("Location", api_address(call, *made));
    return response;
}

Answer add_moment(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    const auto field = [&](const char* name) {
        const auto* value = body->if_contains(name);
        return value == nullptr || value->is_null() ? std::string() : json::serialize(*value);
    };
    const auto request = request_of(call, field("length"), field("delay"));
    if (!request) return request.error();
    const auto made = create(call, *request);
    if (!made) return refusal(made.error());
    auto response = json_response(201, moment_json(call.app, *made));
    response.headers.add("Location", api_address(call, *made));
    return response;
}

Answer list_moments(const Call& call) {
    if (auto good = check_camera(call); !good) return good.error();
    json::array moments;
    for (const auto& moment : call.app.control.moments().list(call.camera()))
        moments.push_back(moment_json(call.app, moment));
    return json_response(200, json::object{{"moments", std::move(moments)}});
}

Answer get_moment(const Call& call) {
    const auto moment = moment_of(call);
    if (!moment) return moment.error();
    return json_response(200, moment_json(call.app, *moment));
}

Answer remove_moment(const Call& call) {
    if (auto done = call.app.control.moments().remove(call.camera(), call.parameter("id")); !done) return done.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "moment removed",
                            fmt::format("{} of {}", call.parameter("id"), call.camera().str()));
    return no_content();
}

Answer get_moment_file(const Call& call) {
    const auto part = [&](const char* name) -> const std::string& { return call.parameter(name); };
    const auto& moments = call.app.control.moments();
    const auto moment = moments.at(call.camera(), fmt::format("{}/{}/{}/{}/{}/{}", part("year"), part("month"), part("day"),
                                                              part("hour"), part("minute"), part("second")));
    if (!moment) return moment.error();
    if (moment->bytes == 0) return fail(errc::not_found, "this moment has no MP4 (yet)");
    return file_response(moments.mp4(*moment), "video/mp4", file_name(moments, *moment, ".mp4"));
}

Answer get_moment_gif(const Call& call) {
    const auto& moments = call.app.control.moments();
    const auto moment = moments.newest_gif(call.camera());
    if (!moment) return moment.error();
    if (const auto wanted = call.request.parameter("moment"); wanted && *wanted != moment->id)
        return fail(errc::not_found, "a newer moment has replaced this GIF");
    auto response = file_response(moments.gif(*moment), "image/gif", file_name(moments, *moment, ".gif"));
    response.headers.add("Vantage-Time", to_rfc3339(moment->start));
    return response;
}

}  // namespace vantage::serve::handlers
