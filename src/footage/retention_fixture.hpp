// SPDX-License-Identifier: Apache-2.0
// For tests: retention on real files with a real catalogue. Tests only.
#pragma once
#include "footage/retention.hpp"
#include "footage/segment_path.hpp"
#include "footage/temp_directory.hpp"
#include "footage/volume.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <set>

namespace vantage::footage {

using std::chrono::hours;
using std::chrono::minutes;
namespace fs = std::filesystem;

inline const UtcTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + hours{12}};
inline const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};

// The host's files; the nth removal or sync of a directory fails, as does all after it.
class BreakingFiles final : public FileSystem {
  public:
    int left{1'000'000};
    Result<std::unique_ptr<File>> create(const fs::path& path) override { return real_.create(path); }
    Result<std::unique_ptr<File>> open(const fs::path& path, OpenMode mode) override { return real_.open(path, mode); }
    Status make_directory(const fs::path& path) override { return real_.make_directory(path); }
    Status sync_directory(const fs::path& path) override {
        return left-- > 0 ? real_.sync_directory(path) : Status{system_error(EIO, "sync")};
    }
    Status sync_disk(const fs::path& path) override { return real_.sync_disk(path); }
    Status rename(const fs::path& from, const fs::path& to) override { return real_.rename(from, to); }
    Status remove(const fs::path& path) override {
        return left-- > 0 ? real_.remove(path) : Status{system_error(EIO, "remove")};
    }

  private:
    SystemFiles real_;
};

class RetentionTest : public testing::Test {
  protected:
    void SetUp() override {
        catalog_ = *store::create_catalog(folder_.path() / "catalog.db", clock_);
        settings_ = *store::create_settings(folder_.path() / "settings.db", clock_);
        root_ = folder_.path() / "storage";
        volume_ = *open_volume(files_, root_, std::nullopt, clock_);
        ASSERT_TRUE(catalog_->put_volume(volume_.uuid, root_));
        restart();
    }
    void restart() {
        retention_ = std::make_unique<Retention>(root_, files_, *catalog_, *settings_, clock_,
                                                 [this](const fs::path&) -> Result<DiskSpace> { return space_; });
    }
    // One of `count` segments an hour apart, the last `age` old.
    std::vector<std::int64_t> record(int count, hours age) {
        std::vector<std::int64_t> ids;
        for (int i = 0; i < count; ++i) {
            const auto start = clock_.now() - age - hours{count - 1 - i};
            const auto path = segment_path({.stream = kDoor, .start = start});
            fs::create_directories((root_ / path).parent_path());
            std::ofstream(root_ / path) << std::string(100, 'x');
            ids.push_back(*catalog_->add({.stream = kDoor,
                                          .volume = volume_.uuid,
                                          .path = path,
                                          .state = store::RowState::closed,
                                          .start = start,
                                          .end = start + minutes{10},
                                          .bytes = 100},
                                         {}));
        }
        return ids;
    }
    std::set<std::string> files_on_disk() const {
        std::set<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(root_))
            if (entry.path().extension() == ".mp4") found.insert(fs::relative(entry.path(), root_));
        return found;
    }
    std::set<std::string> rows() const {
        std::set<std::string> found;
        for (const auto& r : catalog_->overlapping(kDoor, UtcTime::min(), UtcTime::max()).value()) found.insert(r.path);
        return found;
    }
    void keep(hours age) { retention_->set_policy({.rules = {{.age = age}}}); }
    // As a person does it.
    std::int64_t protect(UtcTime from, UtcTime to, std::string reason = "user") {
        return settings_
            ->add_protection(
                {.stream = kDoor, .start = from, .end = to, .reason = std::move(reason), .created = clock_.now()})
            .value();
    }
    void run_all() {
        while (retention_->run()) continue;
    }

    TempDirectory folder_;
    SimulatedClock clock_{kStart};
    BreakingFiles files_;
    DiskSpace space_{.total = 1'000'000, .free = 900'000};
    fs::path root_;
    Volume volume_;
    std::unique_ptr<store::Catalog> catalog_;
    std::unique_ptr<store::Settings> settings_;
    std::unique_ptr<Retention> retention_;
};

}  // namespace vantage::footage
