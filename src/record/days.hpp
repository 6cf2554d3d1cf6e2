// SPDX-License-Identifier: Apache-2.0
// Any stretch of a stream's footage, a day as a rule, as one file that is sent without being written. Safe from any thread;
// settled() blocks on the catalogue.
#pragma once
#include "record/movies.hpp"

namespace vantage::record {

class Days {
  public:
    // The references outlive it; `name` gives a camera's, for titles.
    Days(const footage::Footage& footage, footage::FileSystem& files, Movies& movies,
         std::function<std::string(const CameraId&)> name)
        : footage_(footage), files_(files), movies_(movies), name_(std::move(name)) {}

    // The last instant up to which footage stays as it is: what ends there can be asked for again, byte by byte the same,
    // while more is recorded.
    [[nodiscard]] Result<UtcTime> settled(const StreamKey& stream, UtcTime now) const;
    // [from, to) to the group of pictures; gaps stay as long as they were. As Movies::ask.
    void ask(const StreamKey& stream, UtcTime from, UtcTime to, Movies::Take take) const;

  private:
    const footage::Footage& footage_;
    footage::FileSystem& files_;
    Movies& movies_;
    const std::function<std::string(const CameraId&)> name_;
};

}  // namespace vantage::record
