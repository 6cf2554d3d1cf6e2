// SPDX-License-Identifier: Apache-2.0
// Footage read from its files alone, without the catalogue: for commands that run beside the recorder, which owns that, or
// on a disk that came from elsewhere. Knows what is in the files, not why something is missing. Blocks: each look-up reads
// the headers of the files it needs, which are then remembered. One thread. Writes nothing.
#pragma once
#include "footage/file_system.hpp"
#include "footage/footage.hpp"
#include "footage/segment_scan.hpp"

#include <filesystem>
#include <map>

namespace vantage::footage {

class FolderFootage final : public Footage {
  public:
    // `root`: of a storage; it holds `footage/`.
    FolderFootage(FileSystem& files, std::filesystem::path root) : files_(files), root_(std::move(root)) {}

    // Gaps are those between files, without a reason on record.
    [[nodiscard]] Result<Coverage> coverage(const StreamKey& stream, UtcTime from, UtcTime to) const override;
    [[nodiscard]] Result<std::vector<SegmentPtr>> segments(const StreamKey& stream, UtcTime from, UtcTime to) const override;
    [[nodiscard]] Result<std::vector<Fragment>> fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                          std::size_t most) const override;
    // errc::unsupported: use material.hpp.
    [[nodiscard]] Result<std::vector<PartPtr>> read(const Fragment& fragment) const override;

  private:
    struct Known {
        SegmentPtr segment;
        MediaTime start;
        std::vector<FragmentEntry> table;
    };
    using KnownPtr = std::shared_ptr<const Known>;
    [[nodiscard]] Result<std::vector<KnownPtr>> find(const StreamKey& stream, UtcTime from, UtcTime to) const;
    [[nodiscard]] KnownPtr look(const StreamKey& stream, const std::filesystem::path& path) const;

    FileSystem& files_;
    const std::filesystem::path root_;
    mutable std::map<std::string, KnownPtr> known_;  // by path; null: nothing of ours in it
};

}  // namespace vantage::footage
