// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/timelapse_days.hpp"

#include "base/log.hpp"
#include "stills/background.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::stills {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::sys_days;

constexpr int kTries = 10;  // a minute between them: a disk that is only late
constexpr std::size_t kMostRecord = 8U << 20;
constexpr const char* kRemoved = ".removed";
constexpr auto kExpireEvery = std::chrono::minutes(10);

fs::path with_end(fs::path path, const char* end) {
    path += end;
    return path;
}

}  // namespace

fs::path TimelapseDays::path(const CameraId& camera, Day day) const {
    return tools_.folder / camera.str() / to_string(day);
}

void TimelapseDays::set_cameras(std::map<CameraId, TimelapseSettings> cameras) {
    {
        const std::lock_guard lock(mutex_);
        settings_ = std::move(cameras);
    }
    bell_.ring();
}

void TimelapseDays::set_keep(std::optional<microseconds> keep) {
    const std::lock_guard lock(mutex_);
    keep_ = keep;
}

Status TimelapseDays::start() {
    if (auto made = tools_.files.make_directory(tools_.folder); !made) return made;
    thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
    return {};
}

void TimelapseDays::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void TimelapseDays::loop(const std::stop_token& stop) {
    stand_back(kFarBack);
    while (!stop.stop_requested()) {
        bool more = false;
        try {
            more = work(stop);
        } catch (const std::exception& e) {
            log::error("timelapse", "{}", e.what());
        }
        if (!more) bell_.wait(stop, std::chrono::steady_clock::now() + kLook);
    }
}

// Left-over drafts go; a record counts with its film only, a film with its record.
TimelapseDays::Camera TimelapseDays::load(const CameraId& id) const {
    Camera out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(tools_.folder / id.str(), error)) {
        const auto name = entry.path().filename().string();
        const auto day = parse_day(std::string_view(name).substr(0, std::min<std::size_t>(name.size(), 10)));
        if (!day) continue;
        if (name.ends_with(".new")) {
            (void)tools_.files.remove(entry.path());
        } else if (name == to_string(*day) + kRemoved) {
            out.removed.insert(sys_days{*day});
        } else if (name == to_string(*day) + ".work") {
            out.begun.insert(sys_days{*day});
        } else if (name == to_string(*day) + ".json" && fs::exists(with_end(path(id, *day), ".mp4"), error)) {
            const auto text = footage::read_whole(tools_.files, entry.path(), kMostRecord);
            auto record = text ? parse_film_record(as_text(*text)) : Result<FilmRecord>(text.error());
            if (!record) {
                log::warn("timelapse", "{}: {}", entry.path().string(), record.error().message);
                continue;
            }
            record->times.clear();
            record->times.shrink_to_fit();
            out.done.emplace(sys_days{*day}, std::move(*record));
        }
    }
    for (const auto& [day, record] : out.done)  // a crash came between its record and this
        if (out.begun.erase(day) > 0) (void)tools_.files.remove(with_end(path(id, day), ".work"));
    for (const auto& day : out.removed) {  // or between the mark and this
        out.done.erase(day);
        out.begun.erase(day);
        (void)tools_.files.remove(with_end(path(id, day), ".work"));
        remove_files(id, day);
    }
    return out;
}

TimelapseDays::Camera& TimelapseDays::camera(const CameraId& id) const {
    const auto known = cameras_.find(id);
    return known != cameras_.end() ? known->second : cameras_.emplace(id, load(id)).first->second;
}

std::vector<DayFilm> TimelapseDays::list(const CameraId& camera_id) const {
    std::vector<DayFilm> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [day, record] : camera(camera_id).done) out.push_back({camera_id, day, true, record, 1});
    for (const auto& [key, film] : shown_)
        if (key.first == camera_id) out.push_back(film);
    std::ranges::sort(out, [](const auto& a, const auto& b) { return a.day > b.day; });
    return out;
}

Result<fs::path> TimelapseDays::file(const CameraId& id, Day day) const {
    const std::lock_guard lock(mutex_);
    if (camera(id).done.contains(sys_days{day})) return with_end(path(id, day), ".mp4");
    if (shown_.contains({id, sys_days{day}}))
        return fail(errc::not_found, fmt::format("the timelapse of {} is not finished yet", to_string(day)));
    return fail(errc::not_found, fmt::format("there is no timelapse of {} on {}", id.str(), to_string(day)));
}

Result<FilmRecord> TimelapseDays::record(const CameraId& id, Day day) const {
    if (const auto film = file(id, day); !film) return film.error();
    const auto text = footage::read_whole(tools_.files, with_end(path(id, day), ".json"), kMostRecord);
    if (!text) return text.error();
    return parse_film_record(as_text(*text));
}

// The mark first: whatever happens then, the day is not made again.
Status TimelapseDays::remove(const CameraId& id, Day day) {
    const sys_days key{day};
    const std::lock_guard lock(mutex_);
    auto& known = camera(id);
    if (!known.done.contains(key) && !shown_.contains({id, key}))
        return fail(errc::not_found, fmt::format("there is no timelapse of {} on {}", id.str(), to_string(day)));
    const auto mark = with_end(path(id, day), kRemoved);
    if (auto made = footage::make_directories(tools_.files, tools_.folder.parent_path(), mark.parent_path()); !made)
        return made;
    if (auto marked = replace_file(tools_.files, mark, ""); !marked) return marked;
    known.removed.insert(key);
    known.begun.erase(key);
    shown_.erase({id, key});
    if (known.done.erase(key) > 0) remove_files(id, day);
    bell_.ring();
    return {};
}

void TimelapseDays::remove_files(const CameraId& id, Day day) const {
    for (const auto* end : {".json", ".mp4"})
        if (auto gone = tools_.files.remove(with_end(path(id, day), end)); !gone && gone.error().code != errc::not_found)
            log::warn("timelapse", "{}", gone.error().message);
}

void TimelapseDays::give_up_removed() {
    std::erase_if(making_, [this](auto& one) {
        {
            const std::lock_guard lock(mutex_);
            if (!camera(one.first.first).removed.contains(one.first.second)) return false;
        }
        one.second.build->discard();
        return true;
    });
}

// Oldest first: what was begun, and the last days that are not there.
std::vector<TimelapseDays::Day> TimelapseDays::open_days(const CameraId& id, UtcTime now) const {
    const sys_days today{tools_.zone.date_of(now)};
    const std::lock_guard lock(mutex_);
    const auto& known = camera(id);
    std::set<sys_days> out = known.begun;
    for (auto day = today - days{kLookBack}; day <= today; day += days{1}) {
        if (keep_ && tools_.zone.start_of(day + days{1}) + *keep_ <= now) continue;
        out.insert(day);
    }
    std::erase_if(out,
                  [&](const auto& day) { return known.done.contains(day) || known.removed.contains(day) || day > today; });
    return {out.begin(), out.end()};
}

bool TimelapseDays::has_material(const CameraId& id, const Plan& plan) const {
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        const auto segments = tools_.footage.segments({id, kind}, plan.start(), plan.end());
        if (segments && !segments->empty()) return true;
    }
    const auto half = (plan.end() - plan.start()) / 2;
    const auto thumb = tools_.thumbs.nearest(id, plan.start() + half, half);
    return thumb && thumb->found;
}

// Null when there is nothing to make of it now.
TimelapseDays::Making* TimelapseDays::making(const CameraId& id, Day day, const TimelapseSettings& settings, UtcTime now) {
    const Key key{id, sys_days{day}};
    if (const auto known = making_.find(key); known != making_.end()) return &known->second;
    if (const auto nothing = nothing_.find(key); nothing != nothing_.end() && now < nothing->second) return nullptr;
    auto plan = plan_day(tools_.zone, day, settings);
    const auto work = with_end(path(id, day), ".work");
    std::error_code error;
    const bool over = plan.end() < now;
    if (over && !fs::exists(work, error) && !has_material(id, plan)) {
        nothing_[key] = now + kLookAgain;
        return nullptr;
    }
    Making made{std::make_unique<FilmBuild>(tools_, id, std::move(plan), work, kTries)};
    return &making_.emplace(key, std::move(made)).first->second;
}

void TimelapseDays::note(const Key& key, Making& making, const Status& status) {
    making.again = status ? UtcTime{} : tools_.clock.now() + kRetry;
    const auto error = status ? std::string() : status.error().message;
    auto record = making.build->record();
    record.bytes = making.build->bytes();
    record.times.clear();
    const std::lock_guard lock(mutex_);
    if (record.frames == 0 && error.empty() && !shown_.contains(key)) return;
    if (camera(key.first).removed.contains(key.second)) return;
    auto [entry, first] = shown_.try_emplace(key, DayFilm{key.first, key.second, false, {}, 0});
    auto& shown = entry->second;
    shown.record = std::move(record);
    shown.progress = making.build->progress();
    if (!error.empty() && error != shown.error)
        log::warn("timelapse", "{} of {} waits: {}", to_string(shown.day), key.first.str(), error);
    shown.error = error;
}

bool TimelapseDays::publish(const CameraId& id, Day day, Making& making) {
    const Key key{id, sys_days{day}};
    auto record = making.build->publish(path(id, day), fmt::format("{} {}", tools_.name(id), to_string(day)));
    if (!record && record.error().code != errc::not_found) {
        note(key, making, record.error());
        return false;
    }
    if (record) log::info("timelapse", "{} of {}: {} pictures", to_string(day), id.str(), record->frames);
    if (!record) nothing_[key] = tools_.clock.now() + kLookAgain;
    making_.erase(key);
    const std::lock_guard lock(mutex_);
    shown_.erase(key);
    camera(id).begun.erase(sys_days{day});
    if (!record) return true;
    if (camera(id).removed.contains(sys_days{day})) {  // while this was written
        remove_files(id, day);
        return true;
    }
    record->times.clear();
    camera(id).done.insert_or_assign(sys_days{day}, std::move(*record));
    return true;
}

bool TimelapseDays::advance(const CameraId& id, Day day, Making& making, const std::stop_token& stop) {
    const auto now = tools_.clock.now();
    if (now < making.again) return false;
    auto& build = *making.build;
    if (build.done()) return publish(id, day, making);
    if (!build.due(now)) return false;
    const auto done = build.step(stop);
    if (!done && done.error().code == errc::cancelled) return false;
    note({id, sys_days{day}}, making, done);
    return static_cast<bool>(done);
}

void TimelapseDays::expire(UtcTime now) {
    if (now - expired_ < kExpireEvery && now >= expired_) return;
    expired_ = now;
    std::vector<Key> gone;
    {
        const std::lock_guard lock(mutex_);
        if (!keep_) return;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(tools_.folder, error)) {
            const auto id = CameraId::parse(entry.path().filename().string());
            if (!id) continue;
            for (const auto& [day, record] : camera(*id).done)
                if (record.end + *keep_ <= now) gone.emplace_back(*id, day);
        }
        for (const auto& key : gone) camera(key.first).done.erase(key.second);
    }
    for (const auto& [id, day] : gone) {
        log::info("timelapse", "{} of {} has expired", to_string(day), id.str());
        remove_files(id, day);
    }
}

bool TimelapseDays::work(const std::stop_token& stop) {
    const auto now = tools_.clock.now();
    expire(now);
    give_up_removed();
    if (!tools_.ready()) return false;
    std::map<CameraId, TimelapseSettings> cameras;
    {
        const std::lock_guard lock(mutex_);
        cameras = settings_;
    }
    for (const auto& [id, settings] : cameras)
        for (const auto day : open_days(id, now)) {
            if (stop.stop_requested()) return false;
            auto* one = making(id, day, settings, now);
            if (one != nullptr && advance(id, day, *one, stop)) return true;
        }
    return false;
}

}  // namespace vantage::stills
