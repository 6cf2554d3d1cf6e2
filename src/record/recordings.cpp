// SPDX-License-Identifier: Apache-2.0
#include "record/recordings.hpp"

#include <charconv>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;

constexpr auto kEndWithin = 10s;
constexpr std::size_t kLongestName = 200;

Error no_such_recording() {
    return fail(errc::not_found, "there is no such recording");
}

// Growing files: how long it was when it was asked for.
constexpr std::string_view kGrowing = "-growing\"";

std::string growing_tag(std::uint64_t bytes) {
    return fmt::format("\"{:x}{}", bytes, kGrowing);
}

std::optional<std::uint64_t> parse_growing_tag(std::string_view tag) {
    if (!tag.starts_with('"') || !tag.ends_with(kGrowing)) return {};
    tag = tag.substr(1, tag.size() - 1 - kGrowing.size());
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), bytes, 16);
    if (error != std::errc{} || end != tag.data() + tag.size()) return {};
    return bytes;
}

}  // namespace

Recordings::Recordings(RecordingOptions options, footage::FileSystem& files, const Clock& clock)
    : options_(std::move(options)), files_(files), folders_(options_.folder, files), clock_(clock) {}

Recordings::~Recordings() {
    stop();
}

Status Recordings::load() {
    if (auto made = folders_.make(); made.has_error()) return made;
    const std::lock_guard lock(mutex_);
    for (auto& found : folders_.load()) {
        auto job = std::make_shared<Job>(std::move(found));
        job->recover = job->shown.runs();
        jobs_[job->shown.id] = std::move(job);
    }
    return {};
}

void Recordings::stop() {
    if (thread_.joinable()) {
        thread_.request_stop();
        bell_.ring();
        thread_.join();
    }
    {
        const std::lock_guard lock(mutex_);
        runs_ = false;
        for (const auto& [id, job] : jobs_) {
            if (job->shown.runs()) job->stop = true;
            job->recover = false;  // the next start does it
        }
    }
    step();
}

Result<Recordings::JobPtr> Recordings::add(const CameraId& camera, std::string name, std::string user) {
    const auto limits = options_.limits();
    const std::lock_guard lock(mutex_);
    std::size_t running = 0;
    for (const auto& [id, job] : jobs_) {
        if (!job->shown.runs()) continue;
        ++running;
        if (job->shown.camera == camera)
            return fail(errc::already_exists, fmt::format("camera '{}' is being recorded already, as {}", camera.str(), id));
    }
    if (running >= limits.most)
        return fail(errc::overloaded,
                    fmt::format("{} recordings run, and no more may ('recordings.most'); end one first", running));
    if (jobs_.size() >= kMost) return fail(errc::overloaded, fmt::format("there are {} recordings; remove some", kMost));
    Recording made(camera);
    made.created = std::chrono::floor<milliseconds>(clock_.now());
    while (jobs_.contains(made.id = RecordingFolders::id_of(camera, made.created))) made.created += 1ms;
    made.name =
        name.empty() ? options_.name(camera) + " " + options_.local_time(made.created).substr(0, 19) : std::move(name);
    made.user = std::move(user);
    auto job = std::make_shared<Job>(std::move(made));
    job->began = clock_.steady();
    jobs_[job->shown.id] = job;
    return job;
}

Result<Recording> Recordings::begin(const CameraId& camera, std::string name, std::string user) {
    if (name.size() > kLongestName) return fail(errc::invalid_argument, "the name of a recording has 200 bytes at most");
    const auto stream = options_.stream(camera);
    if (!stream) return fail(errc::not_found, fmt::format("there is no camera '{}'", camera.str()));
    // Before anything else: the ring moves on.
    auto feed = std::make_unique<RingFeed>(*stream, "recording", true);
    const auto added = add(camera, std::move(name), std::move(user));
    if (added.has_error()) return added.error();
    const auto& job = *added;
    auto done = room_left();
    if (done) done = folders_.make(job->shown);
    if (done) done = save(*job);
    if (done.has_error()) {
        forget(job);
        return done.error();
    }
    const std::lock_guard lock(mutex_);
    job->writer = std::make_unique<RecordingWriter>(files_, folders_.of(job->shown), camera, std::move(feed));
    bell_.ring();
    return job->shown;
}

Recordings::JobPtr Recordings::job(const std::string& id) const {
    const auto found = jobs_.find(id);
    return found == jobs_.end() || found->second->remove ? nullptr : found->second;
}

Result<Recording> Recordings::end(const std::string& id) {
    std::unique_lock lock(mutex_);
    const auto found = job(id);
    if (!found) return no_such_recording();
    if (!found->shown.runs()) return found->shown;
    found->stop = true;
    bell_.ring();
    if (runs_) ended_.wait_for(lock, kEndWithin, [&] { return !found->shown.runs(); });
    return found->shown;
}

Result<Recording> Recordings::change(const std::string& id, const RecordingChange& change) {
    if (change.name && (change.name->empty() || change.name->size() > kLongestName))
        return fail(errc::invalid_argument, "the name of a recording has 1 to 200 bytes");
    JobPtr changed;
    {
        const std::lock_guard lock(mutex_);
        changed = job(id);
        if (!changed) return no_such_recording();
        if (change.kept) changed->shown.kept = *change.kept;
        if (change.name) changed->shown.name = *change.name;
    }
    if (auto saved = save(*changed); saved.has_error()) return saved.error();
    const std::lock_guard lock(mutex_);
    return changed->shown;
}

Status Recordings::remove(const std::string& id) {
    JobPtr found;
    {
        const std::lock_guard lock(mutex_);
        found = job(id);
        if (!found) return no_such_recording();
        if (found->shown.runs()) {
            found->remove = found->stop = true;
            bell_.ring();
            return {};
        }
    }
    forget(found);
    return {};
}

std::vector<Recording> Recordings::list() const {
    std::vector<Recording> out;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, job] : jobs_)
            if (!job->remove) out.push_back(job->shown);
    }
    std::ranges::sort(out, std::greater{}, [](const Recording& one) { return std::pair(one.created, one.id); });
    return out;
}

std::optional<Recording> Recordings::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = job(id);
    return found ? std::optional{found->shown} : std::nullopt;
}

Result<net::FileBody> Recordings::file(const std::string& id, const std::string& name, std::string_view if_range) const {
    const auto recording = find(id);
    if (!recording) return no_such_recording();
    const auto found = std::ranges::find(recording->files, name, &RecordingFile::name);
    if (found == recording->files.end()) return fail(errc::not_found, "there is no such file of a recording");
    net::FileBody body{(folders_.of(*recording) / name).string(), nullptr, fmt::format("\"{:x}\"", found->bytes)};
    if (found->whole) return body;
    // What was there when a broken download began is there still: parts are only added.
    const auto bytes = std::min(parse_growing_tag(if_range).value_or(found->bytes), found->bytes);
    body.etag = growing_tag(bytes);
    body.growth = std::make_shared<net::FileGrowth>(bytes);
    body.growth->wrote(bytes);
    return body;
}

Result<footage::Material> Recordings::material(const std::string& id) const {
    const auto recording = find(id);
    if (!recording) return no_such_recording();
    return folders_.material(*recording);
}

RecordingStats Recordings::stats() const {
    const std::lock_guard lock(mutex_);
    RecordingStats out;
    for (const auto& [id, job] : jobs_) {
        ++out.all;
        if (job->shown.runs()) ++out.running;
        if (job->shown.kept) ++out.kept;
        out.bytes += job->shown.bytes();
    }
    out.written = written_;
    out.failed = failed_;
    return out;
}

}  // namespace vantage::record
