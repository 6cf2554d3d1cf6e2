// SPDX-License-Identifier: Apache-2.0
// Exports: asked for, watched, taken away. A viewer has its own, of cameras it sees; others have all.
#include "record/exports.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"

#include <fmt/format.h>

namespace vantage::serve::handlers {
namespace {

Error no_such_export() {
    return fail(errc::not_found, "there is no such export");
}

// A camera may have been taken from a viewer since.
bool may(const Identity& who, const record::Export& job) {
    if (who.role != Role::viewer) return true;
    return job.request.user == who.user &&
           std::ranges::all_of(job.request.cameras, [&](const CameraId& camera) { return who.sees(camera); });
}

Result<record::Export> export_of(const Call& call) {
    // A signed link is the right itself.
    const bool linked = call.who.proof == Proof::link;
    auto job = call.app.control.exports().find(call.parameter("id"));
    if (!job || !(linked || may(call.who, *job))) return no_such_export();
    return std::move(*job);
}

json::object export_json(const record::Export& job, const std::string& base_path) {
    const auto url = [&](const std::string& file) { return fmt::format("{}/exports/{}/{}", base_path, job.id, file); };
    json::array cameras, gaps, files;
    for (const auto& camera : job.request.cameras) cameras.emplace_back(camera.str());
    for (const auto& [camera, gap] : job.gaps)
        gaps.push_back(json::object{{"camera", camera.str()},
                                    {"start", to_rfc3339(gap.start)},
                                    {"end", to_rfc3339(gap.end)},
                                    {"reason", gap.reason}});
    for (const auto& file : job.files)
        files.push_back(json::object{{"name", file.name},
                                     {"camera", file.camera.str()},
                                     {"start", to_rfc3339(file.start)},
                                     {"end", to_rfc3339(file.end)},
                                     {"exact", file.exact},
                                     {"bytes", file.bytes},
                                     {"written", file.written},
                                     {"url", url(file.name)}});
    return {{"id", job.id},
            {"name", job.request.name},
            {"user", job.request.user},
            {"cameras", std::move(cameras)},
            {"stream", vantage::to_string(job.request.stream)},
            {"start", to_rfc3339(job.request.start)},
            {"end", to_rfc3339(job.request.end)},
            {"exact", job.request.exact},
            {"state", to_string(job.state)},
            {"progress", job.progress()},
            {"bytes", job.bytes},
            {"written", job.written},
            {"error", job.error.empty() ? json::value() : json::value(job.error)},
            {"created", to_rfc3339(job.created)},
            {"expires", to_json(job.expires)},
            {"gaps", std::move(gaps)},
            {"files", std::move(files)},
            {"zip", job.zip ? json::value{{"name", job.zip->name}, {"bytes", job.zip->bytes}, {"url", url(job.zip->name)}}
                            : json::value()}};
}

Result<record::ExportRequest> request_of(const Call& call, const json::object& body) {
    record::ExportRequest out;
    out.user = call.who.user;
    const auto name = optional_text_field(body, "name");
    if (!name) return name.error();
    out.name = name->value_or("");
    const auto cameras = optional_list_field(body, "cameras");
    if (!cameras) return cameras.error();
    for (const auto& text : cameras->value_or(std::vector<std::string>{})) {
        const auto camera = CameraId::parse(text);
        if (!camera) return camera.error();
        if (!call.who.sees(*camera)) return fail(errc::forbidden, fmt::format("you may not see camera '{}'", text));
        if (std::ranges::find(out.cameras, *camera) == out.cameras.end()) out.cameras.push_back(*camera);
    }
    const auto stream = optional_text_field(body, "stream");
    if (!stream) return stream.error();
    const auto kind = parse_stream_kind(stream->value_or("main"));
    if (!kind) return kind.error();
    out.stream = *kind;
    const auto start = time_field(body, "start");
    if (!start) return start.error();
    const auto end = time_field(body, "end");
    if (!end) return end.error();
    out.start = *start;
    out.end = *end;
    const auto exact = optional_flag_field(body, "exact");
    if (!exact) return exact.error();
    out.exact = exact->value_or(false);
    return out;
}

}  // namespace

Answer list_exports(const Call& call) {
    json::array exports;
    for (const auto& job : call.app.control.exports().list())
        if (may(call.who, job)) exports.push_back(export_json(job, call.app.base_path));
    return json_response(200, json::object{{"exports", std::move(exports)}});
}

Answer add_export(const Call& call) {
    const auto body = body_of(call.request);
    if (!body) return body.error();
    auto request = request_of(call, *body);
    if (!request) return request.error();
    const auto made = call.app.control.exports().create(std::move(*request));
    if (!made) return made.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "export added",
                            fmt::format("{}: {} cameras, {} to {}", made->id, made->request.cameras.size(),
                                        to_rfc3339(made->request.start), to_rfc3339(made->request.end)));
    return json_response(201, export_json(*made, call.app.base_path));
}

Answer get_export(const Call& call) {
    const auto job = export_of(call);
    if (!job) return job.error();
    return json_response(200, export_json(*job, call.app.base_path));
}

Answer cancel_export(const Call& call) {
    const auto job = export_of(call);
    if (!job) return job.error();
    if (auto done = call.app.control.exports().cancel(job->id); !done) return done.error();
    return no_content();
}

Answer remove_export(const Call& call) {
    const auto job = export_of(call);
    if (!job) return job.error();
    if (auto done = call.app.control.exports().remove(job->id); !done) return done.error();
    call.app.accounts.audit({call.who.user, call.request.peer}, "export removed", job->id);
    return no_content();
}

Answer get_export_file(const Call& call) {
    const auto job = export_of(call);
    if (!job) return job.error();
    auto file = call.app.control.exports().file(job->id, call.parameter("file"));
    if (!file) return file.error();
    net::Response response;
    response.headers.add("Content-Type", call.parameter("file").ends_with(".zip") ? "application/zip" : "video/mp4");
    response.headers.add("Content-Disposition", fmt::format("attachment; filename=\"{}\"", call.parameter("file")));
    response.headers.add("Cache-Control", "private, no-cache");
    response.body = std::move(*file);
    return response;
}

Status may_share_export(const Call& call, const std::string& path) {
    std::vector<std::pair<std::string_view, std::string>> parameters;
    if (!match_pattern("/exports/{id}/{file}", path, parameters)) return no_such_export();
    const auto job = call.app.control.exports().find(parameters.front().second);
    if (!job || !may(call.who, *job)) return no_such_export();
    return {};
}

}  // namespace vantage::serve::handlers
