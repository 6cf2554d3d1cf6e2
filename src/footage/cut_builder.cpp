// SPDX-License-Identifier: Apache-2.0
#include "footage/cut_builder.hpp"

#include "media/silence.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

constexpr std::size_t kMostEarly = 16;  // parts of sound, 250 ms each
constexpr Ticks kSecond{90000};
constexpr Ticks kHole{9000};          // 100 ms without sound are filled
constexpr std::int64_t kSilent = 64;  // frames of silence that lie in the file; samples refer to them again and again

Ticks of(MediaTime time) {
    return time.time_since_epoch();
}

bool agree(const std::optional<Track>& a, const std::optional<Track>& b) {
    return !a || !b || *a == *b;
}

}  // namespace

bool CutBuilder::fits(const TrackSet& tracks) const {
    return tracks.video == tracks_.video && agree(tracks.audio, tracks_.audio);
}

void CutBuilder::learn(const TrackSet& tracks) {
    if (!tracks_.audio) tracks_.audio = tracks.audio;
}

void CutBuilder::copy(const std::shared_ptr<File>& file, std::uint64_t offset, std::uint64_t bytes) {
    auto& pieces = cut_.pieces;
    if (!pieces.empty() && pieces.back().file == file && pieces.back().offset + pieces.back().bytes == offset) {
        pieces.back().bytes += bytes;
    } else {
        pieces.push_back({file, offset, bytes});
    }
    position_ += bytes;
}

void CutBuilder::add_literal(ByteView bytes) {
    const auto offset = cut_.literals.size();
    cut_.literals.insert(cut_.literals.end(), bytes.begin(), bytes.end());
    copy(nullptr, offset, bytes.size());
}

void CutBuilder::tell_time(MediaTime time, std::size_t room) {
    if (!options_.time_text || !origin_) return;
    if (text_.empty()) next_text_ = *origin_;
    Bytes texts;
    std::vector<std::pair<MediaTime, std::uint32_t>> samples;
    for (; next_text_ <= time; next_text_ = std::chrono::floor<seconds>(next_text_) + kSecond) {
        const auto text = mp4::timed_text(options_.time_text(to_utc(next_text_)));
        texts.insert(texts.end(), text.begin(), text.end());
        samples.emplace_back(next_text_, static_cast<std::uint32_t>(text.size()));
    }
    if (texts.empty()) return;
    text_.begin_chunk(position_);
    for (const auto& [at, size] : samples) text_.add(size, of(at), Ticks{0}, true);
    if (texts.size() > room) {
        add_literal(texts);
        return;
    }
    const auto literal = static_cast<std::uint32_t>(cut_.literals.size());
    cut_.patches.push_back({position_, literal, static_cast<std::uint32_t>(texts.size())});
    cut_.literals.insert(cut_.literals.end(), texts.begin(), texts.end());
}

// All of a part is copied with its headers, so that neighbours become one piece; of a part that is cut, the samples alone.
void CutBuilder::copy_samples(mp4::SampleTable& table, const std::shared_ptr<File>& file, const Part& part,
                              const PartPlace& place, std::size_t first, std::size_t end) {
    const auto& samples = part.samples;
    std::uint64_t bytes = 0;
    for (auto i = first; i < end; ++i) bytes += samples[i].size;
    const bool whole = first == 0 && end == samples.size();
    const auto payload = place.offset + place.header;
    table.begin_chunk(position_ + (whole ? place.header : 0));
    if (whole) {
        copy(file, place.offset, place.bytes);
    } else {
        copy(file, payload + (samples[first].offset - samples.front().offset), bytes);
    }
    auto dts = part.start;
    for (std::size_t i = 0; i < end; ++i) {
        const auto& sample = samples[i];
        if (i >= first) table.add(sample.size, of(dts), sample.composition, sample.key);
        dts += sample.duration;
    }
}

void CutBuilder::note_shown(MediaTime pts, Ticks duration, Ticks composition) {
    if (!origin_) origin_ = pts;
    if (!delay_) delay_ = composition;
    shown_ = std::max(shown_, pts + duration);
}

void CutBuilder::add_video(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place, std::size_t first,
                           std::size_t end) {
    auto dts = part.start;
    for (std::size_t i = 0; i < end; ++i) {
        const auto& sample = part.samples[i];
        if (i >= first) note_shown(dts + sample.composition, sample.duration, sample.composition);
        dts += sample.duration;
    }
    const bool whole = first == 0 && end == part.samples.size();
    tell_time(std::min(part.start, limits_.to - Ticks{1}), whole ? place.header : 0);
    copy_samples(video_, file, part, place, first, end);
    decoded_ = dts;
    while (!early_.empty()) {
        const auto held = std::move(early_.front());
        early_.pop_front();
        add_audio(held.file, held.part, held.place);
    }
}

void CutBuilder::add(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place) {
    if (part.track == TrackKind::audio) {
        if (video_.empty() && tracks_.video) {
            early_.push_back({file, part, place, 0, 0});
            if (early_.size() > kMostEarly) early_.pop_front();
        } else {
            add_audio(file, part, place);
        }
        return;
    }
    if (complete_ == MediaTime::min()) complete_ = part.start + part.samples.front().composition;
    // Leading pictures of the first GOP need one that is not here; they come right behind its key frame in decode order.
    auto dts = part.start;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= part.samples.size(); ++i) {
        const bool ends = i == part.samples.size() || dts + part.samples[i].composition < complete_;
        if (ends && i > begin) add_run(file, part, place, begin, i);
        if (ends) begin = i + 1;
        if (i < part.samples.size()) dts += part.samples[i].duration;
    }
}

// An exact cut ends with the last frame in decode order that is shown before its end; what is shown later and comes earlier
// in decode order stays, hidden by the edit list, as others need it.
void CutBuilder::add_run(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place, std::size_t first,
                         std::size_t end) {
    auto needed = end;
    if (limits_.exact) {
        needed = first;
        auto dts = part.start;
        for (std::size_t i = 0; i < end; ++i) {
            if (i >= first && dts + part.samples[i].composition < limits_.to) needed = i + 1;
            dts += part.samples[i].duration;
        }
    }
    if (needed > first) {
        for (const auto& held : std::exchange(held_, {})) add_video(held.file, held.part, held.place, held.first, held.end);
        add_video(file, part, place, first, needed);
    }
    if (needed < end) held_.push_back({file, part, place, needed, end});
}

void CutBuilder::add_audio(const std::shared_ptr<File>& file, const Part& part, const PartPlace& place) {
    if (!origin_) origin_ = part.start;
    std::size_t first = part.samples.size(), end = 0;
    auto start = part.start;
    if (!audio_.empty() && start > heard_ + kHole && start < limits_.to) add_silence(start);
    for (std::size_t i = 0; i < part.samples.size(); ++i) {
        const auto duration = part.samples[i].duration;
        if (start + duration > *origin_ && start < limits_.to && (audio_.empty() || of(start) > audio_.last())) {
            first = std::min(first, i);
            end = i + 1;
            heard_ = start + duration;
        }
        start += duration;
    }
    if (end > first) copy_samples(audio_, file, part, place, first, end);
}

void CutBuilder::add_silence(MediaTime until) {
    const auto silence = tracks_.audio ? silence_of(*tracks_.audio) : std::nullopt;
    if (!silence) return;
    if (!silence_at_) {
        silence_at_ = position_;
        for (std::int64_t i = 0; i < kSilent; ++i) add_literal(silence->frame);
    }
    // The last one lasts up to the sound that follows: less than two frames.
    for (std::int64_t i = 0; heard_ + silence->after(i + 1) <= until; ++i) {
        if (i % kSilent == 0) audio_.begin_chunk(*silence_at_);
        audio_.add(static_cast<std::uint32_t>(silence->frame.size()), of(heard_ + silence->after(i)), Ticks{0}, true);
    }
}

void CutBuilder::add_head(const CutHead& head) {
    video_track_ = head.track;
    complete_ = head.shown;
    for (std::size_t i = 0; i < head.frames.size(); ++i) {
        const auto& frame = head.frames[i];
        const bool last = i + 1 == head.frames.size();
        const auto duration = last ? head.last_duration : head.frames[i + 1].pts - frame.pts;
        note_shown(frame.pts, duration, head.delay);
        tell_time(frame.pts, 0);
        video_.begin_chunk(position_);
        add_literal(frame.data);
        video_.add(static_cast<std::uint32_t>(frame.data.size()), of(frame.pts - head.delay), head.delay, frame.key);
        decoded_ = frame.pts - head.delay + duration;
    }
}

MediaTime CutBuilder::shown_end() const {
    if (video_.empty()) return heard_;
    return limits_.exact ? std::min(shown_, limits_.to) : shown_;
}

std::vector<mp4::Edit> CutBuilder::video_edits() const {
    return {{delay_, shown_end() - *origin_}};
}

std::vector<mp4::Edit> CutBuilder::audio_edits() const {
    const MediaTime first{audio_.first()};
    const auto end = std::min(heard_, shown_end());
    if (first > *origin_) return {{{}, first - *origin_}, {Ticks{0}, std::max(Ticks{1}, end - first)}};
    return {{*origin_ - first, std::max(Ticks{1}, end - *origin_)}};
}

Result<std::optional<Cut>> CutBuilder::finish() {
    if (!origin_ || (video_.empty() && audio_.empty())) return std::optional<Cut>{};
    tell_time(shown_end() - Ticks{1}, 0);
    video_.finish(std::max(of(decoded_), video_.last() + Ticks{1}));
    audio_.finish(of(heard_));
    text_.finish(of(shown_end()));
    mp4::Movie movie{to_utc(*origin_), options_.title, {}, position_};
    if (!video_.empty()) movie.tracks.push_back({&video_track_, &video_, video_edits()});
    if (!audio_.empty()) movie.tracks.push_back({&*tracks_.audio, &audio_, audio_edits()});
    if (!text_.empty()) movie.tracks.push_back({nullptr, &text_, {{Ticks{0}, text_.duration()}}});
    auto head = mp4::make_movie_head(movie);
    if (head.has_error()) return head.error();
    cut_.start = to_utc(*origin_);
    cut_.end = to_utc(shown_end());
    cut_.exact = limits_.exact && limits_.exact_start;
    cut_.head = std::move(*head);
    cut_.bytes = cut_.head.size() + position_;
    return std::optional{std::move(cut_)};
}

}  // namespace vantage::footage
