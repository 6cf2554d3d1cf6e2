// SPDX-License-Identifier: Apache-2.0
// For tests: real moments in a temporary folder, of "door"; "yard" is not recorded. Without threads: a test calls work().
// Tests only.
#pragma once
#include "stills/moments/moments.hpp"

#include <filesystem>

namespace vantage::serve {

struct TestMoments {
    TestMoments(const std::filesystem::path& folder, const footage::Footage& footage, footage::FileSystem& files,
                const Clock& clock)
        : settings(store::create_settings(folder / "settings.db", clock).value()),
          moments({.folder = folder / "moments",
                   .zone = TimeZone::load("Europe/Berlin").value(),
                   .recorded = recorded,
                   .room = [] { return Result<std::uint64_t>(1U << 30); },
                   .name = [](const CameraId& id) { return id.str(); },
                   .keep = [] { return std::optional<seconds>(); },
                   .threads = 0},
                  footage, files, *settings, clock) {}

    static Result<StreamKey> recorded(const CameraId& camera) {
        if (camera.str() == "door") return StreamKey{camera, StreamKind::main};
        if (camera.str() == "yard") return fail(errc::unsupported, "'yard' is not recorded");
        return fail(errc::not_found, "no such camera");
    }
    std::unique_ptr<store::Settings> settings;
    stills::Moments moments;
};

}  // namespace vantage::serve
