// SPDX-License-Identifier: Apache-2.0
// What FFmpeg says in its log on this thread while the object lives: the reason of a failure is often only there ("Server
// error: ..."). Included by .cpp files of media/ only. Lives on one thread's stack; may not be nested. The lines may hold
// addresses and keys: redact them before anybody sees them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace vantage::libav {

class Messages {
  public:
    Messages();
    ~Messages();
    Messages(const Messages&) = delete;
    Messages& operator=(const Messages&) = delete;

    // The text behind `start` of the last line that begins with it, or nothing.
    [[nodiscard]] std::string_view after(std::string_view start) const;
    // True when a line holds the text.
    [[nodiscard]] bool mention(std::string_view text) const;
    void add(std::string line);

  private:
    std::vector<std::string> lines_;  // the first hundred
};

// Hands every line to the Messages of its thread, if there is one, and prints nothing.
void collect_messages();

}  // namespace vantage::libav
