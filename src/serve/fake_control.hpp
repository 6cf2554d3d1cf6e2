// SPDX-License-Identifier: Apache-2.0
// For tests: a program with two cameras, "door" (of the file) and "yard", over footage in memory. Tests only.
#pragma once
#include "footage/fake_thumbs.hpp"
#include "live/feed_fakes.hpp"
#include "live/pictures/pictures.hpp"
#include "live/segments/archive.hpp"
#include "live/segments/live_windows.hpp"
#include "record/exports.hpp"
#include "serve/control.hpp"
#include "serve/fake_archive_view.hpp"
#include "serve/fake_pushes.hpp"
#include "serve/fake_timelapses.hpp"
#include "serve/test_moments.hpp"
#include "serve/test_recordings.hpp"
#include "stills/frames.hpp"
#include "stills/thumbnails.hpp"
#include "store/test_folder.hpp"

#include <map>

namespace vantage::serve {

class FakeControl : public Control {
  public:
    FakeControl() {
        for (const auto* id : {"door", "yard"}) add_view(id, std::string(id) == "door");
    }
    void add_view(const std::string& id, bool in_file) {
        CameraView camera{
            *CameraId::parse(id), "Camera " + id, in_file, R"({"source":"rtsp://***@cam/1","location":{"floor":2}})", {}};
        StreamView main;
        main.state = "running";
        main.tracks.video = vantage::test::h264_track();
        main.fps = 25;
        camera.streams.push_back(std::move(main));
        views.push_back(std::move(camera));
        streams[StreamKey{*CameraId::parse(id), StreamKind::main}] = std::make_shared<stream::Stream>(1U << 20);
    }

    std::vector<CameraView> cameras() const override { return views; }
    std::optional<CameraView> camera(const CameraId& id) const override {
        for (const auto& view : views)
            if (view.id == id) return view;
        return std::nullopt;
    }
    Status add_camera(const CameraId& id, const std::string& config) override {
        if (camera(id)) return fail(errc::already_exists, "there is a camera of this name");
        last_config = config;
        add_view(id.str(), false);
        return {};
    }
    Status change_camera(const CameraId& id, const std::string& config) override {
        const auto view = camera(id);
        if (!view) return fail(errc::not_found, "no such camera");
        if (view->declared_in_file)
            return fail(errc::read_only, "this camera is declared in the configuration file; change it there");
        last_config = config;
        return {};
    }
    Status remove_camera(const CameraId& id) override {
        if (std::erase_if(views, [&](const auto& view) { return view.id == id; }) == 0)
            return fail(errc::not_found, "no such camera");
        return {};
    }
    Result<ProbeReport> probe(const std::string& config, const std::optional<CameraId>& /*existing*/,
                              seconds /*timeout*/) override {
        last_config = config;
        return ProbeReport{{vantage::test::h264_track(), {}}, 25, "sender reports: +12 ms", {1, 2, 3}};
    }
    std::shared_ptr<stream::Stream> stream(const StreamKey& key) const override {
        const auto found = streams.find(key);
        return found == streams.end() ? nullptr : found->second;
    }
    const footage::Footage& footage() const override { return recorded; }
    live::LiveWindows& live_windows() override { return windows; }
    record::Exports& exports() override { return *exported; }
    record::Recordings& recordings() override { return recording.on_demand; }
    record::Movies& movies() override { return recording.movies; }
    record::Days& days() override { return *recording.shown_days; }
    Result<std::shared_ptr<stream::Stream>> viewed_stream(const CameraId& camera,
                                                          const live::StreamName& name) const override {
        if (auto found = stream({camera, live::kind_behind(name)})) return found;
        return fail(errc::not_found, "no such stream");
    }
    std::shared_ptr<const footage::Footage> viewed_footage(const live::StreamName& /*name*/) const override {
        return {std::shared_ptr<void>(), &recorded};
    }
    live::Pictures& pictures() const override { return *jpegs; }
    stills::Frames& frames() override { return *stills; }
    stills::Moments& moments() override { return momentary.moments; }
    stills::Thumbnails& thumbnails() override { return seconds_of_footage; }
    stills::TimelapseDays& timelapse_days() override { return timelapses.days; }
    stills::TimelapseJobs& timelapse_jobs() override { return timelapses.jobs; }
    live::Archive& archive() override { return archived; }
    live::Archive& archive(live::Profile /*profile*/) override { return transcoded_days; }
    SystemView system() const override {
        SystemView view;
        view.version = "1.2.3";
        view.disks = {{"/footage", disk_state, 1000, 400, 500, 100, 4}};
        view.rtsp.emplace().port = 8554;
        view.rtsp->readers = 3;
        view.libraries = {{"FFmpeg", "5.1"}};
        view.transcodes = {1, 4, "x264", 7};
        return view;
    }

    void confirm_clock() override { clock_confirmed = true; }
    PushControl& pushes() override { return fake_pushes; }
    FakePushes fake_pushes;
    bool clock_confirmed{false};
    std::vector<CameraView> views;
    std::map<StreamKey, std::shared_ptr<stream::Stream>> streams;
    vantage::test::FakeFootage recorded;
    SimulatedClock live_clock{UtcTime(seconds(1'763'665'445))};
    live::LiveWindows windows{{},
                              live_clock,
                              [this](const live::LiveKey& key) -> Result<std::shared_ptr<stream::Stream>> {
                                  const auto kind = parse_stream_kind(key.stream);
                                  if (key.stream == "h264") return fail(errc::overloaded, "2 streams are transcoded");
                                  if (auto found = kind ? stream({key.camera, *kind}) : nullptr) return found;
                                  return fail(errc::not_found, "no such stream");
                              },
                              [](const std::function<void()>& job) { job(); }};
    SimulatedClock export_clock{UtcTime(seconds(1'763'665'445))};
    footage::SystemFiles files;
    footage::FakeThumbs fake_thumbs;
    store::TestFolder export_folder;
    std::unique_ptr<record::Exports> exported = std::make_unique<record::Exports>(
        record::ExportOptions{export_folder.path() / "exports", [] { return seconds(3600); },
                              [] { return Result<std::uint64_t>(1U << 30); }, [](UtcTime t) { return to_rfc3339(t); },
                              [](const CameraId& id) { return id.str(); }, true},
        recorded, files, export_clock);
    TestMoments momentary{export_folder.path(), recorded, files, export_clock};
    TestRecordings recording{export_folder.path() / "recordings", [this](const StreamKey& key) { return stream(key); },
                             recorded, files, export_clock};
    SystemClock system_clock;
    std::unique_ptr<live::Pictures> jpegs =
        std::make_unique<live::Pictures>([this](const StreamKey& key) { return stream(key); }, system_clock);
    std::unique_ptr<stills::Frames> stills =
        std::make_unique<stills::Frames>([this](const StreamKey& key) { return stream(key); }, recorded);
    stills::Thumbnails seconds_of_footage{fake_thumbs.thumbs, recorded, *stills, system_clock, {}};
    FakeTimelapses timelapses{recorded, fake_thumbs.thumbs};
    FakeArchiveView archive_view{recorded};
    std::shared_ptr<live::ListNumbers> list_numbers = std::make_shared<live::ListNumbers>(nullptr);
    live::Archive archived{recorded, live_clock, TimeZone::load("Europe/Berlin").value(), list_numbers};
    live::Archive transcoded_days{recorded, live_clock, TimeZone::load("Europe/Berlin").value(), list_numbers,
                                  &archive_view};
    std::string last_config;
    std::string disk_state{"good"};
};

}  // namespace vantage::serve
