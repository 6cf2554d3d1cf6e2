// SPDX-License-Identifier: Apache-2.0
// What the threads of Moments do.
#include "base/log.hpp"
#include "stills/background.hpp"
#include "stills/moments/moments.hpp"

#include <algorithm>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

constexpr microseconds kLook = 200ms;  // between two looks for footage
constexpr microseconds kRest = 60s;    // between two looks for what has expired
constexpr double kCut = 0.9;           // progress when the MP4 is there
constexpr double kBegun = 0.82;

}  // namespace

void Moments::loop(const std::stop_token& stop) {
    stand_back();
    auto expired = clock_.steady();
    while (!stop.stop_requested()) {
        if (work()) continue;
        if (clock_.steady() - expired >= kRest) {
            expired = clock_.steady();
            expire();
        }
        std::unique_lock lock(mutex_);
        if (stopping_) return;
        const auto known = asked_;
        changed_.wait_for(lock, stop, until_next(), [&] { return asked_ != known; });
    }
}

// With what waits for nothing but its time.
microseconds Moments::until_next() const {
    auto out = kRest;
    for (const auto& job : waiting_)
        if (!job->busy) out = std::min(out, job->next_look - clock_.steady());
    return std::max(out, microseconds{0});
}

Moments::JobPtr Moments::take_due() {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    JobPtr first;
    for (const auto& job : waiting_)
        if (!job->busy && job->next_look <= now && (!first || job->next_look < first->next_look)) first = job;
    if (stopping_ || !first) return nullptr;
    first->busy = true;
    return first;
}

bool Moments::footage_came(const Job& job) const {
    const auto& shown = job.shown;
    const auto passed = has_passed(footage_, {shown.request.camera, shown.stream}, shown.to, clock_.now());
    if (passed.has_error()) log::warn("moments", "{}: {}", shown.request.camera.str(), passed.error().message);
    return passed.has_value() && *passed;
}

bool Moments::work() {
    const auto job = take_due();
    if (!job) return false;
    if (clock_.steady() >= job->deadline || footage_came(*job) || job->stop.stop_requested()) {
        make(job);
        return true;
    }
    const std::lock_guard lock(mutex_);
    job->busy = false;
    job->next_look = clock_.steady() + kLook;
    return true;
}

void Moments::make(const JobPtr& job) {
    Moment made = [&] {
        const std::lock_guard lock(mutex_);
        job->shown.state = MomentState::making;
        job->shown.progress = kBegun;
        return job->shown;
    }();
    const MomentTools tools{footage_, files_, folders_, options_.room, options_.name(made.request.camera)};
    const auto stop = job->stop.get_token();
    Status done;
    try {
        if (stop.stop_requested()) done = fail(errc::cancelled, "cancelled");
        if (done) done = make_mp4(tools, made, stop);
        if (done) make_gif(job, tools, made);
        if (done && stop.stop_requested()) done = fail(errc::cancelled, "cancelled");
    } catch (const std::exception& e) {
        done = fail(errc::internal, e.what());
    }
    end(job, std::move(made), done);
}

// A moment without a GIF is better than none.
void Moments::make_gif(const JobPtr& job, const MomentTools& tools, Moment& made) {
    {
        const std::lock_guard lock(mutex_);
        made.progress = kCut;
        job->shown = made;
        if (has_newer_gif(made)) return;
    }
    const auto done = make_gif_of(tools, made, job->stop.get_token());
    if (done.has_error() && done.error().code != errc::cancelled)
        log::warn("moments", "{} of {} has no GIF: {}", made.id, made.request.camera.str(), done.error().message);
}

bool Moments::has_newer_gif(const Moment& moment) const {
    const auto known = cameras_.find(moment.request.camera);
    return known != cameras_.end() && std::ranges::any_of(known->second, [&](const auto& entry) {
               return entry.second->shown.gif && is_older(moment, entry.second->shown);
           });
}

// The newest replaces.
std::vector<Moment> Moments::retire_gifs(const Moment& made) {
    std::vector<Moment> out;
    for (auto& [id, job] : cameras_[made.request.camera])
        if (job->shown.gif && has_newer_gif(job->shown)) {
            job->shown.gif = false;
            out.push_back(job->shown);
        }
    return out;
}

// What a stop of the program cuts off is made at the next start.
void Moments::end(const JobPtr& job, Moment made, const Status& status) {
    const bool cancelled = status.has_error() && status.error().code == errc::cancelled;
    made.state = status ? MomentState::done : MomentState::failed;
    made.progress = status ? 1 : 0;
    if (status.has_error()) {
        made.error = status.error();
        made.bytes = 0;
    }
    bool remove = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ && cancelled && !job->remove) return;
        remove = job->remove;
    }
    release(*job);
    const auto name = fmt::format("{} of {}", made.id, made.request.camera.str());
    if (remove) {
        folders_.remove(made);
    } else if (auto saved = folders_.save(made); saved.has_error()) {
        log::error("moments", "the record of {} is not saved: {}", name, saved.error().message);
    }
    if (status)
        log::info("moments", "{} is done: {:.1f} MB", name, static_cast<double>(made.bytes) / 1e6);
    else
        log::warn("moments", "{} ended: {}", name, status.error().message);
    std::vector<Moment> retired;
    std::vector<Ended> waiting;
    {
        const std::lock_guard lock(mutex_);
        job->shown = made;
        job->busy = false;
        std::erase(waiting_, job);
        waiting.swap(job->waiting);
        if (job->remove) cameras_[made.request.camera].erase(made.id);
        remove = job->remove && !remove;
        retired = retire_gifs(made);
    }
    if (remove) folders_.remove(made);  // asked for while its record was written
    for (const auto& moment : retired) folders_.remove_gif(moment);
    for (const auto& ended : waiting) ended(made);
}

}  // namespace vantage::stills
