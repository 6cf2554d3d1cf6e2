// SPDX-License-Identifier: Apache-2.0
// Thumbnails of all recorded cameras: looks at their streams a few times a second, hands the key frames that are wanted to
// the pool, and what comes back to the writer, which has a thread of its own, since disks may hang. Nothing here holds up
// anybody: a late pool or disk loses pictures and counts them. Safe from any thread.
#pragma once
#include "footage/thumb_writer.hpp"
#include "stills/decode_pool.hpp"

namespace vantage::stills {

struct ThumbnailerOptions {
    milliseconds interval{1000};
    JpegOptions jpeg{320, 4};
    unsigned threads{1};
    milliseconds look{250};    // at the streams
    milliseconds write{1000};  // to the disk
};

// Of one camera: where pictures come from, and which recording they lie beside. While the stream is lost, they come from
// the other one, where there is one.
struct ThumbnailSource {
    StreamKey recorded, source;
    std::shared_ptr<stream::Stream> stream;
    std::shared_ptr<stream::Stream> other{};
    bool operator==(const ThumbnailSource&) const = default;
};

struct ThumbnailStats {
    std::uint64_t written{0}, bytes{0};
    std::uint64_t skipped{0};  // the pool was late
    std::uint64_t failed{0};   // nothing could be seen in the key frame
    std::uint64_t dropped{0};  // there was no footage of the instant, or the disk was late
};

class Thumbnailer {
  public:
    // The writer outlives it.
    Thumbnailer(const ThumbnailerOptions& options, footage::ThumbWriter& writer);
    ~Thumbnailer() { stop(); }
    Thumbnailer(const Thumbnailer&) = delete;
    Thumbnailer& operator=(const Thumbnailer&) = delete;

    // These from now on; one that was there goes on.
    void set_cameras(const std::vector<ThumbnailSource>& cameras);
    // Takes no more pictures. After the disks have finished: completes the packs.
    void stop_taking();
    void stop();
    [[nodiscard]] ThumbnailStats stats() const;

  private:
    class Camera {
      public:
        Camera(const ThumbnailSource& source, milliseconds interval);
        const ThumbnailSource source;
        const std::shared_ptr<DecodePool::Lane> lane;
        std::vector<KeyFrame> take();

      private:
        [[nodiscard]] bool is_lost(UtcTime now);

        KeyFrames frames_;
        std::optional<KeyFrames> other_;
        std::optional<UtcTime> heard_other_;  // first
        std::optional<UtcTime> last_;
    };
    void look();
    void look_loop(const std::stop_token& stop);
    void write_loop(const std::stop_token& stop);
    void note(const Status& done);

    const ThumbnailerOptions options_;
    footage::ThumbWriter& writer_;
    std::atomic<std::uint64_t> skipped_{0};
    std::string told_;  // the write thread's: what the log was told last
    std::mutex mutex_;
    std::vector<std::unique_ptr<Camera>> cameras_;  // guarded by mutex_
    bool stopped_{false};                           // guarded by mutex_
    std::mutex waiting_;
    std::condition_variable_any never_;  // waited on for the time and the stop alone
    DecodePool pool_;
    std::jthread looking_, writing_;  // last: they use the above
};

}  // namespace vantage::stills
