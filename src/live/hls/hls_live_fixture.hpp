// SPDX-License-Identifier: Apache-2.0
// For tests: the live window of a simulated camera as playlists show it, and a request that waits for more. Tests only.
#pragma once
#include "live/hls/hls_live_playlist.hpp"
#include "live/live_fakes.hpp"
#include "live/segments/live_windows.hpp"

#include <sstream>

namespace vantage::live {

inline const LiveKey kDoor{*CameraId::parse("door"), "main"};

struct HlsBench {
    explicit HlsBench(LiveWindowsOptions options = {}, store::Catalog* numbers = nullptr)
        : windows(
              options, clock,
              [this](const LiveKey& key) -> Result<std::shared_ptr<stream::Stream>> {
                  if (key == kDoor) return camera.stream;
                  return fail(errc::not_found, "no such stream");
              },
              [](const std::function<void()>& job) { job(); }, numbers) {}

    std::shared_ptr<LiveWindow> window() { return windows.open(kDoor).value(); }
    std::vector<std::string> lines(Rendition rendition = Rendition::muxed, const std::vector<HlsReport>& reports = {}) {
        const auto snapshot = window()->snapshot();
        std::vector<std::string> out;
        if (!snapshot) return out;
        std::istringstream text(hls_live_playlist(*snapshot, rendition, "", reports));
        for (std::string line; std::getline(text, line);) out.push_back(line);
        return out;
    }
    std::vector<std::string> lines_with(const std::string& start, Rendition rendition = Rendition::muxed) {
        auto out = lines(rendition);
        std::erase_if(out, [&](const std::string& line) { return !line.starts_with(start); });
        return out;
    }

    SimulatedClock clock{UtcTime(seconds(1'763'665'500))};
    test::LiveCamera camera;
    LiveWindows windows;
};

struct HlsWait {
    explicit HlsWait(LiveWindow& window, const LivePosition& position) {
        window.wait_for(position, [this](Status given) { status = given; });
    }
    std::optional<Status> status;
    [[nodiscard]] std::string word() const {
        return !status ? "waits" : *status ? "there" : to_string(status->error().code);
    }
};

}  // namespace vantage::live
