// SPDX-License-Identifier: Apache-2.0
// Structured log lines on stderr: time, level, area, message; `json` writes one object a line. The last lines are kept for
// the system page. Safe from any thread. Never hand it a secret: write addresses with redact_url.
#pragma once
#include "base/time.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace vantage::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

struct Line {
    UtcTime time;
    Level level;
    std::string area;  // "camera door/main", "disk", "http", ...
    std::string message;
};

// Call once, before other threads start.
void configure(Level least, Format format);
void write(Level level, std::string_view area, std::string_view message);
bool enabled(Level level);
// The newest lines, oldest first, at most `most`.
std::vector<Line> recent(std::size_t most);
const char* to_string(Level level);

template <class... Args>
void debug(std::string_view area, fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::debug)) write(Level::debug, area, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
void info(std::string_view area, fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::info)) write(Level::info, area, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
void warn(std::string_view area, fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::warn)) write(Level::warn, area, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view area, fmt::format_string<Args...> f, Args&&... args) {
    write(Level::error, area, fmt::format(f, std::forward<Args>(args)...));
}

// "rtsp://admin:secret@10.0.0.5/main?token=x" as "rtsp://***@10.0.0.5/main?***".
std::string redact_url(std::string_view url);

}  // namespace vantage::log
