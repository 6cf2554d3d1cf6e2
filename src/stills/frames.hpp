// SPDX-License-Identifier: Apache-2.0
// Full pictures of cameras on request: of now, and of any recorded instant. Each is decoded once for all who ask for it, a
// few at a time on threads of their own that stand back behind recording; what was decoded last is kept for a while. The
// calls are for any thread and do not block for longer than it takes to start a thread.
#pragma once
#include "stills/frame_search.hpp"
#include "stills/newest_frame.hpp"

#include <condition_variable>
#include <deque>
#include <list>

namespace vantage::stills {

struct FramesOptions {
    int threads{2};                    // that look up and decode what is recorded
    std::size_t most_waiting{64};      // requests, before more are refused
    std::size_t most_kept{64U << 20};  // bytes of decoded pictures
    std::size_t most_cameras{16};      // whose newest picture is made at once
    milliseconds patience{8000};       // for a picture of a camera that sends none yet
};

class Frames {
  public:
    // Null when there is no such stream.
    using Source = std::function<std::shared_ptr<stream::Stream>(const StreamKey&)>;
    using Done = NewestFrame::Done;

    // `footage` outlives it.
    Frames(Source source, const footage::Footage& footage, FramesOptions options = {});
    ~Frames() { stop(); }
    Frames(const Frames&) = delete;
    Frames& operator=(const Frames&) = delete;

    // The newest picture that was sent. `done` is called once, here or on another thread. errc::not_found when there is no
    // such stream, unavailable when the camera sends nothing, overloaded.
    void now(const StreamKey& stream, const Look& look, Done done);
    // What was shown at a recorded instant (see find_frame). `done` is called once, here or on another thread, where it may
    // block. errc::not_found when there is no footage, overloaded.
    void at(const StreamKey& stream, UtcTime time, const Look& look, Done done);

    // Ends all, and begins nothing any more; who waits is told cancelled.
    void stop();
    [[nodiscard]] std::uint64_t decoded() const { return decoded_; }  // recorded frames, since start

  private:
    struct Job {
        StreamKey stream;
        UtcTime time;
        Look look;
        Done done;
    };
    struct FrameKey {
        StreamKey stream;
        MediaTime time;
        auto operator<=>(const FrameKey&) const = default;
    };
    using Waiting = std::vector<NewestFrame::Request>;
    using Kept = std::pair<FrameKey, NegativePtr>;

    void work(const std::stop_token& stop);
    void run(Job& job);
    [[nodiscard]] Result<CodedFrame> search(const Job& job) const;
    Result<NegativePtr> decode(const CodedFrame& coded);
    void keep(const FrameKey& key, const NegativePtr& negative);  // this and the next: under mutex_
    NegativePtr kept(const FrameKey& key);

    const Source source_;
    const footage::Footage& footage_;
    const FramesOptions options_;
    DecodingRoom room_;
    std::atomic<std::uint64_t> decoded_{0};

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Job> jobs_;                  // guarded by mutex_, as all below it
    std::map<FrameKey, Waiting> decoding_;  // and who waits for it
    std::list<Kept> kept_;                  // what was used last first
    std::map<StreamKey, std::unique_ptr<NewestFrame>> newest_;
    bool stopped_{false};

    std::vector<std::jthread> threads_;  // last: they use the above
};

}  // namespace vantage::stills
