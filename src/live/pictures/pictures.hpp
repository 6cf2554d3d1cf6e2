// SPDX-License-Identifier: Apache-2.0
// Moving JPEGs of the cameras, for browsers and dashboards that know nothing better: decoded once for all viewers of a
// stream, while there are any. Safe from any thread; no call blocks for longer than it takes to start a thread. Single
// pictures: stills/frames.hpp.
#pragma once
#include "base/ids.hpp"
#include "live/pictures/picture_show.hpp"

#include <map>

namespace vantage::live {

class Pictures {
  public:
    // Null when there is no such stream.
    using Source = std::function<std::shared_ptr<stream::Stream>(const StreamKey&)>;

    Pictures(Source source, const Clock& clock) : source_(std::move(source)), clock_(clock) {}
    ~Pictures() { stop(); }
    Pictures(const Pictures&) = delete;
    Pictures& operator=(const Pictures&) = delete;

    // errc::not_found when there is no such stream. See PictureShow for `on_ready`.
    [[nodiscard]] Result<std::unique_ptr<PictureShow::Viewer>> watch(const StreamKey& stream, PictureWish wish,
                                                                     std::function<void()> on_ready);

    // Ends all, and begins nothing any more.
    void stop();

  private:
    const Source source_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<StreamKey, std::shared_ptr<PictureShow>> shows_;  // guarded by mutex_
    bool stopped_{false};                                      // guarded by mutex_
};

}  // namespace vantage::live
