// SPDX-License-Identifier: Apache-2.0
// Names of things. A camera's id is an immutable slug that addresses and paths are made of; its display name may change.
#pragma once
#include "base/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace vantage {

class CameraId {
  public:
    // 1 to 64 of a-z A-Z 0-9 _ -, not starting with '-', and not a name that addresses use (is_reserved).
    static Result<CameraId> parse(std::string_view text);
    // True for the words that stand where a camera's id would in an address: "api", "thumbnail", "login", ...
    static bool is_reserved(std::string_view text);

    [[nodiscard]] const std::string& str() const { return text_; }
    auto operator<=>(const CameraId&) const = default;

  private:
    explicit CameraId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

enum class StreamKind { main, sub };
inline const char* to_string(StreamKind kind) {
    return kind == StreamKind::main ? "main" : "sub";
}
Result<StreamKind> parse_stream_kind(std::string_view text);

// One of a camera's streams; prints as "door/main".
struct StreamKey {
    CameraId camera;
    StreamKind kind{StreamKind::main};
    auto operator<=>(const StreamKey&) const = default;
};
std::string to_string(const StreamKey& key);

}  // namespace vantage
