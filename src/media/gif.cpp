// SPDX-License-Identifier: Apache-2.0
#include "media/gif.hpp"

#include "media/demuxer.hpp"
#include "media/gif_writer.hpp"
#include "media/scaler.hpp"
#include "media/video_decoder.hpp"

#include <algorithm>

namespace vantage {
namespace {

constexpr int kTries = 4;  // each takes about 0.75 x 0.75 x 0.75 of the one before

// Square pixels, no side longer than `side`; as encoders and filters expect it of YUV when nothing is said.
libav::PictureKind kind_for(const AVFrame& picture, const Track& track, int side) {
    auto kind = libav::shown_kind(picture, track, side);
    if (kind.height > side) kind = libav::shown_kind(picture, track, side * kind.width / kind.height);
    kind.full_range = false;
    return kind;
}

// Picks pictures of a clip, far enough from each other, and makes them small.
class Picker {
  public:
    Picker(Ticks length, Ticks distance, int side) : length_(length), distance_(distance), side_(side) {}

    Status run(const std::filesystem::path& clip, const std::stop_token& stop) {
        DemuxerOptions options;
        options.audio = false;
        options.shown = clip.filename().string();
        auto input = Demuxer::open("file:" + clip.string(), options, stop);
        if (!input) return input.error();
        for (;;) {
            auto next = (*input)->next();
            if (!next) return next.error();
            if (std::holds_alternative<EndOfInput>(*next)) break;
            if (const auto* tracks = std::get_if<TrackSet>(&*next)) {
                if (auto opened = open(*tracks); !opened) return opened;
            } else if (auto& frame = std::get<DemuxedFrame>(*next); frame.track == TrackKind::video && frame.pts) {
                // One that cannot be decoded is passed over, as every player does.
                (void)decoder_->push(MediaTime{*frame.pts}, frame.key, frame.data, take_);
            }
            if (failed_.has_error()) return failed_;
        }
        if (decoder_) (void)decoder_->drain(take_);
        return failed_;
    }
    std::vector<libav::GifPicture> pictures_;

  private:
    Status open(const TrackSet& tracks) {
        if (!tracks.video) return fail(errc::malformed, "the clip has no pictures");
        track_ = *tracks.video;
        auto decoder = libav::VideoDecoder::open(track_);
        if (!decoder) return decoder.error();
        decoder_.emplace(std::move(*decoder));
        return {};
    }

    Status take(const AVFrame& picture, MediaTime at) {
        const auto time = at.time_since_epoch();
        const bool near = !pictures_.empty() && time - pictures_.back().time < distance_;
        if (time < Ticks{0} || time >= length_ || near) return {};
        if (pictures_.empty()) kind_ = kind_for(picture, track_, side_);
        const auto scaled = scaler_.scale(picture, libav::kind_of(picture), kind_);
        if (!scaled) return failed_ = scaled.error();
        libav::FramePtr kept{av_frame_clone(*scaled)};
        if (!kept) return failed_ = fail(errc::overloaded, "no memory for a GIF");
        pictures_.push_back({time, std::move(kept)});
        return {};
    }

    const Ticks length_, distance_;
    const int side_;
    Track track_;
    libav::PictureKind kind_;
    libav::Scaler scaler_;
    std::optional<libav::VideoDecoder> decoder_;
    Status failed_;
    const libav::VideoDecoder::Out take_ = [this](const AVFrame& picture, MediaTime at, bool) { return take(picture, at); };
};

}  // namespace

Result<Gif> make_gif(const std::filesystem::path& clip, Ticks length, const GifOptions& options,
                     const std::stop_token& stop) {
    auto distance = std::max(options.least_distance, length / std::max(options.most_pictures, 1));
    auto side = options.side;
    for (int left = kTries;; --left) {
        Picker picker(length, distance, side);
        if (auto picked = picker.run(clip, stop); !picked) return picked.error();
        if (picker.pictures_.empty()) return fail(errc::malformed, "no picture of the clip can be decoded");
        auto gif = libav::write_gif(picker.pictures_, length, stop);
        if (!gif) return gif.error();
        const auto& first = *picker.pictures_.front().frame;
        if (gif->size() <= options.most_bytes || left <= 1)
            return Gif{std::move(*gif), first.width, first.height, static_cast<int>(picker.pictures_.size())};
        distance = distance * 4 / 3;
        side = side * 3 / 4;
    }
}

}  // namespace vantage
