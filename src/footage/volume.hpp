// SPDX-License-Identifier: Apache-2.0
// Which disk a storage directory is: <storage>/volume.json holds a UUID. It tells an empty new storage from the bare mount
// point of a disk that is not there; without it nothing is written, deleted or forgotten (docs/storage.md, S1). Blocking
// calls, any thread.
#pragma once
#include "base/time.hpp"
#include "footage/file_system.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace vantage::footage {

struct Volume {
    std::string uuid;
    std::filesystem::path root;  // the storage directory, absolute
};

// What volume.json says. errc::not_found without the file, errc::malformed when it holds no UUID.
Result<std::string> read_volume_uuid(FileSystem& files, const std::filesystem::path& root);

// Opens the storage. `known`: the UUID that the catalogue has for this directory. A directory that is neither known nor
// holds footage is new: it and its volume.json are created. errc::unavailable when the disk is missing (known, or footage
// without volume.json) or is another one; then nothing has been touched.
Result<Volume> open_volume(FileSystem& files, const std::filesystem::path& root, const std::optional<std::string>& known,
                           const Clock& clock);

// Gives a storage a volume.json if it has none, whatever lies in it. Only for reindex, where a person asked.
Result<Volume> adopt_volume(FileSystem& files, const std::filesystem::path& root, const Clock& clock);

// One program a storage: held from opening it to the end, also by reindex. Released when destroyed or when the process dies.
class VolumeLock {
  public:
    // errc::unavailable when another program holds it.
    static Result<VolumeLock> take(const std::filesystem::path& root);
    ~VolumeLock();
    VolumeLock(VolumeLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    VolumeLock& operator=(VolumeLock&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

  private:
    explicit VolumeLock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace vantage::footage
