// SPDX-License-Identifier: Apache-2.0
// JPEGs of one camera stream for any number of viewers: decoded once, on a thread of its own, and encoded once for each
// width and picture, while somebody looks. Only key frames are decoded when nobody wants more pictures than there are of
// them. A viewer finds the newest picture; what he did not take is gone. The calls are for any thread.
#pragma once
#include "base/bell.hpp"
#include "media/picture_stream.hpp"
#include "stream/stream.hpp"

#include <atomic>
#include <thread>

namespace vantage::live {

struct Jpeg {
    Bytes data;
    UtcTime time;  // of the picture
};
using JpegPtr = std::shared_ptr<const Jpeg>;

// What one viewer wants. Pictures come on a grid that all with the same rate share, so that they share them.
struct PictureWish {
    double fps{5};
    int width{0};  // pixels at most; 0: as it is
    bool operator==(const PictureWish&) const = default;
};

class PictureShow : public std::enable_shared_from_this<PictureShow> {
  public:
    class Viewer {
      public:
        ~Viewer();
        Viewer(const Viewer&) = delete;
        Viewer& operator=(const Viewer&) = delete;
        // The newest picture that was not taken yet, or null.
        [[nodiscard]] JpegPtr take();
        // Nothing will come any more: the camera was removed, or the program ends.
        [[nodiscard]] bool over() const;

      private:
        friend class PictureShow;
        Viewer(std::shared_ptr<PictureShow> show, PictureWish wish, std::function<void()> on_ready);
        const std::shared_ptr<PictureShow> show_;
        const PictureWish wish_;
        const std::function<void()> on_ready_;
        // Guarded by show_->mutex_
        std::int64_t place_{-1};  // of the last picture on the grid
        JpegPtr newest_;
    };

    // `name` for the log. The clock outlives it.
    PictureShow(std::string name, std::shared_ptr<stream::Stream> source, const Clock& clock);
    ~PictureShow() { stop(); }
    PictureShow(const PictureShow&) = delete;
    PictureShow& operator=(const PictureShow&) = delete;

    static constexpr seconds kMostBehind{1};         // of the least lag there was: what lies in between is passed over
    static constexpr milliseconds kCatchingUp{400};  // older than this and more has come: it is decoded, not shown
    static constexpr milliseconds kShowAnyway{500};  // unless nothing was shown for so long

    // `on_ready` is called on the show's thread after each picture for him, and at the end: only post something. Null when
    // the show is over.
    std::unique_ptr<Viewer> join(PictureWish wish, std::function<void()> on_ready);
    // Ends it; its viewers find it over.
    void stop();
    // Nobody looks any more, or the stream is closed: take another one.
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] const std::shared_ptr<stream::Stream>& source() const { return source_; }
    [[nodiscard]] std::uint64_t decoded() const { return decoded_; }
    [[nodiscard]] std::uint64_t encoded() const { return encoded_; }

  private:
    void run(const std::stop_token& stop);
    bool step(const std::stop_token& stop);
    void take(const Part& part);
    void show(MediaTime time);
    void greet();
    void keep_up(const Part& part);
    [[nodiscard]] bool key_frames_do() const;
    [[nodiscard]] bool catching_up(const Part& part);
    JpegPtr encode(int width, MediaTime time);

    const std::string name_;
    const std::shared_ptr<stream::Stream> source_;
    const Clock& clock_;
    const std::shared_ptr<Bell> bell_{std::make_shared<Bell>()};
    std::atomic<bool> over_{false};
    std::atomic<std::uint64_t> decoded_{0}, encoded_{0};

    mutable std::mutex mutex_;
    std::vector<Viewer*> viewers_;  // guarded by mutex_
    bool joined_{false};            // guarded by mutex_; somebody has looked

    // The thread alone
    std::unique_ptr<stream::Reader> reader_;
    std::unique_ptr<PictureStream> pictures_;
    std::optional<Track> track_;  // that pictures_ decodes
    std::optional<MediaTime> last_key_;
    std::optional<Ticks> key_interval_;
    bool whole_{false};  // every picture since the last key frame was decoded
    std::optional<microseconds> least_lag_;
    std::optional<UtcTime> shown_at_;  // or, before the first one, when the first was passed over

    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::live
