// SPDX-License-Identifier: Apache-2.0
#include "stills/moments/moments.hpp"

#include "base/log.hpp"
#include "footage/retention_plan.hpp"
#include "stills/moments/moment_address.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

constexpr microseconds kLateness = 1s;  // about what footage takes to get to the disk
constexpr double kWaited = 0.8;         // progress when the footage is there

bool has_ended(const Moment& moment) {
    return moment.state == MomentState::done || moment.state == MomentState::failed;
}

Error no_such(const CameraId& camera) {
    return fail(errc::not_found, fmt::format("camera '{}' has no such moment", camera.str()));
}

}  // namespace

Moments::Moments(MomentsOptions options, const footage::Footage& footage, footage::FileSystem& files,
                 store::Settings& settings, const Clock& clock)
    : options_(std::move(options)),
      footage_(footage),
      files_(files),
      settings_(settings),
      folders_(options_.folder, files),
      clock_(clock) {}

Status Moments::start() {
    if (auto made = folders_.make(); made.has_error()) return made;
    release_all();
    for (auto& moment : folders_.load()) add(std::move(moment));
    expire();
    for (std::size_t i = 0; i < options_.threads; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { loop(stop); });
    return {};
}

void Moments::add(Moment moment) {
    const std::lock_guard lock(mutex_);
    const auto job = std::make_shared<Job>(std::move(moment));
    cameras_[job->shown.request.camera].emplace(job->shown.id, job);
    if (has_ended(job->shown)) return;
    job->shown.state = MomentState::waiting;
    schedule(*job);
    protect(*job);
    waiting_.push_back(job);
}

void Moments::protect(Job& job) {
    const auto& shown = job.shown;
    const auto added = settings_.add_protection({.stream = {shown.request.camera, shown.stream},
                                                 .start = shown.from,
                                                 .end = shown.to,
                                                 .reason = std::string(footage::kPassingProtection),
                                                 .created = clock_.now()});
    if (added)
        job.protection = *added;
    else
        log::warn("moments", "the footage of {} is not protected: {}", shown.id, added.error().message);
}

void Moments::release(Job& job) {
    if (!job.protection) return;
    if (auto done = settings_.remove_protection(*std::exchange(job.protection, {})); done.has_error())
        log::warn("moments", "a protection stays until the next start: {}", done.error().message);
}

void Moments::release_all() {
    const auto rows = settings_.protections();
    if (rows.has_error()) log::warn("moments", "{}", rows.error().message);
    if (rows.has_value())
        for (const auto& row : *rows)
            if (row.reason == footage::kPassingProtection) (void)settings_.remove_protection(row.id);
}

// By the steady clock: a step of the host's clock lets nobody wait for an hour.
void Moments::schedule(Job& job) const {
    job.asked = clock_.steady();
    job.ready = job.asked + std::clamp<microseconds>(job.shown.to - clock_.now(), 0s, kMostDelay);
    job.deadline = job.ready + kPatience;
    job.next_look = job.ready;
}

void Moments::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& job : waiting_) job->stop.request_stop();
    }
    threads_.clear();
    std::vector<std::pair<Ended, Moment>> told;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& job : waiting_)
            for (auto& ended : std::exchange(job->waiting, {})) {
                told.emplace_back(std::move(ended), job->shown);
                told.back().second.error = fail(errc::cancelled, "the program is stopping; the moment is made when it runs");
            }
    }
    for (const auto& [ended, moment] : told) ended(moment);
}

Status Moments::room_for_one_more(const CameraId& camera) const {
    const auto of_camera = [&](const JobPtr& job) { return job->shown.request.camera == camera; };
    if (stopping_) return fail(errc::cancelled, "the program is stopping");
    if (waiting_.size() >= kMostWaiting ||
        static_cast<std::size_t>(std::ranges::count_if(waiting_, of_camera)) >= kMostWaitingOfOne)
        return fail(errc::overloaded, "as many moments are being made as may be at once; try again in some seconds");
    const auto known = cameras_.find(camera);
    if (known != cameras_.end() && known->second.size() >= kMostKept)
        return fail(errc::overloaded, fmt::format("camera '{}' has {} moments; remove some", camera.str(), kMostKept));
    return {};
}

Result<Moment> Moments::create(const MomentRequest& request) {
    if (auto good = check(request); good.has_error()) return good.error();
    const auto stream = options_.recorded(request.camera);
    if (stream.has_error()) return stream.error();
    const auto now = clock_.now();
    const auto to = now + request.delay, from = to - request.length;
    const auto job = std::make_shared<Job>(Moment{.id = {},
                                                  .request = request,
                                                  .stream = stream->kind,
                                                  .from = from,
                                                  .to = to,
                                                  .start = from,
                                                  .end = to,
                                                  .created = now});
    const auto name = [&](int n) { return moment_id(from) + (n > 1 ? fmt::format("_{}", n) : ""); };
    int n = 1;
    while (folders_.is_taken(request.camera, name(n))) ++n;
    {
        const std::lock_guard lock(mutex_);
        if (auto room = room_for_one_more(request.camera); room.has_error()) return room.error();
        auto& of_camera = cameras_[request.camera];
        while (of_camera.contains(name(n))) ++n;
        job->shown.id = name(n);
        schedule(*job);
        job->busy = true;
        of_camera.emplace(job->shown.id, job);
        waiting_.push_back(job);
    }
    protect(*job);
    auto saved = folders_.make(request.camera);
    if (saved) saved = folders_.save(job->shown);
    if (saved.has_error()) release(*job);
    const std::lock_guard lock(mutex_);
    job->busy = false;
    if (saved.has_error()) {
        std::erase(waiting_, job);
        cameras_[request.camera].erase(job->shown.id);
        return saved.error();
    }
    ++asked_;
    changed_.notify_all();
    return copy_of(*job);
}

Moment Moments::copy_of(const Job& job) const {
    auto out = job.shown;
    if (out.state != MomentState::waiting) return out;
    const std::chrono::duration<double> waited = clock_.steady() - job.asked, whole = job.ready - job.asked + kLateness;
    out.progress = kWaited * std::clamp(waited / whole, 0.0, 1.0);
    return out;
}

std::vector<Moment> Moments::list(const CameraId& camera) const {
    std::vector<Moment> out;
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = cameras_.find(camera); known != cameras_.end())
            for (const auto& [id, job] : known->second)
                if (!job->remove) out.push_back(copy_of(*job));
    }
    std::ranges::sort(out, [](const Moment& a, const Moment& b) { return is_older(b, a); });
    return out;
}

Moments::JobPtr Moments::job_of(const CameraId& camera, const std::string& id) const {
    const auto known = cameras_.find(camera);
    if (known == cameras_.end()) return nullptr;
    const auto found = known->second.find(id);
    return found == known->second.end() || found->second->remove ? nullptr : found->second;
}

Result<Moment> Moments::find(const CameraId& camera, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto job = job_of(camera, id);
    if (!job) return no_such(camera);
    return copy_of(*job);
}

Result<Moment> Moments::at(const CameraId& camera, std::string_view address) const {
    const auto wanted = MomentAddress::parse(address);
    if (wanted.has_error()) return wanted.error();
    constexpr auto kFarthestZone = 27h;
    const UtcTime about{wanted->shown.time_since_epoch()};
    const std::lock_guard lock(mutex_);
    const auto known = cameras_.find(camera);
    if (known == cameras_.end()) return no_such(camera);
    std::optional<Moment> again;
    for (auto at = known->second.lower_bound(moment_id(about - kFarthestZone));
         at != known->second.end() && at->first < moment_id(about + kFarthestZone); ++at) {
        if (at->second->remove) continue;
        const auto place = place_of(at->first, options_.zone);
        if (place.address.shown != wanted->shown || place.address.count != wanted->count) continue;
        if (wanted->offset ? *wanted->offset == place.address.offset : !place.again) return copy_of(*at->second);
        if (!wanted->offset) again = copy_of(*at->second);
    }
    if (!again) return no_such(camera);
    return std::move(*again);
}

Result<Moment> Moments::newest_gif(const CameraId& camera) const {
    for (auto& moment : list(camera))
        if (moment.gif) return std::move(moment);
    return fail(errc::not_found, fmt::format("camera '{}' has no GIF yet; ask for a moment first", camera.str()));
}

std::string Moments::address_of(const Moment& moment) const {
    return to_string(place_of(moment.id, options_.zone));
}

Status Moments::remove(const CameraId& camera, const std::string& id) {
    JobPtr job;
    std::vector<Ended> waiting;
    {
        const std::lock_guard lock(mutex_);
        job = job_of(camera, id);
        if (!job) return no_such(camera);
        job->remove = true;
        job->stop.request_stop();
        if (job->busy) return {};  // whoever deals with it takes it away
        std::erase(waiting_, job);
        cameras_[camera].erase(id);
        waiting.swap(job->waiting);
    }
    release(*job);
    folders_.remove(job->shown);
    job->shown.error = fail(errc::cancelled, "the moment was removed");
    for (const auto& ended : waiting) ended(job->shown);
    return {};
}

void Moments::when_ended(const CameraId& camera, const std::string& id, Ended ended) {
    std::optional<Moment> now;
    {
        const std::lock_guard lock(mutex_);
        const auto job = job_of(camera, id);
        if (!job) return;
        if (has_ended(job->shown) || stopping_)
            now = job->shown;
        else
            job->waiting.push_back(std::move(ended));
    }
    if (now) ended(*now);
}

void Moments::expire() {
    const auto keep = options_.keep();
    std::vector<Moment> gone;
    {
        const std::lock_guard lock(mutex_);
        const auto now = clock_.now();
        for (const auto& [camera, moments] : cameras_)
            for (const auto& [id, job] : moments) {
                const auto& shown = job->shown;
                const bool failed = shown.state == MomentState::failed && now - shown.created > kFailedStay;
                const bool old = shown.state == MomentState::done && keep && now - shown.created > *keep;
                if (failed || old) gone.push_back(shown);
            }
    }
    for (const auto& moment : gone) {
        log::info("moments", "{} of {} has expired", moment.id, moment.request.camera.str());
        (void)remove(moment.request.camera, moment.id);
    }
}

}  // namespace vantage::stills
