// SPDX-License-Identifier: Apache-2.0
// The functions of JobQueue, for the .cpp that instantiates it. The lock is never held while a kind may touch the disk.
#pragma once
#include "base/job_queue.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage {

template <class Job>
Error JobQueue<Job>::none() const {
    return fail(errc::not_found, fmt::format("there is no such {}", options_.one));
}

template <class Job>
void JobQueue<Job>::restore(Job job) {
    if (!has_ended(job.state)) job.state = JobState::queued;
    auto entry = std::make_shared<Entry>(std::move(job));
    const std::lock_guard lock(mutex_);
    if (entry->shown.state == JobState::queued) {
        const auto later =
            std::ranges::find_if(queue_, [&](const auto& other) { return other->shown.created > entry->shown.created; });
        queue_.insert(later, entry);
    }
    jobs_.emplace(entry->shown.id, std::move(entry));
}

template <class Job>
void JobQueue<Job>::start(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this](const std::stop_token& stop) { loop(stop); });
}

template <class Job>
void JobQueue<Job>::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& [id, entry] : jobs_)
            if (entry->shown.state == JobState::running) entry->stop.request_stop();
    }
    threads_.clear();
}

template <class Job>
Status JobQueue<Job>::reserve() {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() + storing_ >= options_.most)
        return fail(errc::overloaded, fmt::format("there are {} {}; remove some", options_.most, options_.many));
    ++storing_;
    return {};
}

template <class Job>
Result<Job> JobQueue<Job>::create(Job job) {
    if (auto room = reserve(); room.has_error()) return room.error();
    job.id = new_job_id();
    job.state = JobState::queued;
    auto stored = kind_.store(job);
    const std::lock_guard lock(mutex_);
    --storing_;
    if (stored.has_error()) return stored.error();
    auto entry = std::make_shared<Entry>(job);
    jobs_.emplace(job.id, entry);
    queue_.push_back(std::move(entry));
    ++added_;
    changed_.notify_all();
    return job;
}

template <class Job>
auto JobQueue<Job>::entry_of(const std::string& id) const -> EntryPtr {
    const auto found = jobs_.find(id);
    return found == jobs_.end() || found->second->remove ? nullptr : found->second;
}

template <class Job>
std::vector<Job> JobQueue<Job>::list() const {
    std::vector<Job> out;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, entry] : jobs_)
            if (!entry->remove) out.push_back(entry->shown);
    }
    std::ranges::sort(out, [](const Job& a, const Job& b) { return a.created > b.created; });
    return out;
}

template <class Job>
std::optional<Job> JobQueue<Job>::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto entry = entry_of(id);
    return entry ? std::optional{entry->shown} : std::nullopt;
}

template <class Job>
Status JobQueue<Job>::cancel(const std::string& id) {
    EntryPtr entry;
    {
        const std::lock_guard lock(mutex_);
        entry = entry_of(id);
        if (!entry) return none();
        if (has_ended(entry->shown.state)) return {};
        entry->cancel = true;
        entry->stop.request_stop();
        if (std::erase(queue_, entry) == 0) return {};  // it runs, and ends on its thread
        entry->busy = true;
    }
    end(entry, fail(errc::cancelled, "cancelled"));
    return {};
}

template <class Job>
Status JobQueue<Job>::remove(const std::string& id) {
    {
        const std::lock_guard lock(mutex_);
        const auto entry = entry_of(id);
        if (!entry) return none();
        entry->remove = true;
        entry->stop.request_stop();
        if (entry->busy) return {};
        std::erase(queue_, entry);
        jobs_.erase(id);
    }
    kind_.erase(id);
    return {};
}

template <class Job>
void JobQueue<Job>::expire() {
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, entry] : jobs_)
            if (has_ended(entry->shown.state) && kind_.has_expired(entry->shown)) gone.push_back(id);
    }
    for (const auto& id : gone) {
        log::info(options_.one, "{} has expired", id);
        (void)remove(id);
    }
}

template <class Job>
auto JobQueue<Job>::take_next() -> EntryPtr {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || stopping_) return nullptr;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    next->busy = true;
    next->shown.state = JobState::running;
    return next;
}

template <class Job>
bool JobQueue<Job>::work() {
    expire();
    const auto next = take_next();
    if (next) run(next);
    return next != nullptr;
}

template <class Job>
void JobQueue<Job>::run(const EntryPtr& entry) {
    Running running(*this, *entry);
    log::info(options_.one, "{} begins", entry->shown.id);
    try {
        end(entry, kind_.run(running));
    } catch (const std::exception& e) {
        end(entry, fail(errc::internal, e.what()));
    }
}

// What the program's end cuts off stays as it is: it runs again.
template <class Job>
void JobQueue<Job>::end(const EntryPtr& entry, Result<Job> made) {
    const bool stopped = made.has_error() && made.error().code == errc::cancelled;
    bool remove = false;
    {
        const std::lock_guard lock(mutex_);
        remove = entry->remove;
        if (stopping_ && stopped && !entry->cancel && !remove) {
            entry->busy = false;
            return;
        }
    }
    Job shown = made ? std::move(*made) : entry->shown;
    shown.state = made ? JobState::done : stopped ? JobState::cancelled : JobState::failed;
    shown.error = made || stopped ? "" : made.error().message;
    kind_.settle(shown);
    if (shown.state == JobState::failed) log::warn(options_.one, "{} has failed: {}", shown.id, shown.error);
    if (shown.state == JobState::cancelled) log::info(options_.one, "{} is cancelled", shown.id);
    if (!remove) {
        if (!made) {  // what it made is not shown any more before it goes; how it ended is shown when all is done
            auto empty = shown;
            empty.state = JobState::running;
            show(*entry, std::move(empty));
            kind_.clear(shown.id);
        }
        if (auto stored = kind_.store_again(shown); stored.has_error())
            log::error(options_.one, "the record of {} is not saved: {}", shown.id, stored.error().message);
    }
    show(*entry, std::move(shown));
    release(entry);
}

template <class Job>
void JobQueue<Job>::show(Entry& entry, Job job) {
    const std::lock_guard lock(mutex_);
    entry.shown = std::move(job);
}

// If it was to be removed, also since it ended, it goes now.
template <class Job>
void JobQueue<Job>::release(const EntryPtr& entry) {
    {
        const std::lock_guard lock(mutex_);
        entry->busy = false;
        if (!entry->remove) return;
        jobs_.erase(entry->shown.id);
    }
    kind_.erase(entry->shown.id);
}

template <class Job>
void JobQueue<Job>::loop(const std::stop_token& stop) {
    kind_.enter_thread();
    while (!stop.stop_requested()) {
        std::uint64_t known = 0;
        {
            const std::lock_guard lock(mutex_);
            known = added_;
        }
        if (kind_.is_ready() && work()) continue;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, std::chrono::minutes{1}, [&] { return added_ != known; });
    }
}

}  // namespace vantage
