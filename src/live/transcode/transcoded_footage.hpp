// SPDX-License-Identifier: Apache-2.0
// Footage as a profile gives it, behind the same door as the footage itself: the same segments, fragments and times, other
// inits and parts. A fragment is transcoded when it is read, on the thread that reads; sizes and offsets stay those on
// disk. What already is as wanted is read as it is. One of these stands for one viewer: it takes a place among the
// transcodes when it reads and loses it when it rests. Safe from any thread.
#pragma once
#include "footage/footage.hpp"
#include "live/stream_name.hpp"
#include "live/transcode/transcode_slots.hpp"

#include <mutex>

namespace vantage::live {

class TranscodedFootage final : public footage::Footage {
  public:
    // The references outlive this.
    TranscodedFootage(const footage::Footage& footage, Profile profile, TranscodeSlots& slots)
        : footage_(footage), profile_(profile), place_(slots, true) {}

    [[nodiscard]] Result<footage::Coverage> coverage(const StreamKey& stream, UtcTime from, UtcTime to) const override;
    [[nodiscard]] Result<std::vector<footage::SegmentPtr>> segments(const StreamKey& stream, UtcTime from,
                                                                    UtcTime to) const override;
    [[nodiscard]] Result<std::vector<footage::Fragment>> fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                                   std::size_t most) const override;
    // errc::overloaded when too much is being transcoded.
    [[nodiscard]] Result<std::vector<PartPtr>> read(const footage::Fragment& fragment) const override;

    // What stands for this init of the footage; the same when that is as wanted.
    [[nodiscard]] Result<InitPtr> under_profile(const InitPtr& full) const;

  private:
    struct Known {
        InitPtr full, transcoded;
    };
    [[nodiscard]] Result<footage::SegmentPtr> under_profile(const footage::SegmentPtr& segment) const;
    [[nodiscard]] InitPtr full_of(const InitPtr& transcoded) const;

    const footage::Footage& footage_;
    const Profile profile_;
    mutable TranscodeSlots::Place place_;
    mutable std::mutex mutex_;
    mutable std::vector<Known> known_;  // guarded by mutex_; one a set of parameters
};

}  // namespace vantage::live
