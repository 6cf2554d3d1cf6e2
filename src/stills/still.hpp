// SPDX-License-Identifier: Apache-2.0
// A picture as it leaves the program: an image file of one instant, and how it is to look. Safe from any thread. Making one
// keeps the caller's thread busy for some ten milliseconds.
#pragma once
#include "media/picture.hpp"

#include <map>
#include <mutex>

namespace vantage::stills {

enum class Format : std::uint8_t { jpeg, png };

struct Look {
    int width{0};  // pixels at most; 0: as it is. Never enlarged.
    Format format{Format::jpeg};
    auto operator<=>(const Look&) const = default;
};

struct Still {
    Bytes data;
    UtcTime time;  // true time of the picture
    Format format{Format::jpeg};
};
using StillPtr = std::shared_ptr<const Still>;

// A decoded picture and what was made of it, each look once.
class Negative {
  public:
    static constexpr std::size_t kMostLooks = 8;  // kept

    explicit Negative(PicturePtr picture) : picture_(std::move(picture)) {}
    [[nodiscard]] Result<StillPtr> still(const Look& look);
    [[nodiscard]] std::size_t bytes() const { return picture_->bytes(); }

  private:
    const PicturePtr picture_;
    std::mutex mutex_;
    std::map<Look, StillPtr> made_;  // guarded by mutex_
};
using NegativePtr = std::shared_ptr<Negative>;

}  // namespace vantage::stills
