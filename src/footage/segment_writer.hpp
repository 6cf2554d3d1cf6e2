// SPDX-License-Identifier: Apache-2.0
// The bytes of one growing segment: ftyp moov (prft moof mdat)*, decode times from zero. Parts are shared, not copied: one
// gathering write takes a part's bytes up to its decode time, eight bytes of our own, and the rest. Lives on its disk's
// thread. No rows, no gaps, no decision when a segment ends.
#pragma once
#include "base/ids.hpp"
#include "footage/file_system.hpp"
#include "footage/table_builder.hpp"

#include <array>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>

namespace vantage::footage {

class SegmentWriter {
  public:
    // Makes directories and file, writes the init and syncs all of it: the file is durable when this returns (S3). A name in
    // use gets a suffix. Nothing is left behind after an error but perhaps a file without parts, which recovery removes.
    static Result<std::unique_ptr<SegmentWriter>> create(FileSystem& files, const std::filesystem::path& root,
                                                         const StreamKey& stream, InitPtr init, MediaTime start);

    // The same for a file that is no segment of a storage: `path` itself, in a directory that is there.
    // errc::already_exists when the name is in use.
    static Result<std::unique_ptr<SegmentWriter>> create(FileSystem& files, const std::filesystem::path& path, InitPtr init,
                                                         MediaTime start);

    // Queues a part of this segment's init that does not begin before `start()`.
    void add(PartPtr part);
    // Writes what is queued in one go. After an error all of it stays queued and is written to the same place next time.
    Status flush();
    // Flush, then the duration into mehd: the only overwrite (S2). Can be repeated after an error.
    Status finish();
    // What was flushed is durable after it.
    Status sync() { return file_->sync(); }

    [[nodiscard]] const std::string& path() const { return path_; }  // relative to the storage, where it is one's segment
    [[nodiscard]] const InitPtr& init() const { return init_; }
    [[nodiscard]] MediaTime start() const { return start_; }
    [[nodiscard]] MediaTime end() const { return start_ + table_.end(); }  // with what is queued
    [[nodiscard]] std::uint64_t bytes() const { return flushed_; }         // in the file
    [[nodiscard]] bool has_queue() const { return !slices_.empty(); }
    // With what is queued; the same as in the file when nothing is.
    [[nodiscard]] const TableBuilder& table() const { return table_; }

  private:
    SegmentWriter(std::unique_ptr<File> file, std::string path, InitPtr init, MediaTime start);

    const std::unique_ptr<File> file_;
    const std::string path_;
    const InitPtr init_;
    const MediaTime start_;
    TableBuilder table_;
    std::uint64_t flushed_;         // bytes of whole parts in the file
    std::vector<ByteView> slices_;  // what flush writes, into parts_, prfts_ and decode_times_
    std::vector<PartPtr> parts_;
    std::deque<Bytes> prfts_;  // deques, so that views stay valid
    std::deque<std::array<std::uint8_t, 8>> decode_times_;
};

}  // namespace vantage::footage
