// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/timelapse_jobs.hpp"

#include "base/job_queue_impl.hpp"
#include "stills/background.hpp"

template class vantage::JobQueue<vantage::stills::TimelapseJob>;

namespace vantage::stills {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRecord = 8U << 20;
constexpr const char* kRecord = "job.json";

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

// Of what is done; the times of its frames stay on the disk.
void show_film(TimelapseJob& job, FilmRecord film) {
    film.times.clear();
    job.frames = film.frames;
    job.progress = 1;
    job.film = std::move(film);
}

}  // namespace

TimelapseJobs::~TimelapseJobs() {
    stop();
}

void TimelapseJobs::set_keep(std::optional<microseconds> keep) {
    *keep_.lock() = keep;
}

Status TimelapseJobs::open() {
    if (auto made = footage::make_directories(tools_.files, tools_.folder.parent_path(), folder()); !made) return made;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder(), error)) load(entry.path());
    return {};
}

Status TimelapseJobs::start() {
    if (auto opened = open(); !opened) return opened;
    queue_.start(1);
    return {};
}

void TimelapseJobs::stop() {
    queue_.stop();
}

void TimelapseJobs::enter_thread() {
    stand_back(kFarBack);
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
    if (record && !has_ended(job->state)) job->state = JobState::done;
    if (job->state == JobState::done && record) {
        show_film(*job, std::move(*record));
    } else if (job->state == JobState::done) {
        job->state = JobState::failed;
        job->error = "its film is gone from the disk";
    }
    queue_.restore(std::move(*job));
}

Status TimelapseJobs::store(const TimelapseJob& job) {
    if (auto made = tools_.files.make_directory(folder(job.id)); !made) return made;
    auto stored = store_again(job);
    if (stored) stored = tools_.files.sync_directory(folder());
    if (!stored) erase(job.id);
    return stored;
}

Status TimelapseJobs::store_again(const TimelapseJob& job) {
    return replace_file(tools_.files, folder(job.id) / kRecord, to_json(job));
}

void TimelapseJobs::remove_files(const std::string& id, bool all) const {
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
    return queue_.create({.id = {}, .request = std::move(request), .created = now});
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

Result<TimelapseJob> TimelapseJobs::run(TimelapseQueue::Running& running) {
    const auto& request = running.job().request;
    const auto plan = plan_of(tools_, request);
    if (!plan) return fail(errc::invalid_argument, "the hours leave nothing of the range");
    const auto at = folder(running.job().id);
    FilmBuild build(tools_, request.camera, *plan, at / "film.work", 0);
    while (!build.done()) {
        if (running.stop().stop_requested()) return fail(errc::cancelled, "cancelled");
        if (auto done = build.step(running.stop()); !done) return done.error();
        running.change([&](TimelapseJob& job) {
            job.progress = build.progress();
            job.frames = build.frames();
        });
    }
    auto film =
        build.publish(at / "film", fmt::format("{} {}", tools_.name(request.camera), tools_.local_time(request.start)));
    if (!film) return film.error();
    log::info("timelapse", "{} is done: {} pictures", running.job().id, film->frames);
    auto job = running.job();
    show_film(job, std::move(*film));
    return job;
}

void TimelapseJobs::settle(TimelapseJob& job) {
    if (job.state != JobState::done) job.frames = 0;
}

bool TimelapseJobs::has_expired(const TimelapseJob& job) const {
    const auto keep = *keep_.lock();
    return keep && job.created + *keep <= tools_.clock.now();
}

}  // namespace vantage::stills
