// SPDX-License-Identifier: Apache-2.0
// For tests and ./dev bench crash: records some cameras on a disk whose changes are journalled, then makes the disk as it
// may be after a power cut at any moment: what a sync covered is there, of the rest any page may be missing, in any order.
// Recovery runs on that.
#pragma once
#include "footage/recovery.hpp"
#include "footage/segment_path.hpp"
#include "footage/test_disk.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <set>

namespace vantage::footage {

struct CutOutcome {
    microseconds loss{0};  // the worst camera: from the end of its unbroken footage to the cut
    int unplayable{0};     // files that were recovered and do not decode without a word from 0:00
    int mismatches{0};     // rows without their file or with another size, files without a row
};

class PowerCut {
  public:
    PowerCut(unsigned seed, int cameras, seconds length) : random_(seed) {
        for (int i = 0; i < cameras; ++i) disk_.add_camera(fmt::format("c{}", i), i % 2 == 1);
        run(length);
    }

    // The disk after a cut at a random moment of the recording, recovered.
    CutOutcome cut(bool decode = true) {
        const auto span = static_cast<std::uint64_t>((disk_.clock_.now() - kBegin - kSettled).count());
        const auto at = kBegin + kSettled + microseconds{random_() % span};
        TempDirectory place;
        lay_out(place.path(), at);
        FakeCatalog catalog;
        const Volume volume{disk_.storage_->volume.uuid, place.path()};
        load(catalog, at);
        OpenSegments open;
        const Storage storage{volume, files_, catalog, open, disk_.clock_};
        (void)recover_storage(storage);
        return judge(storage, at, decode);
    }

  private:
    static constexpr std::chrono::milliseconds kGrain{25};
    static constexpr seconds kSettled{3};
    static constexpr std::size_t kPage = 4096;
    struct Rows {
        UtcTime since;
        std::vector<store::SegmentRow> rows;
    };
    using Contents = std::map<std::filesystem::path, Bytes>;

    // As the disk's threads do: a step a wake, syncs beside them that take their time.
    void run(seconds length) {
        const auto end = disk_.clock_.now() + length;
        auto wake = disk_.clock_.now();
        std::optional<UtcTime> synced_at;
        std::size_t covers = 0;
        auto new_parameters = disk_.clock_.now() + seconds{5};
        while (disk_.clock_.now() < end) {
            disk_.clock_.advance(kGrain);
            const auto now = disk_.clock_.now();
            disk_.publish();
            if (now >= new_parameters) {  // so that segments end while others run
                disk_.cameras_[random_() % disk_.cameras_.size()].camera->new_init();
                new_parameters = now + milliseconds{1700};
            }
            if (synced_at && now >= *synced_at) {
                disk_.files_.note_sync(covers);
                disk_.writer_->synced({});
                synced_at.reset();
            }
            if (now >= wake) {
                wake = now + kWake;
                (void)disk_.writer_->step();
                if (disk_.writer_->sync_due()) {
                    disk_.writer_->sync_begins();
                    covers = disk_.files_.changes();
                    synced_at = now + milliseconds{10 + static_cast<int>(random_() % 50)};
                }
            }
            auto rows = disk_.catalog_.all();
            if (history_.empty() || rows != history_.back().rows) history_.push_back({now, std::move(rows)});
        }
        journal_ = disk_.files_.journal();
    }

    // Which changes are certain to be on the disk at `at`.
    [[nodiscard]] std::vector<bool> durable(std::size_t count) const {
        std::vector<bool> out(count, false);
        for (std::size_t i = count; i-- > 0;)
            if (journal_[i].kind == Change::Kind::sync_disk) {
                std::fill(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(journal_[i].offset), true);
                break;
            }
        std::set<std::filesystem::path> synced;
        for (std::size_t i = count; i-- > 0;) {
            const auto& change = journal_[i];
            using enum Change::Kind;
            if (change.kind == sync_file || change.kind == sync_directory) synced.insert(change.path);
            const bool named = change.kind == create || change.kind == directory || change.kind == rename;
            if (synced.contains(named ? change.path.parent_path() : change.path)) out[i] = true;
        }
        return out;
    }

    void lay_out(const std::filesystem::path& place, UtcTime at) {
        const auto end = std::ranges::upper_bound(journal_, at, {}, &Change::at);
        const auto count = static_cast<std::size_t>(end - journal_.begin());
        const auto certain = durable(count);
        Contents files;
        lost_.clear();
        for (std::size_t i = 0; i < count; ++i) apply(journal_[i], certain[i], files);
        for (const auto& [path, bytes] : files) {
            const auto target = place / path.lexically_relative(disk_.storage_->volume.root);
            std::filesystem::create_directories(target.parent_path());
            std::ofstream(target, std::ios::binary)
                .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        }
    }

    void apply(const Change& change, bool certain, Contents& files) {
        using enum Change::Kind;
        if (change.kind == create && (certain || random_() % 2 == 0)) files[change.path];
        if (change.kind == rename) {
            auto moved = files.extract(change.path);
            moved.key() = change.to;
            files.insert(std::move(moved));
        }
        if (change.kind == remove) files.erase(change.path);
        const auto file = files.find(change.path);
        if (change.kind != write || file == files.end()) return;
        auto& bytes = file->second;
        const auto end = change.offset + change.bytes.size();
        for (auto page = change.offset / kPage * kPage; page < end; page += kPage) {
            // A page comes to the disk as it was at some moment: when one write is missing in it, so are the later ones.
            if (!certain && random_() % 3 == 0) lost_.insert({change.path, page});
            if (lost_.contains({change.path, page})) continue;
            const auto from = std::max(page, change.offset);
            const auto to = std::min(page + kPage, end);
            if (bytes.size() < to) bytes.resize(to);
            std::copy(change.bytes.begin() + static_cast<std::ptrdiff_t>(from - change.offset),
                      change.bytes.begin() + static_cast<std::ptrdiff_t>(to - change.offset),
                      bytes.begin() + static_cast<std::ptrdiff_t>(from));
        }
        if (!certain && random_() % 2 == 0 && bytes.size() < end) bytes.resize(end);
    }

    // The catalogue lies on another disk: as it was then, up to a second earlier, or lost.
    void load(FakeCatalog& catalog, UtcTime at) {
        if (random_() % 8 == 0) return;
        const auto seen = at - microseconds{random_() % 1'000'000};
        const auto after = std::ranges::upper_bound(history_, seen, {}, &Rows::since);
        if (after == history_.begin()) return;
        for (const auto& row : std::prev(after)->rows) (void)catalog.add(row, {});
    }

    CutOutcome judge(const Storage& storage, UtcTime at, bool decode) {
        CutOutcome out;
        std::map<std::string, std::uint64_t> sizes;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(storage.volume.root / "footage"))
            if (entry.is_regular_file())
                sizes[entry.path().lexically_relative(storage.volume.root).generic_string()] = entry.file_size();
        std::map<StreamKey, std::vector<store::SegmentRow>> streams;
        for (const auto& camera : disk_.cameras_) {
            auto& mine = streams[camera.key];
            mine = storage.catalog.overlapping(camera.key, UtcTime{}, UtcTime::max()).value();
            std::ranges::sort(mine, {}, &store::SegmentRow::start);
            auto reached = kBegin;
            for (const auto& row : mine) {
                const auto size = sizes.extract(row.path);
                if (size.empty() || size.mapped() != row.bytes) ++out.mismatches;
                if (row.start <= reached + milliseconds{1}) reached = std::max(reached, row.end);
                if (!decode || row.state != store::RowState::recovered) continue;
                const auto seen = probe(storage.volume.root / row.path);
                if (seen.start != 0 || seen.frames < 1 || !seen.errors.empty()) ++out.unplayable;
            }
            out.loss = std::max(out.loss, at - reached);
        }
        out.mismatches += static_cast<int>(sizes.size());
        return out;
    }

    std::mt19937 random_;
    std::set<std::pair<std::filesystem::path, std::uint64_t>> lost_;  // pages of the cut that is being made
    TestDisk disk_{true};
    SystemFiles files_;
    std::vector<Rows> history_;
    std::vector<Change> journal_;
};

}  // namespace vantage::footage
