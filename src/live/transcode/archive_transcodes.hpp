// SPDX-License-Identifier: Apache-2.0
// Footage transcoded for players of HLS, which ask for a run of it at a time: made once for all who ask meanwhile and kept
// for a while. It has threads of its own, as few as the processor can feed; a camera and profile takes one place among the
// transcodes, however many watch it. Safe from any thread.
#pragma once
#include "live/segments/archive_view.hpp"
#include "live/transcode/transcodes.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace vantage::live {

class ArchiveTranscodes {
  public:
    static constexpr std::size_t kThreads = 2;
    static constexpr std::size_t kMostQueued = 16;        // runs of 6 s, a second or two of work each
    static constexpr std::size_t kMostBytes = 64U << 20;  // kept
    static constexpr seconds kKeep{60};

    // The references outlive this.
    ArchiveTranscodes(Transcodes& transcodes, const footage::Footage& footage, const Clock& clock);
    // Whoever waits is told so.
    ~ArchiveTranscodes();
    ArchiveTranscodes(const ArchiveTranscodes&) = delete;
    ArchiveTranscodes& operator=(const ArchiveTranscodes&) = delete;
    void stop();

    [[nodiscard]] ArchiveView& view(Profile profile);

  private:
    class View;
    struct Key {
        Profile profile;
        std::string path;
        MediaTime start;
        auto operator<=>(const Key&) const = default;
    };
    struct Wanted {
        Key key;
        std::vector<footage::Fragment> fragments;
        std::vector<ArchiveView::Done> waiting;  // guarded by mutex_
    };
    using WantedPtr = std::shared_ptr<Wanted>;
    using Parts = std::vector<PartPtr>;
    struct Kept {
        Key key;
        Parts parts;
        std::size_t bytes{0};
        SteadyTime made;
    };
    using FootagePtr = std::shared_ptr<const TranscodedFootage>;

    void read(Profile profile, std::vector<footage::Fragment> fragments, ArchiveView::Done done);
    void work(const std::stop_token& stop);
    [[nodiscard]] Result<Parts> make(const Wanted& wanted);
    FootagePtr footage_of(const CameraId& camera, Profile profile);
    void keep(const Key& key, const Parts& parts);  // under mutex_
    void forget_old();                              // under mutex_

    Transcodes& transcodes_;
    const footage::Footage& footage_;
    const Clock& clock_;
    std::array<std::unique_ptr<View>, kProfiles.size()> views_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<WantedPtr> queue_;      // guarded by mutex_, as all below
    std::map<Key, WantedPtr> wanted_;  // queued or being made
    std::deque<Kept> kept_;            // oldest first
    std::size_t kept_bytes_{0};
    std::map<std::pair<CameraId, Profile>, FootagePtr> footages_;  // each has its place while it reads
    bool stopped_{false};
    std::vector<std::jthread> threads_;  // stop() joins; last: uses the above
};

}  // namespace vantage::live
