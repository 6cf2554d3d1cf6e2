// SPDX-License-Identifier: Apache-2.0
// Secrets that have to be read again (stream passwords, keys of pushes): sealed before they go into the settings, so that a
// copy of settings.db alone tells nothing. The key lies in a file of its own, mode 0600; without it what is sealed is lost
// and has to be entered anew. XChaCha20-Poly1305 of libsodium. Immutable once opened; safe from any thread.
#pragma once
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace vantage::store {

class Sealer {
  public:
    // Reads the key, or makes one and syncs it to the disk. malformed: the file is not a key; what to do is said.
    static Result<std::shared_ptr<const Sealer>> open(const std::filesystem::path& file);
    ~Sealer();
    Sealer(const Sealer&) = delete;
    Sealer& operator=(const Sealer&) = delete;

    // As base64 text, a different one each time. `purpose` ("stream password of anna") is not kept in it, but must be the
    // same to open it: what was sealed for one thing cannot be put in the place of another.
    [[nodiscard]] std::string seal(std::string_view secret, std::string_view purpose) const;
    // malformed: sealed with another key or for another purpose, or damaged.
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view purpose) const;

  private:
    static constexpr std::size_t kKeyBytes = 32;
    using Key = std::array<std::uint8_t, kKeyBytes>;
    explicit Sealer(const Key& key) : key_(key) {}
    Key key_;
};

}  // namespace vantage::store
