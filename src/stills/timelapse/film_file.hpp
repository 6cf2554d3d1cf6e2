// SPDX-License-Identifier: Apache-2.0
// A timelapse that is being made, on the disk: its plan, and the frames so far, in pieces that are durable one by one
// (docs/storage.md). What a crash leaves behind the last whole piece is cut off. One thread; blocks.
#pragma once
#include "footage/file_system.hpp"
#include "media/film.hpp"
#include "stills/timelapse/plan.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace vantage::stills {

struct StoredFrame {
    UtcTime time;  // true time of the picture
    std::uint32_t slot{0};
    std::uint32_t bytes{0};
    bool key{false};
};

// Frames of some slots, coded together: the first is a key frame.
struct FilmPiece {
    std::uint32_t slots_done{0};  // slots before this one are done with
    std::vector<StoredFrame> frames;
    Bytes data;  // of the frames, one after the other
};

class FilmFile {
  public:
    struct Start {
        Plan plan;
        PictureSize size;
        Bytes config;  // of the track: frames that another encoder makes do not belong here
    };
    // A run of frames in the file.
    struct Run {
        std::uint64_t offset{0};  // of the first frame's bytes
        std::uint64_t bytes{0};
        std::size_t first{0}, count{0};  // in frames()
    };

    // A new one, durable with its name. errc::already_exists.
    static Result<std::unique_ptr<FilmFile>> create(footage::FileSystem& files, const std::filesystem::path& path,
                                                    const Start& start);
    // One that is there. errc::not_found; malformed when its beginning is not ours: remove it.
    static Result<std::unique_ptr<FilmFile>> open(footage::FileSystem& files, const std::filesystem::path& path);

    // Durable when this returns good; after an error as if it had not been tried.
    Status append(const FilmPiece& piece);

    [[nodiscard]] const Start& start() const { return start_; }
    [[nodiscard]] std::size_t slots_done() const { return slots_done_; }
    [[nodiscard]] const std::vector<StoredFrame>& frames() const { return frames_; }
    [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
    [[nodiscard]] std::uint64_t bytes() const { return size_; }
    [[nodiscard]] footage::File& file() const { return *file_; }

  private:
    explicit FilmFile(std::unique_ptr<footage::File> file) : file_(std::move(file)) {}
    Status write(ByteView head, ByteView data);
    Status load();
    void add(const FilmPiece& piece, std::uint64_t data_at);

    const std::unique_ptr<footage::File> file_;
    Start start_;
    std::uint64_t size_{0};  // up to the end of the last whole piece
    std::size_t slots_done_{0};
    std::vector<StoredFrame> frames_;
    std::vector<Run> runs_;
};

}  // namespace vantage::stills
