// SPDX-License-Identifier: Apache-2.0
#include "stills/frame_decoder.hpp"

#include "media/picture_stream.hpp"

#include <algorithm>
#include <thread>

namespace vantage::stills {
namespace {

constexpr int kMostThreads = 4;

int threads_of(const std::vector<PartPtr>& parts) {
    const bool alone = parts.size() == 1 && parts.front()->samples.size() == 1;
    return alone ? 1 : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);
}

class Turn {
  public:
    explicit Turn(DecodingRoom& room) : room_(room) { room_.acquire(); }
    ~Turn() { room_.release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    DecodingRoom& room_;
};

}  // namespace

MediaTime newest_time(const std::vector<PartPtr>& parts) {
    auto newest = MediaTime::min();
    for (const auto& part : parts) {
        auto dts = part->start;
        for (const auto& sample : part->samples) {
            newest = std::max(newest, dts + sample.composition);
            dts += sample.duration;
        }
    }
    return newest;
}

Result<PicturePtr> decode_frame(const std::vector<PartPtr>& parts, MediaTime wanted, DecodingRoom& room) {
    if (parts.empty()) return fail(errc::malformed, "there is nothing to decode");
    const Turn turn(room);
    auto opened = PictureStream::open(*parts.front()->init->tracks.video, threads_of(parts));
    if (!opened) return opened.error();
    auto& pictures = **opened;
    Result<PicturePtr> found = fail(errc::malformed, "the picture cannot be decoded");
    const auto keep = [&](MediaTime time) {
        if (time <= wanted) found = pictures.newest();
    };
    bool there = false;
    for (const auto& part : parts) {
        auto dts = part->start;
        for (const auto& sample : part->samples) {
            const auto pts = dts + sample.composition;
            pictures.only_references(pts != wanted);
            // A broken one is passed over; what refers to it shows the damage, as in any player.
            (void)pictures.push(pts, sample.key, ByteView(part->data).subspan(sample.offset, sample.size), keep);
            dts += sample.duration;
            there = pts == wanted;
            if (there) break;
        }
        if (there) break;
    }
    (void)pictures.finish(keep);
    return found;
}

}  // namespace vantage::stills
