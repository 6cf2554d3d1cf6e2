// SPDX-License-Identifier: Apache-2.0
#include "ingest/decode_order.hpp"

#include <algorithm>

namespace vantage::ingest {
namespace {

constexpr int kMostDepth = 16;           // ITU-T H.264 A.3.1: max_dec_frame_buffering
constexpr Ticks kAssumedInterval{3600};  // before the first frames have told theirs

}  // namespace

void DecodeOrder::set_depth(int depth) {
    depth_ = std::clamp(depth, 0, kMostDepth);
    const auto kept = static_cast<std::size_t>(depth_) + 1;
    if (recent_.size() > kept) recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(kept));
}

void DecodeOrder::break_at(MediaTime pts) {
    if (last_ && pts > *last_ && pts - *last_ <= Ticks{90000}) return;
    recent_.clear();
    last_.reset();
}

MediaTime DecodeOrder::smallest_of_last(MediaTime pts) {
    if (recent_.empty())
        for (int i = depth_; i > 0; --i) recent_.push_back(pts - i * kAssumedInterval);
    const auto place = std::upper_bound(recent_.begin(), recent_.end(), pts);
    // So many frames were decoded before this one and are shown after it.
    depth_ = std::clamp(static_cast<int>(recent_.end() - place), depth_, kMostDepth);
    recent_.insert(place, pts);
    if (recent_.size() > static_cast<std::size_t>(depth_) + 1) recent_.erase(recent_.begin());
    return recent_.front();
}

DecodeOrder::Times DecodeOrder::place(MediaTime pts, std::optional<MediaTime> dts) {
    auto wanted = dts ? *dts : smallest_of_last(pts);
    if (last_) wanted = std::max(wanted, *last_ + Ticks{1});
    last_ = wanted;
    return {wanted, std::max(pts - wanted, Ticks{0})};
}

}  // namespace vantage::ingest
