// SPDX-License-Identifier: Apache-2.0
// Makes one timelapse, piece by piece, so that it can be given up and gone on with at any instant: what is durable in its
// work file stays, what is missing is made from footage. One thread; each step keeps it busy for about a second of CPU.
#pragma once
#include "stills/timelapse/film_record.hpp"
#include "stills/timelapse/slot_pictures.hpp"

#include <mutex>

namespace vantage::stills {

// What all timelapses share; the references outlive them.
struct TimelapseTools {
    const footage::Footage& footage;
    const footage::Thumbs& thumbs;
    footage::FileSystem& files;
    const Clock& clock;
    std::filesystem::path folder;                      // <data>/timelapses
    TimeZone zone;                                     // of days and hours
    std::function<bool()> ready;                       // the disk of the footage is there, and its index whole
    std::function<Result<std::uint64_t>()> room;       // bytes that timelapses may still take from their disk
    std::function<std::string(UtcTime)> local_time;    // "2026-11-20 20:04:05 +01:00"
    std::function<std::string(const CameraId&)> name;  // of a camera, for titles
    std::mutex& turn;                                  // one is made at a time
};

class FilmBuild {
  public:
    static constexpr seconds kSettle{60};  // until footage of an instant is there, also when its disk is late

    // Takes up what `work` holds; then that one's plan counts. `tries`: so often a step may fail because of a disk before it
    // passes over what cannot be read.
    FilmBuild(const TimelapseTools& tools, CameraId camera, Plan plan, std::filesystem::path work, int tries);

    // Whether a step has something to do; with all of the plan's time over, until done().
    [[nodiscard]] bool due(UtcTime now) const;
    [[nodiscard]] bool done() const { return next_ >= slots_.size(); }
    // The next piece. An error leaves everything as it was: try again later.
    Status step(const std::stop_token& stop);

    [[nodiscard]] UtcTime end() const { return plan_.end(); }
    [[nodiscard]] double progress() const;
    [[nodiscard]] std::size_t frames() const { return file_ ? file_->frames().size() : 0; }
    [[nodiscard]] std::uint64_t bytes() const { return file_ ? file_->bytes() : 0; }
    // So far; `bytes` is 0.
    [[nodiscard]] FilmRecord record() const;

    // <path>.mp4 and <path>.json, whole and durable; the work file goes. not_found when there was no picture at all.
    Result<FilmRecord> publish(const std::filesystem::path& path, const std::string& title);
    // Removes the work file.
    void discard();

  private:
    void take_up();
    [[nodiscard]] Status enough_room(std::uint64_t bytes) const;
    Status make(std::span<const Slot> slots, std::size_t to, const std::stop_token& stop);
    Status keep(FilmPiece piece, PictureSize size, const Track& track);
    [[nodiscard]] std::vector<FilmGap> gaps() const;
    [[nodiscard]] std::string reason(UtcTime from, UtcTime to) const;

    const TimelapseTools& tools_;
    const CameraId camera_;
    const std::filesystem::path work_;
    const int tries_;
    Plan plan_;
    std::vector<Slot> slots_;
    SlotPictures pictures_;
    std::unique_ptr<FilmFile> file_;  // null before the first picture
    std::optional<Track> track_;      // of its frames
    std::size_t next_{0};             // slot
    int failed_{0};                   // steps, one after the other
};

}  // namespace vantage::stills
