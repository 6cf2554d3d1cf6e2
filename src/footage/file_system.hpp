// SPDX-License-Identifier: Apache-2.0
// The few things footage does to a disk, behind an interface so that tests can make disks full, broken, slow, or cut their
// power. Every call blocks. SystemFiles is stateless and safe from any thread; a File belongs to one thread at a time,
// but for read, which several may call at once.
// Nothing here retries, and nothing here knows what a segment is.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace vantage::footage {

// An open file; closed on destruction.
class File {
  public:
    virtual ~File() = default;
    // One pwritev: writes what the disk takes of `slices` at `offset` and returns how many bytes that was (may be fewer).
    // errc::disk_full or errc::io.
    [[nodiscard]] virtual Result<std::size_t> write_some(std::uint64_t offset, std::span<const ByteView> slices) = 0;
    // Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) = 0;
    // Copies up to `bytes` from another file to here without passing them through the caller; fewer are no error, 0 is the
    // end of `from`. The file system may share them instead (reflink).
    [[nodiscard]] virtual Result<std::size_t> copy(File& from, std::uint64_t from_offset, std::uint64_t to_offset,
                                                   std::size_t bytes);
    [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
    [[nodiscard]] virtual Status truncate(std::uint64_t size) = 0;
    [[nodiscard]] virtual Status sync() = 0;  // fsync
};

enum class OpenMode { read, update };

class FileSystem {
  public:
    virtual ~FileSystem() = default;
    // A new file for reading and writing; errc::already_exists when the name is in use.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> create(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) = 0;
    // The directory itself only; fine when it is there already.
    [[nodiscard]] virtual Status make_directory(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Status sync_directory(const std::filesystem::path& path) = 0;
    // syncfs: everything written before, on the whole disk that `path` lies on, is durable when this returns.
    [[nodiscard]] virtual Status sync_disk(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Status rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    [[nodiscard]] virtual Status remove(const std::filesystem::path& path) = 0;
};

// The host's disks.
class SystemFiles final : public FileSystem {
  public:
    [[nodiscard]] Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override;
    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    [[nodiscard]] Status make_directory(const std::filesystem::path& path) override;
    [[nodiscard]] Status sync_directory(const std::filesystem::path& path) override;
    [[nodiscard]] Status sync_disk(const std::filesystem::path& path) override;
    [[nodiscard]] Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    [[nodiscard]] Status remove(const std::filesystem::path& path) override;
};

// Writes all of `slices`, going on after short writes. After an error the bytes from `offset` on are unknown.
Status write_all(File& file, std::uint64_t offset, std::span<const ByteView> slices);
// The whole of a small file; errc::overloaded when it is larger than `most`.
Result<Bytes> read_whole(FileSystem& files, const std::filesystem::path& path, std::size_t most);
// Makes or replaces a small file by a rename, durably: whatever happens, there is the old one or the new one. What an end in
// the middle leaves is "<path>.new", which the next time writes over.
Status replace_whole(FileSystem& files, const std::filesystem::path& path, ByteView bytes);
// Makes `leaf` below `root` (which is there), each new directory synced into its parent (invariant S3).
Status make_directories(FileSystem& files, const std::filesystem::path& root, const std::filesystem::path& leaf);

}  // namespace vantage::footage
