// SPDX-License-Identifier: Apache-2.0
// Timelapses: of each day, and of any range on request.
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "stills/timelapse/timelapse_days.hpp"
#include "stills/timelapse/timelapse_jobs.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

using stills::FilmRecord;
using stills::TimelapseJob;

void add_film(json::object& out, const FilmRecord& film) {
    json::array gaps;
    for (const auto& gap : film.gaps)
        gaps.push_back(json::object{{"start", to_rfc3339(gap.start)}, {"end", to_rfc3339(gap.end)}, {"reason", gap.reason}});
    out["bytes"] = film.bytes;
    out["frames"] = film.frames;
    out["width"] = film.size.width;
    out["height"] = film.size.height;
    out["complete"] = film.complete();
    out["gaps"] = std::move(gaps);
}

json::object day_json(const stills::DayFilm& film, const std::string& base_path) {
    const auto day = stills::to_string(film.day);
    auto url = fmt::format("{}/{}/timelapse/{}", base_path, film.camera.str(), day);
    for (const auto dash : {url.size() - 6, url.size() - 3}) url[dash] = '/';
    json::object out{{"camera", film.camera.str()},
                     {"day", day},
                     {"url", film.done ? json::value(url) : json::value()},
                     {"times", film.done ? json::value(url + ".json") : json::value()},
                     {"state", film.done ? "done" : "running"},
                     {"progress", film.progress},
                     {"seconds", film.record.seconds()},
                     {"fps", film.record.fps},
                     {"start", to_rfc3339(film.record.start)},
                     {"end", to_rfc3339(film.record.end)},
                     {"error", film.error.empty() ? json::value() : json::value(film.error)}};
    add_film(out, film.record);
    out["complete"] = film.done && film.record.complete();
    return out;
}

json::object job_json(const TimelapseJob& job, const std::string& base_path) {
    const auto& settings = job.request.settings;
    const auto url = fmt::format("{}/timelapses/{}", base_path, job.id);
    json::object out{{"id", job.id},
                     {"camera", job.request.camera.str()},
                     {"user", job.request.user},
                     {"start", to_rfc3339(job.request.start)},
                     {"end", to_rfc3339(job.request.end)},
                     {"seconds", settings.seconds},
                     {"fps", settings.fps},
                     {"hours", settings.hours ? json::value(stills::to_string(*settings.hours)) : json::value()},
                     {"every", stills::to_string(job.request.every)},
                     {"state", to_string(job.state)},
                     {"progress", job.progress},
                     {"error", job.error.empty() ? json::value() : json::value(job.error)},
                     {"created", to_rfc3339(job.created)},
                     {"url", job.film ? json::value(url + ".mp4") : json::value()},
                     {"times", job.film ? json::value(url + ".json") : json::value()}};
    add_film(out, job.film.value_or(FilmRecord{}));
    out["frames"] = job.frames;
    out["complete"] = job.film && job.film->complete();
    return out;
}

net::Response film_response(const std::filesystem::path& film, const std::string& name) {
    net::Response response;
    response.headers.add("Content-Type", "video/mp4");
    response.headers.add("Content-Disposition", fmt::format("inline; filename=\"{}.mp4\"", name));
    response.headers.add("Cache-Control", "private, no-cache");
    response.body = net::FileBody{film.string()};
    return response;
}

// When each frame was.
net::Response times_response(const CameraId& camera, const FilmRecord& record) {
    json::array times;
    for (const auto time : record.times) times.emplace_back(to_rfc3339(time));
    return json_response(200, json::object{{"camera", camera.str()}, {"fps", record.fps}, {"times", std::move(times)}});
}

// "x.json" becomes "x": whether it did.
bool wants_times(std::string& name) {
    constexpr std::string_view kEnd = ".json";
    if (!name.ends_with(kEnd)) return false;
    name.resize(name.size() - kEnd.size());
    return true;
}

Error no_such_timelapse() {
    return fail(errc::not_found, "there is no such timelapse");
}

Result<TimelapseJob> job_of(const Call& call, const std::string& id) {
    // A signed link is the right itself.
    const bool linked = call.who.proof == Proof::link;
    auto job = call.app.control.timelapse_jobs().find(id);
    if (!job || !(linked || call.who.sees(job->request.camera))) return no_such_timelapse();
    return std::move(*job);
}

Result<int> int_field(const json::object& body, std::string_view name, int otherwise) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return otherwise;
    boost::system::error_code error;
    const auto number = value->to_number<int>(error);
    if (error) return fail(errc::invalid_argument, fmt::format("'{}' must be a whole number", name));
    return number;
}

Result<stills::TimelapseSettings> settings_of(const json::object& body) {
    stills::TimelapseSettings out;
    const auto length = int_field(body, "seconds", out.seconds);
    if (!length) return length.error();
    out.seconds = *length;
    const auto fps = int_field(body, "fps", out.fps);
    if (!fps) return fps.error();
    out.fps = *fps;
    const auto hours = optional_text_field(body, "hours");
    if (!hours) return hours.error();
    if (!*hours || (*hours)->empty()) return out;
    const auto parsed = stills::parse_hours(**hours);
    if (!parsed) return fail(errc::invalid_argument, fmt::format("'hours': {}", parsed.error().message));
    out.hours = *parsed;
    return out;
}

Result<stills::TimelapseRequest> request_of(const Call& call, const json::object& body) {
    const auto name = text_field(body, "camera");
    if (!name) return name.error();
    const auto camera = CameraId::parse(*name);
    if (!camera) return camera.error();
    if (!call.who.sees(*camera)) return fail(errc::forbidden, fmt::format("you may not see camera '{}'", *name));
    const auto start = time_field(body, "start");
    if (!start) return start.error();
    const auto end = time_field(body, "end");
    if (!end) return end.error();
    const auto settings = settings_of(body);
    if (!settings) return settings.error();
    const auto every = optional_text_field(body, "every");
    if (!every) return every.error();
    const auto word = every->value_or("fit");
    if (word != "fit" && word != "day") return fail(errc::invalid_argument, "'every' must be fit or day");
    return stills::TimelapseRequest{*camera, call.who.user, *start,
                                    *end,    *settings,     word == "day" ? stills::Every::day : stills::Every::fit};
}

}  // namespace

Answer list_day_timelapses(const Call& call) {
    json::array films;
    for (const auto& film : call.app.control.timelapse_days().list(call.camera()))
        films.push_back(day_json(film, call.app.base_path));
    return json_response(200, json::object{{"timelapses", std::move(films)}});
}

Answer get_day_timelapse(const Call& call) {
    auto last = call.parameter("day");
    const bool times = wants_times(last);
    const auto day = stills::parse_day(fmt::format("{}-{}-{}", call.parameter("year"), call.parameter("month"), last));
    if (!day) return fail(errc::not_found, "there is no such day; write /camera/timelapse/2026/11/20");
    const auto camera = call.camera();
    const auto& days = call.app.control.timelapse_days();
    if (times) {
        const auto record = days.record(camera, *day);
        return record ? Answer(times_response(camera, *record)) : record.error();
    }
    const auto film = days.file(camera, *day);
    if (!film) return film.error();
    return film_response(*film, fmt::format("{}_{}", camera.str(), stills::to_string(*day)));
}

Answer remove_day_timelapse(const Call& call) {
    const auto day = stills::parse_day(call.parameter("day"));
    if (!day) return fail(errc::not_found, "there is no such day; write 2026-11-20");
    const auto camera = call.camera();
    if (auto done = call.app.control.timelapse_days().remove(camera, *day); !done) return done.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "timelapse removed",
                            fmt::format("{} of {}", stills::to_string(*day), camera.str()));
    return no_content();
}

Answer list_timelapses(const Call& call) {
    json::array jobs;
    for (const auto& job : call.app.control.timelapse_jobs().list())
        if (call.who.sees(job.request.camera)) jobs.push_back(job_json(job, call.app.base_path));
    return json_response(200, json::object{{"timelapses", std::move(jobs)}});
}

Answer add_timelapse(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    auto request = request_of(call, *body);
    if (!request) return request.error();
    const auto made = call.app.control.timelapse_jobs().create(std::move(*request));
    if (!made) return made.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "timelapse added",
                            fmt::format("{}: {}, {} to {}", made->id, made->request.camera.str(),
                                        to_rfc3339(made->request.start), to_rfc3339(made->request.end)));
    return json_response(201, job_json(*made, call.app.base_path));
}

Answer get_timelapse(const Call& call) {
    const auto job = job_of(call, call.parameter("id"));
    if (!job) return job.error();
    return json_response(200, job_json(*job, call.app.base_path));
}

Answer cancel_timelapse(const Call& call) {
    const auto job = job_of(call, call.parameter("id"));
    if (!job) return job.error();
    if (auto done = call.app.control.timelapse_jobs().cancel(job->id); !done) return done.error();
    return no_content();
}

Answer remove_timelapse(const Call& call) {
    const auto job = job_of(call, call.parameter("id"));
    if (!job) return job.error();
    if (auto done = call.app.control.timelapse_jobs().remove(job->id); !done) return done.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "timelapse removed", job->id);
    return no_content();
}

Answer get_timelapse_file(const Call& call) {
    auto id = call.parameter("file");
    const bool times = wants_times(id);
    if (!times && !id.ends_with(".mp4")) return no_such_timelapse();
    if (!times) id.resize(id.size() - 4);
    const auto job = job_of(call, id);
    if (!job) return job.error();
    const auto& jobs = call.app.control.timelapse_jobs();
    if (times) {
        const auto record = jobs.record(id);
        return record ? Answer(times_response(job->request.camera, *record)) : record.error();
    }
    const auto film = jobs.file(id);
    if (!film) return film.error();
    return film_response(*film, fmt::format("{}_timelapse_{}", job->request.camera.str(), id));
}

Status may_share_timelapse(const Call& call, const std::string& path) {
    std::vector<std::pair<std::string_view, std::string>> parameters;
    if (!match_pattern("/timelapses/{file}", path, parameters)) return no_such_timelapse();
    const auto& file = parameters.front().second;
    const auto job = job_of(call, file.substr(0, file.find('.')));
    return job ? Status{} : job.error();
}

}  // namespace vantage::serve::handlers
