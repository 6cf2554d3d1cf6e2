// SPDX-License-Identifier: Apache-2.0
#include "footage/file_system.hpp"

#include <climits>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBuffer = 1U << 20;

std::string tried(const char* what, const fs::path& path) {
    return fmt::format("{} {}", what, path.string());
}

class SystemFile final : public File {
  public:
    SystemFile(int fd, fs::path path) : fd_(fd), path_(std::move(path)) {}
    ~SystemFile() override { ::close(fd_); }
    SystemFile(const SystemFile&) = delete;
    SystemFile& operator=(const SystemFile&) = delete;

    Result<std::size_t> write_some(std::uint64_t offset, std::span<const ByteView> slices) override {
        std::array<iovec, 256> vectors{};
        const auto count = std::min(slices.size(), vectors.size());
        for (std::size_t i = 0; i < count; ++i)
            vectors[i] = {const_cast<std::uint8_t*>(slices[i].data()), slices[i].size()};  // pwritev only reads
        ssize_t written = 0;
        do written = ::pwritev(fd_, vectors.data(), static_cast<int>(count), static_cast<off_t>(offset));
        while (written < 0 && errno == EINTR);
        if (written < 0) return system_error(errno, tried("write", path_));
        return static_cast<std::size_t>(written);
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        std::size_t got = 0;
        while (got < into.size()) {
            const auto n = ::pread(fd_, into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return system_error(errno, tried("read", path_));
            if (n == 0) break;
            got += static_cast<std::size_t>(n);
        }
        return got;
    }

    Result<std::size_t> copy(File& from, std::uint64_t from_offset, std::uint64_t to_offset, std::size_t bytes) override {
        const auto* other = dynamic_cast<SystemFile*>(&from);
        if (other == nullptr || cannot_share_) return File::copy(from, from_offset, to_offset, bytes);
        auto in = static_cast<off64_t>(from_offset);
        auto out = static_cast<off64_t>(to_offset);
        ssize_t copied = 0;
        do copied = ::copy_file_range(other->fd_, &in, fd_, &out, bytes, 0);
        while (copied < 0 && errno == EINTR);
        if (copied >= 0) return static_cast<std::size_t>(copied);
        if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
            return system_error(errno, tried("write", path_));
        cannot_share_ = true;
        return File::copy(from, from_offset, to_offset, bytes);
    }

    Result<std::uint64_t> size() override {
        struct stat found{};
        if (::fstat(fd_, &found) != 0) return system_error(errno, tried("stat", path_));
        return static_cast<std::uint64_t>(found.st_size);
    }

    Status truncate(std::uint64_t size) override {
        if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return system_error(errno, tried("truncate", path_));
        return {};
    }

    Status sync() override {
        if (::fsync(fd_) != 0) return system_error(errno, tried("sync", path_));
        return {};
    }

  private:
    const int fd_;
    const fs::path path_;
    bool cannot_share_{false};  // between these file systems
};

Result<std::unique_ptr<File>> open_with(const fs::path& path, int flags, const char* what) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
    if (fd < 0) return system_error(errno, tried(what, path));
    return std::unique_ptr<File>{std::make_unique<SystemFile>(fd, path)};
}

// Opens `path`, hands the descriptor to `call` (fsync, syncfs), closes it.
Status with_descriptor(const fs::path& path, const char* what, int (*call)(int)) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error(errno, tried(what, path));
    const int error = call(fd) != 0 ? errno : 0;
    ::close(fd);
    if (error != 0) return system_error(error, tried(what, path));
    return {};
}

}  // namespace

Result<std::size_t> File::copy(File& from, std::uint64_t from_offset, std::uint64_t to_offset, std::size_t bytes) {
    Bytes buffer(std::min(bytes, kCopyBuffer));
    const auto got = from.read(from_offset, buffer);
    if (got.has_error()) return got;
    const auto read = ByteView{buffer}.first(*got);
    if (auto done = write_all(*this, to_offset, {&read, 1}); done.has_error()) return done.error();
    return *got;
}

Result<std::unique_ptr<File>> SystemFiles::create(const fs::path& path) {
    return open_with(path, O_RDWR | O_CREAT | O_EXCL, "create");
}

Result<std::unique_ptr<File>> SystemFiles::open(const fs::path& path, OpenMode mode) {
    return open_with(path, mode == OpenMode::read ? O_RDONLY : O_RDWR, "open");
}

Status SystemFiles::make_directory(const fs::path& path) {
    if (::mkdir(path.c_str(), 0750) == 0) return {};
    const int error = errno;
    std::error_code ignored;
    if (error == EEXIST && fs::is_directory(path, ignored)) return {};
    return system_error(error, tried("make directory", path));
}

Status SystemFiles::sync_directory(const fs::path& path) {
    return with_descriptor(path, "sync directory", ::fsync);
}
Status SystemFiles::sync_disk(const fs::path& path) {
    return with_descriptor(path, "sync disk of", ::syncfs);
}

Status SystemFiles::rename(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error(errno, tried("rename", from));
    return {};
}

Status SystemFiles::remove(const fs::path& path) {
    if (::unlink(path.c_str()) != 0) return system_error(errno, tried("remove", path));
    return {};
}

Status write_all(File& file, std::uint64_t offset, std::span<const ByteView> slices) {
    std::vector<ByteView> rest(slices.begin(), slices.end());
    std::span<ByteView> left{rest};
    while (!left.empty()) {
        const auto written = file.write_some(offset, left);
        if (written.has_error()) return written.error();
        if (*written == 0 && !left.front().empty()) return fail(errc::io, "the disk takes no bytes");
        offset += *written;
        auto taken = *written;
        while (!left.empty() && taken >= left.front().size()) {
            taken -= left.front().size();
            left = left.subspan(1);
        }
        if (taken > 0) left.front() = left.front().subspan(taken);
    }
    return {};
}

Result<Bytes> read_whole(FileSystem& files, const fs::path& path, std::size_t most) {
    auto file = files.open(path, OpenMode::read);
    if (file.has_error()) return file.error();
    const auto size = (*file)->size();
    if (size.has_error()) return size.error();
    if (*size > most) return fail(errc::overloaded, fmt::format("{} is larger than {} bytes", path.string(), most));
    Bytes out(*size);
    const auto got = (*file)->read(0, out);
    if (got.has_error()) return got.error();
    out.resize(*got);
    return out;
}

Status replace_whole(FileSystem& files, const fs::path& path, ByteView bytes) {
    const auto draft = fs::path(path.string() + ".new");
    (void)files.remove(draft);
    auto file = files.create(draft);
    if (file.has_error()) return file.error();
    auto done = write_all(**file, 0, {&bytes, 1});
    if (done) done = (*file)->sync();
    if (done) done = files.rename(draft, path);
    if (done) return files.sync_directory(path.parent_path());
    (void)files.remove(draft);
    return done;
}

Status make_directories(FileSystem& files, const fs::path& root, const fs::path& leaf) {
    auto at = root;
    for (const auto& name : leaf.lexically_relative(root)) {
        if (name == ".") continue;
        const auto parent = at;
        at /= name;
        std::error_code ignored;
        if (fs::is_directory(at, ignored)) continue;
        if (auto made = files.make_directory(at); made.has_error()) return made;
        if (auto synced = files.sync_directory(parent); synced.has_error()) return synced;
    }
    return {};
}

}  // namespace vantage::footage
