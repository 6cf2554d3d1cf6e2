// SPDX-License-Identifier: Apache-2.0
// For tests: the host's files behind faults that can be switched on: a disk that is full, fails, takes fewer bytes than
// asked, or hangs; and a journal of what was written and synced when, for power cuts (power_cut.hpp). Safe from any thread.
#pragma once
#include "base/time.hpp"
#include "footage/file_system.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace vantage::footage {

// One change to the disk, in order.
struct Change {
    enum class Kind { directory, create, write, truncate, rename, remove, sync_file, sync_directory, sync_disk };
    Kind kind;
    UtcTime at;
    std::filesystem::path path, to;
    std::uint64_t offset{0};  // of a write; size of a truncate; of sync_disk: how many changes came before it began
    Bytes bytes;
};

class FaultyFiles final : public FileSystem {
    template <class F>
    auto with(F&& f) const {
        const std::lock_guard lock(mutex_);
        return f();
    }

  public:
    explicit FaultyFiles(const Clock& clock, bool journal = false) : clock_(clock), keeps_journal_(journal) {}

    // Every change fails with this error number until it is set to 0 again.
    void fail_with(int error_number) {
        with([&] { error_ = error_number; });
    }
    // Creating files and directories fails with it.
    void fail_creation_with(int error_number) {
        with([&] { creation_error_ = error_number; });
    }
    // This many bytes fit; then ENOSPC.
    void leave_room_for(std::uint64_t bytes) {
        with([&] { room_ = bytes; });
    }
    // A write takes at most this many bytes.
    void write_at_most(std::size_t bytes) {
        with([&] { most_ = bytes; });
    }
    // Writes and syncs do not return until the disk is let go.
    void hang(bool hanging) {
        with([&] { hanging_ = hanging; });
        let_go_.notify_all();
    }
    void fail_sync_with(int error_number) {
        with([&] { sync_error_ = error_number; });
    }

    [[nodiscard]] std::size_t writes() const {
        return with([&] { return writes_; });
    }
    [[nodiscard]] std::size_t disk_syncs() const {
        return with([&] { return disk_syncs_; });
    }
    [[nodiscard]] std::vector<Change> journal() const {
        return with([&] { return journal_; });
    }
    [[nodiscard]] std::size_t changes() const {
        return with([&] { return journal_.size(); });
    }
    // A sync of the disk that began when there were `covers` changes and ends now.
    void note_sync(std::size_t covers) { note({Change::Kind::sync_disk, clock_.now(), {}, {}, covers, {}}); }

    Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override {
        if (const int error = creation_error()) return system_error(error, "create " + path.string());
        auto file = real_.create(path);
        if (file.has_error()) return file.error();
        note({Change::Kind::create, clock_.now(), path, {}, 0, {}});
        return std::unique_ptr<File>{std::make_unique<FaultyFile>(*this, std::move(*file), path)};
    }
    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override {
        auto file = real_.open(path, mode);
        if (file.has_error() || mode == OpenMode::read) return file;
        return std::unique_ptr<File>{std::make_unique<FaultyFile>(*this, std::move(*file), path)};
    }
    Status make_directory(const std::filesystem::path& path) override {
        if (const int error = creation_error()) return system_error(error, "make directory " + path.string());
        note({Change::Kind::directory, clock_.now(), path, {}, 0, {}});
        return real_.make_directory(path);
    }
    Status sync_directory(const std::filesystem::path& path) override {
        note({Change::Kind::sync_directory, clock_.now(), path, {}, 0, {}});
        return real_.sync_directory(path);
    }
    Status sync_disk(const std::filesystem::path&) override {
        const auto covers = changes();
        wait_while_hanging();
        const int error = with([&] {
            ++disk_syncs_;
            return error_ != 0 ? error_ : sync_error_;
        });
        if (error != 0) return system_error(error, "sync disk");
        note_sync(covers);
        return {};
    }
    Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        note({Change::Kind::rename, clock_.now(), from, to, 0, {}});
        return real_.rename(from, to);
    }
    Status remove(const std::filesystem::path& path) override {
        note({Change::Kind::remove, clock_.now(), path, {}, 0, {}});
        return real_.remove(path);
    }

  private:
    class FaultyFile final : public File {
      public:
        FaultyFile(FaultyFiles& files, std::unique_ptr<File> real, std::filesystem::path path)
            : files_(files), real_(std::move(real)), path_(std::move(path)) {}
        Result<std::size_t> write_some(std::uint64_t offset, std::span<const ByteView> slices) override {
            files_.wait_while_hanging();
            Bytes bytes;
            for (const auto& slice : slices) bytes.insert(bytes.end(), slice.begin(), slice.end());
            const auto taken = files_.take(bytes.size());
            if (taken.has_error()) return taken.error();
            bytes.resize(*taken);
            const ByteView view = bytes;
            if (auto done = write_all(*real_, offset, {&view, 1}); done.has_error()) return done.error();
            files_.note({Change::Kind::write, files_.clock_.now(), path_, {}, offset, std::move(bytes)});
            return *taken;
        }
        Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
            return real_->read(offset, into);
        }
        Result<std::uint64_t> size() override { return real_->size(); }
        Status truncate(std::uint64_t size) override {
            files_.note({Change::Kind::truncate, files_.clock_.now(), path_, {}, size, {}});
            return real_->truncate(size);
        }
        Status sync() override {
            files_.wait_while_hanging();
            if (const int error = files_.with([&] { return files_.error_; })) return system_error(error, "sync");
            files_.note({Change::Kind::sync_file, files_.clock_.now(), path_, {}, 0, {}});
            return {};
        }

      private:
        FaultyFiles& files_;
        std::unique_ptr<File> real_;
        const std::filesystem::path path_;
    };

    void note(Change change) {
        const std::lock_guard lock(mutex_);
        if (keeps_journal_) journal_.push_back(std::move(change));
    }
    int creation_error() const {
        return with([&] { return creation_error_ != 0 ? creation_error_ : error_; });
    }
    Result<std::size_t> take(std::size_t wanted) {
        const std::lock_guard lock(mutex_);
        ++writes_;
        if (error_ != 0) return system_error(error_, "write");
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>({wanted, most_, room_}));
        if (taken == 0 && wanted > 0) return system_error(ENOSPC, "write");
        if (room_ != UINT64_MAX) room_ -= taken;
        return taken;
    }
    void wait_while_hanging() {
        std::unique_lock lock(mutex_);
        let_go_.wait(lock, [&] { return !hanging_; });
    }

    const Clock& clock_;
    const bool keeps_journal_;
    SystemFiles real_;
    mutable std::mutex mutex_;
    std::condition_variable let_go_;
    int error_{0}, creation_error_{0}, sync_error_{0};  // guarded by mutex_, as is all below
    std::uint64_t room_{UINT64_MAX};
    std::size_t most_{SIZE_MAX};
    bool hanging_{false};
    std::size_t writes_{0}, disk_syncs_{0};
    std::vector<Change> journal_;
};

}  // namespace vantage::footage
