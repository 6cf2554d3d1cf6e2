// SPDX-License-Identifier: Apache-2.0
#include "live/transcode/archive_transcodes.hpp"

#include <algorithm>

namespace vantage::live {

class ArchiveTranscodes::View final : public ArchiveView {
  public:
    View(ArchiveTranscodes& all, Profile profile)
        : all_(all), profile_(profile), inits_(all.transcodes_.footage(all.footage_, profile)) {}

    [[nodiscard]] bool offered() const override { return all_.transcodes_.status().most > 0; }
    [[nodiscard]] Result<InitPtr> init(const InitPtr& on_disk) override { return inits_->under_profile(on_disk); }
    void read(std::vector<footage::Fragment> fragments, Done done) override {
        all_.read(profile_, std::move(fragments), std::move(done));
    }

  private:
    ArchiveTranscodes& all_;
    const Profile profile_;
    const FootagePtr inits_;
};

ArchiveTranscodes::ArchiveTranscodes(Transcodes& transcodes, const footage::Footage& footage, const Clock& clock)
    : transcodes_(transcodes), footage_(footage), clock_(clock) {
    for (const auto profile : kProfiles) views_[static_cast<std::size_t>(profile)] = std::make_unique<View>(*this, profile);
    for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

ArchiveTranscodes::~ArchiveTranscodes() {
    stop();
}

ArchiveView& ArchiveTranscodes::view(Profile profile) {
    return *views_[static_cast<std::size_t>(profile)];
}

void ArchiveTranscodes::stop() {
    std::vector<ArchiveView::Done> told;
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
        for (const auto& wanted : queue_) {
            std::ranges::move(wanted->waiting, std::back_inserter(told));
            wanted_.erase(wanted->key);
        }
        queue_.clear();
    }
    for (const auto& done : told) done(fail(errc::unavailable, "the program is stopping"));
    threads_.clear();
}

void ArchiveTranscodes::read(Profile profile, std::vector<footage::Fragment> fragments, ArchiveView::Done done) {
    if (fragments.empty()) return done(fail(errc::not_found, "this footage is gone"));
    const Key key{profile, fragments.front().segment->path, fragments.front().start};
    std::unique_lock hold(mutex_);
    forget_old();
    if (const auto kept = std::ranges::find(kept_, key, &Kept::key); kept != kept_.end()) {
        auto parts = kept->parts;
        hold.unlock();
        return done(std::move(parts));
    }
    if (const auto same = wanted_.find(key); same != wanted_.end()) {
        same->second->waiting.push_back(std::move(done));
        return;
    }
    if (stopped_ || queue_.size() >= kMostQueued) {
        hold.unlock();
        return done(fail(errc::overloaded, "too much footage waits to be transcoded; try again in some seconds"));
    }
    auto wanted = std::make_shared<Wanted>(Wanted{key, std::move(fragments), {}});
    wanted->waiting.push_back(std::move(done));
    wanted_.emplace(key, wanted);
    queue_.push_back(std::move(wanted));
    changed_.notify_one();
}

void ArchiveTranscodes::work(const std::stop_token& stop) {
    for (;;) {
        WantedPtr wanted;
        {
            std::unique_lock hold(mutex_);
            if (!changed_.wait(hold, stop, [this] { return !queue_.empty(); })) return;
            wanted = std::move(queue_.front());
            queue_.pop_front();
        }
        auto made = make(*wanted);
        std::vector<ArchiveView::Done> waiting;
        {
            const std::lock_guard hold(mutex_);
            waiting = std::move(wanted->waiting);
            wanted_.erase(wanted->key);
            if (made) keep(wanted->key, *made);
        }
        for (const auto& done : waiting) done(made);
    }
}

// Each group of pictures alone, as for the page's player.
Result<ArchiveTranscodes::Parts> ArchiveTranscodes::make(const Wanted& wanted) {
    Parts out;
    const auto& first = wanted.fragments.front();
    const auto footage = footage_of(first.segment->stream.camera, wanted.key.profile);
    const auto init = footage->under_profile(first.segment->init);
    if (!init) return init.error();
    auto segment = std::make_shared<footage::SegmentInfo>(*first.segment);
    segment->init = *init;
    for (auto fragment : wanted.fragments) {
        fragment.segment = segment;
        const auto parts = footage->read(fragment);
        if (!parts) return parts.error();
        out.insert(out.end(), parts->begin(), parts->end());
    }
    return out;
}

ArchiveTranscodes::FootagePtr ArchiveTranscodes::footage_of(const CameraId& camera, Profile profile) {
    const std::lock_guard hold(mutex_);
    auto& footage = footages_[{camera, profile}];
    if (!footage) footage = transcodes_.footage(footage_, profile);
    return footage;
}

void ArchiveTranscodes::keep(const Key& key, const Parts& parts) {
    std::size_t bytes = 0;
    for (const auto& part : parts) bytes += part->data.size();
    kept_.push_back({key, parts, bytes, clock_.steady()});
    kept_bytes_ += bytes;
    forget_old();
}

void ArchiveTranscodes::forget_old() {
    while (!kept_.empty() && (kept_bytes_ > kMostBytes || clock_.steady() - kept_.front().made > kKeep)) {
        kept_bytes_ -= kept_.front().bytes;
        kept_.pop_front();
    }
}

}  // namespace vantage::live
