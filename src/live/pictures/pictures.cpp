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

void Pictures::stop() {
    std::map<StreamKey, std::shared_ptr<PictureShow>> shows;
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
        shows.swap(shows_);
    }
    for (const auto& [key, show] : shows) show->stop();
}

}  // namespace vantage::live
