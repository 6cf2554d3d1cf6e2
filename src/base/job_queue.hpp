// SPDX-License-Identifier: Apache-2.0
// Jobs of one kind: they wait in the order in which they were asked for, a few threads run them, and those that have ended
// stay until somebody removes them or their time is over. What a job does and where its record lies is the kind's; the queue
// knows no file. Safe from any thread. A .cpp for each kind of jobs includes job_queue_impl.hpp and instantiates it.
#pragma once
#include "base/job_state.hpp"
#include "base/result.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace vantage {

// `Job` is a value with id, state, created and error, which is shown, and which its record is made of.
template <class Job>
class JobQueue {
    struct Entry {
        explicit Entry(Job job) : shown(std::move(job)) {}
        Job shown;  // while it is busy only the thread that deals with it changes it
        std::stop_source stop;
        bool busy{false};  // a thread deals with it: nobody else touches its files
        bool cancel{false};
        bool remove{false};  // by the thread that deals with it, when it has done so
    };
    using EntryPtr = std::shared_ptr<Entry>;

  public:
    // A job as its run sees it.
    class Running {
      public:
        [[nodiscard]] const Job& job() const { return entry_.shown; }
        // Asked for when it is cancelled or removed, and when the program stops.
        [[nodiscard]] std::stop_token stop() const { return entry_.stop.get_token(); }
        // What is shown of it: change([](Job& job) { ... }).
        template <class F>
        void change(F&& f) {
            const std::lock_guard lock(queue_.mutex_);
            std::forward<F>(f)(entry_.shown);
        }

      private:
        friend JobQueue;
        Running(JobQueue& queue, Entry& entry) : queue_(queue), entry_(entry) {}
        JobQueue& queue_;
        Entry& entry_;
    };

    // For one job by one thread at a time. What touches the disk may fail; the queue goes on.
    class Kind {
      public:
        virtual ~Kind() = default;
        // Its first record, durable. After an error nothing of it is left.
        virtual Status store(const Job& job) = 0;
        virtual Status store_again(const Job& job) = 0;
        // What it made goes; its record stays.
        virtual void clear(const std::string& id) = 0;
        // All of it goes.
        virtual void erase(const std::string& id) = 0;
        // Makes it; gives the job as it shall be shown now. cancelled when it heeded the stop. May throw.
        virtual Result<Job> run(Running& running) = 0;
        // Fills in what the end means; its state and error say which. What it does not show any more is cleared after this.
        virtual void settle(Job& job) = 0;
        // Under the queue's lock.
        [[nodiscard]] virtual bool has_expired(const Job& job) const = 0;
        // Whether the next one may run. Asked anew every minute.
        [[nodiscard]] virtual bool is_ready() const { return true; }
        // On each thread of the queue, first.
        virtual void enter_thread() {}
    };

    struct Options {
        std::string_view one, many;  // "export", "exports": in messages and in the log
        std::size_t most{1000};      // that are kept, those that have ended too
    };

    // `kind` outlives it, and stop() comes before the end of `kind`.
    JobQueue(Kind& kind, Options options) : kind_(kind), options_(options) {}
    ~JobQueue() { stop(); }
    JobQueue(const JobQueue&) = delete;
    JobQueue& operator=(const JobQueue&) = delete;

    // One that was kept. Those that had not ended run again, the oldest first. Before start().
    void restore(Job job);
    void start(std::size_t threads);
    // Running ones are given up, and run again when they are restored; waits for the threads. Idempotent.
    void stop();

    // Gives it an id. overloaded when there are too many; what `store` says.
    Result<Job> create(Job job);
    [[nodiscard]] std::vector<Job> list() const;  // newest first
    [[nodiscard]] std::optional<Job> find(const std::string& id) const;
    Status cancel(const std::string& id);  // of one that has ended: does nothing. not_found
    Status remove(
        const std::string& id);  // one that runs is gone from the list now, and from the disk when it ends. not_found

    // Removes what has expired, and runs the next one; false when there is none. The threads call it; tests do.
    bool work();
    void expire();

  private:
    [[nodiscard]] Error none() const;
    [[nodiscard]] EntryPtr entry_of(const std::string& id) const;  // under mutex_; null when there is none to be seen
    [[nodiscard]] Status reserve();
    [[nodiscard]] EntryPtr take_next();
    void run(const EntryPtr& entry);
    void end(const EntryPtr& entry, Result<Job> made);
    void show(Entry& entry, Job job);
    void release(const EntryPtr& entry);
    void loop(const std::stop_token& stop);

    Kind& kind_;
    const Options options_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, EntryPtr> jobs_;  // guarded by mutex_, and so is what is in them
    std::deque<EntryPtr> queue_;            // guarded by mutex_
    std::size_t storing_{0};                // guarded by mutex_: those that are not in jobs_ yet
    std::uint64_t added_{0};                // guarded by mutex_: how many, so that the threads look anew
    bool stopping_{false};                  // guarded by mutex_
    std::vector<std::jthread> threads_;     // start() and stop() only; last: uses the above
};

}  // namespace vantage
