// SPDX-License-Identifier: Apache-2.0
// Recordings on demand as they lie on the disk (docs/storage.md): <root>/<camera>/<timestamp>/ with recording.json and the
// files. Blocks; safe from any thread, as long as one thread at a time deals with one recording.
#pragma once
#include "footage/material.hpp"
#include "record/recording.hpp"

#include <filesystem>
#include <vector>

namespace vantage::record {

class RecordingFolders {
  public:
    // `files` outlives it.
    RecordingFolders(std::filesystem::path root, footage::FileSystem& files) : root_(std::move(root)), files_(files) {}

    // "door_2026-11-20T190405.123Z", to the millisecond.
    [[nodiscard]] static std::string id_of(const CameraId& camera, UtcTime created);
    [[nodiscard]] const std::filesystem::path& root() const { return root_; }
    [[nodiscard]] std::filesystem::path of(const Recording& recording) const;

    // The folder of all, or of one: durable when this returns.
    [[nodiscard]] Status make() const { return files_.make_directory(root_); }
    [[nodiscard]] Status make(const Recording& recording) const;
    // Every recording there is. One whose record is lost or damaged is made up from its files and kept; what is not ours is
    // told in the log and left alone. Ends removals that were cut off.
    [[nodiscard]] std::vector<Recording> load() const;
    [[nodiscard]] Status save(const Recording& recording) const;
    // After the recorder ended in the middle: cuts the files behind their last whole parts and says what there is. Reads
    // the headers of the last file, so it may take seconds.
    void recover(Recording& recording) const;
    // Its files as they are now, as something to cut. not_found when there is none
    [[nodiscard]] Result<footage::Material> material(const Recording& recording) const;
    // All or nothing of it is listed at the next start.
    void remove(const Recording& recording) const;

  private:
    [[nodiscard]] std::optional<Recording> load_one(const CameraId& camera, const std::filesystem::path& folder) const;
    void clear(const std::filesystem::path& folder) const;

    const std::filesystem::path root_;
    footage::FileSystem& files_;
};

}  // namespace vantage::record
