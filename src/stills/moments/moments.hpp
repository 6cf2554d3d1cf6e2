// SPDX-License-Identifier: Apache-2.0
// The moments of an installation: asked for, waited for, made by two threads that stand back behind recording, kept until
// somebody deletes them (or as long as the options say). The files are the truth: what is listed is read from them at start,
// and one that had not ended then is made now. Safe from any thread; calls touch the disk for small files only.
#pragma once
#include "base/time_zone.hpp"
#include "stills/moments/moment_run.hpp"
#include "store/settings.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace vantage::stills {

struct MomentsOptions {
    std::filesystem::path folder;  // <data>/moments
    TimeZone zone;                 // of the dates in addresses
    // The recorded stream of a camera. not_found: there is no such camera; unsupported: it is not recorded, what to do.
    std::function<Result<StreamKey>(const CameraId&)> recorded;
    std::function<Result<std::uint64_t>()> room;       // bytes that moments may still take from their disk
    std::function<std::string(const CameraId&)> name;  // of a camera, for titles
    std::function<std::optional<seconds>()> keep;      // so long after they were asked for; nothing: for ever
    std::size_t threads{2};                            // 0: tests call work()
};

class Moments {
  public:
    static constexpr std::size_t kMostWaiting = 64;       // that have not ended, of all cameras
    static constexpr std::size_t kMostWaitingOfOne = 16;  // of one
    static constexpr std::size_t kMostKept = 10'000;      // of one camera
    static constexpr seconds kPatience{10};               // for footage, behind the end of the span
    static constexpr std::chrono::hours kFailedStay{24};  // then their record goes

    using Ended = std::function<void(const Moment&)>;

    // The references outlive it. `settings` keeps protections.
    Moments(MomentsOptions options, const footage::Footage& footage, footage::FileSystem& files, store::Settings& settings,
            const Clock& clock);
    ~Moments() { stop(); }
    Moments(const Moments&) = delete;
    Moments& operator=(const Moments&) = delete;

    // Reads what is there. Then the threads run.
    Status start();
    // What has not ended goes on at the next start; who waits for it is told so. Idempotent.
    void stop();

    // invalid_argument; what `recorded` says; overloaded when too many wait or are kept.
    Result<Moment> create(const MomentRequest& request);
    [[nodiscard]] std::vector<Moment> list(const CameraId& camera) const;                    // newest first
    [[nodiscard]] Result<Moment> find(const CameraId& camera, const std::string& id) const;  // not_found
    // By the address that address_of gives, with or without leading zeros. Of an hour that comes twice the first, where no
    // offset is said and there is one. not_found.
    [[nodiscard]] Result<Moment> at(const CameraId& camera, std::string_view address) const;
    [[nodiscard]] Result<Moment> newest_gif(const CameraId& camera) const;  // not_found
    Status remove(const CameraId& camera, const std::string& id);           // one that is made is given up. not_found

    // Calls `ended` once: now or, when it has ended, from a thread of this; or from stop(), with what it is like then. It
    // must not block. One that is not there is not called.
    void when_ended(const CameraId& camera, const std::string& id, Ended ended);

    // Where it stands: "2026/11/20/20/04/05", behind /<camera>/moment/list/.
    [[nodiscard]] std::string address_of(const Moment& moment) const;
    [[nodiscard]] std::filesystem::path mp4(const Moment& moment) const { return folders_.mp4(moment); }
    [[nodiscard]] std::filesystem::path gif(const Moment& moment) const { return folders_.gif(moment); }

    // Looks after one that waits, and makes it when its footage is there. False: there was nothing to do. The threads call
    // it.
    bool work();
    // Removes what has been kept long enough; the threads do it every minute.
    void expire();

  private:
    struct Job {
        explicit Job(Moment moment) : shown(std::move(moment)) {}
        Moment shown;
        std::stop_source stop;
        SteadyTime asked, ready, deadline;  // the end of the span is between the first two; no footage after the last
        SteadyTime next_look;
        bool busy{false};    // a thread deals with it
        bool remove{false};  // once that has stopped
        std::optional<std::int64_t> protection;
        std::vector<Ended> waiting;
    };
    using JobPtr = std::shared_ptr<Job>;
    using OfCamera = std::map<std::string, JobPtr>;  // by id: by age

    void loop(const std::stop_token& stop);
    [[nodiscard]] JobPtr take_due();
    [[nodiscard]] bool footage_came(const Job& job) const;
    void make(const JobPtr& job);
    void make_gif(const JobPtr& job, const MomentTools& tools, Moment& made);
    void end(const JobPtr& job, Moment made, const Status& status);
    void add(Moment moment);
    void protect(Job& job);
    void release(Job& job);
    void release_all();  // what an end in the middle left
    void schedule(Job& job) const;
    [[nodiscard]] Moment copy_of(const Job& job) const;  // this and what follows: under mutex_
    [[nodiscard]] JobPtr job_of(const CameraId& camera, const std::string& id) const;
    [[nodiscard]] Status room_for_one_more(const CameraId& camera) const;
    [[nodiscard]] microseconds until_next() const;
    [[nodiscard]] bool has_newer_gif(const Moment& moment) const;
    std::vector<Moment> retire_gifs(const Moment& made);

    const MomentsOptions options_;
    const footage::Footage& footage_;
    footage::FileSystem& files_;
    store::Settings& settings_;
    const MomentFiles folders_;
    const Clock& clock_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<CameraId, OfCamera> cameras_;  // guarded by mutex_, and so is what is in them
    std::vector<JobPtr> waiting_;           // guarded by mutex_; those that have not ended
    std::uint64_t asked_{0};                // guarded by mutex_; how many, so that the threads look anew
    bool stopping_{false};                  // guarded by mutex_
    std::vector<std::jthread> threads_;     // start() and stop() only; last: uses the above
};

}  // namespace vantage::stills
