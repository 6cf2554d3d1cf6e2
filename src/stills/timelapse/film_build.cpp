// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/film_build.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::stills {
namespace {

constexpr std::size_t kLeastPiece = 10, kMostPiece = 60;  // slots
constexpr std::uint64_t kRoom = 64U << 20;                // for a piece

std::filesystem::path with_end(std::filesystem::path path, const char* end) {
    path += end;
    return path;
}

}  // namespace

FilmBuild::FilmBuild(const TimelapseTools& tools, CameraId camera, Plan plan, std::filesystem::path work, int tries)
    : tools_(tools),
      camera_(std::move(camera)),
      work_(std::move(work)),
      tries_(tries),
      plan_(std::move(plan)),
      pictures_(tools.footage, tools.thumbs, camera_) {
    take_up();
    slots_ = plan_.slots();
}

// Frames of another encoder than ours do not go together with new ones: then it is made anew.
void FilmBuild::take_up() {
    auto opened = FilmFile::open(tools_.files, work_);
    if (!opened && opened.error().code == errc::not_found) return;
    if (opened) {
        const auto& start = (*opened)->start();
        auto film = Film::open({.size = start.size, .fps = start.plan.fps});
        if (film && (*film)->track().config == start.config) {
            plan_ = start.plan;
            track_ = (*film)->track();
            file_ = std::move(*opened);
            next_ = file_->slots_done();
            return;
        }
    }
    log::info("timelapse", "{} cannot be gone on with and is made anew: {}", work_.string(),
              opened ? "its frames were made by another encoder" : opened.error().message);
    if (auto gone = tools_.files.remove(work_); !gone) log::warn("timelapse", "{}", gone.error().message);
}

bool FilmBuild::due(UtcTime now) const {
    if (done()) return false;
    const auto piece = std::clamp<std::size_t>(static_cast<std::size_t>(plan_.fps), kLeastPiece, kMostPiece);
    const auto last = std::min(next_ + piece, slots_.size()) - 1;
    return slots_[last].until + kSettle <= now;
}

double FilmBuild::progress() const {
    return slots_.empty() ? 1 : static_cast<double>(next_) / static_cast<double>(slots_.size());
}

Status FilmBuild::enough_room(std::uint64_t bytes) const {
    const auto room = tools_.room();
    if (!room) return room.error();
    if (bytes <= *room) return {};
    return fail(errc::disk_full,
                fmt::format("the disk of {} has {:.0f} MB left for timelapses, and {:.0f} MB are needed; "
                            "remove something, or keep less footage",
                            tools_.folder.string(), static_cast<double>(*room) / 1e6, static_cast<double>(bytes) / 1e6));
}

Status FilmBuild::step(const std::stop_token& stop) {
    if (done()) return {};
    if (auto room = enough_room(kRoom); !room) return room;
    const std::lock_guard turn(tools_.turn);
    const auto piece = std::clamp<std::size_t>(static_cast<std::size_t>(plan_.fps), kLeastPiece, kMostPiece);
    const auto to = std::min(next_ + piece, slots_.size());
    auto made = make(std::span(slots_).subspan(next_, to - next_), to, stop);
    if (made) failed_ = 0;
    if (!made && made.error().code != errc::cancelled) ++failed_;
    return made;
}

Status FilmBuild::make(std::span<const Slot> slots, std::size_t to, const std::stop_token& stop) {
    FilmPiece piece{static_cast<std::uint32_t>(to), {}, {}};
    auto size = file_ ? file_->start().size : PictureSize{};
    std::unique_ptr<Film> film;
    const auto take = [&](const SlotPicture& found) -> Status {
        if (!film) {
            if (!file_) size = film_size(*found.picture, plan_.most);
            auto opened = Film::open({.size = size, .fps = plan_.fps});
            if (!opened) return fail(errc::internal, opened.error().message);
            film = std::move(*opened);
        }
        if (auto added = film->add(*found.picture); !added) return {};  // a picture that cannot be is a hole
        piece.frames.push_back({found.time, static_cast<std::uint32_t>(next_ + found.slot), 0, false});
        return {};
    };
    const auto after = file_ && !file_->frames().empty() ? file_->frames().back().time : UtcTime::min();
    if (auto done = pictures_.make(slots, after, failed_ < tries_, stop, take); !done) return done;
    if (piece.frames.empty()) {
        next_ = to;  // not written down: the next start looks again
        return {};
    }
    auto coded = film->finish();
    if (!coded) return fail(errc::internal, coded.error().message);
    if (coded->size() != piece.frames.size()) return fail(errc::internal, "the encoder lost frames of a timelapse");
    for (std::size_t i = 0; i < coded->size(); ++i) {
        const auto& frame = (*coded)[i];
        piece.frames[i].bytes = static_cast<std::uint32_t>(frame.data.size());
        piece.frames[i].key = frame.key;
        piece.data.insert(piece.data.end(), frame.data.begin(), frame.data.end());
    }
    return keep(std::move(piece), size, film->track());
}

Status FilmBuild::keep(FilmPiece piece, PictureSize size, const Track& track) {
    if (!file_) {
        if (auto made = footage::make_directories(tools_.files, tools_.folder.parent_path(), work_.parent_path()); !made)
            return made;
        auto plan = plan_;
        auto created = FilmFile::create(tools_.files, work_, {std::move(plan), size, track.config});
        if (!created) return created.error();
        file_ = std::move(*created);
        track_ = track;
    }
    const auto to = piece.slots_done;
    if (auto done = file_->append(piece); !done) return done;
    next_ = to;
    return {};
}

// The reason that explains most of it.
std::string FilmBuild::reason(UtcTime from, UtcTime to) const {
    std::map<std::string, microseconds> spans;
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        const auto coverage = tools_.footage.coverage({camera_, kind}, from, to);
        if (!coverage || !spans.empty()) continue;
        for (const auto& gap : coverage->gaps) spans[gap.reason] += std::min(gap.end, to) - std::max(gap.start, from);
    }
    const auto most = std::ranges::max_element(spans, {}, [](const auto& span) { return span.second; });
    return most == spans.end() ? "no footage" : most->first;
}

std::vector<FilmGap> FilmBuild::gaps() const {
    std::vector<FilmGap> out;
    std::size_t slot = 0;
    const auto missing = [&](std::size_t to) {
        for (auto from = slot; from < to; from = slot) {
            // Not over hours that were left out on purpose.
            for (slot = from + 1; slot < to && slots_[slot].at == slots_[slot - 1].until;) ++slot;
            const auto start = slots_[from].at, end = slots_[slot - 1].until;
            out.push_back({start, end, reason(start, end)});
        }
    };
    if (file_)
        for (const auto& frame : file_->frames()) {
            missing(frame.slot);
            slot = frame.slot + 1;
        }
    missing(next_);
    return out;
}

FilmRecord FilmBuild::record() const {
    FilmRecord out{.start = plan_.start(), .end = plan_.end(), .fps = plan_.fps, .gaps = gaps()};
    if (!file_) return out;
    out.size = file_->start().size;
    out.frames = file_->frames().size();
    for (const auto& frame : file_->frames()) out.times.push_back(frame.time);
    return out;
}

Result<FilmRecord> FilmBuild::publish(const std::filesystem::path& path, const std::string& title) {
    if (!file_ || !track_ || file_->frames().empty())
        return fail(errc::not_found, fmt::format("there is neither footage nor a thumbnail of {} from {} to {}",
                                                 camera_.str(), to_rfc3339(plan_.start()), to_rfc3339(plan_.end())));
    if (auto room = enough_room(file_->bytes() * 2); !room) return room.error();
    const std::lock_guard turn(tools_.turn);
    const auto draft = with_end(path, ".mp4.new"), film = with_end(path, ".mp4");
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);  // of a try before
    auto record = this->record();
    const auto bytes = write_film(tools_.files, draft, *file_, *track_, title, tools_.local_time);
    if (!bytes) return bytes.error();
    record.bytes = *bytes;
    // The record last: with it the film counts.
    auto done = tools_.files.rename(draft, film);
    if (done) done = tools_.files.sync_directory(film.parent_path());
    if (done) done = replace_file(tools_.files, with_end(path, ".json"), to_json(record));
    if (!done) {
        std::filesystem::remove(draft, ignored);
        return done.error();
    }
    discard();
    return record;
}

void FilmBuild::discard() {
    file_.reset();
    std::error_code ignored;
    if (!std::filesystem::exists(work_, ignored)) return;
    if (auto gone = tools_.files.remove(work_); !gone) log::warn("timelapse", "{}", gone.error().message);
}

}  // namespace vantage::stills
