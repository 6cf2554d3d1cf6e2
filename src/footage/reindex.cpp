// SPDX-License-Identifier: Apache-2.0
#include "footage/reindex.hpp"

#include "base/log.hpp"
#include "footage/recovery.hpp"
#include "footage/segment_path.hpp"
#include "footage/segment_scan.hpp"
#include "footage/thumb_file.hpp"
#include "footage/thumb_recovery.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace vantage::footage {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kBatch = 200;  // rows a transaction
constexpr milliseconds kProgressEvery{250};

struct Files {
    std::vector<std::string> ours;  // segments and thumbnails
    std::vector<std::string> foreign;
    bool complete{true};  // false: a directory could not be read
};

Files list_files(const Storage& storage) {
    Files out;
    std::error_code error;
    const auto root = storage.volume.root / "footage";
    if (!fs::exists(root, error)) return out;
    fs::recursive_directory_iterator it{root, error};
    for (const fs::recursive_directory_iterator end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (it->is_directory(ignored)) continue;
        auto relative = it->path().lexically_relative(storage.volume.root).generic_string();
        if (parse_segment_path(relative) || is_thumbs_path(relative)) {
            out.ours.push_back(std::move(relative));
        } else {
            out.foreign.push_back(std::move(relative));
        }
    }
    out.complete = !error;
    std::ranges::sort(out.ours);
    return out;
}

// The workers' common state and what each of them does.
class Reindexer {
  public:
    Reindexer(const Storage& storage, const ReindexOptions& options,
              const std::function<void(const ReindexProgress&)>& progress)
        : storage_(storage), options_(options), progress_(progress) {}

    Result<ReindexReport> run() {
        const auto began = storage_.clock.steady();
        if (!options_.recording_since) {
            if (auto done = storage_.catalog.begin_reindex(storage_.volume.uuid); done.has_error()) return done.error();
        }
        const auto leaving = storage_.catalog.removals(storage_.volume.uuid);
        if (leaving.has_error()) return leaving.error();
        for (const auto& row : *leaving) leaving_.insert(row.path);
        auto files = list_files(storage_);
        report_.foreign = std::move(files.foreign);
        files_ = std::move(files.ours);
        if (!files.complete) report_.unreadable.emplace_back("footage");
        work_in_parallel();
        flush();
        if (failed_) return *failed_;
        if (options_.stop.stop_requested())
            return fail(errc::cancelled, "reindex was stopped; what was there before still is");
        if (report_.unreadable.empty()) {
            const auto dropped = storage_.catalog.end_reindex(storage_.volume.uuid);
            if (dropped.has_error()) return dropped.error();
            report_.rows_dropped = *dropped;
        }
        const std::chrono::duration<double> took = storage_.clock.steady() - began;
        report_.files_per_second = took.count() > 0 ? static_cast<double>(files_.size()) / took.count() : 0;
        if (progress_) progress_({files_.size(), files_.size()});
        return std::move(report_);
    }

  private:
    void work_in_parallel() {
        auto threads = options_.threads != 0 ? options_.threads : std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
        threads = static_cast<unsigned>(std::min<std::size_t>(threads, files_.size()));
        std::vector<std::jthread> workers;
        for (unsigned i = 1; i < threads; ++i) workers.emplace_back([this] { work(); });
        work();
    }

    void work() {
        while (!options_.stop.stop_requested()) {
            const auto index = next_.fetch_add(1);
            if (index >= files_.size()) return;
            const auto& path = files_[index];
            if (is_thumbs_path(path))
                look_at_thumbs(path);
            else if (!leaving_.contains(path))
                look_at(path);
            const std::lock_guard lock(mutex_);
            ++done_;
            if (failed_) return;
            const auto now = storage_.clock.steady();
            if (progress_ && now - told_ >= kProgressEvery) {
                told_ = now;
                progress_({done_, files_.size()});
            }
        }
    }

    void look_at(const std::string& path) {
        const auto old = storage_.catalog.segment_at(storage_.volume.uuid, path);
        if (options_.recording_since && parse_segment_path(path)->start >= *options_.recording_since &&
            (old.has_error() || old->state == store::RowState::open))
            return;
        if (is_being_written(path)) return;
        auto found = read(path);
        const std::lock_guard lock(mutex_);
        if (found.has_error()) {
            note(path, found.error());
            return;
        }
        ++report_.indexed;
        if (found->row.state == store::RowState::recovered) ++report_.recovered;
        if (old) found->row.timing = old->timing;
        batch_.push_back(std::move(*found));
        if (batch_.size() >= kBatch) flush();
    }

    void look_at_thumbs(const std::string& path) {
        const auto segment = segment_of_thumbs(path);
        if (leaving_.contains(segment)) return;
        if (options_.recording_since && parse_segment_path(segment)->start >= *options_.recording_since) return;
        if (is_being_written(segment)) return;
        const auto indexed = index_thumbs(storage_, path);
        const std::lock_guard lock(mutex_);
        if (indexed.has_error())
            note(path, indexed.error());
        else
            report_.thumbs += *indexed ? 1 : 0;
    }

    bool is_being_written(const std::string& path) const {
        const auto full = (storage_.volume.root / path).string();
        return std::ranges::any_of(storage_.open_segments.of(parse_segment_path(path)->stream),
                                   [&](const auto& open) { return open->info()->path == full; });
    }

    Result<store::IndexedSegment> read(const std::string& path) {
        auto file = storage_.files.open(storage_.volume.root / path, OpenMode::read);
        if (file.has_error()) return file.error();
        auto scan = scan_segment(**file, Tail::trusted);
        file->reset();
        const bool closed = scan && scan->size == scan->whole && scan->stated == scan->duration;
        if (!closed) return recover_file(storage_, path);
        const auto init = storage_.catalog.intern_init(scan->init->data);
        if (init.has_error()) return init.error();
        return store::IndexedSegment{{0,
                                      parse_segment_path(path)->stream,
                                      storage_.volume.uuid,
                                      path,
                                      store::RowState::closed,
                                      to_utc(scan->start),
                                      to_utc(scan->start + scan->duration),
                                      scan->whole,
                                      *init,
                                      {},
                                      false},
                                     encode_table(scan->table)};
    }

    // mutex_ is held.
    void note(const std::string& path, const Error& error) {
        if (error.code == errc::malformed) {
            report_.foreign.push_back(path);
        } else if (error.code == errc::not_found) {
            ++report_.empty;
        } else {
            log::error("reindex", "{}: {}", path, error.message);
            report_.unreadable.push_back(path);
        }
    }

    // mutex_ is held, or the workers are gone.
    void flush() {
        if (batch_.empty() || failed_) return;
        if (auto done = storage_.catalog.reindex_batch(batch_); done.has_error()) failed_ = done.error();
        batch_.clear();
    }

    const Storage& storage_;
    const ReindexOptions& options_;
    const std::function<void(const ReindexProgress&)>& progress_;
    std::vector<std::string> files_;  // constant while the workers run, as leaving_
    std::set<std::string> leaving_;
    std::atomic<std::size_t> next_{0};

    std::mutex mutex_;
    ReindexReport report_;  // guarded by mutex_, as is all below
    std::vector<store::IndexedSegment> batch_;
    std::optional<Error> failed_;
    std::size_t done_{0};
    SteadyTime told_{};
};

}  // namespace

Result<ReindexReport> reindex(const Storage& storage, const ReindexOptions& options,
                              const std::function<void(const ReindexProgress&)>& progress) {
    return Reindexer{storage, options, progress}.run();
}

}  // namespace vantage::footage
