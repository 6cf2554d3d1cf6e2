// SPDX-License-Identifier: Apache-2.0
#include "record/days.hpp"

namespace vantage::record {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrowing = 10min;  // no segment is open for longer
constexpr auto kSound = 1s;       // a cut looks so far behind its end, for sound

}  // namespace

Result<UtcTime> Days::settled(const StreamKey& stream, UtcTime now) const {
    const auto before = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<600>>>(now);
    const auto fragments = footage_.fragments(stream, now - kGrowing, now + kGrowing, SIZE_MAX);
    if (fragments.has_error()) return fragments.error();
    if (fragments->empty()) return before;
    // The newest fragment still grows; those before it do not.
    const auto newest = to_utc(fragments->back().start);
    auto out = to_utc(fragments->front().start);
    for (const auto& fragment : *fragments)
        if (const auto start = to_utc(fragment.start); start + kSound <= newest) out = start;
    return out;
}

void Days::ask(const StreamKey& stream, UtcTime from, UtcTime to, Movies::Take take) const {
    const auto name =
        fmt::format("{} {} {}", vantage::to_string(stream), from.time_since_epoch().count(), to.time_since_epoch().count());
    movies_.ask(
        name, name_(stream.camera),
        [this, stream, from, to] { return footage::gather_fragments(footage_, files_, stream, from, to); }, std::move(take));
}

}  // namespace vantage::record
