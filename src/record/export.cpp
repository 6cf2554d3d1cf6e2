// SPDX-License-Identifier: Apache-2.0
#include "record/export.hpp"

#include <boost/json.hpp>

namespace vantage::record {
namespace json = boost::json;
namespace {

std::int64_t micros(UtcTime time) {
    return time.time_since_epoch().count();
}
UtcTime time_of(const json::value& value) {
    return UtcTime{microseconds{value.to_number<std::int64_t>()}};
}

json::object file_json(const ExportFile& file) {
    return {{"name", file.name},       {"camera", file.camera.str()}, {"start", micros(file.start)},
            {"end", micros(file.end)}, {"exact", file.exact},         {"bytes", file.bytes}};
}

// Throws what Boost.JSON throws, or a Result's error.
ExportFile file_of(const json::object& from) {
    const auto bytes = from.at("bytes").to_number<std::uint64_t>();
    return {std::string(from.at("name").as_string()),
            CameraId::parse(from.at("camera").as_string()).value(),
            time_of(from.at("start")),
            time_of(from.at("end")),
            from.at("exact").as_bool(),
            bytes,
            bytes,
            {}};
}

ExportRequest request_of(const json::object& from) {
    ExportRequest out;
    out.name = from.at("name").as_string();
    out.user = from.at("user").as_string();
    for (const auto& camera : from.at("cameras").as_array())
        out.cameras.push_back(CameraId::parse(camera.as_string()).value());
    out.stream = parse_stream_kind(from.at("stream").as_string()).value();
    out.start = time_of(from.at("start"));
    out.end = time_of(from.at("end"));
    out.exact = from.at("exact").as_bool();
    return out;
}

Export export_of(const json::object& from) {
    Export out;
    out.id = from.at("id").as_string();
    out.request = request_of(from);
    out.state = parse_job_state(from.at("state").as_string()).value();
    out.error = from.at("error").as_string();
    out.created = time_of(from.at("created"));
    if (!from.at("expires").is_null()) out.expires = time_of(from.at("expires"));
    for (const auto& gap : from.at("gaps").as_array())
        out.gaps.push_back({CameraId::parse(gap.at("camera").as_string()).value(),
                            {time_of(gap.at("start")), time_of(gap.at("end")), std::string(gap.at("reason").as_string())}});
    for (const auto& file : from.at("files").as_array()) out.files.push_back(file_of(file.as_object()));
    if (const auto& zip = from.at("zip"); !zip.is_null())
        out.zip = ExportArchive{std::string(zip.at("name").as_string()), zip.at("bytes").to_number<std::uint64_t>(), {}};
    for (const auto& file : out.files) out.bytes += file.bytes;
    if (out.zip) out.bytes += out.zip->bytes;
    out.written = out.bytes;
    return out;
}

}  // namespace

double Export::progress() const {
    if (state == JobState::done) return 1;
    return bytes == 0 ? 0 : std::min(1.0, static_cast<double>(written) / static_cast<double>(bytes));
}

std::string to_json(const Export& job) {
    json::array cameras, gaps, files;
    for (const auto& camera : job.request.cameras) cameras.emplace_back(camera.str());
    for (const auto& [camera, gap] : job.gaps)
        gaps.push_back(json::object{
            {"camera", camera.str()}, {"start", micros(gap.start)}, {"end", micros(gap.end)}, {"reason", gap.reason}});
    for (const auto& file : job.files) files.push_back(file_json(file));
    return json::serialize(
        json::object{{"id", job.id},
                     {"name", job.request.name},
                     {"user", job.request.user},
                     {"cameras", std::move(cameras)},
                     {"stream", to_string(job.request.stream)},
                     {"start", micros(job.request.start)},
                     {"end", micros(job.request.end)},
                     {"exact", job.request.exact},
                     {"state", to_string(job.state)},
                     {"error", job.error},
                     {"created", micros(job.created)},
                     {"expires", job.expires ? json::value(micros(*job.expires)) : json::value()},
                     {"gaps", std::move(gaps)},
                     {"files", std::move(files)},
                     {"zip", job.zip ? json::value{{"name", job.zip->name}, {"bytes", job.zip->bytes}} : json::value()}});
}

Result<Export> parse_export(std::string_view text) {
    try {
        return export_of(json::parse(text).as_object());
    } catch (const std::exception& e) {
        return fail(errc::malformed, fmt::format("not the record of an export: {}", e.what()));
    }
}

}  // namespace vantage::record
