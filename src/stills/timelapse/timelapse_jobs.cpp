// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/timelapse_jobs.hpp"

#include "base/log.hpp"
#include "stills/background.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace vantage::stills {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kMostRecord = 8U << 20;
constexpr const char* kRecord = "job.json";

bool ended(JobState state) {
    return state != JobState::queued && state != JobState::running;
}

// Not a secret: who may see a job is asked for each time.
std::string new_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

Status check(const TimelapseRequest& request, UtcTime now) {
    const auto wrong = [](std::string why) { return fail(errc::invalid_argument, std::move(why)); };
    const auto& [enabled, length, fps, hours, most] = request.settings;
    if (length < 1 || length > TimelapseJobs::kMostSeconds)
        return wrong(fmt::format("'seconds' must be from 1 to {}", TimelapseJobs::kMostSeconds));
    if (fps < 1 || fps > TimelapseJobs::kMostFps)
        return wrong(fmt::format("'fps' must be from 1 to {}", TimelapseJobs::kMostFps));
    if (length * fps > TimelapseJobs::kMostFrames)
        return wrong(fmt::format("a timelapse has {} pictures at most: 'seconds' times 'fps'", TimelapseJobs::kMostFrames));
    if (request.end <= request.start) return wrong("'end' must be after 'start'");
    if (request.start >= now) return wrong("'start' is in the future");
    const auto longest = request.every == Every::day ? TimelapseJobs::kLongestByDay : TimelapseJobs::kLongest;
    if (request.end - request.start > longest)
        return wrong(fmt::format("the range may be {} days long at most{}", longest.count(),
                                 request.every == Every::day ? "" : "; with \"every\": \"day\" it may be ten years"));
    return {};
}

std::optional<Plan> plan_of(const TimelapseTools& tools, const TimelapseRequest& request) {
    const auto make = request.every == Every::day ? plan_days : plan_range;
    return make(tools.zone, request.start, request.end, request.settings);
}

}  // namespace

void TimelapseJobs::set_keep(std::optional<microseconds> keep) {
    const std::lock_guard lock(mutex_);
    keep_ = keep;
}

Status TimelapseJobs::open() {
    if (auto made = footage::make_directories(tools_.files, tools_.folder.parent_path(), folder()); !made) return made;
    load();
    return {};
}

Status TimelapseJobs::start() {
    if (auto opened = open(); !opened) return opened;
    thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
    return {};
}

void TimelapseJobs::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& [id, job] : jobs_)
            if (job->shown.state == JobState::running) job->stop.request_stop();
    }
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void TimelapseJobs::load() {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder(), error)) load(entry.path());
    const std::lock_guard lock(mutex_);
    std::ranges::sort(queue_, {}, [](const JobPtr& job) { return job->shown.created; });
}

// A film with its record is done, whatever the job's record says: a crash may have come between them.
void TimelapseJobs::load(const fs::path& at) {
    const auto text = footage::read_whole(tools_.files, at / kRecord, kMostRecord);
    auto job = text ? parse_timelapse_job(as_text(*text)) : Result<TimelapseJob>(text.error());
    if (!job || job->id != at.filename().string()) {
        log::warn("timelapse", "{} is not a timelapse of Vantage, or damaged; left alone", at.string());
        return;
    }
    const auto film = footage::read_whole(tools_.files, at / "film.json", kMostRecord);
    auto record = film ? parse_film_record(as_text(*film)) : Result<FilmRecord>(film.error());
    if (record && !ended(job->state)) job->state = JobState::done;
    if (job->state == JobState::done && record) {
        record->times.clear();
        job->frames = record->frames;
        job->progress = 1;
        job->film = std::move(*record);
    } else if (job->state == JobState::done) {
        job->state = JobState::failed;
        job->error = "its film is gone from the disk";
    } else if (!ended(job->state)) {
        job->state = JobState::queued;
    }
    auto kept = std::make_shared<Job>(std::move(*job));
    const std::lock_guard lock(mutex_);
    if (kept->shown.state == JobState::queued) queue_.push_back(kept);
    jobs_.emplace(kept->shown.id, std::move(kept));
}

Status TimelapseJobs::save(const TimelapseJob& job) const {
    return replace_file(tools_.files, folder(job.id) / kRecord, to_json(job));
}

void TimelapseJobs::clear(const std::string& id, bool all) const {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder(id), error))
        if (all || entry.path().filename() != kRecord)
            if (auto gone = tools_.files.remove(entry.path()); !gone) log::warn("timelapse", "{}", gone.error().message);
    if (all) fs::remove(folder(id), error);
}

Result<TimelapseJob> TimelapseJobs::create(TimelapseRequest request) {
    const auto now = tools_.clock.now();
    if (auto good = check(request, now); !good) return good.error();
    request.end = std::min(request.end, now);
    if (!plan_of(tools_, request))
        return fail(errc::invalid_argument, request.every == Every::day ? "no day of the range has that time of day in it"
                                                                        : "the hours leave nothing of the range");
    auto job = std::make_shared<Job>(TimelapseJob{.id = new_id(), .request = std::move(request), .created = now});
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.size() >= kMostJobs)
            return fail(errc::overloaded, fmt::format("there are {} timelapses on request; remove some", kMostJobs));
    }
    if (auto made = tools_.files.make_directory(folder(job->shown.id)); !made) return made.error();
    auto saved = save(job->shown);
    if (saved) saved = tools_.files.sync_directory(folder());
    if (!saved) {
        clear(job->shown.id, true);
        return saved.error();
    }
    const std::lock_guard lock(mutex_);
    jobs_.emplace(job->shown.id, job);
    queue_.push_back(job);
    bell_.ring();
    return job->shown;
}

std::vector<TimelapseJob> TimelapseJobs::list() const {
    std::vector<TimelapseJob> out;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, job] : jobs_)
            if (!job->remove) out.push_back(job->shown);
    }
    std::ranges::sort(out, [](const auto& a, const auto& b) { return a.created > b.created; });
    return out;
}

std::optional<TimelapseJob> TimelapseJobs::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second->remove) return {};
    return found->second->shown;
}

Status TimelapseJobs::cancel(const std::string& id) {
    JobPtr job;
    {
        const std::lock_guard lock(mutex_);
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return fail(errc::not_found, "there is no such timelapse");
        if (found->second->shown.state == JobState::running) found->second->stop.request_stop();
        if (std::erase(queue_, found->second) > 0) job = found->second;
    }
    if (job) end(job, fail(errc::cancelled, "cancelled"));
    return {};
}

Status TimelapseJobs::remove(const std::string& id) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = jobs_.find(id);
        if (found == jobs_.end() || found->second->remove) return fail(errc::not_found, "there is no such timelapse");
        if (found->second->shown.state == JobState::running) {
            found->second->remove = true;
            found->second->stop.request_stop();
            return {};
        }
        std::erase(queue_, found->second);
        jobs_.erase(found);
    }
    clear(id, true);
    return {};
}

Result<fs::path> TimelapseJobs::file(const std::string& id) const {
    const auto job = find(id);
    if (!job || job->state != JobState::done) return fail(errc::not_found, "there is no such timelapse, or it is not done");
    return folder(id) / "film.mp4";
}

Result<FilmRecord> TimelapseJobs::record(const std::string& id) const {
    if (const auto film = file(id); !film) return film.error();
    const auto text = footage::read_whole(tools_.files, folder(id) / "film.json", kMostRecord);
    if (!text) return text.error();
    return parse_film_record(as_text(*text));
}

Result<FilmRecord> TimelapseJobs::run(const JobPtr& job, const std::stop_token& stop) {
    const auto& request = job->shown.request;  // stays as it is
    const auto plan = plan_of(tools_, request);
    if (!plan) return fail(errc::invalid_argument, "the hours leave nothing of the range");
    FilmBuild build(tools_, request.camera, *plan, folder(job->shown.id) / "film.work", 0);
    while (!build.done()) {
        if (stop.stop_requested()) return fail(errc::cancelled, "the program is stopping");
        if (auto done = build.step(job->stop.get_token()); !done) return done.error();
        const std::lock_guard lock(mutex_);
        job->shown.progress = build.progress();
        job->shown.frames = build.frames();
    }
    const auto title = fmt::format("{} {}", tools_.name(request.camera), tools_.local_time(request.start));
    return build.publish(folder(job->shown.id) / "film", title);
}

// What failed leaves its record alone.
void TimelapseJobs::end(const JobPtr& job, Result<FilmRecord> made) {
    std::unique_lock lock(mutex_);
    const bool cancelled = !made && made.error().code == errc::cancelled;
    const bool remove = job->remove;
    if (stopping_ && cancelled && !remove) return;  // goes on at the next start
    auto shown = job->shown;
    shown.state = made ? JobState::done : cancelled ? JobState::cancelled : JobState::failed;
    if (made) {
        made->times.clear();
        shown.frames = made->frames;
        shown.progress = 1;
        shown.film = std::move(*made);
    } else {
        shown.error = cancelled ? "" : made.error().message;
        shown.frames = 0;
    }
    if (remove) jobs_.erase(shown.id);
    lock.unlock();
    if (remove) return clear(shown.id, true);
    if (shown.state != JobState::done) clear(shown.id, false);
    if (auto saved = save(shown); !saved) log::warn("timelapse", "{}", saved.error().message);
    log::info("timelapse", "{}: {}{}{}", shown.id, to_string(shown.state), shown.error.empty() ? "" : ": ", shown.error);
    lock.lock();
    job->shown = std::move(shown);
}

void TimelapseJobs::expire() {
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        if (!keep_) return;
        for (const auto& [id, job] : jobs_)
            if (ended(job->shown.state) && job->shown.created + *keep_ <= tools_.clock.now()) gone.push_back(id);
    }
    for (const auto& id : gone) (void)remove(id);
}

bool TimelapseJobs::work(const std::stop_token& stop) {
    expire();
    JobPtr job;
    {
        const std::lock_guard lock(mutex_);
        if (queue_.empty() || stopping_) return false;
        job = queue_.front();
        queue_.pop_front();
        job->shown.state = JobState::running;
    }
    try {
        end(job, run(job, stop));
    } catch (const std::exception& e) {
        end(job, fail(errc::internal, e.what()));
    }
    return true;
}

void TimelapseJobs::loop(const std::stop_token& stop) {
    stand_back(kFarBack);
    while (!stop.stop_requested())
        if (!tools_.ready() || !work(stop)) bell_.wait(stop, std::chrono::steady_clock::now() + 60s);
}

}  // namespace vantage::stills
