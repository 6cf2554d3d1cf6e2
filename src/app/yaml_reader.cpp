// SPDX-License-Identifier: Apache-2.0
#include "app/yaml_reader.hpp"

#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace vantage::app {
namespace {

struct Unit {
    const char* name;
    double factor;
};

// "500GB" as 500e9 with a table of units; nothing if it is no number or the unit is unknown.
std::optional<double> quantity(const std::string& text, std::initializer_list<Unit> units) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !std::isfinite(number)) return {};
    std::string unit(end, text.data() + text.size());
    std::erase(unit, ' ');
    for (const auto& known : units)
        if (unit == known.name) return number * known.factor;
    return {};
}

std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replace = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replace, row[j + 1] + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string did_you_mean(const std::string& word, const std::vector<std::string>& words) {
    const auto nearest = std::ranges::min_element(words, {}, [&](const std::string& w) { return distance(word, w); });
    return nearest != words.end() && distance(word, *nearest) <= (word.size() < 4 ? 1U : 2U) ? *nearest : "";
}

void Faults::add(const YAML::Mark& mark, const std::string& message) {
    faults_.push_back({mark.line + 1, message});
}

std::string Faults::text() const {
    auto sorted = faults_;
    std::ranges::stable_sort(sorted, {}, &Fault::line);
    std::string out;
    for (const auto& fault : sorted)
        out += fmt::format("{}{}:{}: {}", out.empty() ? "" : "\n", file_, fault.line, fault.message);
    return out;
}

std::string Faults::expand(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (!environment_) return text;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto start = text.find("${", at);
        if (start == std::string::npos) return out + text.substr(at);
        if (start > at && text[start - 1] == '$') {
            out += text.substr(at, start - 1 - at) + "${";
            at = start + 2;
            continue;
        }
        const auto end = text.find('}', start);
        const auto name = text.substr(start + 2, end == std::string::npos ? end : end - start - 2);
        const char* value = std::getenv(name.c_str());
        out += text.substr(at, start - at);
        if (end == std::string::npos || value == nullptr) {
            add(node, end == std::string::npos ? "'${' without '}'" : fmt::format("the environment has no {}", name));
            return out;
        }
        out += value;
        at = end + 1;
    }
    return out;
}

MapReader::MapReader(const YAML::Node& node, std::string what, Faults& faults) : what_(std::move(what)), faults_(faults) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap()) {
        faults_.add(node, fmt::format("{} must be a map of keys and values", what_));
        return;
    }
    map_ = node;
    std::vector<std::string> seen;
    for (const auto& entry : node) {
        const auto key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
        if (std::ranges::find(seen, key) != seen.end())
            faults_.add(entry.first, fmt::format("'{}' stands twice in {}", key, what_));
        seen.push_back(key);
    }
}

void MapReader::finish() {
    for (const auto& entry : map_) {
        const auto key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
        if (std::ranges::find(known_, key) != known_.end()) continue;
        const auto meant = did_you_mean(key, known_);
        faults_.add(entry.first, fmt::format("unknown key '{}' in {}; {}", key, what_,
                                             meant.empty() ? fmt::format("there are: {}", fmt::join(known_, ", "))
                                                           : fmt::format("did you mean '{}'?", meant)));
    }
}

bool MapReader::has(const std::string& key) {
    return node(key).IsDefined();
}

YAML::Node MapReader::node(const std::string& key) {
    known_.push_back(key);
    return map_.IsMap() ? static_cast<const YAML::Node&>(map_)[key] : YAML::Node(YAML::NodeType::Undefined);
}

void MapReader::fault(const std::string& key, const std::string& message) {
    const auto at = map_.IsMap() ? static_cast<const YAML::Node&>(map_)[key] : map_;
    faults_.add(at.IsDefined() ? at : map_, fmt::format("'{}' of {} {}", key, what_, message));
}

std::optional<std::string> MapReader::scalar(const std::string& key) {
    const auto value = node(key);
    if (!value.IsDefined() || value.IsNull()) return {};
    if (!value.IsScalar()) {
        fault(key, "must be a single value");
        return {};
    }
    return faults_.expand(value);
}

void MapReader::read(const std::string& key, std::string& out) {
    if (auto text = scalar(key)) out = *text;
}

void MapReader::read(const std::string& key, bool& out) {
    const auto text = scalar(key);
    if (!text) return;
    if (*text == "true" || *text == "yes" || *text == "on")
        out = true;
    else if (*text == "false" || *text == "no" || *text == "off")
        out = false;
    else
        fault(key, fmt::format("is '{}'; write true or false", *text));
}

void MapReader::read(std::initializer_list<Field> fields) {
    for (const auto& field : fields) std::visit([&](auto* out) { read(field.key, *out); }, field.out);
}

void MapReader::read(const std::string& key, double& out, double least, double most) {
    const auto text = scalar(key);
    if (!text) return;
    const auto number = quantity(*text, {{"", 1}, {"%", 1}});
    if (!number || *number < least || *number > most)
        fault(key, fmt::format("is '{}'; it must be a number from {} to {}", *text, least, most));
    else
        out = *number;
}

void MapReader::read(const std::string& key, std::vector<std::string>& out) {
    const auto value = node(key);
    if (!value.IsDefined() || value.IsNull()) return;
    out.clear();
    if (value.IsScalar())
        out.push_back(faults_.expand(value));
    else if (!value.IsSequence())
        fault(key, "must be a list");
    else
        for (const auto& item : value) {
            if (item.IsScalar())
                out.push_back(faults_.expand(item));
            else
                fault(key, "must be a list of plain values");
        }
}

void MapReader::read_bytes(const std::string& key, std::optional<std::uint64_t>& out) {
    const auto text = scalar(key);
    if (!text) return;
    const auto bytes = quantity(*text, {{"", 1},
                                        {"B", 1},
                                        {"kB", 1e3},
                                        {"KB", 1e3},
                                        {"MB", 1e6},
                                        {"GB", 1e9},
                                        {"TB", 1e12},
                                        {"KiB", 1024},
                                        {"MiB", 1048576},
                                        {"GiB", 1073741824},
                                        {"TiB", 1099511627776}});
    if (!bytes || *bytes < 0 || *bytes > 1e18)
        fault(key, fmt::format("is '{}'; write bytes, such as 500GB or 20GiB", *text));
    else
        out = static_cast<std::uint64_t>(*bytes);
}

void MapReader::read_seconds(const std::string& key, seconds& out, seconds least, seconds most) {
    const auto text = scalar(key);
    if (!text) return;
    const auto value = quantity(*text, {{"", 1}, {"s", 1}, {"min", 60}, {"h", 3600}});
    if (!value || *value != std::floor(*value) || *value < static_cast<double>(least.count()) ||
        *value > static_cast<double>(most.count()))
        fault(key,
              fmt::format("is '{}'; write whole seconds from {} to {}, such as 5s", *text, least.count(), most.count()));
    else
        out = seconds{static_cast<std::int64_t>(*value)};
}

void MapReader::read_days(const std::string& key, std::optional<double>& out) {
    const auto text = scalar(key);
    if (!text) return;
    const auto value = quantity(*text, {{"", 1}, {"d", 1}, {"days", 1}, {"h", 1.0 / 24}, {"w", 7}});
    if (!value || *value <= 0 || *value > 36500)
        fault(key, fmt::format("is '{}'; write days, such as 30, 36h or 2w", *text));
    else
        out = value;
}

void MapReader::read_word(const std::string& key, const std::vector<std::string>& words, std::size_t& out) {
    const auto text = scalar(key);
    if (!text) return;
    const auto at = std::ranges::find(words, *text);
    if (at == words.end())
        fault(key, fmt::format("is '{}'; it must be one of: {}", *text, fmt::join(words, ", ")));
    else
        out = static_cast<std::size_t>(at - words.begin());
}

}  // namespace vantage::app
