// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include "base/guarded.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <deque>

namespace vantage::log {
namespace {

constexpr std::size_t kKept = 1000;

struct State {
    std::deque<Line> kept;
};

Guarded<State>& state() {
    static Guarded<State> instance;
    return instance;
}

std::atomic<Level> g_least{Level::info};
std::atomic<Format> g_format{Format::text};

spdlog::logger& sink() {
    static const auto logger = [] {
        auto made = std::make_shared<spdlog::logger>("vantage", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
        made->set_pattern("%v");
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *logger;
}

std::string json_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", c);
        } else {
            out += c;
        }
    }
    return out;
}

// A line is one line, whatever a camera put into its name or reply.
std::string one_line(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    return out;
}

spdlog::level::level_enum spd_level(Level level) {
    static constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
    return levels.at(static_cast<std::size_t>(level));
}

}  // namespace

const char* to_string(Level level) {
    static constexpr std::array names{"debug", "info", "warn", "error"};
    return names.at(static_cast<std::size_t>(level));
}

void configure(Level least, Format format) {
    g_least = least;
    g_format = format;
}

bool enabled(Level level) {
    return level >= g_least.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view area, std::string_view message) {
    const auto now = SystemClock{}.now();
    if (g_format == Format::json) {
        sink().log(spd_level(level), R"({{"time":"{}","level":"{}","area":"{}","message":"{}"}})", to_rfc3339(now),
                   to_string(level), json_text(area), json_text(message));
    } else {
        sink().log(spd_level(level), "{} {:5} {}: {}", to_rfc3339(now), to_string(level), area, one_line(message));
    }
    state().with([&](State& s) {
        s.kept.push_back({now, level, std::string{area}, std::string{message}});
        if (s.kept.size() > kKept) s.kept.pop_front();
    });
}

std::vector<Line> recent(std::size_t most) {
    return state().with([&](State& s) {
        const auto from = s.kept.size() > most ? s.kept.size() - most : 0;
        return std::vector<Line>(s.kept.begin() + static_cast<std::ptrdiff_t>(from), s.kept.end());
    });
}

std::string redact_url(std::string_view url) {
    const auto scheme = url.find("://");
    std::string out;
    auto rest = url;
    if (scheme != std::string_view::npos) {
        out = url.substr(0, scheme + 3);
        rest = url.substr(scheme + 3);
    }
    const auto path = rest.find_first_of("/?#");
    // The last '@' of the authority: cameras have been given passwords with '@' in them.
    const auto at = rest.substr(0, path).rfind('@');
    if (at != std::string_view::npos) {
        out += "***@";
        rest = rest.substr(at + 1);
    }
    const auto query = rest.find('?');
    out += rest.substr(0, query);
    if (query != std::string_view::npos) out += "?***";
    return out;
}

}  // namespace vantage::log
