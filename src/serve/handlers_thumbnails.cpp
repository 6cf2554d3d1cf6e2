// SPDX-License-Identifier: Apache-2.0
// Thumbnails: the one next to a time, and those of some minutes as a list, as one picture with its WebVTT, or all at once.
#include "media/contact_sheet.hpp"
#include "media/jpeg_header.hpp"
#include "serve/camera_choice.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/problem.hpp"

#include <fmt/format.h>

#include <semaphore>

namespace vantage::serve::handlers {
namespace {

constexpr double kUsualDelta = 10, kMostDelta = 86400;
constexpr double kUsualMinutes = 10, kMostMinutes = 60;
constexpr double kUsualTile = 160, kLeastTile = 32, kMostTile = 320;
constexpr int kColumns = 25, kSheetQuality = 5;
constexpr std::string_view kBoundary = "vantage-picture";
// A sheet of an hour takes up to 80 MB while it is made.
std::counting_semaphore<2> sheets{2};

microseconds span_of(double in_seconds) {
    return std::chrono::round<microseconds>(std::chrono::duration<double>(in_seconds));
}

// 404, with the nearest times that have one.
net::Response none_there(const CameraId& camera, UtcTime t, const footage::NearestThumb& nearest,
                         const json::value& location) {
    auto response = problem(
        fail(errc::not_found, fmt::format("camera '{}' has no thumbnail so near to {}", camera.str(), to_rfc3339(t))),
        {{"before", to_json(nearest.before)}, {"after", to_json(nearest.after)}, {"location", location}});
    add_location(response.headers, location);
    return response;
}

// What was asked of a group.
struct Group {
    CameraId camera;
    UtcTime after;
    double minutes{0};
    std::vector<footage::Thumb> thumbs;
    json::value location;
};

Result<Group> find_group(const Call& call) {
    const auto camera = camera_of(call);
    if (!camera) return camera.error();
    const auto t = time_parameter(call.request, "ts");
    if (!t) return t.error();
    const auto minutes = number_parameter(call.request, "minutes", kUsualMinutes, 0, kMostMinutes);
    if (!minutes) return minutes.error();
    auto thumbs = call.app.control.thumbs().between(*camera, *t, *t + span_of(*minutes * 60));
    if (!thumbs) return thumbs.error();
    return Group{*camera, *t, *minutes, std::move(*thumbs), location_of(call.app, *camera)};
}

std::string address_of(const Call& call, const Group& group, std::string_view format, int width) {
    return fmt::format("{}/{}/thumbnailGroup?ts={}&minutes={}&format={}&width={}", call.app.base_path, group.camera.str(),
                       unix_text(group.after), group.minutes, format, width);
}

Answer as_list(const Call& call, const Group& group) {
    json::array list;
    for (const auto& thumb : group.thumbs)
        list.push_back(json::object{
            {"time", to_rfc3339(thumb.time)},
            {"url", fmt::format("{}/{}/thumbnail?ts={}", call.app.base_path, group.camera.str(), unix_text(thumb.time))},
            {"bytes", thumb.size}});
    auto response = json_response(200, json::object{{"camera", group.camera.str()},
                                                    {"after", to_rfc3339(group.after)},
                                                    {"until", to_rfc3339(group.after + span_of(group.minutes * 60))},
                                                    {"location", group.location},
                                                    {"thumbnails", std::move(list)}});
    add_location(response.headers, group.location);
    return response;
}

Answer as_multipart(const Call& call, const Group& group) {
    struct Kept {
        std::vector<Bytes> jpegs;
        std::vector<std::string> heads;
        std::string end;
    };
    const auto kept = std::make_shared<Kept>();
    kept->jpegs = call.app.control.thumbs().read_all(group.thumbs);
    kept->heads.reserve(kept->jpegs.size());
    net::GatherBody body;
    for (std::size_t i = 0; i < kept->jpegs.size(); ++i) {
        const auto& jpeg = kept->jpegs[i];
        if (jpeg.empty()) continue;
        kept->heads.push_back(
            fmt::format("\r\n--{}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\nVantage-Time: {}\r\nVantage-Delta: "
                        "{:.3f}\r\n\r\n",
                        kBoundary, jpeg.size(), to_rfc3339(group.thumbs[i].time),
                        std::chrono::duration<double>(group.thumbs[i].time - group.after).count()));
        body.pieces.push_back({kept, as_bytes(kept->heads.back())});
        body.pieces.push_back({kept, jpeg});
    }
    kept->end = fmt::format("\r\n--{}--\r\n", kBoundary);
    body.pieces.push_back({kept, as_bytes(kept->end)});
    net::Response response;
    response.headers.add("Content-Type", fmt::format("multipart/mixed; boundary={}", kBoundary));
    add_location(response.headers, group.location);
    response.body = std::move(body);
    return response;
}

// Tiles are as wide as asked, and as high as the first picture makes them.
Result<SheetLayout> layout_of(const Call& call, const Group& group) {
    const auto width = number_parameter(call.request, "width", kUsualTile, kLeastTile, kMostTile);
    if (!width) return width.error();
    SheetLayout layout{.columns = kColumns, .tile_width = static_cast<int>(*width) & ~1, .tile_height = 0};
    if (group.thumbs.empty())
        return fail(errc::not_found, fmt::format("camera '{}' has no thumbnails in these minutes", group.camera.str()));
    const auto first = call.app.control.thumbs().read(group.thumbs.front());
    if (!first) return fail(errc::not_found, first.error().message);
    const auto header = parse_jpeg(*first);
    if (!header) return fail(errc::not_found, header.error().message);
    layout.tile_height = std::max(2, layout.tile_width * header->height / std::max(1, header->width) & ~1);
    return layout;
}

Answer as_sprite(const Call& call, const Group& group) {
    const auto layout = layout_of(call, group);
    if (!layout) return layout.error();
    if (!sheets.try_acquire()) return fail(errc::overloaded, "other sheets of thumbnails are being made; try again");
    const std::shared_ptr<void> held(&sheets, [](void*) { sheets.release(); });
    auto sheet = make_contact_sheet(call.app.control.thumbs().read_all(group.thumbs), *layout, kSheetQuality);
    if (!sheet) return sheet.error();
    const auto kept = std::make_shared<const Bytes>(std::move(*sheet));
    net::Response response;
    response.headers.add("Content-Type", "image/jpeg");
    response.headers.add("Link", fmt::format("<{}>; rel=\"describedby\"; type=\"text/vtt\"",
                                             address_of(call, group, "webvtt", layout->tile_width)));
    add_location(response.headers, group.location);
    response.body = net::SharedBody{kept, *kept};
    return response;
}

std::string cue_time(microseconds at) {
    const auto ms = std::chrono::duration_cast<milliseconds>(at).count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

// Times count from `ts`. Each picture is shown up to the next.
Answer as_webvtt(const Call& call, const Group& group) {
    const auto layout = layout_of(call, group);
    if (!layout) return layout.error();
    const auto sprite = address_of(call, group, "sprite", layout->tile_width);
    std::string text = "WEBVTT\n";
    for (std::size_t i = 0; i < group.thumbs.size(); ++i) {
        const auto start = group.thumbs[i].time - group.after;
        const auto end = i + 1 < group.thumbs.size() ? group.thumbs[i + 1].time - group.after : start + seconds{1};
        const auto place = static_cast<int>(i);
        text += fmt::format("\n{} --> {}\n{}#xywh={},{},{},{}\n", cue_time(start), cue_time(end), sprite,
                            place % layout->columns * layout->tile_width, place / layout->columns * layout->tile_height,
                            layout->tile_width, layout->tile_height);
    }
    auto response = net::text_response(200, "text/vtt; charset=utf-8", std::move(text));
    add_location(response.headers, group.location);
    return response;
}

}  // namespace

Answer get_thumbnail(const Call& call) {
    const auto camera = camera_of(call);
    if (!camera) return camera.error();
    const auto t = time_parameter(call.request, "ts");
    if (!t) return t.error();
    const auto most = number_parameter(call.request, "max_delta", kUsualDelta, 0, kMostDelta);
    if (!most) return most.error();
    const auto& thumbs = call.app.control.thumbs();
    const auto nearest = thumbs.nearest(*camera, *t, span_of(*most));
    if (!nearest) return nearest.error();
    const auto location = location_of(call.app, *camera);
    if (!nearest->found) return none_there(*camera, *t, *nearest, location);
    auto jpeg = thumbs.read(*nearest->found);
    if (!jpeg) return fail(errc::not_found, jpeg.error().message);
    const auto kept = std::make_shared<const Bytes>(std::move(*jpeg));
    net::Response response;
    response.headers.add("Content-Type", "image/jpeg");
    // What was asked for by its own time never changes.
    response.headers.add("Cache-Control", nearest->found->time == *t ? "private, max-age=3600" : "private, no-cache");
    add_times(response.headers, nearest->found->time, *t);
    add_location(response.headers, location);
    response.body = net::SharedBody{kept, *kept};
    return response;
}

Answer get_thumbnail_group(const Call& call) {
    const auto format = call.request.parameter("format").value_or("json");
    if (format != "json" && format != "sprite" && format != "webvtt" && format != "multipart")
        return fail(errc::invalid_argument, "'format' must be json, sprite, webvtt or multipart");
    const auto group = find_group(call);
    if (!group) return group.error();
    if (format == "sprite") return as_sprite(call, *group);
    if (format == "webvtt") return as_webvtt(call, *group);
    if (format == "multipart") return as_multipart(call, *group);
    return as_list(call, *group);
}

}  // namespace vantage::serve::handlers
