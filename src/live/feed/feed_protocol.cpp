// SPDX-License-Identifier: Apache-2.0
#include "live/feed/feed_protocol.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cmath>

namespace vantage::live {
namespace {

namespace json = boost::json;

Error wrong(std::string_view what) {
    return fail(errc::invalid_argument, fmt::format("the message is not understood: {}", what));
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

double number_of(const json::object& object, std::string_view name, double otherwise) {
    const auto* value = object.if_contains(name);
    boost::system::error_code error;
    if (value == nullptr || !value->is_number()) return otherwise;
    const auto number = value->to_number<double>(error);
    return error ? otherwise : number;
}

std::int64_t request_of(const json::object& object) {
    const auto* value = object.if_contains("request");
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// RFC 3339, or Unix seconds as a number or a string.
Result<UtcTime> time_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) return wrong(fmt::format("'{}' is missing", name));
    if (value->is_string()) return parse_time(std::string(value->get_string()));
    const auto number = number_of(object, name, std::nan(""));
    constexpr double kFarthest = 1e11;  // the year 5138; microseconds still fit
    if (!(std::abs(number) < kFarthest)) return wrong(fmt::format("'{}' is no time", name));
    return UtcTime(microseconds(std::llround(number * 1e6)));
}

bool flag_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

template <class Command>
Status read_common(const json::object& object, Command& command) {
    command.request = request_of(object);
    const auto name = text_of(object, "stream");
    const auto stream = parse_stream_name(name.empty() ? "main" : name);
    if (!stream) return stream.error();
    command.stream = *stream;
    command.audio = flag_of(object, "audio");
    const auto* codecs = object.if_contains("codecs");
    if (codecs == nullptr || !codecs->is_array()) return {};
    for (const auto& codec : codecs->get_array())
        if (codec.is_string() && command.codecs.size() < 64) command.codecs.emplace_back(codec.get_string());
    return {};
}

Result<FeedCommand> read_play(const json::object& object) {
    FeedPlay play;
    if (auto common = read_common(object, play); !common) return common.error();
    const auto at = time_of(object, "at");
    if (!at) return at.error();
    play.at = *at;
    play.speed = number_of(object, "speed", 1);
    if (!(play.speed > 0 && play.speed <= 64)) return wrong("'speed' must be over 0 and at most 64");
    play.until = play.at + microseconds(std::llround(30e6 * std::max(1.0, play.speed)));
    if (object.if_contains("until") != nullptr) {
        const auto until = time_of(object, "until");
        if (!until) return until.error();
        play.until = *until;
    }
    return FeedCommand(std::move(play));
}

std::string quoted(std::string_view text) {
    return json::serialize(json::string(text));
}

double unix_seconds(UtcTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

Result<FeedCommand> parse_feed_command(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(text, error);
    if (error || !value.is_object()) return wrong("no JSON object");
    const auto& object = value.get_object();
    const auto type = text_of(object, "type");
    if (type == "stop") return FeedCommand(FeedStop{});
    if (type == "play") return read_play(object);
    if (type == "live") {
        FeedLive live;
        if (auto common = read_common(object, live); !common) return common.error();
        live.keep = flag_of(object, "keep");
        return FeedCommand(std::move(live));
    }
    if (type == "grant") {
        const auto until = time_of(object, "until");
        if (!until) return until.error();
        return FeedCommand(FeedGrant{request_of(object), *until});
    }
    return wrong("'type' must be live, play, grant or stop");
}

std::string feed_init(std::int64_t request, const StreamName& stream, const Init& init, bool live) {
    const auto& video = init.tracks.video;
    return fmt::format(R"({{"type":"init","request":{},"stream":"{}","mime":{},"live":{},"width":{},"height":{}}})", request,
                       to_string(stream), quoted(init.mime), live, video ? video->width : 0, video ? video->height : 0);
}

std::string feed_gap(std::int64_t request, UtcTime from, UtcTime to, std::string_view reason) {
    return fmt::format(R"({{"type":"gap","request":{},"from":{:.6f},"to":{:.6f},"reason":{}}})", request, unix_seconds(from),
                       unix_seconds(to), quoted(reason));
}

std::string feed_dropped(std::int64_t request, std::size_t parts) {
    return fmt::format(R"({{"type":"dropped","request":{},"parts":{}}})", request, parts);
}

std::string feed_lost(std::int64_t request, UtcTime since, std::string_view detail) {
    return fmt::format(R"({{"type":"lost","request":{},"since":"{}","detail":{}}})", request, to_rfc3339(since),
                       quoted(detail));
}

std::string feed_end(std::int64_t request, UtcTime at) {
    return fmt::format(R"({{"type":"end","request":{},"at":{:.6f}}})", request, unix_seconds(at));
}

std::string feed_error(std::int64_t request, const Error& error) {
    return fmt::format(R"({{"type":"error","request":{},"code":"{}","detail":{}}})", request, to_string(error.code),
                       quoted(error.message));
}

}  // namespace vantage::live
