// SPDX-License-Identifier: Apache-2.0
// Lines that wait to be sent, on disk, in the order in which they came: files of some thousand lines in a folder, found
// again after a restart. Bounded: beyond that the oldest go and are counted. Safe from any thread; blocks on the disk.
#pragma once
#include "base/time.hpp"
#include "footage/file_system.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace vantage::series {

class Spool {
  public:
    struct Chunk {
        UtcTime since;  // when its first line came; its name
        std::string lines;
        std::size_t points{0};
    };
    struct Waiting {
        std::size_t points{0};
        std::uint64_t bytes{0};
        std::uint64_t dropped{0};  // points, since start
    };
    static constexpr std::size_t kMostPoints = 5000;  // of a chunk
    static constexpr std::uint64_t kMostBytes = 1U << 20;

    // The references outlive it.
    Spool(footage::FileSystem& files, std::filesystem::path folder, std::uint64_t most_bytes, const Clock& clock)
        : files_(files), folder_(std::move(folder)), most_bytes_(most_bytes), clock_(clock) {}

    // Makes the folder, and finds what an earlier run left in it; a line that was torn is cut off. Call first.
    Status open();
    // Whole lines, `points` of them. After an error nothing of them is kept; bring them again.
    Status append(std::string_view lines, std::size_t points);
    // What was appended so far outlives a power cut.
    Status sync();

    // The oldest lines; what comes from now on goes behind them. Nothing when there are none.
    Result<std::optional<Chunk>> oldest();
    // They were sent, or given up.
    void remove(UtcTime since);
    [[nodiscard]] Waiting waiting() const;

  private:
    struct Known {
        UtcTime since;
        std::size_t points{0};
        std::uint64_t bytes{0};
    };
    [[nodiscard]] std::filesystem::path path_of(UtcTime since) const;
    Result<Known> look(const std::filesystem::path& path, UtcTime since);
    Status begin_chunk();
    void keep_bound();

    footage::FileSystem& files_;
    const std::filesystem::path folder_;
    const std::uint64_t most_bytes_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::deque<Known> chunks_;                // guarded by mutex_, as all below
    std::unique_ptr<footage::File> growing_;  // the last of them, when it may grow
    std::optional<UtcTime> given_;            // by oldest(), not removed yet
    std::uint64_t dropped_{0};
    bool to_sync_{false};
};

}  // namespace vantage::series
