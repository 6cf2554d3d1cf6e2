// SPDX-License-Identifier: Apache-2.0
// Footage as it lies on the disks: rows of the catalogue, and what is being written now from memory. See footage.hpp for the
// contract. Safe from any thread; blocks on SQL and disk; writes nothing.
#pragma once
#include "footage/file_system.hpp"
#include "footage/footage.hpp"
#include "footage/open_segments.hpp"
#include "footage/volume_paths.hpp"
#include "store/catalog.hpp"

#include <map>
#include <mutex>

namespace vantage::footage {

class DiskFootage final : public Footage {
  public:
    // The references outlive this.
    DiskFootage(FileSystem& files, const store::Catalog& catalog, const OpenSegments& open_segments)
        : files_(files), catalog_(catalog), open_segments_(open_segments), volumes_(catalog) {}

    [[nodiscard]] Result<Coverage> coverage(const StreamKey& stream, UtcTime from, UtcTime to) const override;
    [[nodiscard]] Result<std::vector<SegmentPtr>> segments(const StreamKey& stream, UtcTime from, UtcTime to) const override;
    [[nodiscard]] Result<std::vector<Fragment>> fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                          std::size_t most) const override;
    [[nodiscard]] Result<std::vector<Fragment>> fragments_of(const SegmentPtr& segment) const override;
    [[nodiscard]] Result<std::vector<PartPtr>> read(const Fragment& fragment) const override;

  private:
    // A segment of the catalogue, or one that is being written.
    struct Found {
        store::SegmentRow row;
        OpenSegmentPtr open;
    };
    [[nodiscard]] Result<std::vector<Found>> find(const StreamKey& stream, UtcTime from, UtcTime to) const;
    [[nodiscard]] Result<SegmentPtr> describe(const Found& found) const;
    [[nodiscard]] Result<InitPtr> init(std::int64_t id) const;

    FileSystem& files_;
    const store::Catalog& catalog_;
    const OpenSegments& open_segments_;
    const VolumePaths volumes_;
    mutable std::mutex mutex_;
    mutable std::map<std::int64_t, InitPtr> inits_;  // guarded by mutex_; ids stay valid, cameras have few
};

}  // namespace vantage::footage
