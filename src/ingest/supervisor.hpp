// SPDX-License-Identifier: Apache-2.0
// All camera streams of the program on one thread of their own, which waits on nothing but its condition: a source's stop()
// may block it for a moment, and Asio's threads never. Any thread may call.
#pragma once
#include "ingest/camera.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace vantage::ingest {

class Supervisor {
  public:
    // `clock` outlives the supervisor, and so does what `factory` refers to.
    Supervisor(SourceFactory factory, const Clock& clock);
    // Stops every camera.
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // Adds the camera stream or changes it. The stream that it publishes to, the same after a change.
    std::shared_ptr<stream::Stream> set(const StreamKey& key, CameraOptions options, std::size_t ring_bytes);
    // Returns when its source has stopped and its stream is closed.
    void remove(const StreamKey& key);

    // Null and nothing when there is no such stream.
    [[nodiscard]] std::shared_ptr<stream::Stream> stream(const StreamKey& key) const;
    [[nodiscard]] std::optional<StreamStatus> status(const StreamKey& key) const;

  private:
    // A camera is driven under its own lock, so that one whose source is slow to stop keeps nobody from asking about the
    // others.
    struct Driven {
        std::mutex driving;
        Camera camera;
        template <class... Args>
        explicit Driven(Args&&... args) : camera(std::forward<Args>(args)...) {}
    };

    void run(const std::stop_token& stop);
    void wake();
    [[nodiscard]] std::shared_ptr<Driven> find(const StreamKey& key) const;

    const SourceFactory factory_;
    const Clock& clock_;

    mutable std::mutex mutex_;
    std::map<StreamKey, std::shared_ptr<Driven>> cameras_;  // guarded by mutex_
    bool due_{false};                                       // guarded by mutex_
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace vantage::ingest
