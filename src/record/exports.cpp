// SPDX-License-Identifier: Apache-2.0
#include "record/exports.hpp"

#include "base/job_queue_impl.hpp"
#include "record/export_run.hpp"

#include <cctype>

template class vantage::JobQueue<vantage::record::Export>;

namespace vantage::record {
namespace {

constexpr auto kLongest = std::chrono::days(32);

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
class Exports::Report final : public ExportReport {
  public:
    explicit Report(ExportQueue::Running& running) : running_(running) {}

    void gathered(std::uint64_t bytes, std::vector<ExportGap> gaps) override {
        running_.change([&](Export& job) {
            job.bytes = estimate_ = bytes;
            job.gaps = std::move(gaps);
        });
    }
    void begins(const ExportFile& file) override {
        running_.change([&](Export& job) {
            before_ = job.written;
            job.files.push_back(file);
            job.bytes = std::max(estimate_, before_ + file.bytes);
        });
    }
    void archives(const ExportArchive& zip) override {
        running_.change([&](Export& job) {
            before_ = job.written;
            job.zip = zip;
            job.bytes = before_ + zip.bytes;
        });
    }
    void wrote(const std::string& /*file*/, std::uint64_t bytes) override {
        running_.change([&](Export& job) {
            if (!job.zip) job.files.back().written = bytes;
            job.written = before_ + bytes;
        });
    }

  private:
    ExportQueue::Running& running_;
    std::uint64_t estimate_{0};
    std::uint64_t before_{0};  // written of earlier files
};

Exports::Exports(ExportOptions options, const footage::Footage& footage, footage::FileSystem& files, const Clock& clock)
    : options_(std::move(options)),
      footage_(footage),
      files_(files),
      folders_(options_.folder, files),
      clock_(clock),
      queue_(*this, {"export", "exports", kMostJobs}) {}

Exports::~Exports() {
    stop();
}

Status Exports::start() {
    if (auto made = folders_.make(); made.has_error()) return made;
    for (auto& job : folders_.load()) {
        if (!has_ended(job.state)) folders_.empty(job.id);  // a file that was cut off is of no use
        queue_.restore(std::move(job));
    }
    expire();
    queue_.start(kRunning);
    return {};
}

void Exports::stop() {
    queue_.stop();
}

Result<Export> Exports::create(ExportRequest request) {
    const auto now = clock_.now();
    if (auto good = check(request, now); good.has_error()) return good.error();
    Export job;
    job.created = now;
    job.request = std::move(request);
    job.request.end = std::min(job.request.end, now);
    return queue_.create(std::move(job));
}

Result<net::FileBody> Exports::file(const std::string& id, const std::string& name) const {
    const auto body = [&](const auto& file) {
        return net::FileBody{(folders_.of(id) / name).string(), file.growth, fmt::format("\"{}-{:x}\"", id, file.bytes)};
    };
    if (const auto job = find(id)) {
        for (const auto& file : job->files)
            if (file.name == name) return body(file);
        if (job->zip && job->zip->name == name) return body(*job->zip);
    }
    return fail(errc::not_found, "there is no such file of an export");
}

Result<Export> Exports::run(ExportQueue::Running& running) {
    Report report(running);
    const auto& job = running.job();
    const ExportTools tools{options_, footage_, files_, {}};
    const auto stop = running.stop();
    auto done = run_export(tools, job.request, folders_.of(job.id), report, stop);
    if (done && job.files.size() > 1) done = archive(tools, running, report);
    if (done.has_error()) return done.error();
    log::info("export", "{} is done: {} files, {:.1f} MB", job.id, job.files.size(), static_cast<double>(job.written) / 1e6);
    return job;
}

// Files without an archive are better than neither.
Status Exports::archive(const ExportTools& tools, ExportQueue::Running& running, ExportReport& report) {
    const auto& job = running.job();
    const auto folder = folders_.of(job.id);
    const auto name = archive_name(job);
    const auto stop = running.stop();
    auto done = archive_export(tools, job.files, name, folder, report, stop);
    if (done || done.error().code != errc::disk_full) return done;
    log::info("export", "no archive of {}: {}", job.id, done.error().message);
    running.change([](Export& shown) { shown.zip.reset(); });
    return files_.remove(folder / name);
}

void Exports::settle(Export& job) {
    job.expires = clock_.now() + options_.keep();
    if (job.state != JobState::done) {
        job.files.clear();
        job.zip.reset();
        job.written = 0;
    }
    job.bytes = job.written;
    for (auto& file : job.files) file.growth.reset();
    if (job.zip) job.zip->growth.reset();
}

bool Exports::has_expired(const Export& job) const {
    return job.expires && *job.expires <= clock_.now();
}

}  // namespace vantage::record
