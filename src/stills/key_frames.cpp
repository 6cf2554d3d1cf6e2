// SPDX-License-Identifier: Apache-2.0
#include "stills/key_frames.hpp"

namespace vantage::stills {
namespace {

std::unique_ptr<stream::Reader> subscribe(const std::string& name, stream::Stream& source) {
    stream::ReaderOptions options;
    options.name = "thumbnails " + name;
    options.counts_as_viewer = false;
    return source.subscribe(std::move(options));
}

}  // namespace

KeyFrames::KeyFrames(const std::string& name, stream::Stream& source, milliseconds interval)
    : interval_(interval), reader_(subscribe(name, source)) {}

// The first of each whole interval. Key frames that come about once an interval fall to either side of its border: those
// are taken by their distance.
bool KeyFrames::wanted(UtcTime time) const {
    if (!last_ || time < *last_) return true;
    const auto place = [this](UtcTime t) { return t.time_since_epoch() / interval_; };
    return place(time) != place(*last_) ? time - *last_ >= interval_ / 10 : time - *last_ >= interval_ * 9 / 10;
}

std::vector<KeyFrame> KeyFrames::take() {
    std::vector<KeyFrame> out;
    for (;;) {
        const auto event = reader_->next();
        if (std::holds_alternative<stream::Nothing>(event) || std::holds_alternative<stream::Closed>(event)) return out;
        const auto* part = std::get_if<PartPtr>(&event);
        if (part == nullptr || (*part)->track != TrackKind::video) continue;
        heard_ = to_utc((*part)->start);
        if (!(*part)->starts_fragment) continue;
        const auto& samples = (*part)->samples;
        if (samples.empty() || !samples.front().key || !(*part)->init->tracks.video) continue;
        const auto time = to_utc((*part)->start + samples.front().composition);
        if (!wanted(time)) continue;
        last_ = time;
        out.push_back({*part, time});
    }
}

}  // namespace vantage::stills
