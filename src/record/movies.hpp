// SPDX-License-Identifier: Apache-2.0
// MP4 files that are sent without being written: laid out as exports are (footage/cutter), their bytes read out of footage
// while they are sent. One thread lays out; what it made stays for those who come back for the rest. Safe from any thread.
#pragma once
#include "footage/cut_reader.hpp"
#include "footage/cutter.hpp"
#include "net/http_body.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace vantage::record {

// One file with its index first; holds the segments that it is made of open.
class Movie final : public net::Content {
  public:
    explicit Movie(footage::Cut cut) : reader_(std::move(cut)), hash_(reader_.hash()) {}

    [[nodiscard]] UtcTime start() const { return reader_.cut().start; }
    [[nodiscard]] UtcTime end() const { return reader_.cut().end; }
    [[nodiscard]] std::uint64_t size() const override { return reader_.size(); }
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into) const override;
    // The same for the same bytes, also in the next run of the program.
    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    // What it costs to hold it: its memory, and a quarter of a megabyte an open file.
    [[nodiscard]] std::uint64_t weight() const { return reader_.memory() + (std::uint64_t{reader_.files()} << 18); }

  private:
    const footage::CutReader reader_;
    const std::uint64_t hash_;
};
// A file for each set of parameters, oldest first. To keep one alive is to keep all.
using MovieList = std::vector<std::unique_ptr<const Movie>>;
using MoviesPtr = std::shared_ptr<const MovieList>;

class Movies {
  public:
    // A day of 25 pictures a second with sound takes 55 MB of memory and 145 files for as long as it is sent, and kLinger
    // after: 91 MB of this. Nothing new is laid out while more than this is being sent.
    static constexpr std::uint64_t kMostWeight = 320U << 20;
    static constexpr std::size_t kMostWaiting = 16;
    static constexpr seconds kLinger{60};

    Movies(std::function<std::string(UtcTime)> local_time, const Clock& clock, std::uint64_t most_weight = kMostWeight);
    ~Movies();  // stop()
    Movies(const Movies&) = delete;
    Movies& operator=(const Movies&) = delete;
    // Whoever still waits is told cancelled. Idempotent.
    void stop();

    using Gather = std::function<Result<footage::Material>()>;
    using Take = std::function<void(const Result<MoviesPtr>&)>;
    // Gives what is known by that name, or gathers and lays it out; once for all who ask meanwhile. `take` is called once,
    // from here or from another thread: not_found when there is no footage, overloaded when too many are sent or wait, io.
    void ask(const std::string& name, const std::string& title, Gather gather, Take take);
    // What was asked for last by a name that begins so, and is still there.
    [[nodiscard]] std::optional<std::string> latest(std::string_view beginning) const;
    // Weight of all that are held.
    [[nodiscard]] std::uint64_t held() const;

  private:
    struct Made {
        MoviesPtr movies;
        SteadyTime used;
    };
    struct Alive {
        std::weak_ptr<const MovieList> movies;
        std::uint64_t weight{0};
    };
    struct Order {
        std::string name, title;
        Gather gather;
        std::vector<Take> takers;
    };
    void work(const std::stop_token& stop);
    [[nodiscard]] Result<MoviesPtr> make(const Order& order, const std::stop_token& stop);
    [[nodiscard]] Status make_room();
    void keep(const std::string& name, const MoviesPtr& movies);
    [[nodiscard]] std::uint64_t weigh() const;
    void drop_unused();
    [[nodiscard]] MoviesPtr known(const std::string& name);

    const std::function<std::string(UtcTime)> local_time_;
    const Clock& clock_;
    const std::uint64_t most_weight_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, Made> made_;           // guarded by mutex_, as what follows
    std::deque<std::shared_ptr<Order>> orders_;  // the first one is being made
    std::map<std::string, Alive> alive_;         // also while only being sent
    bool stopped_{false};
    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::record
