// SPDX-License-Identifier: Apache-2.0
// One SQL database: a connection that writes, a few that read, its schema and what happens when the file is damaged. Safe
// from any thread. Exceptions of SOCI end here. Internal to store: outside it there are only catalog.hpp and settings.hpp.
#pragma once
#include "base/time.hpp"
#include "store/dialect.hpp"

#include <soci/soci.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace vantage::store {

// Statements of schema version n+1 at index n. A version that has been released never changes.
using Migrations = std::vector<std::vector<const char*>>;

class Database {
  public:
    struct Options {
        std::filesystem::path file;
        Migrations migrations;
        // Reads enough to notice damage that matters at start; throws or returns an error. May be empty.
        std::function<Status(soci::session&)> probe;
    };
    // unavailable, io, disk_full; unsupported for a newer schema. A damaged file (at open, or noted by an earlier run) is
    // moved aside as <file>.damaged-<UTC> and an empty database takes its place.
    static Result<std::unique_ptr<Database>> open(const Options& options, const Clock& clock);

    // f(soci::session&) -> Result<T>; waits for one of the reading connections.
    template <class F>
    auto read(std::string_view what, F&& f) const -> std::invoke_result_t<F, soci::session&> {
        const Lease lease(*this);
        return run(what, [&] { return f(lease.session()); });
    }
    // In a transaction that is rolled back when f fails. Writers wait for each other.
    template <class F>
    auto write(std::string_view what, F&& f) -> std::invoke_result_t<F, soci::session&> {
        const std::lock_guard hold(write_mutex_);
        return run(what, [&] {
            Transaction transaction(writer_);
            auto result = f(writer_);
            if (result) transaction.commit();
            return result;
        });
    }

  private:
    static constexpr std::size_t kReaders = 3;

    class Transaction {
      public:
        explicit Transaction(soci::session& sql) : sql_(sql) { sql_ << begin_write(); }
        ~Transaction();
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;
        void commit();

      private:
        soci::session& sql_;
        bool done_{false};
    };

    // Holds one reading connection.
    class Lease {
      public:
        explicit Lease(const Database& owner) : owner_(owner), index_(owner.take()) {}
        ~Lease() { owner_.give_back(index_); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        [[nodiscard]] soci::session& session() const { return owner_.readers_[index_]; }

      private:
        const Database& owner_;
        std::size_t index_;
    };

    explicit Database(std::filesystem::path file) : file_(std::move(file)) {}
    Status start(const Options& options);
    std::size_t take() const;
    void give_back(std::size_t index) const;
    Error failed(const std::exception& error, std::string_view what) const;

    template <class F>
    auto run(std::string_view what, F&& f) const -> std::invoke_result_t<F> {
        try {
            return f();
        } catch (const std::exception& error) {
            return failed(error, what);
        }
    }

    const std::filesystem::path file_;
    std::atomic<bool> started_{false};
    std::mutex write_mutex_;
    soci::session writer_;  // guarded by write_mutex_
    mutable std::mutex readers_mutex_;
    mutable std::condition_variable reader_free_;
    mutable std::vector<std::size_t> free_;                // guarded by readers_mutex_
    mutable std::array<soci::session, kReaders> readers_;  // each by who took it
};

// The columns of an optional time: SOCI says "no value" beside the value.
inline long long to_column(UtcTime t) {
    return t.time_since_epoch().count();
}
inline UtcTime from_column(long long us) {
    return UtcTime{microseconds{us}};
}
inline soci::indicator presence(bool is_there) {
    return is_there ? soci::i_ok : soci::i_null;
}

}  // namespace vantage::store
