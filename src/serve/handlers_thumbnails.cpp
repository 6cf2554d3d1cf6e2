// SPDX-License-Identifier: Apache-2.0
// Thumbnails: the one next to a time, and those of some minutes as a list, as one picture with its WebVTT, or all at once.
#include "media/contact_sheet.hpp"
#include "media/jpeg_header.hpp"
#include "serve/camera_choice.hpp"
#include "serve/handlers.hpp"
#include "serve/json.hpp"
#include "serve/problem.hpp"
#include "stills/thumbnails.hpp"

#include <fmt/format.h>

#include <semaphore>

namespace vantage::serve::handlers {
namespace {

constexpr double kUsualDelta = 10, kMostDelta = 86400;
constexpr double kUsualMinutes = 10, kMostMinutes = 60;
constexpr double kUsualTile = 160, kLeastTile = 32, kMostTile = 320;
constexpr int kColumns = 25, kSheetQuality = 5;
constexpr std::size_t kMostDecoded = 24;  // of one answer; the rest of what is not stored is left out, evenly
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
    std::vector<stills::Thumbnail> thumbs;
    json::value location;
};
using GroupPtr = std::shared_ptr<const Group>;
using Done = std::function<void(net::Response)>;
using Pictures = stills::Thumbnails::Pictures;

// With `most_decoded`, no more that are not stored.
Result<GroupPtr> find_group(const Call& call, std::optional<std::size_t> most_decoded) {
    const auto camera = camera_of(call);
    if (!camera) return camera.error();
    const auto t = time_parameter(call.request, "ts");
    if (!t) return t.error();
    const auto minutes = number_parameter(call.request, "minutes", kUsualMinutes, 0, kMostMinutes);
    if (!minutes) return minutes.error();
    auto thumbs = call.app.control.thumbnails().between(*camera, *t, *t + span_of(*minutes * 60));
    if (!thumbs) return thumbs.error();
    if (most_decoded) stills::Thumbnails::thin(*thumbs, *most_decoded);
    return std::make_shared<const Group>(Group{*camera, *t, *minutes, std::move(*thumbs), location_of(call.app, *camera)});
}

std::string address_of(const std::string& base, const Group& group, std::string_view format, int width) {
    return fmt::format("{}/{}/thumbnailGroup?ts={}&minutes={}&format={}&width={}", base, group.camera.str(),
                       unix_text(group.after), group.minutes, format, width);
}

Answer as_list(const Call& call, const Group& group) {
    json::array list;
    for (const auto& thumb : group.thumbs)
        list.push_back(json::object{
            {"time", to_rfc3339(thumb.time)},
            {"url", fmt::format("{}/{}/thumbnail?ts={}", call.app.base_path, group.camera.str(), unix_text(thumb.time))},
            {"bytes", thumb.stored ? json::value(thumb.stored->size) : json::value(nullptr)}});
    auto response = json_response(200, json::object{{"camera", group.camera.str()},
                                                    {"after", to_rfc3339(group.after)},
                                                    {"until", to_rfc3339(group.after + span_of(group.minutes * 60))},
                                                    {"location", group.location},
                                                    {"thumbnails", std::move(list)}});
    add_location(response.headers, group.location);
    return response;
}

net::Response multipart_of(const Group& group, Pictures pictures) {
    struct Kept {
        Pictures pictures;
        std::vector<std::string> heads;
        std::string end;
    };
    const auto kept = std::make_shared<Kept>();
    kept->pictures = std::move(pictures);
    kept->heads.reserve(kept->pictures.size());
    net::GatherBody body;
    for (const auto& [time, jpeg] : kept->pictures) {
        if (jpeg.empty()) continue;
        kept->heads.push_back(fmt::format(
            "\r\n--{}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\nVantage-Time: {}\r\nVantage-Delta: "
            "{:.3f}\r\n\r\n",
            kBoundary, jpeg.size(), to_rfc3339(time), std::chrono::duration<double>(time - group.after).count()));
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

// The answer that `make` gives with the pictures of `wanted`: at once when all are stored, otherwise when the others are
// decoded, on the thread that decodes.
Answer with_pictures(const Call& call, const CameraId& camera, const std::vector<stills::Thumbnail>& wanted,
                     const std::function<net::Response(Pictures)>& make) {
    struct Meeting {
        std::mutex mutex;
        std::optional<net::Response> answer;  // guarded by mutex
        Done done;                            // guarded by mutex
    };
    const auto meeting = std::make_shared<Meeting>();
    call.app.control.thumbnails().pictures(camera, wanted, [meeting, make](Pictures pictures) {
        auto answer = make(std::move(pictures));
        std::unique_lock hold(meeting->mutex);
        if (!meeting->done) {
            meeting->answer = std::move(answer);
            return;
        }
        const auto done = meeting->done;
        hold.unlock();
        done(std::move(answer));
    });
    const std::lock_guard hold(meeting->mutex);
    if (meeting->answer) return std::move(*meeting->answer);
    net::Response response;
    response.later = [meeting](const Done& done) {
        std::unique_lock waiting(meeting->mutex);
        if (!meeting->answer) {
            meeting->done = done;
            return;
        }
        auto answer = std::move(*meeting->answer);
        waiting.unlock();
        done(std::move(answer));
    };
    return response;
}

Answer as_multipart(const Call& call, const GroupPtr& group) {
    return with_pictures(call, group->camera, group->thumbs,
                         [group](Pictures pictures) { return multipart_of(*group, std::move(pictures)); });
}

// Tiles are as wide as asked, and as high as the first picture makes them.
Result<SheetLayout> layout_of(int width, const Group& group, const Pictures& pictures) {
    SheetLayout layout{.columns = kColumns, .tile_width = width, .tile_height = 0};
    const auto first = std::ranges::find_if(pictures, [](const auto& one) { return !one.jpeg.empty(); });
    if (first == pictures.end())
        return fail(errc::not_found, fmt::format("camera '{}' has no thumbnails in these minutes", group.camera.str()));
    const auto header = parse_jpeg(first->jpeg);
    if (!header) return fail(errc::not_found, header.error().message);
    layout.tile_height = std::max(2, layout.tile_width * header->height / std::max(1, header->width) & ~1);
    return layout;
}

Result<int> tile_width(const Call& call) {
    const auto width = number_parameter(call.request, "width", kUsualTile, kLeastTile, kMostTile);
    if (!width) return width.error();
    return static_cast<int>(*width) & ~1;
}

net::Response sprite_of(const Group& group, const std::string& base, int width, Pictures pictures) {
    const auto layout = layout_of(width, group, pictures);
    if (!layout) return problem(layout.error());
    std::vector<Bytes> jpegs;
    jpegs.reserve(pictures.size());
    for (auto& one : pictures) jpegs.push_back(std::move(one.jpeg));
    auto sheet = make_contact_sheet(jpegs, *layout, kSheetQuality);
    if (!sheet) return problem(sheet.error());
    const auto kept = std::make_shared<const Bytes>(std::move(*sheet));
    net::Response response;
    response.headers.add("Content-Type", "image/jpeg");
    response.headers.add("Link", fmt::format("<{}>; rel=\"describedby\"; type=\"text/vtt\"",
                                             address_of(base, group, "webvtt", layout->tile_width)));
    add_location(response.headers, group.location);
    response.body = net::SharedBody{kept, *kept};
    return response;
}

Answer as_sprite(const Call& call, const GroupPtr& group) {
    const auto width = tile_width(call);
    if (!width) return width.error();
    if (!sheets.try_acquire()) return fail(errc::overloaded, "other sheets of thumbnails are being made; try again");
    const std::shared_ptr<void> held(&sheets, [](void*) { sheets.release(); });
    return with_pictures(call, group->camera, group->thumbs,
                         [group, held, base = call.app.base_path, width = *width](Pictures pictures) {
                             return sprite_of(*group, base, width, std::move(pictures));
                         });
}

std::string cue_time(microseconds at) {
    const auto ms = std::chrono::duration_cast<milliseconds>(at).count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

// Times count from `ts`. Each picture is shown up to the next.
net::Response webvtt_of(const Group& group, const std::string& base, int width, const Pictures& first) {
    const auto layout = layout_of(width, group, first);
    if (!layout) return problem(layout.error());
    const auto sprite = address_of(base, group, "sprite", layout->tile_width);
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

// The first picture alone tells how high the tiles are.
Answer as_webvtt(const Call& call, const GroupPtr& group) {
    const auto width = tile_width(call);
    if (!width) return width.error();
    std::vector<stills::Thumbnail> first;
    const auto stored = std::ranges::find_if(group->thumbs, [](const auto& one) { return one.stored.has_value(); });
    if (stored != group->thumbs.end()) first.push_back(*stored);
    if (first.empty() && !group->thumbs.empty()) first.push_back(group->thumbs.front());
    return with_pictures(call, group->camera, first,
                         [group, base = call.app.base_path, width = *width](const Pictures& pictures) {
                             return webvtt_of(*group, base, width, pictures);
                         });
}

net::Response thumbnail_response(std::shared_ptr<const void> owner, ByteView jpeg, UtcTime time, UtcTime asked, bool settled,
                                 const json::value& location) {
    net::Response response;
    response.headers.add("Content-Type", "image/jpeg");
    response.headers.add("Cache-Control", settled ? "private, max-age=3600" : "private, no-cache");
    add_times(response.headers, time, asked);
    add_location(response.headers, location);
    response.body = net::SharedBody{std::move(owner), jpeg};
    return response;
}

// What was asked of one thumbnail, and what is stored near.
struct Wanted {
    CameraId camera;
    UtcTime t;
    microseconds most{0};
    footage::NearestThumb nearest;
    std::shared_ptr<const Bytes> jpeg;  // of the nearest that is stored
    json::value location;
};

net::Response stored_answer(const Wanted& wanted) {
    if (!wanted.nearest.found) return none_there(wanted.camera, wanted.t, wanted.nearest, wanted.location);
    // What was asked for by its own time never changes.
    const auto time = wanted.nearest.found->time;
    return thumbnail_response(wanted.jpeg, *wanted.jpeg, time, wanted.t, time == wanted.t, wanted.location);
}

// The frame of the instant, when it is nearer than what is stored.
net::Response decoded_answer(const Wanted& wanted, const Result<stills::StillPtr>& still) {
    if (!still) return stored_answer(wanted);
    const auto away = std::chrono::abs((*still)->time - wanted.t);
    const auto& found = wanted.nearest.found;
    if (away > wanted.most || (found && std::chrono::abs(found->time - wanted.t) < away)) return stored_answer(wanted);
    return thumbnail_response(*still, (*still)->data, (*still)->time, wanted.t, true, wanted.location);
}

// Where no thumbnail is known on a side, the footage itself tells the nearest time.
void ask_footage(const footage::Footage& footage, Wanted& wanted) {
    auto& [found, before, after] = wanted.nearest;
    if (found || (before && after)) return;
    const auto shown = stills::find_nearest(footage, {wanted.camera, StreamKind::main}, wanted.t);
    if (!before) before = shown.before;
    if (!after) after = shown.after;
}

}  // namespace

Answer get_thumbnail(const Call& call) {
    const auto camera = camera_of(call);
    if (!camera) return camera.error();
    const auto t = time_parameter(call.request, "ts");
    if (!t) return t.error();
    const auto most = number_parameter(call.request, "max_delta", kUsualDelta, 0, kMostDelta);
    if (!most) return most.error();
    auto& thumbnails = call.app.control.thumbnails();
    auto nearest = thumbnails.stored().nearest(*camera, *t, span_of(*most));
    if (!nearest) return nearest.error();
    Wanted wanted{*camera, *t, span_of(*most), std::move(*nearest), nullptr, location_of(call.app, *camera)};
    if (wanted.nearest.found) {
        auto jpeg = thumbnails.stored().read(*wanted.nearest.found);
        if (!jpeg) return fail(errc::not_found, jpeg.error().message);
        wanted.jpeg = std::make_shared<const Bytes>(std::move(*jpeg));
    }
    if (wanted.nearest.found && thumbnails.is_near(wanted.nearest.found->time, *t)) return stored_answer(wanted);
    const auto decode = thumbnails.is_between(*camera, *t);
    if (!decode) return decode.error();
    if (!*decode) return stored_answer(wanted);
    net::Response response;
    response.later = [&control = call.app.control, wanted = std::move(wanted)](const Done& done) {
        control.thumbnails().decode(wanted.camera, wanted.t,
                                    [&control, wanted, done](const Result<stills::StillPtr>& still) mutable {
                                        if (!still && still.error().code == errc::not_found)
                                            ask_footage(control.footage(), wanted);
                                        done(decoded_answer(wanted, still));
                                    });
    };
    return response;
}

Answer get_thumbnail_group(const Call& call) {
    const auto format = call.request.parameter("format").value_or("json");
    if (format != "json" && format != "sprite" && format != "webvtt" && format != "multipart")
        return fail(errc::invalid_argument, "'format' must be json, sprite, webvtt or multipart");
    const auto group = find_group(call, format == "json" ? std::nullopt : std::optional(kMostDecoded));
    if (!group) return group.error();
    if (format == "sprite") return as_sprite(call, *group);
    if (format == "webvtt") return as_webvtt(call, *group);
    if (format == "multipart") return as_multipart(call, *group);
    return as_list(call, **group);
}

}  // namespace vantage::serve::handlers
