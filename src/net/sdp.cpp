// SPDX-License-Identifier: Apache-2.0
#include "net/sdp.hpp"

#include "net/text.hpp"

#include <algorithm>
#include <array>

namespace vantage::net {
namespace {

constexpr std::size_t kMostMedias = 32;
constexpr std::size_t kMostFormats = 32;

struct StaticFormat {
    int payload_type;
    const char* encoding;
    int clock_rate;
    int channels;
};
// RFC 3551 table 4 and 5, what cameras use of it. G721 is G.726 at 32 kbit/s.
constexpr std::array kStatic{StaticFormat{0, "PCMU", 8000, 1},  StaticFormat{2, "G726-32", 8000, 1},
                             StaticFormat{8, "PCMA", 8000, 1},  StaticFormat{9, "G722", 8000, 1},
                             StaticFormat{10, "L16", 44100, 2}, StaticFormat{11, "L16", 44100, 1},
                             StaticFormat{14, "MPA", 90000, 0}, StaticFormat{26, "JPEG", 90000, 0},
                             StaticFormat{32, "MPV", 90000, 0}, StaticFormat{33, "MP2T", 90000, 0}};

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

// The next word; words are separated by any white space (VStarcam: "m=audio 0 RTP/AVP 8\t ").
std::string_view take_word(std::string_view& rest) {
    rest = trim(rest);
    const auto end = rest.find_first_of(" \t");
    const auto word = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    return word;
}

SdpFormat static_format(int payload_type) {
    SdpFormat format;
    format.payload_type = payload_type;
    for (const auto& known : kStatic)
        if (known.payload_type == payload_type) {
            format.encoding = known.encoding;
            format.clock_rate = known.clock_rate;
            format.channels = known.channels;
        }
    return format;
}

SdpMedia read_media(std::string_view line) {
    SdpMedia media;
    media.kind = lower(take_word(line));
    take_word(line);  // port
    media.protocol = take_word(line);
    while (!trim(line).empty() && media.formats.size() < kMostFormats)
        if (const auto type = parse_number<int>(take_word(line)); type && *type >= 0 && *type < 128)
            media.formats.push_back(static_format(*type));
    return media;
}

// "96 H264/90000", "97 MPEG4-GENERIC/48000/2"; the encoding overrules RFC 3551's table (a camera sends "8 PCMU/8000/1").
void read_rtpmap(std::string_view value, SdpMedia& media) {
    const auto type = parse_number<int>(take_word(value));
    if (!type) return;
    auto text = take_word(value);
    for (auto& format : media.formats) {
        if (format.payload_type != *type) continue;
        format.encoding = upper(trim(take_until(text, '/')));
        format.clock_rate = parse_number<int>(take_until(text, '/')).value_or(format.clock_rate);
        format.channels = parse_number<int>(text).value_or(format.channels);
        return;
    }
}

void read_fmtp(std::string_view value, SdpMedia& media) {
    const auto type = parse_number<int>(take_word(value));
    if (!type) return;
    for (auto& format : media.formats)
        if (format.payload_type == *type)
            for_each_parameter(value, ';', [&](auto name, auto text) { format.parameters[lower(name)] = text; });
}

std::optional<SdpDirection> read_direction(std::string_view name) {
    if (iequals(name, "sendrecv")) return SdpDirection::sendrecv;
    if (iequals(name, "sendonly")) return SdpDirection::sendonly;
    if (iequals(name, "recvonly")) return SdpDirection::recvonly;
    if (iequals(name, "inactive")) return SdpDirection::inactive;
    return std::nullopt;
}

void read_attribute(std::string_view line, Sdp& sdp, SdpDirection& session_direction) {
    auto value = line;
    const auto name = trim(take_until(value, ':'));
    auto* media = sdp.medias.empty() ? nullptr : &sdp.medias.back();
    if (iequals(name, "control")) (media ? media->control : sdp.control) = trim(value);
    if (const auto direction = read_direction(name)) (media ? media->direction : session_direction) = *direction;
    if (media && iequals(name, "rtpmap")) read_rtpmap(value, *media);
    if (media && iequals(name, "fmtp")) read_fmtp(value, *media);
    if (media && iequals(name, "x-dimensions")) {
        const auto width = parse_number<int>(take_until(value, ',')), height = parse_number<int>(value);
        if (width && height && *width > 0 && *height > 0) media->dimensions = {*width, *height};
    }
}

}  // namespace

std::string_view SdpFormat::parameter(const std::string& parameter_name) const {
    const auto found = parameters.find(parameter_name);
    return found == parameters.end() ? std::string_view{} : std::string_view{found->second};
}

const SdpFormat* SdpMedia::format(int payload_type) const {
    const auto found =
        std::find_if(formats.begin(), formats.end(), [&](const auto& f) { return f.payload_type == payload_type; });
    return found == formats.end() ? nullptr : &*found;
}

Result<Sdp> parse_sdp(std::string_view text) {
    Sdp sdp;
    auto session_direction = SdpDirection::unsaid;
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        const auto line = trim(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (line.size() < 2 || line[1] != '=') continue;
        const auto value = line.substr(2);
        if (line[0] == 's' && sdp.medias.empty()) sdp.name = trim(value);
        if (line[0] == 'm') {
            if (sdp.medias.size() == kMostMedias) return fail(errc::overloaded, "SDP with more than 32 medias");
            sdp.medias.push_back(read_media(value));
        }
        if (line[0] == 'a') read_attribute(value, sdp, session_direction);
    }
    if (sdp.medias.empty()) return fail(errc::malformed, "the session description (SDP) names no media");
    for (auto& media : sdp.medias)
        if (media.direction == SdpDirection::unsaid) media.direction = session_direction;
    return sdp;
}

}  // namespace vantage::net
