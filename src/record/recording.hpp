// SPDX-License-Identifier: Apache-2.0
// A recording on demand as it is shown and kept (recording.json). Values.
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vantage::record {

enum class RecordingState {
    starting,   // no picture is safe on the disk yet
    recording,  // also while the camera is away: that is a gap
    done,
    failed,  // what was written before stays
};
const char* to_string(RecordingState state);  // "starting", ...

// One stretch with one set of parameters. Other parameters, a camera that was away, or an hour begin another one.
struct RecordingFile {
    std::string name;  // "door_2026-11-20_190405Z.mp4"
    UtcTime start, end;
    std::uint64_t bytes{0};  // up to the end of its last whole part
    bool whole{false};       // nothing comes any more
    bool operator==(const RecordingFile&) const = default;
};

struct RecordingGap {
    UtcTime start;
    std::optional<UtcTime> end;  // nothing while it is open
    std::string reason;
    bool operator==(const RecordingGap&) const = default;
};

struct Recording {
    explicit Recording(CameraId of) : camera(std::move(of)) {}

    std::string id;  // "door_2026-11-20T190405.123Z": camera and folder
    CameraId camera;
    std::string name;  // for a person
    std::string user;  // who began it; empty when that is not known any more
    RecordingState state{RecordingState::starting};
    UtcTime created;
    bool kept{false};       // the next recording of the camera does not replace it
    bool recovered{false};  // the recorder ended in the middle of it
    std::string error;      // why it failed, for a person
    std::vector<RecordingFile> files;
    std::vector<RecordingGap> gaps;

    [[nodiscard]] bool runs() const { return state == RecordingState::starting || state == RecordingState::recording; }
    // Of the first picture; when it was asked for, before there is one.
    [[nodiscard]] UtcTime start() const { return files.empty() ? created : files.front().start; }
    // When the last picture ends; nothing while it runs.
    [[nodiscard]] std::optional<UtcTime> end() const;
    [[nodiscard]] microseconds length() const;  // of what is in the files
    [[nodiscard]] std::uint64_t bytes() const;
};

// Of all recordings, as configured.
struct RecordingLimits {
    bool replace{true};      // one that begins takes the place of the camera's last one that is not kept
    seconds longest{86400};  // one ends by itself after so long
    std::size_t most{8};     // that run
    bool operator==(const RecordingLimits&) const = default;
};

struct RecordingStats {
    std::size_t all{0}, running{0}, kept{0};
    std::uint64_t bytes{0};    // of all
    std::uint64_t written{0};  // since start
    std::uint64_t failed{0};   // since start
};

// What stands in recording.json. errc::malformed for what to_json did not write.
std::string to_json(const Recording& recording);
Result<Recording> parse_recording(std::string_view json);

}  // namespace vantage::record
