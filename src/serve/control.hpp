// SPDX-License-Identifier: Apache-2.0
// What the HTTP handlers may ask of the running program. app implements it; nothing in serve knows how cameras are
// supervised or configured. Safe from any thread; what may block is said.
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"
#include "footage/footage.hpp"
#include "live/stream_name.hpp"
#include "media/track.hpp"
#include "record/exports.hpp"
#include "record/recording.hpp"
#include "serve/push_control.hpp"
#include "stream/stream.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vantage::live {
class Archive;
class LiveWindows;
class Pictures;
}  // namespace vantage::live

namespace vantage::record {
class Days;
class Movies;
class Recordings;
}  // namespace vantage::record

namespace vantage::stills {
class Frames;
class Moments;
class Thumbnails;
class TimelapseDays;
class TimelapseJobs;
}  // namespace vantage::stills

namespace vantage::serve {

struct StreamView {
    StreamKind kind{StreamKind::main};
    std::string state;             // "connecting", "running", "lost", "idle" (on demand), "refused", "disabled"
    std::string detail;            // for a person: why it is lost or refused; "sends no key frames"
    std::optional<UtcTime> since;  // of the state
    TrackSet tracks;               // empty before the first connect
    double fps{0};
    double bits_per_second{0};
    std::uint64_t lost_packets{0};
    microseconds jitter{0};
    footage::Timing timing;
    stream::StreamStats ring;
    bool recorded{false};
    microseconds write_lag{0};
    double gap_seconds{0};  // since start
    std::uint64_t disk_bytes{0};
    std::optional<UtcTime> oldest;  // footage
};

struct CameraView {
    CameraId id;
    std::string name;
    bool declared_in_file{false};  // read-only in the page
    std::string config_json;       // the long form of the configuration; passwords in addresses replaced by ***
    std::vector<StreamView> streams;
};

struct ProbeReport {
    TrackSet tracks;
    double fps{0};
    std::string clock;  // "sender reports: +12 ms", "none"
    Bytes jpeg;         // the first picture
};

struct DiskView {
    std::string path;
    std::string state;  // "good", "full", "failing", "slow", "missing"
    std::uint64_t total{0}, free{0}, footage{0};
    double bytes_per_day{0};
    double days_left{0};  // until retention by space begins; 0 when it already does
};

// RTSP out.
struct RtspView {
    std::uint16_t port{0};      // as configured
    std::uint16_t tls_port{0};  // 0: none
    std::string fault;          // why one of them does not listen, and is tried again
    std::size_t connections{0};
    std::size_t readers{0};
    std::uint64_t sent_bytes{0};
    std::uint64_t dropped_frames{0};  // for readers that were too slow
    std::uint64_t stalled{0};         // readers that took nothing and were ended
    std::uint64_t refused{0};         // wrong passwords, no right, too many
};

struct TranscodesView {
    std::size_t running{0}, most{0};  // live and footage together
    std::string encoder;              // "x264", "vaapi", ...
    std::uint64_t dropped_parts{0};   // since start
};

// Thumbnails, since start.
struct ThumbnailsView {
    std::uint64_t written{0}, bytes{0};
    std::uint64_t skipped{0};  // decoding was late
    std::uint64_t failed{0};   // nothing could be seen
    std::uint64_t dropped{0};  // no footage of the instant, or the disk was late
};

// Time series on their way to a database.
struct SeriesView {
    bool sending{false};                // the last batch was taken
    std::string fault;                  // why not
    std::uint64_t sent{0}, dropped{0};  // points, since start
    std::uint64_t waiting{0}, waiting_bytes{0};
};

struct SystemView {
    std::string version;
    UtcTime started;
    double cpu_percent{0};  // of one core, this process
    std::uint64_t memory_bytes{0};
    std::string time_zone;  // IANA name
    std::vector<DiskView> disks;
    std::optional<RtspView> rtsp;                                // nothing: it is off
    std::optional<std::string> clock_hold;                       // why nothing is deleted by age: the host's clock stepped
    std::vector<std::pair<std::string, std::string>> libraries;  // name, version
    TranscodesView transcodes;
    ThumbnailsView thumbnails;
    record::RecordingStats recordings;
    std::optional<SeriesView> influxdb;  // nothing: not configured
};

class Control {
  public:
    virtual ~Control() = default;
    [[nodiscard]] virtual std::vector<CameraView> cameras() const = 0;
    [[nodiscard]] virtual std::optional<CameraView> camera(const CameraId& id) const = 0;
    // The long form as JSON text. read_only for a camera of the file, already_exists, invalid_argument with the reason. A
    // '***' password keeps the stored one. Blocks on settings.db.
    virtual Status add_camera(const CameraId& id, const std::string& config_json) = 0;
    virtual Status change_camera(const CameraId& id, const std::string& config_json) = 0;
    // Footage stays until retention takes it. Blocks on settings.db.
    virtual Status remove_camera(const CameraId& id) = 0;
    // Connects, decodes one picture, disconnects; blocks up to `timeout`. `existing` supplies a '***' password.
    [[nodiscard]] virtual Result<ProbeReport> probe(const std::string& config_json, const std::optional<CameraId>& existing,
                                                    seconds timeout) = 0;
    // Null when there is no such stream. Subscribing connects an on-demand camera.
    [[nodiscard]] virtual std::shared_ptr<stream::Stream> stream(const StreamKey& key) const = 0;
    [[nodiscard]] virtual const footage::Footage& footage() const = 0;
    [[nodiscard]] virtual live::LiveWindows& live_windows() = 0;
    [[nodiscard]] virtual record::Exports& exports() = 0;
    [[nodiscard]] virtual record::Recordings& recordings() = 0;
    [[nodiscard]] virtual record::Movies& movies() = 0;
    [[nodiscard]] virtual record::Days& days() = 0;
    // Live and footage by the name a viewer asks with, transcoded or as they are. Ask for the stream whenever you subscribe:
    // a transcode is closed when nobody has read it for a while. errc::not_found when there is none, overloaded when too
    // many run. The footage is for one viewer, and for the stream that is behind the name (live::kind_behind).
    [[nodiscard]] virtual Result<std::shared_ptr<stream::Stream>> viewed_stream(const CameraId& camera,
                                                                                const live::StreamName& name) const = 0;
    [[nodiscard]] virtual std::shared_ptr<const footage::Footage> viewed_footage(const live::StreamName& name) const = 0;
    [[nodiscard]] virtual live::Pictures& pictures() const = 0;
    [[nodiscard]] virtual stills::Frames& frames() = 0;
    [[nodiscard]] virtual stills::Moments& moments() = 0;
    [[nodiscard]] virtual stills::Thumbnails& thumbnails() = 0;
    [[nodiscard]] virtual stills::TimelapseDays& timelapse_days() = 0;
    [[nodiscard]] virtual stills::TimelapseJobs& timelapse_jobs() = 0;
    // Days and ranges as HLS and DASH list them: as they are, and main as a profile shows it.
    [[nodiscard]] virtual live::Archive& archive() = 0;
    [[nodiscard]] virtual live::Archive& archive(live::Profile profile) = 0;
    [[nodiscard]] virtual SystemView system() const = 0;
    // A person says that the host's clock is right after a step: retention by age goes on. Blocks on settings.db.
    virtual void confirm_clock() = 0;
    [[nodiscard]] virtual PushControl& pushes() = 0;
};

}  // namespace vantage::serve
