// SPDX-License-Identifier: Apache-2.0
// Thumbnails as they are asked for: those that lie beside the footage and, where key frames are further apart than the
// interval, pictures of the footage between them, decoded when somebody wants them. So every second of footage has one.
// Safe from any thread; what is said to be `const` blocks on SQL and disk.
#pragma once
#include "footage/thumbs.hpp"
#include "stills/frames.hpp"

namespace vantage::stills {

struct ThumbnailsOptions {
    milliseconds interval{1000};  // between thumbnails
    int width{320};               // pixels at most
};

struct Thumbnail {
    UtcTime time;                          // of one that is not stored: the instant it stands for
    std::optional<footage::Thumb> stored;  // nothing: to be decoded
};

// True time and JPEG; without bytes when there is none after all.
struct ThumbnailPicture {
    UtcTime time;
    Bytes jpeg;
};

class Thumbnails {
  public:
    // The references outlive it.
    Thumbnails(const footage::Thumbs& stored, const footage::Footage& footage, Frames& frames, const Clock& clock,
               ThumbnailsOptions options)
        : stored_(stored), footage_(footage), frames_(frames), clock_(clock), options_(options) {}

    [[nodiscard]] const footage::Thumbs& stored() const { return stored_; }

    // Of all footage with a time greater than `after` and at most `until`, one an interval, oldest first. Nothing is
    // decoded. Behind the newest that is stored, the last seconds are left out: more may come.
    [[nodiscard]] Result<std::vector<Thumbnail>> between(const CameraId& camera, UtcTime after, UtcTime until) const;
    // Whether a thumbnail of this time does for the instant.
    [[nodiscard]] bool is_near(UtcTime stored, UtcTime t) const { return std::chrono::abs(stored - t) <= half(); }
    // Whether an instant lies where thumbnails are stored more than one and a half intervals apart, or not at all, so that
    // the picture of it is to be decoded.
    [[nodiscard]] Result<bool> is_between(const CameraId& camera, UtcTime t) const;
    // The picture that footage shows at an instant, of the sub stream where that is recorded, as wide as a thumbnail. `done`
    // is called once, here or on another thread, where it may block. errc::not_found without footage, overloaded.
    void decode(const CameraId& camera, UtcTime t, Frames::Done done);

    // Leaves at most `most` that are to be decoded, evenly; what is stored stays.
    static void thin(std::vector<Thumbnail>& list, std::size_t most);
    // All of a list, in its order. Reads what is stored at once, which blocks; `done` as above.
    using Pictures = std::vector<ThumbnailPicture>;
    void pictures(const CameraId& camera, const std::vector<Thumbnail>& list, std::function<void(Pictures)> done);

  private:
    [[nodiscard]] microseconds half() const { return microseconds{options_.interval} / 2; }
    [[nodiscard]] bool is_recent(UtcTime t) const;
    // Instants that lack one between two neighbours, either of which may not be there.
    [[nodiscard]] std::vector<UtcTime> missing(std::optional<UtcTime> before, std::optional<UtcTime> next, UtcTime after,
                                               UtcTime until) const;
    Status keep_covered(const CameraId& camera, std::vector<UtcTime>& times, UtcTime after, UtcTime until) const;

    const footage::Thumbs& stored_;
    const footage::Footage& footage_;
    Frames& frames_;
    const Clock& clock_;
    const ThumbnailsOptions options_;
};

}  // namespace vantage::stills
