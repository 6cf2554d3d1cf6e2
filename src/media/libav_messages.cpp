// SPDX-License-Identifier: Apache-2.0
#include "media/libav_messages.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

extern "C" {
#include <libavutil/log.h>
}

namespace vantage::libav {
namespace {

constexpr std::size_t kMostLines = 100;
thread_local Messages* t_listener = nullptr;

void on_line(void* /*object*/, int level, const char* format, va_list arguments) {
    if (t_listener == nullptr || level > AV_LOG_DEBUG) return;
    std::array<char, 512> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (length <= 0) return;
    std::string text(line.data());
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
    t_listener->add(std::move(text));
}

}  // namespace

Messages::Messages() {
    t_listener = this;
}
Messages::~Messages() {
    t_listener = nullptr;
}

void Messages::add(std::string line) {
    if (lines_.size() < kMostLines) lines_.push_back(std::move(line));
}

std::string_view Messages::after(std::string_view start) const {
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
        if (line->starts_with(start)) return std::string_view(*line).substr(start.size());
    return {};
}

bool Messages::mention(std::string_view text) const {
    return std::ranges::any_of(lines_, [&](const auto& line) { return line.find(text) != std::string::npos; });
}

void collect_messages() {
    av_log_set_callback(&on_line);
}

}  // namespace vantage::libav
