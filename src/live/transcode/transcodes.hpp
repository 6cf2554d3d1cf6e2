// SPDX-License-Identifier: Apache-2.0
// Transcodes of the cameras' main streams for viewers whose player or line cannot take them: one for all who want the same,
// while somebody watches, so many at once and no more. Safe from any thread; no call blocks for longer than it takes to
// start a thread.
#pragma once
#include "live/transcode/transcode.hpp"
#include "live/transcode/transcoded_footage.hpp"

#include <functional>
#include <map>

namespace vantage::live {

struct TranscodesOptions {
    std::size_t most{4};                             // live and footage together
    milliseconds linger{5000};                       // a transcode without viewers goes on so long
    H264Encoder encoder{H264Encoder::x264};          // of live ones; footage is encoded by x264
    Ticks group{stream::FragmenterOptions{}.group};  // of parts, as the cameras' own
};

struct TranscodesStatus {
    std::size_t running{0};
    std::size_t most{0};
    std::string encoder;
    std::uint64_t dropped_parts{0};  // passed over because encoding was too slow; since start
};

class Transcodes {
  public:
    // The main stream of a camera; null when there is no such camera.
    using Source = std::function<std::shared_ptr<stream::Stream>(const CameraId&)>;

    Transcodes(TranscodesOptions options, Source source, const Clock& clock);
    // Ends all of them; whoever holds one of their streams finds it closed.
    ~Transcodes() { stop(); }
    Transcodes(const Transcodes&) = delete;
    Transcodes& operator=(const Transcodes&) = delete;

    // The stream to subscribe to now: ask each time, as it is closed for good when nobody has read it for a while. It is
    // the camera's own while that is as wanted. errc::not_found for an unknown camera, overloaded when too many run.
    [[nodiscard]] Result<std::shared_ptr<stream::Stream>> stream(const CameraId& camera, Profile profile);
    // For one viewer of footage; it must not outlive this.
    [[nodiscard]] std::shared_ptr<const TranscodedFootage> footage(const footage::Footage& of, Profile profile);

    [[nodiscard]] TranscodesStatus status() const;
    // Ends all, and gives none any more.
    void stop();

  private:
    using Key = std::pair<CameraId, Profile>;
    void sweep();

    const TranscodesOptions options_;
    const Source source_;
    const Clock& clock_;
    TranscodeSlots slots_;

    mutable std::mutex mutex_;
    std::map<Key, std::unique_ptr<Transcode>> running_;  // guarded by mutex_
    std::uint64_t dropped_before_{0};                    // guarded by mutex_; by those that are over
    bool stopped_{false};                                // guarded by mutex_
};

}  // namespace vantage::live
