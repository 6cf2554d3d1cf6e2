// SPDX-License-Identifier: Apache-2.0
// Lays out one file of a cut while the parts of footage pass by: which bytes are copied, where each sample comes to lie, and
// the clock of the subtitles. For cutter.cpp. One thread.
#pragma once
#include "footage/cut_head.hpp"
#include "footage/cutter.hpp"
#include "media/mp4_progressive.hpp"

#include <deque>
#include <optional>

namespace vantage::footage {

class CutBuilder {
  public:
    struct Limits {
        MediaTime to;  // of presentation
        bool exact{false};
        bool exact_start{false};  // for the answer
    };
    CutBuilder(const CutOptions& options, Limits limits, TrackSet tracks)
        : options_(options), limits_(limits), tracks_(std::move(tracks)) {
        if (tracks_.video) video_track_ = *tracks_.video;
    }

    // In the order of the file. The first video part begins with a key frame, or pictures were given before.
    void add(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place);
    // The beginning that was encoded again, before any part.
    void add_head(const CutHead& head);

    // True when a part with these tracks belongs into the same file.
    [[nodiscard]] bool fits(const TrackSet& tracks) const;
    // Sound that a later segment brings along.
    void learn(const TrackSet& tracks);
    // Decode time of the first picture; nothing before it.
    [[nodiscard]] std::optional<MediaTime> video_begin() const {
        return video_.empty() ? std::nullopt : std::optional{MediaTime{video_.first()}};
    }
    // When the newest picture ends; nothing before the first one.
    [[nodiscard]] std::optional<MediaTime> video_end() const {
        return video_.empty() ? std::nullopt : std::optional{decoded_};
    }

    // Nothing when there was no picture (and no sound, where there is no video).
    Result<std::optional<Cut>> finish();

  private:
    struct Held {
        std::shared_ptr<File> file;
        Part part;
        PartPlace place;
        std::size_t first, end;  // samples
    };
    void add_video(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place, std::size_t first,
                   std::size_t end);
    void add_run(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place, std::size_t first,
                 std::size_t end);
    void add_audio(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place);
    // Silent frames from the end of what was heard up to `until`: sound is the clock of players.
    void add_silence(MediaTime until);
    void copy_samples(mp4::SampleTable& table, const std::shared_ptr<File>& file, const Part& part, const PartPlace& place,
                      std::size_t first, std::size_t end);
    void note_shown(MediaTime pts, Ticks duration, Ticks composition);
    void copy(const std::shared_ptr<File>& file, std::uint64_t offset, std::uint64_t bytes);
    void add_literal(ByteView bytes);
    // Texts of the seconds up to `time`, laid over `room` dead bytes that are copied next, or in front of them.
    void tell_time(MediaTime time, std::size_t room);
    [[nodiscard]] MediaTime shown_end() const;
    [[nodiscard]] std::vector<mp4::Edit> video_edits() const;
    [[nodiscard]] std::vector<mp4::Edit> audio_edits() const;

    const CutOptions& options_;
    const Limits limits_;
    TrackSet tracks_;
    Cut cut_;
    std::uint64_t position_{0};  // payload laid out so far
    mp4::SampleTable video_, audio_, text_;
    Track video_track_;                     // as the file describes it
    MediaTime complete_{MediaTime::min()};  // pictures of parts that are shown earlier need some that are not there
    std::optional<MediaTime> origin_;       // what the file calls 0
    std::optional<Ticks> delay_;            // composition offset of the first picture
    MediaTime decoded_{};                   // decode time at which the newest picture ends
    MediaTime shown_{};                     // when the picture that is shown last ends
    MediaTime heard_{};                     // when the newest sound ends
    MediaTime next_text_{};
    std::optional<std::uint64_t> silence_at_;  // kSilent silent frames, in the payload
    std::vector<Held> held_;                   // exact: pictures behind the end, which some before it may need
    std::deque<Held> early_;                   // sound from before the first picture
};

}  // namespace vantage::footage
