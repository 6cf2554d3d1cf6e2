// SPDX-License-Identifier: Apache-2.0
#include "store/database.hpp"

#include "store/test_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vantage::store {
namespace {
namespace fs = std::filesystem;
using soci::into;
using soci::use;

const SimulatedClock kClock{UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}}};
const std::vector<const char*> kFirst{"CREATE TABLE things (id $ID, name TEXT NOT NULL UNIQUE)"};
const std::vector<const char*> kSecond{"ALTER TABLE things ADD COLUMN size BIGINT NOT NULL DEFAULT 7"};

Database::Options options(const fs::path& file, Migrations migrations) {
    const auto probe = [](soci::session& sql) -> Status {
        int n = 0;
        sql << "SELECT COUNT(*) FROM things WHERE name > ''", into(n);
        return {};
    };
    return {.file = file, .migrations = std::move(migrations), .probe = probe};
}

Status add(Database& database, const std::string& name) {
    return database.write("add", [&](soci::session& sql) -> Status {
        sql << "INSERT INTO things (name) VALUES (:name)", use(name);
        return {};
    });
}

Result<int> count(const Database& database) {
    return database.read("count", [](soci::session& sql) -> Result<int> {
        int n = 0;
        sql << "SELECT COUNT(*) FROM things", into(n);
        return n;
    });
}

std::vector<std::string> damaged_files(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().find(".damaged-") != std::string::npos)
            names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

TEST(Database, MigratesStepByStepAndRefusesANewerSchema) {
    const TestFolder folder;
    const auto file = folder.path() / "x.db";
    {
        auto old = Database::open(options(file, {kFirst}), kClock);
        ASSERT_TRUE(old);
        ASSERT_TRUE(add(**old, "a"));
    }
    {
        auto now = Database::open(options(file, {kFirst, kSecond}), kClock);
        ASSERT_TRUE(now) << now.error().message;
        const auto size = (*now)->read("size", [](soci::session& sql) -> Result<long long> {
            long long found = 0;
            sql << "SELECT size FROM things WHERE name = 'a'", into(found);
            return found;
        });
        EXPECT_EQ(*size, 7);
    }
    EXPECT_TRUE(Database::open(options(file, {kFirst, kSecond}), kClock));
    EXPECT_EQ(Database::open(options(file, {kFirst}), kClock).error().code, errc::unsupported);
    EXPECT_TRUE(damaged_files(folder.path()).empty());
}

TEST(Database, AMigrationThatFailsLeavesTheOldSchema) {
    const TestFolder folder;
    const auto file = folder.path() / "x.db";
    ASSERT_TRUE(add(**Database::open(options(file, {kFirst}), kClock), "a"));
    const std::vector<const char*> broken{"ALTER TABLE things ADD COLUMN size BIGINT", "NONSENSE"};
    EXPECT_FALSE(Database::open(options(file, {kFirst, broken}), kClock));
    auto again = Database::open(options(file, {kFirst, kSecond}), kClock);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*count(**again), 1);
}

TEST(Database, AFailedWriteChangesNothing) {
    const TestFolder folder;
    auto database = Database::open(options(folder.path() / "x.db", {kFirst}), kClock);
    ASSERT_TRUE(database);
    const auto refused = (*database)->write("two", [](soci::session& sql) -> Status {
        sql << "INSERT INTO things (name) VALUES ('a')";
        return fail(errc::cancelled, "no");
    });
    EXPECT_EQ(refused.error().code, errc::cancelled);
    const auto thrown = (*database)->write("two", [](soci::session& sql) -> Status {
        sql << "INSERT INTO things (name) VALUES ('a')";
        sql << "INSERT INTO things (name) VALUES ('a')";
        return {};
    });
    EXPECT_EQ(thrown.error().code, errc::already_exists);
    EXPECT_EQ(*count(**database), 0);
    EXPECT_TRUE(add(**database, "a"));
}

TEST(Database, AFileThatIsNoDatabaseIsMovedAside) {
    const TestFolder folder;
    const auto file = folder.path() / "x.db";
    std::ofstream(file) << std::string(9000, 'x');
    auto database = Database::open(options(file, {kFirst}), kClock);
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_EQ(*count(**database), 0);
    EXPECT_EQ(damaged_files(folder.path()), std::vector<std::string>{"x.db.damaged-20261120T000000Z"});
    EXPECT_EQ(fs::file_size(folder.path() / "x.db.damaged-20261120T000000Z"), 9000U);
}

TEST(Database, DamageInsideIsNoticedAndTheFileMovedAsideAtTheNextStart) {
    const TestFolder folder;
    const auto file = folder.path() / "x.db";
    {
        auto database = Database::open(options(file, {kFirst}), kClock);
        for (int i = 0; i < 300; ++i) ASSERT_TRUE(add(**database, std::string(200, 'a') + std::to_string(i)));
    }
    {
        std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
        const std::string junk(fs::file_size(file) - 8192, '\xa5');  // all but the schema
        damage.seekp(8192);
        damage << junk;
    }
    auto blind = options(file, {kFirst});
    blind.probe = nullptr;
    {
        auto database = Database::open(blind, kClock);
        ASSERT_TRUE(database) << database.error().message;
        const auto checked = (*database)->read("check", [](soci::session& sql) { return check_integrity(sql); });
        EXPECT_EQ(checked.error().code, errc::malformed);
        EXPECT_EQ(add(**database, "b").error().code, errc::malformed);
    }
    auto database = Database::open(blind, kClock);
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_EQ(*count(**database), 0);
    EXPECT_EQ(damaged_files(folder.path()).size(), 1U);
}

TEST(Database, AnAlarmThatWasFalseCostsNothing) {
    const TestFolder folder;
    const auto file = folder.path() / "x.db";
    ASSERT_TRUE(add(**Database::open(options(file, {kFirst}), kClock), "a"));
    const auto mark = file.string() + ".is-damaged";
    std::ofstream{mark};
    auto database = Database::open(options(file, {kFirst}), kClock);
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_EQ(*count(**database), 1);
    EXPECT_FALSE(fs::exists(mark));
    EXPECT_TRUE(damaged_files(folder.path()).empty());
}

TEST(Database, AFolderThatIsNotThereIsAnError) {
    EXPECT_EQ(Database::open(options("/nonexistent/x.db", {kFirst}), kClock).error().code, errc::not_found);
}

}  // namespace
}  // namespace vantage::store
