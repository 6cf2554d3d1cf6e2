// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_path.hpp"

#include <fmt/chrono.h>

#include <array>
#include <charconv>

namespace vantage::footage {
namespace {

// "a/b/c" into exactly N pieces, or nothing.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text) {
    std::array<std::string_view, N> out;
    for (std::size_t i = 0; i < N; ++i) {
        const auto slash = text.find('/');
        if ((slash == std::string_view::npos) != (i + 1 == N)) return {};
        out[i] = text.substr(0, slash);
        text = i + 1 == N ? "" : text.substr(slash + 1);
    }
    return out;
}

std::optional<int> parse_suffix(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1) return {};
    return value;
}

}  // namespace

std::string segment_path(const SegmentName& name) {
    const auto whole = std::chrono::floor<seconds>(name.start);
    const auto tm = fmt::gmtime(std::chrono::system_clock::to_time_t(whole));
    const auto ms = std::chrono::duration_cast<milliseconds>(name.start - whole).count();
    const auto suffix = name.suffix > 0 ? fmt::format("-{}", name.suffix) : std::string{};
    return fmt::format("footage/{}/{}/{:%Y-%m-%d}/{:%H%M%S}.{:03}Z{}.mp4", name.stream.camera.str(),
                       to_string(name.stream.kind), tm, tm, ms, suffix);
}

std::optional<SegmentName> parse_segment_path(std::string_view relative) {
    const auto pieces = split<5>(relative);
    if (!pieces || (*pieces)[0] != "footage") return {};
    const auto camera = CameraId::parse((*pieces)[1]);
    const auto kind = parse_stream_kind((*pieces)[2]);
    const auto day = (*pieces)[3];
    const auto file = (*pieces)[4];
    constexpr std::size_t kTime = std::string_view{"HHMMSS.mmmZ"}.size();
    if (!camera || !kind || file.size() < kTime + 4 || !file.ends_with(".mp4")) return {};
    const auto time =
        parse_time(fmt::format("{}T{}:{}:{}", day, file.substr(0, 2), file.substr(2, 2), file.substr(4, kTime - 4)));
    if (!time) return {};
    SegmentName name{StreamKey{*camera, *kind}, *time, 0};
    const auto rest = file.substr(kTime, file.size() - kTime - 4);
    if (!rest.empty()) {
        const auto suffix = rest.front() == '-' ? parse_suffix(rest.substr(1)) : std::nullopt;
        if (!suffix) return {};
        name.suffix = *suffix;
    }
    if (segment_path(name) != relative) return {};
    return name;
}

}  // namespace vantage::footage
