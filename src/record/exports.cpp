// SPDX-License-Identifier: Apache-2.0
#include "record/exports.hpp"

#include "base/log.hpp"
#include "record/export_run.hpp"

#include <cctype>
#include <random>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongest = std::chrono::days(32);

bool ended(ExportState state) {
    return state != ExportState::queued && state != ExportState::running;
}

// Not a secret: who may see an export is asked for each time.
std::string new_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

// What a person called it, as far as it can stand in a file's name and an address; else its first file's time.
std::string archive_name(const Export& job) {
    std::string stem;
    for (const char c : job.request.name)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == ' ') stem += c == ' ' ? '_' : c;
    const auto& first = job.files.front().name;
    return (stem.empty() ? "export" + first.substr(first.find('_'), 20) : stem.substr(0, 80)) + ".zip";
}

Status check(const ExportRequest& request, UtcTime now) {
    const auto wrong = [](const char* why) { return fail(errc::invalid_argument, why); };
    if (request.cameras.empty()) return wrong("'cameras' is empty: name at least one");
    if (request.cameras.size() > Exports::kMostCameras) return wrong("an export has 64 cameras at most");
    if (request.name.size() > 200) return wrong("the name of an export has 200 bytes at most");
    if (request.end <= request.start) return wrong("'end' must be after 'start'");
    if (request.end - request.start > kLongest) return wrong("an export may be 32 days long at most");
    if (request.start >= now) return wrong("'start' is in the future");
    return {};
}

}  // namespace

// Takes what a running export reports into what is shown.
class Exports::Run final : public ExportReport {
  public:
    Run(Exports& exports, JobPtr job) : exports_(exports), job_(std::move(job)) {}

    void gathered(std::uint64_t bytes, std::vector<ExportGap> gaps) override {
        const std::lock_guard lock(exports_.mutex_);
        job_->shown.bytes = estimate_ = bytes;
        job_->shown.gaps = std::move(gaps);
    }
    void begins(const ExportFile& file, std::shared_ptr<net::FileGrowth> growth) override {
        const std::lock_guard lock(exports_.mutex_);
        auto& shown = job_->shown;
        before_ = shown.written;
        shown.files.push_back(file);
        shown.bytes = std::max(estimate_, before_ + file.bytes);
        job_->growing[file.name] = std::move(growth);
    }
    void archives(const ExportArchive& zip, std::shared_ptr<net::FileGrowth> growth) override {
        const std::lock_guard lock(exports_.mutex_);
        auto& shown = job_->shown;
        before_ = shown.written;
        shown.zip = zip;
        shown.bytes = before_ + zip.bytes;
        job_->growing[zip.name] = std::move(growth);
    }
    void wrote(const std::string& /*file*/, std::uint64_t bytes) override {
        const std::lock_guard lock(exports_.mutex_);
        if (!job_->shown.zip) job_->shown.files.back().written = bytes;
        job_->shown.written = before_ + bytes;
    }

  private:
    Exports& exports_;
    const JobPtr job_;
    std::uint64_t estimate_{0};
    std::uint64_t before_{0};  // written of earlier files
};

Exports::Exports(ExportOptions options, const footage::Footage& footage, footage::FileSystem& files, const Clock& clock)
    : options_(std::move(options)), footage_(footage), files_(files), folders_(options_.folder, files), clock_(clock) {}

Exports::~Exports() {
    stop();
}

Status Exports::start() {
    if (auto made = folders_.make(); made.has_error()) return made;
    load();
    expire();
    for (std::size_t i = 0; i < kRunning; ++i) threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    return {};
}

void Exports::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& [id, job] : jobs_)
            if (job->shown.state == ExportState::running) job->stop.request_stop();
    }
    threads_.clear();
}

// What was running when the program ended begins again: a file that was cut off is of no use.
void Exports::load() {
    for (auto& job : folders_.load()) {
        auto kept = std::make_shared<Job>();
        kept->shown = std::move(job);
        if (!ended(kept->shown.state)) {
            folders_.empty(kept->shown.id);
            kept->shown.state = ExportState::queued;
            queue_.push_back(kept);
        }
        jobs_.emplace(kept->shown.id, std::move(kept));
    }
    std::ranges::sort(queue_, {}, [](const JobPtr& job) { return job->shown.created; });
}

Result<Export> Exports::create(ExportRequest request) {
    const auto now = clock_.now();
    if (auto good = check(request, now); good.has_error()) return good.error();
    request.end = std::min(request.end, now);
    auto job = std::make_shared<Job>();
    job->shown.id = new_id();
    job->shown.created = now;
    job->shown.request = std::move(request);
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.size() >= kMostJobs) return fail(errc::overloaded, "there are 1000 exports; remove some");
    }
    if (auto made = folders_.make(job->shown.id); made.has_error()) return made.error();
    if (auto saved = folders_.save(job->shown); saved.has_error()) {
        folders_.remove(job->shown.id);
        return saved.error();
    }
    const std::lock_guard lock(mutex_);
    jobs_.emplace(job->shown.id, job);
    queue_.push_back(job);
    changed_.notify_one();
    return job->shown;
}

std::vector<Export> Exports::list() const {
    std::vector<Export> out;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, job] : jobs_)
            if (!job->remove) out.push_back(job->shown);
    }
    std::ranges::sort(out, [](const Export& a, const Export& b) { return a.created > b.created; });
    return out;
}

std::optional<Export> Exports::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second->remove) return {};
    return found->second->shown;
}

Status Exports::cancel(const std::string& id) {
    JobPtr job;
    {
        const std::lock_guard lock(mutex_);
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return fail(errc::not_found, "there is no such export");
        if (found->second->shown.state == ExportState::running) found->second->stop.request_stop();
        if (std::erase(queue_, found->second) > 0) job = found->second;
    }
    if (job) end(job, fail(errc::cancelled, "cancelled"));
    return {};
}

Status Exports::remove(const std::string& id) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = jobs_.find(id);
        if (found == jobs_.end() || found->second->remove) return fail(errc::not_found, "there is no such export");
        if (found->second->shown.state == ExportState::running) {
            found->second->remove = true;
            found->second->stop.request_stop();
            return {};
        }
        std::erase(queue_, found->second);
        jobs_.erase(found);
    }
    folders_.remove(id);
    return {};
}

Result<net::FileBody> Exports::file(const std::string& id, const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found != jobs_.end() && !found->second->remove) {
        const auto& shown = found->second->shown;
        auto files = shown.files;
        if (shown.zip) files.push_back({shown.zip->name, shown.request.cameras.front(), {}, {}, false, shown.zip->bytes, 0});
        for (const auto& file : files) {
            if (file.name != name) continue;
            net::FileBody body{(folders_.of(id) / name).string(), nullptr, fmt::format("\"{}-{:x}\"", id, file.bytes)};
            const auto growing = found->second->growing.find(name);
            if (growing != found->second->growing.end()) body.growth = growing->second;
            return body;
        }
    }
    return fail(errc::not_found, "there is no such file of an export");
}

void Exports::expire() {
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, job] : jobs_)
            if (job->shown.expires && *job->shown.expires <= clock_.now()) gone.push_back(id);
    }
    for (const auto& id : gone) {
        log::info("export", "{} has expired", id);
        (void)remove(id);
    }
}

void Exports::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        JobPtr job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, 60s, [this] { return !queue_.empty() && !stopping_; });
            if (!queue_.empty() && !stopping_) {
                job = queue_.front();
                queue_.pop_front();
                job->shown.state = ExportState::running;
            }
        }
        if (job)
            run(job);
        else
            expire();
    }
}

void Exports::run(const JobPtr& job) {
    Run report(*this, job);
    const auto folder = folders_.of(job->shown.id);
    log::info("export", "{} begins", job->shown.id);
    Status done;
    try {
        const ExportTools tools{options_, footage_, files_, {}};
        done = run_export(tools, job->shown.request, folder, report, job->stop.get_token());
        const auto& files = job->shown.files;  // only this thread changes them
        if (done && files.size() > 1) done = archive(tools, *job, report);
    } catch (const std::exception& e) {
        done = fail(errc::internal, e.what());
    }
    end(job, done);
}

// Files without an archive are better than neither.
Status Exports::archive(const ExportTools& tools, Job& job, ExportReport& report) {
    const auto folder = folders_.of(job.shown.id);
    const auto name = archive_name(job.shown);
    auto done = archive_export(tools, job.shown.files, name, folder, report, job.stop.get_token());
    if (done || done.error().code != errc::disk_full) return done;
    log::info("export", "no archive of {}: {}", job.shown.id, done.error().message);
    {
        const std::lock_guard lock(mutex_);
        job.shown.zip.reset();
        job.growing.erase(name);
    }
    return files_.remove(folder / name);
}

// What failed leaves nothing but its record, and is not shown any more before it goes.
void Exports::end(const JobPtr& job, Status status) {
    Export shown;
    bool remove = false;
    {
        const std::lock_guard lock(mutex_);
        const bool cancelled = status.has_error() && status.error().code == errc::cancelled;
        if (stopping_ && cancelled && !job->remove) return;  // begins again at the next start
        remove = job->remove;
        shown = job->shown;
        shown.state = status ? ExportState::done : cancelled ? ExportState::cancelled : ExportState::failed;
        shown.expires = clock_.now() + options_.keep();
        shown.bytes = shown.written;
        if (status.has_error()) {
            if (!cancelled) shown.error = status.error().message;
            shown.files.clear();
            shown.zip.reset();
            shown.bytes = shown.written = 0;
            job->shown.files.clear();
            job->shown.zip.reset();
        }
    }
    if (remove) {
        folders_.remove(shown.id);
    } else {
        if (!status) folders_.empty(shown.id);
        if (auto saved = folders_.save(shown); saved.has_error())
            log::error("export", "the record of {} is not saved: {}", shown.id, saved.error().message);
    }
    if (status)
        log::info("export", "{} is done: {} files, {:.1f} MB", shown.id, shown.files.size(),
                  static_cast<double>(shown.bytes) / 1e6);
    else
        log::warn("export", "{} ended: {}", shown.id, status.error().message);
    const std::lock_guard lock(mutex_);
    job->shown = std::move(shown);
    job->growing.clear();
    if (remove) jobs_.erase(job->shown.id);
}

}  // namespace vantage::record
