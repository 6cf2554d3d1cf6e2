// SPDX-License-Identifier: Apache-2.0
// Thumbnails as they lie on the disks: found by time, through rows of the catalogue and, of packs that are being written,
// from memory. Both streams of a camera are searched; an instant has one picture as a rule. Safe from any thread; the calls
// of Thumbs block on SQL and disk, those of OpenThumbs on nothing.
#pragma once
#include "footage/file_system.hpp"
#include "footage/thumb_file.hpp"
#include "footage/volume_paths.hpp"
#include "store/catalog.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace vantage::footage {

// One pack that is being written, as readers see it: what is in the file already.
class OpenPack {
  public:
    explicit OpenPack(std::string path) : path_(std::move(path)) {}
    void grow(std::span<const ThumbEntry> entries);
    [[nodiscard]] std::vector<ThumbEntry> entries() const;
    [[nodiscard]] const std::string& path() const { return path_; }  // absolute

  private:
    const std::string path_;
    mutable std::mutex mutex_;
    std::vector<ThumbEntry> entries_;  // guarded by mutex_
};
using OpenPackPtr = std::shared_ptr<OpenPack>;

class OpenThumbs {
  public:
    void add(const CameraId& camera, const OpenPackPtr& pack);
    void remove(const CameraId& camera, const OpenPackPtr& pack);  // once its row tells the same
    [[nodiscard]] std::vector<OpenPackPtr> of(const CameraId& camera) const;

  private:
    mutable std::mutex mutex_;
    std::map<CameraId, std::vector<OpenPackPtr>> packs_;  // guarded by mutex_
};

struct Thumb {
    UtcTime time;
    std::shared_ptr<const std::string> path;  // of the pack, absolute
    std::uint64_t offset{0};
    std::uint32_t size{0};
};

struct NearestThumb {
    std::optional<Thumb> found;            // within what was asked
    std::optional<UtcTime> before, after;  // without one: the nearest known ones at or before and after the asked time
};

class Thumbs {
  public:
    // The references outlive this.
    Thumbs(FileSystem& files, const store::Catalog& catalog, const OpenThumbs& open)
        : files_(files), catalog_(catalog), open_(open), volumes_(catalog) {}

    // The one next to `t`, the earlier of two, at most `within` away.
    [[nodiscard]] Result<NearestThumb> nearest(const CameraId& camera, UtcTime t, microseconds within) const;
    // All with a time greater than `after` and at most `until`, oldest first.
    [[nodiscard]] Result<std::vector<Thumb>> between(const CameraId& camera, UtcTime after, UtcTime until) const;
    // The JPEG. not_found when retention took it just now, malformed when the bytes are not what was written.
    [[nodiscard]] Result<Bytes> read(const Thumb& thumb) const;
    // The same for many, in order, with few openings of files; those that cannot be read are left empty.
    [[nodiscard]] std::vector<Bytes> read_all(std::span<const Thumb> thumbs) const;

  private:
    Status add_from(std::span<const store::ThumbPackRow> rows, std::span<const OpenPackPtr> open, UtcTime from, UtcTime to,
                    std::vector<Thumb>& out) const;
    [[nodiscard]] Result<Bytes> read_from(File& file, const Thumb& thumb) const;

    FileSystem& files_;
    const store::Catalog& catalog_;
    const OpenThumbs& open_;
    const VolumePaths volumes_;
};

}  // namespace vantage::footage
