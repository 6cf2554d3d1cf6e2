// SPDX-License-Identifier: Apache-2.0
#include "live/pictures/pictures.hpp"

namespace vantage::live {
namespace {

Error no_stream(const StreamKey& key) {
    return fail(errc::not_found, fmt::format("there is no stream {}", to_string(key)));
}

}  // namespace

Result<std::unique_ptr<PictureShow::Viewer>> Pictures::watch(const StreamKey& stream, PictureWish wish,
                                                             std::function<void()> on_ready) {
    auto source = source_(stream);
    if (!source) return no_stream(stream);
    const std::lock_guard hold(mutex_);
    if (stopped_) return fail(errc::cancelled, "the program is stopping");
    std::erase_if(shows_, [](const auto& entry) { return entry.second->over(); });
    if (const auto known = shows_.find(stream); known != shows_.end() && known->second->source() == source)
        if (auto viewer = known->second->join(wish, on_ready)) return viewer;
    auto show = std::make_shared<PictureShow>(to_string(stream), std::move(source), clock_);
    shows_[stream] = show;
    return show->join(wish, std::move(on_ready));
}

void Pictures::snapshot(const StreamKey& stream, int width, Snapshot::Done done) {
    auto source = source_(stream);
    if (!source) return done(no_stream(stream));
    std::unique_lock hold(mutex_);
    std::erase_if(snapshots_, [](const auto& entry) { return entry.second->over(); });
    if (const auto known = snapshots_.find(stream); known != snapshots_.end()) {
        if (known->second->join({width, done})) return;
        snapshots_.erase(known);
    }
    if (stopped_ || snapshots_.size() >= kMostSnapshots) {
        const bool stopping = stopped_;
        hold.unlock();
        return done(stopping ? fail(errc::cancelled, "the program is stopping")
                             : fail(errc::overloaded, "too many snapshots are being made; try again in a moment"));
    }
    snapshots_[stream] = std::make_unique<Snapshot>(to_string(stream), std::move(source), kPatience,
                                                    Snapshot::Request{width, std::move(done)});
}

void Pictures::stop() {
    std::map<StreamKey, std::shared_ptr<PictureShow>> shows;
    std::map<StreamKey, std::unique_ptr<Snapshot>> snapshots;
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
        shows.swap(shows_);
        snapshots.swap(snapshots_);
    }
    for (const auto& [key, show] : shows) show->stop();
}

}  // namespace vantage::live
