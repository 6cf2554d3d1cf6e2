// SPDX-License-Identifier: Apache-2.0
// A few threads that decode for all cameras, below the priority of everything else. A camera has at most one picture on its
// way; while it has, the next is refused: thumbnails are skipped, nobody waits. Safe from any thread.
//
// A decoder of 1080p holds 13 MB, and opening one costs a tenth of a picture: each picture gets one of its own, and shows
// nothing of any other. Only a camera whose pictures at recovery points refer to those before them keeps its decoder, from
// its one key frame on.
#pragma once
#include "media/key_pictures.hpp"
#include "stills/key_frames.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace vantage::stills {

class DecodePool {
  public:
    // Of one camera.
    class Lane {
      public:
        explicit Lane(std::string name) : name_(std::move(name)) {}

      private:
        friend class DecodePool;
        const std::string name_;
        std::atomic<bool> busy_{false};
        // By the thread that works for the lane
        std::optional<Track> track_;
        std::unique_ptr<KeyPictures> pictures_;
        std::optional<KeyFrame> alone_;  // the last one that referred to no other; the stream's ring holds it anyway
        bool told_{false};               // that it cannot be decoded
    };
    using Done = std::function<void(UtcTime time, Bytes jpeg)>;  // on a thread of the pool

    DecodePool(unsigned threads, JpegOptions jpeg);
    ~DecodePool();
    DecodePool(const DecodePool&) = delete;
    DecodePool& operator=(const DecodePool&) = delete;

    // False when the lane has a picture on its way.
    bool submit(const std::shared_ptr<Lane>& lane, KeyFrame frame, Done done);
    // Ends after the pictures that are being decoded; what waits is dropped.
    void stop();
    [[nodiscard]] std::uint64_t decoded() const { return decoded_; }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }  // nothing could be seen in them

  private:
    struct Job {
        std::shared_ptr<Lane> lane;
        KeyFrame frame;
        Done done;
    };
    void run(const std::stop_token& stop);
    void work(const Job& job);

    const JpegOptions jpeg_;
    std::atomic<std::uint64_t> decoded_{0}, failed_{0};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Job> jobs_;  // guarded by mutex_
    std::vector<std::jthread> threads_;
};

}  // namespace vantage::stills
