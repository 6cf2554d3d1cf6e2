// SPDX-License-Identifier: Apache-2.0
#include "record/ring_feed.hpp"

namespace vantage::record {
namespace {

footage::FeedItem taken(stream::Nothing) {
    return footage::NothingNew{};
}
footage::FeedItem taken(PartPtr part) {
    return part;
}
footage::FeedItem taken(stream::Interruption interruption) {
    return footage::Interrupted{std::move(interruption.reason), interruption.at};
}
footage::FeedItem taken(const stream::Dropped& dropped) {
    return footage::Missed{dropped.parts};
}
footage::FeedItem taken(stream::Closed) {
    return footage::FeedEnded{};
}

}  // namespace

RingFeed::RingFeed(stream::Stream& stream, std::string name, bool keeps_connected, TimingNow timing)
    : reader_(stream.subscribe({.name = std::move(name),
                                .start = stream::Start::newest_fragment,
                                .most_bytes_behind = 0,
                                .on_ready = {},
                                .counts_as_viewer = keeps_connected})),
      timing_(std::move(timing)) {}

footage::FeedItem RingFeed::next() {
    return std::visit([](auto&& event) { return taken(std::forward<decltype(event)>(event)); }, reader_->next());
}

footage::Timing RingFeed::timing() const {
    return timing_ ? timing_() : footage::Timing{};
}

}  // namespace vantage::record
