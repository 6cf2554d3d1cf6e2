// SPDX-License-Identifier: Apache-2.0
#include "store/database.hpp"

#include "base/log.hpp"

#include <fmt/chrono.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vantage::store {
namespace fs = std::filesystem;
namespace {

// Left beside a file that seemed damaged while in use: the next start checks all of it before it is trusted.
fs::path damage_mark(const fs::path& file) {
    return file.string() + ".is-damaged";
}

// Passwords and the index of footage are nobody else's business; SQLite gives -wal and -shm the mode of the file.
Status create_private(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) return system_error(errno, fmt::format("open the database {}", file.string()));
    ::close(fd);
    return {};
}

Status move_aside(const fs::path& file, const Clock& clock, const std::string& why) {
    const auto aside = fmt::format("{}.damaged-{:%Y%m%dT%H%M%S}Z", file.string(), std::chrono::floor<seconds>(clock.now()));
    for (const char* tail : {"", "-wal", "-shm"}) {
        std::error_code error;
        if (!fs::exists(file.string() + tail, error)) continue;
        fs::rename(file.string() + tail, aside + tail, error);
        if (error) return system_error(error.value(), fmt::format("move the damaged database {} aside", file.string()));
    }
    std::error_code ignored;
    fs::remove(damage_mark(file), ignored);
    log::error("store", "the database {} is damaged ({}); it was moved to {} and an empty one takes its place",
               file.string(), why, aside);
    return {};
}

Status migrate(soci::session& sql, const Migrations& migrations, const fs::path& file) {
    sql << "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
    int version = 0;
    sql << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(version);
    const int newest = static_cast<int>(migrations.size());
    if (version > newest)
        return fail(
            errc::unsupported,
            fmt::format("{} was written by a newer Vantage (schema {}, this one knows {}): install that version again",
                        file.string(), version, newest));
    for (; version < newest; ++version) {
        sql << begin_write();
        try {
            for (const char* statement : migrations[static_cast<std::size_t>(version)]) sql << adapt_schema(statement);
            sql << "DELETE FROM schema_version";
            sql << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(version + 1);
            sql << "COMMIT";
        } catch (...) {
            sql << "ROLLBACK";
            throw;
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const Options& options, const Clock& clock) {
    Status last = fail(errc::internal, "not tried");
    for (int attempt = 0; attempt < 2; ++attempt) {
        std::unique_ptr<Database> database(new Database(options.file));
        last = database->start(options);
        if (last) return database;
        database.reset();
        if (last.error().code != errc::malformed) break;
        if (auto moved = move_aside(options.file, clock, last.error().message); !moved) return moved.error();
    }
    return last.error();
}

Status Database::start(const Options& options) {
    if (options.file.string().find('"') != std::string::npos)
        return fail(errc::invalid_argument,
                    fmt::format("{}: the path of a database cannot hold a '\"'", options.file.string()));
    if (auto created = create_private(options.file); !created) return created;
    return run(fmt::format("open the database {}", options.file.string()), [&]() -> Status {
        connect(writer_, options.file);
        if (auto status = migrate(writer_, options.migrations, options.file); !status) return status;
        if (std::error_code error; fs::exists(damage_mark(options.file), error)) {
            if (auto status = check_integrity(writer_); !status) return status;
            fs::remove(damage_mark(options.file), error);
            log::info("store", "the database {} was checked and is whole", options.file.string());
        }
        if (options.probe)
            if (auto status = options.probe(writer_); !status) return status;
        for (std::size_t i = 0; i < kReaders; ++i) {
            connect(readers_[i], options.file);
            free_.push_back(i);
        }
        started_ = true;
        return {};
    });
}

Error Database::failed(const std::exception& error, std::string_view what) const {
    auto described = describe(error, what);
    if (described.code == errc::malformed && started_) {
        const int fd = ::open(damage_mark(file_).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (fd >= 0) ::close(fd);
        log::error("store", "the database {} seems damaged ({}); the next start checks it, and moves it aside if it is",
                   file_.string(), described.message);
    }
    return described;
}

std::size_t Database::take() const {
    std::unique_lock hold(readers_mutex_);
    reader_free_.wait(hold, [this] { return !free_.empty(); });
    const auto index = free_.back();
    free_.pop_back();
    return index;
}

void Database::give_back(std::size_t index) const {
    {
        const std::lock_guard hold(readers_mutex_);
        free_.push_back(index);
    }
    reader_free_.notify_one();
}

Database::Transaction::~Transaction() {
    if (done_) return;
    try {
        sql_ << "ROLLBACK";
    } catch (const std::exception& error) {  // SQLite has rolled back by itself after a full disk
        log::debug("store", "rollback: {}", error.what());
    }
}

void Database::Transaction::commit() {
    sql_ << "COMMIT";
    done_ = true;
}

}  // namespace vantage::store
