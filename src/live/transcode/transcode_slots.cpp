// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/transcode_slots.hpp"

#include <fmt/format.h>

namespace vantage::live {

TranscodeSlots::Place::~Place() {
    slots_.taken_.lock()->erase(this);
}

Status TranscodeSlots::Place::take() {
    const auto now = slots_.clock_.steady();
    const auto taken = slots_.taken_.lock();
    const auto others = drop_lapsed(*taken, now) - taken->count(this);
    if (others >= slots_.most_)
        return fail(errc::overloaded,
                    fmt::format("{} streams are being transcoded already, and more are not allowed (transcode.most in the "
                                "configuration); try again later or use another stream",
                                others));
    (*taken)[this] = lapses_ ? now + kIdle : SteadyTime::max();
    return {};
}

std::size_t TranscodeSlots::drop_lapsed(Taken& taken, SteadyTime now) {
    std::erase_if(taken, [&](const auto& place) { return place.second < now; });
    return taken.size();
}

std::size_t TranscodeSlots::taken() const {
    const auto now = clock_.steady();
    return drop_lapsed(*taken_.lock(), now);
}

}  // namespace vantage::live
