// SPDX-License-Identifier: Apache-2.0
// What the thread of Recordings does.
#include "base/log.hpp"
#include "record/recordings.hpp"

namespace vantage::record {
namespace {

using namespace std::chrono_literals;

constexpr auto kWake = 225ms;  // what came since the last wake is lost by kill -9
constexpr auto kSync = 1s;     // and since the last sync by a power cut
constexpr auto kSmallestGap = 200ms;

}  // namespace

void Recordings::run() {
    {
        const std::lock_guard lock(mutex_);
        runs_ = true;
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            step();
            bell_.wait(stop, std::chrono::steady_clock::now() + kWake);
        }
    });
}

void Recordings::step() {
    std::vector<JobPtr> jobs;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, job] : jobs_)
            if (job->recover || job->writer || job->unsaved) jobs.push_back(job);
    }
    for (const auto& job : jobs) {
        try {
            step(job);
        } catch (const std::exception& e) {
            finish(job, fail(errc::internal, e.what()));
        }
    }
}

void Recordings::step(const JobPtr& job) {
    if (job->recover) return recover(job);
    if (!job->writer) return save_again(*job);
    auto done = write(*job);
    show(*job);
    if (done && !job->safe && job->synced != SteadyTime{}) became_safe(job);
    bool stop = job->writer->ended() || clock_.steady() - job->began >= options_.limits().longest;
    {
        const std::lock_guard lock(mutex_);
        stop = stop || job->stop;
    }
    if (!done || stop) {
        finish(job, done);
    } else if (job->writer->take_changed()) {
        if (auto saved = save(*job); saved.has_error()) log::warn("recording", "{}", saved.error().message);
    }
}

Status Recordings::write(Job& job) {
    if (auto done = job.writer->step(); done.has_error()) return done;
    const auto now = clock_.steady();
    if (!job.writer->has_unsynced() || (job.synced != SteadyTime{} && now + kWake <= job.synced + kSync)) return {};
    if (auto done = job.writer->sync(); done.has_error()) return done;
    job.synced = now;
    return room_left();
}

// Recording goes on to the last free space, on demand it does not.
Status Recordings::room_left() const {
    const auto room = options_.room();
    if (room.has_error()) return room.error();
    if (*room > 0) return {};
    return fail(errc::disk_full, fmt::format("the disk of {} is full; remove recordings or exports, or keep less footage",
                                             options_.folder.string()));
}

void Recordings::show(Job& job) {
    const std::lock_guard lock(mutex_);
    job.shown.files = job.writer->files();
    job.shown.gaps = job.writer->gaps();
    const auto bytes = job.shown.bytes();
    if (bytes > job.counted) written_ += bytes - std::exchange(job.counted, bytes);
}

// Only now may the one go that it replaces.
void Recordings::became_safe(const JobPtr& job) {
    job->safe = true;
    {
        const std::lock_guard lock(mutex_);
        job->shown.state = RecordingState::recording;
    }
    if (auto saved = save(*job); saved.has_error()) {
        log::error("recording", "{}: {}", job->shown.id, saved.error().message);
        return;  // then the other one stays
    }
    log::info("recording", "{} is being written", job->shown.id);
    if (options_.limits().replace) replace(*job);
}

// The last one of the camera that is not kept goes, and whatever holds nothing.
void Recordings::replace(const Job& by) {
    std::vector<JobPtr> replaced;
    {
        const std::lock_guard lock(mutex_);
        bool last = true;
        for (auto at = jobs_.end(); at != jobs_.begin();) {
            const auto& other = (--at)->second->shown;
            const bool before = other.camera == by.shown.camera && other.created < by.shown.created;
            if (!before || other.runs() || other.kept) continue;
            if (!other.files.empty() && !std::exchange(last, false)) continue;
            replaced.push_back(at->second);
            at = jobs_.erase(at);
        }
    }
    for (const auto& other : replaced) {
        log::info("recording", "{} takes the place of {}", by.shown.id, other->shown.id);
        const std::lock_guard saving(other->saving);
        folders_.remove(other->shown);
    }
}

void Recordings::finish(const JobPtr& job, Status status) {
    if (status) status = job->writer->finish();
    if (!status) job->writer->abandon();
    show(*job);
    const auto now = clock_.now();
    bool remove = false;
    {
        const std::lock_guard lock(mutex_);
        auto& shown = job->shown;
        remove = job->remove;
        if (!shown.gaps.empty() && !shown.gaps.back().end) {
            shown.gaps.back().end = now;
            if (now - shown.gaps.back().start <= kSmallestGap) shown.gaps.pop_back();
        }
        if (status && shown.files.empty()) status = fail(errc::unavailable, "the camera sent no picture");
        shown.state = status ? RecordingState::done : RecordingState::failed;
        if (!status) shown.error = status.error().message;
        if (!status) ++failed_;
        job->writer.reset();
    }
    if (remove) {
        forget(job);
    } else if (auto saved = save(*job); saved.has_error()) {
        log::error("recording", "the record of {} is not saved: {}", job->shown.id, saved.error().message);
        const std::lock_guard lock(mutex_);
        job->unsaved = true;
        job->synced = clock_.steady();
    }
    if (status)
        log::info("recording", "{} has ended: {} files, {:.1f} MB", job->shown.id, job->shown.files.size(),
                  static_cast<double>(job->shown.bytes()) / 1e6);
    else
        log::warn("recording", "{} failed: {}", job->shown.id, status.error().message);
    ended_.notify_all();
}

void Recordings::recover(const JobPtr& job) {
    std::optional<Recording> found;
    {
        const std::lock_guard lock(mutex_);
        found = job->shown;
    }
    folders_.recover(*found);
    bool remove = false;
    {
        const std::lock_guard lock(mutex_);
        found->name = job->shown.name;  // these may have been changed meanwhile
        found->kept = job->shown.kept;
        job->shown = std::move(*found);
        job->recover = false;
        remove = job->remove;
    }
    if (auto saved = save(*job); saved.has_error()) log::error("recording", "{}", saved.error().message);
    log::info("recording", "{} is recovered: {} files", job->shown.id, job->shown.files.size());
    if (remove) forget(job);
    ended_.notify_all();
}

Status Recordings::save(Job& job) {
    const std::lock_guard saving(job.saving);
    std::optional<Recording> copy;
    {
        const std::lock_guard lock(mutex_);
        copy = job.shown;
    }
    return folders_.save(*copy);
}

void Recordings::save_again(Job& job) {
    if (clock_.steady() < job.synced + kSync) return;
    job.synced = clock_.steady();
    if (save(job).has_error()) return;
    const std::lock_guard lock(mutex_);
    job.unsaved = false;
}

void Recordings::forget(const JobPtr& job) {
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.erase(job->shown.id) == 0) return;
    }
    const std::lock_guard saving(job->saving);
    folders_.remove(job->shown);
}

}  // namespace vantage::record
