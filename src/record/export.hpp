// SPDX-License-Identifier: Apache-2.0
// An export as it is asked for, shown and kept (job.json). Values.
#pragma once
#include "base/ids.hpp"
#include "base/job_state.hpp"
#include "base/time.hpp"
#include "footage/footage.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vantage::net {
class FileGrowth;
}

namespace vantage::record {

struct ExportRequest {
    std::string name;  // as a person called it; may be empty
    std::string user;  // whose it is
    std::vector<CameraId> cameras;
    StreamKind stream{StreamKind::main};
    UtcTime start, end;
    bool exact{false};  // to the frame; else to the GOP
    bool operator==(const ExportRequest&) const = default;
};

struct ExportFile {
    std::string name;  // "door_2026-11-20_20-04-05.mp4"
    CameraId camera;
    UtcTime start, end;  // of its first picture, and when its last one ends
    bool exact{false};   // begins and ends at the frame; false where the codec does not let it
    std::uint64_t bytes{0};
    std::uint64_t written{0};
    std::shared_ptr<net::FileGrowth> growth{};  // how far it is, while it is written
};

struct ExportArchive {
    std::string name;
    std::uint64_t bytes{0};
    std::shared_ptr<net::FileGrowth> growth{};  // likewise
};

// Time that was asked for and is not in the files.
struct ExportGap {
    CameraId camera;
    footage::Gap gap;
};

struct Export {
    std::string id;
    ExportRequest request;
    JobState state{JobState::queued};
    std::uint64_t bytes{0};    // of all files; an estimate until all are planned
    std::uint64_t written{0};  // so far
    std::string error;         // why it failed, for a person
    UtcTime created;
    std::optional<UtcTime> expires;  // when it will be removed; set once it has ended
    std::vector<ExportGap> gaps;
    std::vector<ExportFile> files;     // in the order of cameras, then of time; appear when they are planned
    std::optional<ExportArchive> zip;  // all of them, when there are several and the disk has room for it
    [[nodiscard]] double progress() const;
};

// What stands in job.json. errc::malformed for what to_json did not write.
std::string to_json(const Export& job);
Result<Export> parse_export(std::string_view json);

}  // namespace vantage::record
