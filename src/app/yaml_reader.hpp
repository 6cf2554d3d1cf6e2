// SPDX-License-Identifier: Apache-2.0
// Strict reading of YAML: a reader walks a map, asks for each key it knows with the type it wants, and at the end every key
// that nobody asked for is a fault. Faults are collected, not thrown. One thread.
#pragma once
#include "base/time.hpp"

#include <yaml-cpp/yaml.h>

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vantage::app {

// What went wrong so far, in the order of lines.
class Faults {
  public:
    Faults(std::string file, bool environment) : file_(std::move(file)), environment_(environment) {}
    void add(const YAML::Mark& mark, const std::string& message);
    void add(const YAML::Node& node, const std::string& message) { add(node.Mark(), message); }
    [[nodiscard]] bool none() const { return faults_.empty(); }
    [[nodiscard]] std::string text() const;
    // A scalar with ${NAME} replaced; a fault when NAME is not set. "$${" is a plain "${".
    [[nodiscard]] std::string expand(const YAML::Node& node);

  private:
    struct Fault {
        int line;
        std::string message;
    };
    std::string file_;
    bool environment_;
    std::vector<Fault> faults_;
};

class MapReader {
  public:
    // A node that is not a map is a fault; the reader is then empty. `what` is for messages: "camera 'door'".
    MapReader(const YAML::Node& node, std::string what, Faults& faults);
    // Call last: every key that was not asked for is a fault, with the nearest key that was.
    void finish();

    [[nodiscard]] bool has(const std::string& key);
    [[nodiscard]] YAML::Node node(const std::string& key);  // undefined if absent

    // Each leaves `out` as it was when the key is absent or its value cannot be right.
    void read(const std::string& key, std::string& out);
    void read(const std::string& key, bool& out);
    void read(const std::string& key, double& out, double least, double most);
    void read(const std::string& key, std::vector<std::string>& out);  // a list, or one value
    // Several of the simple ones.
    struct Field {
        const char* key;
        std::variant<std::string*, bool*> out;
    };
    void read(std::initializer_list<Field> fields);
    void read_bytes(const std::string& key, std::optional<std::uint64_t>& out);            // 500GB, 20GiB, 1048576
    void read_seconds(const std::string& key, seconds& out, seconds least, seconds most);  // 5, 5s, 2min
    void read_days(const std::string& key, std::optional<double>& out);                    // 30, 30d, 36h, 2w
    // One of the words; `out` gets its place in the list.
    void read_word(const std::string& key, const std::vector<std::string>& words, std::size_t& out);

    void fault(const std::string& key, const std::string& message);

  private:
    std::optional<std::string> scalar(const std::string& key);
    YAML::Node map_;
    std::string what_;
    Faults& faults_;
    std::vector<std::string> known_;
};

// The word of `words` that was probably meant, or "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& words);

}  // namespace vantage::app
