// SPDX-License-Identifier: Apache-2.0
// The pictures that a timelapse's slots show, out of footage: key frames where there are enough of them, the very frame of
// the instant where groups of pictures are longer than half a slot; thumbnails where the footage has gone. Blocks; one
// thread at a time, which it keeps busy.
#pragma once
#include "footage/thumbs.hpp"
#include "media/picture_stream.hpp"
#include "stills/frame_search.hpp"
#include "stills/timelapse/plan.hpp"

#include <functional>
#include <map>
#include <span>
#include <stop_token>

namespace vantage::stills {

struct SlotPicture {
    std::size_t slot{0};  // its place in what was asked
    UtcTime time;         // true time
    PicturePtr picture;
};

class SlotPictures {
  public:
    // The references outlive it.
    SlotPictures(const footage::Footage& footage, const footage::Thumbs& thumbs, CameraId camera)
        : footage_(footage), thumbs_(thumbs), camera_(std::move(camera)) {}

    using Take = std::function<Status(const SlotPicture&)>;
    // In order, each later than `after` and than the one before it; slots without any are passed over. With `patient`, what
    // a disk cannot give now is an error, to be asked for again; else it is passed over too. errc::cancelled; `take`'s
    // error.
    Status make(std::span<const Slot> slots, UtcTime after, bool patient, const std::stop_token& stop, const Take& take);

  private:
    struct Wanted {
        std::size_t slot;
        CodedFrame coded;
    };
    [[nodiscard]] Result<std::optional<CodedFrame>> choose(const StreamKey& stream, const Slot& slot) const;
    [[nodiscard]] Result<CodedFrame> key_frame(const footage::Fragment& fragment) const;
    [[nodiscard]] Result<std::optional<CodedFrame>> choose(const Slot& slot) const;
    [[nodiscard]] Result<std::optional<std::pair<UtcTime, Bytes>>> thumbnail(const Slot& slot) const;
    [[nodiscard]] bool nothing_in(const Slot& span) const;
    Status decode(std::span<const Wanted> run, const Take& take);
    Status add_thumbnail(std::size_t slot, UtcTime time, const Bytes& jpeg, const Take& take);
    Status hand_on(const SlotPicture& picture, const Take& take);
    Result<PictureStream*> decoder(const Track& track);

    const footage::Footage& footage_;
    const footage::Thumbs& thumbs_;
    const CameraId camera_;
    std::optional<Track> track_;  // of decoder_
    std::unique_ptr<PictureStream> decoder_;
    UtcTime last_;
};

}  // namespace vantage::stills
