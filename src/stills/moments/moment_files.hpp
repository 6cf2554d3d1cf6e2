// SPDX-License-Identifier: Apache-2.0
// Moments as they lie on the disk (docs/storage.md): a folder a camera; of each moment a record, its MP4, and of the newest
// a GIF. Blocks for small files only; safe from any thread, as long as one at a time deals with one moment.
#pragma once
#include "footage/file_system.hpp"
#include "stills/moments/moment.hpp"

#include <filesystem>
#include <vector>

namespace vantage::stills {

class MomentFiles {
  public:
    // `files` outlives it.
    MomentFiles(std::filesystem::path root, footage::FileSystem& files) : root_(std::move(root)), files_(files) {}

    // The folder of all, and of one camera.
    [[nodiscard]] Status make() const { return files_.make_directory(root_); }
    [[nodiscard]] Status make(const CameraId& camera) const;

    // Every moment whose record can be read and whose MP4, where it is done, is whole. Removes what an end in the middle
    // left behind. What is damaged or not ours is told in the log and left alone.
    [[nodiscard]] std::vector<Moment> load() const;
    [[nodiscard]] Status save(const Moment& moment) const;
    // Its files, the record last.
    void remove(const Moment& moment) const;
    void remove_gif(const Moment& moment) const;

    // True when there is a file of that name, of whomever.
    [[nodiscard]] bool is_taken(const CameraId& camera, const std::string& id) const;

    [[nodiscard]] std::filesystem::path mp4(const Moment& moment) const { return of(moment, ".mp4"); }
    [[nodiscard]] std::filesystem::path part(const Moment& moment) const { return of(moment, ".mp4.part"); }  // unfinished
    [[nodiscard]] std::filesystem::path gif(const Moment& moment) const { return of(moment, ".gif"); }

  private:
    [[nodiscard]] std::filesystem::path of(const Moment& moment, const char* ending) const {
        return root_ / moment.request.camera.str() / (moment.id + ending);
    }
    void load_folder(const std::filesystem::path& folder, std::vector<Moment>& into) const;
    [[nodiscard]] bool is_whole(Moment& moment) const;

    const std::filesystem::path root_;
    footage::FileSystem& files_;
};

}  // namespace vantage::stills
