// SPDX-License-Identifier: Apache-2.0
// For tests: a disk without threads. A simulated clock drives cameras, feeds and the disk's steps.
#pragma once
#include "footage/disk_writer.hpp"
#include "footage/fake_catalog.hpp"
#include "footage/faulty_files.hpp"
#include "footage/temp_directory.hpp"
#include "footage/test_camera.hpp"

#include <deque>

namespace vantage::footage {

inline const UtcTime kBegin{seconds{1'763'665'445}};

// A stream's ring in miniature: holds what was published and not read, up to a bound.
class ListFeed final : public Feed {
  public:
    struct Ring {
        std::deque<FeedItem> items;
        std::size_t parts{0};
        std::size_t most{SIZE_MAX};  // parts
        Timing timing{"arrival", microseconds{0}, 0, microseconds{5000}};

        void push(FeedItem item) {
            if (std::holds_alternative<PartPtr>(item) && ++parts > most) {
                std::erase_if(items, [](const auto& i) { return std::holds_alternative<PartPtr>(i); });
                const auto lost = std::exchange(parts, 0);
                items.push_back(Missed{lost});
                behind = true;
                return;
            }
            items.push_back(std::move(item));
        }
        bool behind{false};
    };
    explicit ListFeed(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}
    FeedItem next() override {
        if (ring_->items.empty()) return NothingNew{};
        auto item = std::move(ring_->items.front());
        ring_->items.pop_front();
        if (std::holds_alternative<PartPtr>(item)) --ring_->parts;
        return item;
    }
    Timing timing() const override { return ring_->timing; }

  private:
    std::shared_ptr<Ring> ring_;
};

class TestDisk {
  public:
    explicit TestDisk(bool journal = false) : files_(clock_, journal) {
        const auto volume = open_volume(files_, temp_.path() / "storage", {}, clock_).value();
        storage_.emplace(Storage{volume, files_, catalog_, open_, clock_});
        (void)catalog_.put_volume(volume.uuid, volume.root.string());
        writer_ = std::make_unique<DiskWriter>(*storage_);
    }

    struct Camera {
        StreamKey key;
        std::unique_ptr<TestCamera> camera;
        std::shared_ptr<ListFeed::Ring> ring{std::make_shared<ListFeed::Ring>()};
        bool sends{true};
    };
    Camera& add_camera(const std::string& name, bool audio = false) {
        const StreamKey key{CameraId::parse(name).value(), StreamKind::main};
        cameras_.push_back({key, std::make_unique<TestCamera>(to_media(clock_.now()), audio)});
        record(cameras_.back());
        return cameras_.back();
    }
    void record(Camera& camera) {
        writer_->add(
            std::make_unique<Recording>(*storage_, camera.key, std::make_unique<ListFeed>(camera.ring), seconds{1}));
    }
    // Cameras publish, the disk steps and syncs, as the threads do.
    void run(microseconds time) {
        const auto end = clock_.now() + time;
        while (clock_.now() < end) {
            clock_.advance(kWake);
            publish();
            (void)writer_->step();
            if (writer_->sync_due()) sync();
        }
    }
    void publish() {
        for (auto& camera : cameras_)
            for (auto& part : camera.camera->until(to_media(clock_.now()))) {
                if (!camera.sends) continue;
                if (camera.ring->behind && !part->starts_fragment) continue;
                camera.ring->behind = false;
                camera.ring->push(part);
            }
    }
    void sync() {
        writer_->sync_begins();
        writer_->synced(files_.sync_disk(storage_->volume.root));
    }
    void stop() {
        writer_->remove_all();
        sync();
    }
    [[nodiscard]] std::vector<store::GapRow> gaps(const Camera& camera) {
        auto out = catalog_.gaps(camera.key, UtcTime{}, UtcTime::max()).value();
        std::erase_if(out, [](const auto& gap) { return gap.end == gap.start; });
        return out;
    }
    [[nodiscard]] std::filesystem::path path(const store::SegmentRow& row) const { return storage_->volume.root / row.path; }

    TempDirectory temp_;
    SimulatedClock clock_{kBegin};
    FaultyFiles files_;
    FakeCatalog catalog_;
    OpenSegments open_;
    std::optional<Storage> storage_;
    std::unique_ptr<DiskWriter> writer_;
    std::deque<Camera> cameras_;
};

// What ffprobe says of a file; `errors` is every other word of it.
struct Probe {
    double start{-1}, duration{-1};
    int frames{0};
    std::string errors;
};
inline Probe probe(const std::filesystem::path& path, bool decode = true) {
    const auto command =
        std::string{"ffprobe -v error "} + (decode ? "-count_frames " : "") +
        "-select_streams v -show_entries stream=nb_read_frames:format=start_time,duration -of default=nw=1 '" +
        path.string() + "' 2>&1";
    Probe out;
    auto* pipe = ::popen(command.c_str(), "r");
    std::array<char, 1024> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
        const std::string_view text{line.data()};
        const auto value = text.find('=') == std::string_view::npos ? "" : line.data() + text.find('=') + 1;
        if (text.starts_with("start_time=")) {
            out.start = std::atof(value);
        } else if (text.starts_with("duration=")) {
            out.duration = std::atof(value);
        } else if (text.starts_with("nb_read_frames=")) {
            out.frames = std::atoi(value);
        } else {
            out.errors += text;
        }
    }
    ::pclose(pipe);
    return out;
}

}  // namespace vantage::footage
