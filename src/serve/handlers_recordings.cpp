// SPDX-License-Identifier: Apache-2.0
// Recordings on demand: operators begin, end, keep and remove them; viewers have those of cameras they see.
#include "record/movies.hpp"
#include "record/recordings.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/movie_answers.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve::handlers {
namespace {

constexpr std::string_view kMovie = "all.mp4";  // as no file of a recording is called

Error no_such_recording() {
    return fail(errc::not_found, "there is no such recording");
}

Result<record::Recording> recording_of(const Call& call) {
    // A signed link is the right itself.
    const bool linked = call.who.proof == Proof::link;
    auto found = call.app.control.recordings().find(call.parameter("id"));
    if (!found || !(linked || call.who.sees(found->camera))) return no_such_recording();
    return std::move(*found);
}

json::object recording_json(const record::Recording& recording, const std::string& base_path) {
    const auto url = [&](const std::string& file) {
        return fmt::format("{}/recordings/{}/{}", base_path, recording.id, file);
    };
    json::array files, gaps;
    for (const auto& file : recording.files)
        files.push_back(json::object{{"name", file.name},
                                     {"url", url(file.name)},
                                     {"bytes", file.bytes},
                                     {"start", to_rfc3339(file.start)},
                                     {"end", to_rfc3339(file.end)}});
    for (const auto& gap : recording.gaps)
        gaps.push_back(json::object{{"start", to_rfc3339(gap.start)}, {"end", to_json(gap.end)}, {"reason", gap.reason}});
    return {{"id", recording.id},
            {"camera", recording.camera.str()},
            {"name", recording.name},
            {"user", recording.user},
            {"state", record::to_string(recording.state)},
            {"created", to_rfc3339(recording.created)},
            {"start", to_rfc3339(recording.start())},
            {"end", to_json(recording.end())},
            {"seconds", std::chrono::duration<double>(recording.length()).count()},
            {"bytes", recording.bytes()},
            {"kept", recording.kept},
            {"recovered", recording.recovered},
            {"error", recording.error.empty() ? json::value() : json::value(recording.error)},
            {"url", files.empty() ? json::value() : json::value(url(std::string(kMovie)))},
            {"files", std::move(files)},
            {"gaps", std::move(gaps)}};
}

std::string movie_name(const std::string& id, std::uint64_t version) {
    return fmt::format("{} {}", id, version);
}

// A recording that runs has another file each second; a player that seeks means the one that it has begun with.
std::uint64_t version_of_movie(const Call& call, const record::Recording& recording) {
    const auto range = call.request.headers.get("Range");
    if (!recording.runs() || range.empty() || range.starts_with("bytes=0-")) return recording.bytes();
    const auto begun = call.app.control.movies().latest(recording.id + " ");
    std::uint64_t version = 0;
    if (!begun) return recording.bytes();
    std::from_chars(begun->data() + recording.id.size() + 1, begun->data() + begun->size(), version);
    return version;
}

// All of a recording as one file: it is not written, and gaps stay as long as they were.
Answer get_recording_movie(const Call& call) {
    const auto found = recording_of(call);
    if (!found) return found.error();
    const auto part = number_parameter(call.request, "part", 0, 1, 1000);
    if (!part) return part.error();
    MovieAsked asked;
    asked.url = fmt::format("{}/recordings/{}/all.mp4", call.app.base_path, found->id);
    asked.file =
        found->files.empty() ? found->id : found->files.front().name.substr(0, found->files.front().name.size() - 4);
    asked.version = version_of_movie(call, *found);
    asked.part = static_cast<std::size_t>(*part);
    net::Response response;
    auto& control = call.app.control;
    response.later = [&control, recording = std::move(*found),
                      asked = std::move(asked)](const std::function<void(net::Response)>& done) {
        control.movies().ask(
            movie_name(recording.id, asked.version), recording.name,
            [&control, id = recording.id] { return control.recordings().material(id); },
            [done, asked](const Result<record::MoviesPtr>& made) { done(movie_response(made, asked)); });
    };
    return response;
}

}  // namespace

Answer list_recordings(const Call& call) {
    std::optional<CameraId> only;
    if (const auto text = call.request.parameter("camera"); text && !text->empty()) {
        const auto camera = CameraId::parse(*text);
        if (!camera) return camera.error();
        only = *camera;
    }
    json::array recordings;
    for (const auto& one : call.app.control.recordings().list())
        if (call.who.sees(one.camera) && (!only || one.camera == *only))
            recordings.push_back(recording_json(one, call.app.base_path));
    return json_response(
        200, json::object{{"recordings", std::move(recordings)}, {"replace", call.app.control.recordings().replaces()}});
}

Answer begin_recording(const Call& call) {
    std::string name;
    if (!call.request.body.empty()) {
        const auto body = body_of(call.request);
        if (!body) return body.error();
        const auto given = optional_text_field(*body, "name");
        if (!given) return given.error();
        name = given->value_or("");
    }
    const auto made = call.app.control.recordings().begin(call.camera(), std::move(name), call.who.user);
    if (!made) return made.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "recording begun", made->id);
    auto response = json_response(201, recording_json(*made, call.app.base_path));
    response.headers.add("Location", fmt::format("{}/api/v1/recordings/{}", call.app.base_path, made->id));
    return response;
}

Answer get_recording(const Call& call) {
    const auto found = recording_of(call);
    if (!found) return found.error();
    return json_response(200, recording_json(*found, call.app.base_path));
}

Answer end_recording(const Call& call) {
    const auto found = recording_of(call);
    if (!found) return found.error();
    const auto ended = call.app.control.recordings().end(found->id);
    if (!ended) return ended.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "recording ended", found->id);
    return json_response(200, recording_json(*ended, call.app.base_path));
}

Answer change_recording(const Call& call) {
    const auto found = recording_of(call);
    if (!found) return found.error();
    const auto body = body_of(call.request);
    if (!body) return body.error();
    record::RecordingChange change;
    const auto kept = optional_flag_field(*body, "kept");
    if (!kept) return kept.error();
    change.kept = *kept;
    auto name = optional_text_field(*body, "name");
    if (!name) return name.error();
    change.name = std::move(*name);
    const auto changed = call.app.control.recordings().change(found->id, change);
    if (!changed) return changed.error();
    return json_response(200, recording_json(*changed, call.app.base_path));
}

Answer remove_recording(const Call& call) {
    const auto found = recording_of(call);
    if (!found) return found.error();
    if (auto done = call.app.control.recordings().remove(found->id); !done) return done.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "recording removed", found->id);
    return no_content();
}

Answer get_recording_file(const Call& call) {
    const auto& name = call.parameter("file");
    if (name == kMovie) return get_recording_movie(call);
    const auto found = recording_of(call);
    if (!found) return found.error();
    auto file = call.app.control.recordings().file(found->id, name, call.request.headers.get("If-Range"));
    if (!file) return file.error();
    net::Response response;
    response.headers.add("Content-Type", "video/mp4");
    response.headers.add("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
    response.headers.add("Cache-Control", "private, no-cache");
    response.body = std::move(*file);
    return response;
}

Status may_share_recording(const Call& call, const std::string& path) {
    std::vector<std::pair<std::string_view, std::string>> parameters;
    if (!match_pattern("/recordings/{id}/{file}", path, parameters)) return no_such_recording();
    const auto found = call.app.control.recordings().find(parameters.front().second);
    if (!found || !call.who.sees(found->camera)) return no_such_recording();
    return {};
}

}  // namespace vantage::serve::handlers
