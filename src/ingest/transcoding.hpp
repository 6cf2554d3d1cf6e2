// SPDX-License-Identifier: Apache-2.0
// What browsers and fMP4 refuse is dealt with once for all readers; the rest goes through untouched. Times stay the
// camera's. Lives on the thread of its source.
#pragma once
#include "ingest/source.hpp"

#include <functional>
#include <string>

namespace vantage::ingest {

class Transcoding {
  public:
    Transcoding(std::string name, std::function<void(Frame)> out) : name_(std::move(name)), out_(std::move(out)) {}

    // The tracks that come out. A sound that cannot be carried is left out, and the log says so; errc::unsupported for a
    // picture.
    Result<TrackSet> set_tracks(const TrackSet& camera);
    Status push(Frame frame);

  private:
    const std::string name_;
    const std::function<void(Frame)> out_;
    bool pass_audio_{true};
};

}  // namespace vantage::ingest
