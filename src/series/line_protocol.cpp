// SPDX-License-Identifier: Apache-2.0
#include "series/line_protocol.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vantage::series {
namespace {

// Names of measurements, tags and fields, and values of tags.
void add_name(std::string& out, std::string_view name, std::string_view special) {
    for (const char each : name) {
        const char c = static_cast<unsigned char>(each) < ' ' ? ' ' : each;
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    // It would be taken for the escape of what follows.
    if (!name.empty() && name.back() == '\\') out.back() = '/';
}

constexpr std::string_view kInMeasurement = ", ", kInKey = ",= ";

// Line breaks stand in strings as they are; a file of lines counts them, so they become spaces.
void add_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    out += '"';
}

bool can_be_said(const Value& value) {
    const auto* number = std::get_if<double>(&value);
    return number == nullptr || std::isfinite(*number);
}

void add_value(std::string& out, const Value& value) {
    if (const auto* number = std::get_if<double>(&value)) out += fmt::format("{}", *number);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) out += fmt::format("{}i", *whole);
    if (const auto* flag = std::get_if<bool>(&value)) out += *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value)) add_string(out, *text);
}

}  // namespace

std::string to_line(const Point& point) {
    std::string out;
    add_name(out, point.measurement, kInMeasurement);
    for (const auto& [key, value] : point.tags) {
        if (value.empty()) continue;
        out += ',';
        add_name(out, key, kInKey);
        out += '=';
        add_name(out, value, kInKey);
    }
    char before = ' ';
    for (const auto& [key, value] : point.fields) {
        if (!can_be_said(value)) continue;
        out += std::exchange(before, ',');
        add_name(out, key, kInKey);
        out += '=';
        add_value(out, value);
    }
    if (before == ' ') return {};
    out += fmt::format(" {}\n", point.time.time_since_epoch().count());
    return out;
}

}  // namespace vantage::series
