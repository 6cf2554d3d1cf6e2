// SPDX-License-Identifier: Apache-2.0
// The supervisor of one camera stream: keeps its source connected and says how it is.
//
//                   viewer (on demand)          first picture
//      ┌──► idle ────────────────► connecting ───────────────► running
//      │     ▲                      │   ▲                       │
//      │     │ no viewer for 10 s   │   │ backoff               │ ended, or no picture for 10 s
//      │     └──────────────────────┼───┼───────────────────────┤
//   disabled ──► connecting         ▼   │                       │
//                                  lost ◄───────────────────────┘
//                                 refused: as lost, tried again each minute (wrong password, codec, address)
//
// `lost` and `refused` stay until a picture comes, also while connecting anew. The calls are for one thread, the
// supervisor's, which may block in Source::stop(); status() is for any. Time is what tick() is told: no timers in here.
#pragma once
#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "ingest/backoff.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/threaded_sink.hpp"

#include <functional>
#include <memory>
#include <string>

namespace vantage::ingest {

enum class CameraState { connecting, running, lost, idle, refused, disabled };
const char* to_string(CameraState state);

struct CameraOptions {
    SourceOptions source;
    bool enabled{true};
    bool on_demand{false};    // connected only while somebody watches
    seconds close_after{10};  // on demand: after the last viewer
    seconds silence{10};      // without a picture: lost
    stream::FragmenterOptions fragmenter;
};

struct StreamStatus {
    CameraState state{CameraState::connecting};
    std::string detail;       // for a person: why it is lost or refused; "sends no key frames"
    UtcTime since;            // of the state
    PipelineStatus pipeline;  // fps and bit rate 0 unless running
    SourceStats source;       // summed over connections
};

using SourceFactory = std::function<Result<std::unique_ptr<Source>>(const SourceOptions&)>;

class Camera {
  public:
    // `wake` asks for a tick soon; called from any thread.
    Camera(StreamKey key, CameraOptions options, std::shared_ptr<stream::Stream> stream, SourceFactory factory,
           const Clock& clock, std::function<void()> wake);
    ~Camera();
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;

    // At least four times a second.
    void tick();
    // Connects anew if what matters to the source has changed.
    void configure(CameraOptions options);
    // Disconnects, publishes what is held and closes the stream. The camera is then done with.
    void stop();

    [[nodiscard]] StreamStatus status() const;
    [[nodiscard]] const StreamKey& key() const { return key_; }
    [[nodiscard]] const std::shared_ptr<stream::Stream>& stream() const { return stream_; }

  private:
    struct Connection {
        std::unique_ptr<Source> source;
        std::unique_ptr<ThreadedSink> sink;  // before the pipeline
        std::shared_ptr<Pipeline> pipeline;
        std::shared_ptr<Guarded<std::optional<Error>>> ended;  // written on the source's thread
        SteadyTime since;
    };

    [[nodiscard]] bool wanted(SteadyTime now);
    void watch_connection(SteadyTime now);
    void connect(SteadyTime now);
    // Stops the source and publishes what it held. `reason` as it appears on the timeline.
    void disconnect(const std::string& reason);
    void lose(const Error& error, SteadyTime now);
    void enter(CameraState state, const std::string& detail);

    const StreamKey key_;
    const std::string name_;
    const std::shared_ptr<stream::Stream> stream_;
    const SourceFactory factory_;
    const Clock& clock_;
    const std::function<void()> wake_;

    // The supervisor's thread alone
    CameraOptions options_;
    Connection connection_;
    Backoff backoff_;
    SteadyTime try_at_;
    std::optional<SteadyTime> last_viewer_;
    std::optional<SteadyTime> running_since_;
    bool interrupted_{false};  // the stream has been told that nothing comes
    bool stopped_{false};

    struct Shown {
        CameraState state{CameraState::connecting};
        std::string detail;
        UtcTime since;
        std::shared_ptr<Pipeline> pipeline;
        Source* source{nullptr};
        SourceStats before;  // of connections that are over
    };
    mutable Guarded<Shown> shown_;
};

}  // namespace vantage::ingest
