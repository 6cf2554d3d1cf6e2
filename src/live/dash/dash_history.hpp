// SPDX-License-Identifier: Apache-2.0
// Which periods a DASH manifest has, from the same outlines as the playlists of HLS: one from each break of main to the
// next. What a growing manifest once said of a period stays as it was while segments go out at its front: DashHistory
// remembers it. Safe from any thread.
#pragma once
#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "live/dash/dash_manifest.hpp"
#include "live/segments/outline.hpp"

#include <map>
#include <string>

namespace vantage::live {

// Renditions of one span. `video` and `audio` have the same entries, one of them at least is there; `sub` may be null.
struct DashOutlines {
    const Outline* video{nullptr};
    const Outline* audio{nullptr};
    const Outline* sub{nullptr};
};

struct DashPace {
    milliseconds update;  // as in DashManifest::Growth
    milliseconds depth;
    milliseconds delay;
    std::string folder{};  // of DashManifest
};

// What is fixed of a representation, and of a period.
struct DashOffer {
    InitPtr init;
    std::uint64_t bandwidth{0};
    double frame_rate{0};
};
struct DashEra {
    MediaTime end;  // of what was listed of it
    std::map<std::string, DashOffer> offers;
    bool independent{true};  // until a GOP was longer than a segment may be
};
using DashEras = std::map<milliseconds, DashEra>;  // by start, since 1970

// Periods of what the outlines hold, those of `eras` as they were; adds the new ones to it. Sub is offered in a period when
// it was there at the start of it, as a period's representations do not change; and only up to where main has got to, so
// that none of its segments reaches over a break. With `whole` it must be there all through.
std::vector<DashPeriod> dash_periods(const DashOutlines& outlines, DashEras& eras, bool whole);

// Of a span that does not change any more. Its timeline begins at 0 with the first picture; holes stay.
// `folder`: of DashManifest. Empty when there is nothing in it.
std::string dash_static(const DashOutlines& outlines, const std::string& folder);

class DashHistory {
  public:
    // `clock` outlives this.
    explicit DashHistory(const Clock& clock) : clock_(clock) {}

    // A manifest that grows: `name` says of what ("door live"). The time of publishing changes with the rest of the text.
    std::string manifest(const std::string& name, const DashOutlines& outlines, const DashPace& pace);

  private:
    struct Known {
        DashEras eras;
        UtcTime published;
        std::string text;
        SteadyTime asked;
    };
    static constexpr std::size_t kMost = 256;

    const Clock& clock_;
    Guarded<std::map<std::string, Known>> known_;
};

}  // namespace vantage::live
