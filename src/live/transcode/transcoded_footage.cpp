// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/transcoded_footage.hpp"

#include "live/transcode/stream_transcoder.hpp"
#include "media/fragment_transcode.hpp"
#include "media/mp4.hpp"

namespace vantage::live {

Result<footage::Coverage> TranscodedFootage::coverage(const StreamKey& stream, UtcTime from, UtcTime to) const {
    return footage_.coverage(stream, from, to);
}

Result<InitPtr> TranscodedFootage::under_profile(const InitPtr& full) const {
    if (passes(profile_, full->tracks)) return full;
    const std::lock_guard lock(mutex_);
    for (const auto& known : known_)
        if (known.full == full || known.full->data == full->data) return known.transcoded;
    auto track = transcoded_track(*full->tracks.video, options_of(profile_, H264Encoder::x264));
    if (!track) return track.error();
    auto made = mp4::make_init({std::move(*track), full->tracks.audio});
    if (!made) return made.error();
    known_.push_back({full, *made});
    return made;
}

InitPtr TranscodedFootage::full_of(const InitPtr& transcoded) const {
    const std::lock_guard lock(mutex_);
    for (const auto& known : known_)
        if (known.transcoded == transcoded) return known.full;
    return nullptr;
}

Result<footage::SegmentPtr> TranscodedFootage::under_profile(const footage::SegmentPtr& segment) const {
    const auto init = under_profile(segment->init);
    if (!init) return init.error();
    if (*init == segment->init) return segment;
    auto copy = std::make_shared<footage::SegmentInfo>(*segment);
    copy->init = *init;
    return footage::SegmentPtr(std::move(copy));
}

Result<std::vector<footage::SegmentPtr>> TranscodedFootage::segments(const StreamKey& stream, UtcTime from,
                                                                     UtcTime to) const {
    auto found = footage_.segments(stream, from, to);
    if (!found) return found;
    for (auto& segment : *found) {
        auto mine = under_profile(segment);
        if (!mine) return mine.error();
        segment = std::move(*mine);
    }
    return found;
}

Result<std::vector<footage::Fragment>> TranscodedFootage::fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                                    std::size_t most) const {
    auto found = footage_.fragments(stream, from, to, most);
    if (!found) return found;
    footage::SegmentPtr full, mine;
    for (auto& fragment : *found) {
        if (fragment.segment != full) {
            auto made = under_profile(fragment.segment);
            if (!made) return made.error();
            full = fragment.segment;
            mine = std::move(*made);
        }
        fragment.segment = mine;
    }
    return found;
}

Result<std::vector<PartPtr>> TranscodedFootage::read(const footage::Fragment& fragment) const {
    const auto full = full_of(fragment.segment->init);
    if (!full) return footage_.read(fragment);
    if (auto taken = place_.take(); !taken) return taken.error();
    auto on_disk = fragment;
    auto segment = std::make_shared<footage::SegmentInfo>(*fragment.segment);
    segment->init = full;
    on_disk.segment = std::move(segment);
    const auto parts = footage_.read(on_disk);
    if (!parts) return parts;
    return transcode_fragment(*parts, fragment.segment->init, options_of(profile_, H264Encoder::x264));
}

}  // namespace vantage::live
