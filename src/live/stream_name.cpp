// SPDX-License-Identifier: Apache-2.0
#include "live/stream_name.hpp"

#include <fmt/format.h>

namespace vantage::live {

const char* to_string(Profile profile) {
    static constexpr std::array names{"h264", "720p", "480p", "360p"};
    return names.at(static_cast<std::size_t>(profile));
}

int max_height(Profile profile) {
    static constexpr std::array lines{0, 720, 480, 360};
    return lines.at(static_cast<std::size_t>(profile));
}

const char* to_string(const StreamName& name) {
    if (const auto* kind = std::get_if<StreamKind>(&name)) return vantage::to_string(*kind);
    return to_string(std::get<Profile>(name));
}

Result<StreamName> parse_stream_name(std::string_view text) {
    if (const auto kind = parse_stream_kind(text)) return StreamName(*kind);
    for (const auto profile : kProfiles)
        if (text == to_string(profile)) return StreamName(profile);
    return fail(errc::invalid_argument,
                fmt::format("'{}' is not a stream; there are main, sub, and of main h264, 720p, 480p and 360p", text));
}

StreamKind kind_behind(const StreamName& name) {
    const auto* kind = std::get_if<StreamKind>(&name);
    return kind != nullptr ? *kind : StreamKind::main;
}

}  // namespace vantage::live
