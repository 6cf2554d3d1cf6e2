// SPDX-License-Identifier: Apache-2.0
// What there is of a camera, and its files. A file is found through the index, never by putting a path together from what
// the client wrote.
#include "serve/handlers.hpp"
#include "serve/json.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace vantage::serve::handlers {
namespace {

constexpr auto kMostDays = std::chrono::days(32);

struct Span {
    StreamKey stream;
    UtcTime start, end;
};

Result<Span> span_of(const Call& call) {
    const auto kind = stream_parameter(call.request);
    if (!kind) return kind.error();
    const auto start = time_parameter(call.request, "start");
    if (!start) return start.error();
    const auto end = time_parameter(call.request, "end");
    if (!end) return end.error();
    if (*end <= *start) return fail(errc::invalid_argument, "'end' must be after 'start'");
    if (*end - *start > kMostDays) return fail(errc::invalid_argument, "a span may be 32 days long at most");
    return Span{{call.camera(), *kind}, *start, *end};
}

const char* to_string(footage::SegmentState state) {
    switch (state) {
        case footage::SegmentState::open:
            return "open";
        case footage::SegmentState::closed:
            return "closed";
        case footage::SegmentState::recovered:
            return "recovered";
    }
    return "";
}

// ".../door/main/2026-11-20/190405.123Z.mp4" as "2026-11-20/190405.123Z.mp4".
std::string last_two(const std::string& path) {
    const std::filesystem::path whole(path);
    return (whole.parent_path().filename() / whole.filename()).string();
}

// "2026-11-20" and "190405.123Z.mp4" (a suffix may follow the Z) as the time they say.
Result<UtcTime> time_of(const std::string& date, const std::string& file) {
    const auto wrong = fail(errc::not_found, "there is no such segment");
    if (date.size() != 10 || file.size() < 15 || !file.ends_with(".mp4") || file[6] != '.' || file[10] != 'Z') return wrong;
    const auto time = parse_time(fmt::format("{}T{}:{}:{}Z", date, file.substr(0, 2), file.substr(2, 2), file.substr(4, 6)));
    return time ? *time : Result<UtcTime>(wrong);
}

}  // namespace

Answer get_coverage(const Call& call) {
    const auto span = span_of(call);
    if (!span) return span.error();
    const auto coverage = call.app.control.footage().coverage(span->stream, span->start, span->end);
    if (!coverage) return coverage.error();
    json::array footage, gaps;
    for (const auto& piece : coverage->footage)
        footage.push_back(json::object{{"start", to_rfc3339(piece.start)}, {"end", to_rfc3339(piece.end)}});
    for (const auto& gap : coverage->gaps)
        gaps.push_back(json::object{{"start", to_rfc3339(gap.start)}, {"end", to_rfc3339(gap.end)}, {"reason", gap.reason}});
    return json_response(200, json::object{{"footage", std::move(footage)}, {"gaps", std::move(gaps)}});
}

Answer list_segments(const Call& call) {
    const auto span = span_of(call);
    if (!span) return span.error();
    const auto found = call.app.control.footage().segments(span->stream, span->start, span->end);
    if (!found) return found.error();
    json::array segments;
    for (const auto& segment : *found) {
        segments.push_back(
            json::object{{"start", to_rfc3339(segment->start)},
                         {"end", to_rfc3339(segment->end)},
                         {"bytes", segment->bytes},
                         {"state", to_string(segment->state)},
                         {"protected", segment->is_protected},
                         {"url", fmt::format("{}/{}/{}/{}", call.app.base_path, segment->stream.camera.str(),
                                             vantage::to_string(segment->stream.kind), last_two(segment->path))},
                         {"timing", to_json(segment->timing)}});
    }
    return json_response(200, json::object{{"segments", std::move(segments)}});
}

Answer get_segment_file(const Call& call) {
    const auto kind = parse_stream_kind(call.parameter("stream"));
    if (!kind) return fail(errc::not_found, "there is no such segment");
    const auto start = time_of(call.parameter("date"), call.parameter("file"));
    if (!start) return start.error();
    // The name says the start in whole milliseconds.
    const auto found = call.app.control.footage().segments({call.camera(), *kind}, *start - seconds(1), *start + seconds(1));
    if (!found) return found.error();
    const auto name = call.parameter("date") + "/" + call.parameter("file");
    for (const auto& segment : *found) {
        if (last_two(segment->path) != name) continue;
        net::Response response;
        response.headers.add("Content-Type", "video/mp4");
        response.headers.add("Cache-Control", "private, no-cache");
        response.body = net::FileBody{segment->path};
        return response;
    }
    return fail(errc::not_found, "there is no such segment");
}

}  // namespace vantage::serve::handlers
