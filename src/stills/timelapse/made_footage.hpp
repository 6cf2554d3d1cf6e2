// SPDX-License-Identifier: Apache-2.0
// For tests: footage of days that nobody recorded, drawn when it is read: each picture shows its time. And reading the times
// back out of films. Tests only; includes libav.hpp.
#pragma once
#include "footage/fake_thumbs.hpp"
#include "footage/faulty_files.hpp"
#include "footage/temp_directory.hpp"
#include "media/demuxer.hpp"
#include "media/test_clip.hpp"
#include "stills/timelapse/film_build.hpp"

namespace vantage::stills {

inline UtcTime time_at(std::string_view text) {
    return parse_time(text).value();
}
inline const CameraId kDoor = CameraId::parse("door").value();

class MadeFootage final : public footage::Footage {
  public:
    struct Stretch {
        UtcTime from, to;
        seconds gop{10};
        int frames{1};  // in a group of pictures
        int width{320}, height{180};
        int b_frames{0};
        StreamKey stream{kDoor, StreamKind::main};
        const char* encoder{"libx264"};
    };
    std::vector<Stretch> stretches;  // oldest first, apart
    std::vector<footage::Gap> gaps;
    std::optional<Error> broken;  // what looking up says
    mutable int read_count{0};

    Result<footage::Coverage> coverage(const StreamKey& stream, UtcTime from, UtcTime to) const override {
        footage::Coverage out;
        if (stream.kind == StreamKind::main)
            for (const auto& gap : gaps)
                if (gap.start < to && gap.end > from) out.gaps.push_back(gap);
        return out;
    }
    Result<std::vector<footage::SegmentPtr>> segments(const StreamKey& stream, UtcTime from, UtcTime to) const override {
        const auto found = fragments(stream, from, to, 1);
        if (!found) return found.error();
        return found->empty() ? std::vector<footage::SegmentPtr>{}
                              : std::vector<footage::SegmentPtr>{found->front().segment};
    }
    Result<std::vector<footage::Fragment>> fragments(const StreamKey& stream, UtcTime from, UtcTime to,
                                                     std::size_t most) const override {
        if (broken) return *broken;
        std::vector<footage::Fragment> out;
        for (std::size_t n = 0; n < stretches.size(); ++n) {
            const auto& one = stretches[n];
            if (one.stream != stream || one.to <= from || one.from >= to) continue;
            auto at = one.from;
            if (from > at) at += (from - at) / one.gop * one.gop;
            for (; at < one.to && at < to && out.size() < most; at += one.gop)
                out.push_back({segment(n), to_media(at), Ticks(one.gop), n, 1, 0, true, {}, Ticks{0}});
        }
        return out;
    }
    Result<std::vector<PartPtr>> read(const footage::Fragment& fragment) const override {
        ++read_count;
        const auto& one = stretches.at(fragment.offset);
        test::ClipOptions options{.encoder = one.encoder,
                                  .width = one.width,
                                  .height = one.height,
                                  .frames = one.frames,
                                  .gop = one.frames,
                                  .b_frames = one.b_frames,
                                  .start = fragment.start};
        if (options.encoder != std::string_view("libx264")) options.codec = Codec::h265;
        options.frame = Ticks(one.gop) / one.frames;
        auto& drawn = drawn_[{fragment.offset, fragment.start}];
        if (drawn.empty()) drawn = test::fragment_of(test::make_clip(options), 3);
        return drawn;
    }

  private:
    mutable std::map<std::pair<std::uint64_t, MediaTime>, std::vector<PartPtr>> drawn_;
    [[nodiscard]] footage::SegmentPtr segment(std::size_t n) const {
        const auto& one = stretches[n];
        return std::make_shared<footage::SegmentInfo>(
            footage::SegmentInfo{static_cast<std::int64_t>(n), one.stream, "/made", one.from, one.to, 0, {}, false, {}, {}});
    }
};

// The footage, and what timelapses need beside it.
struct FilmStudio {
    explicit FilmStudio(UtcTime now, const std::string& zone = "UTC") : clock(now), zone_name(zone) {
        std::filesystem::create_directories(temp.path() / "data");
    }

    footage::TempDirectory temp;
    SimulatedClock clock;
    std::string zone_name;
    footage::FaultyFiles files{clock};
    MadeFootage footage;
    footage::FakeThumbs thumbs;
    std::mutex turn;
    bool ready{true};
    std::uint64_t room{1U << 30};
    TimelapseTools tools{footage,
                         thumbs.thumbs,
                         files,
                         clock,
                         temp.path() / "data/timelapses",
                         TimeZone::load(zone_name).value(),
                         [this] { return ready; },
                         [this] { return Result<std::uint64_t>(room); },
                         [](UtcTime t) { return to_rfc3339(t); },
                         [](const CameraId& id) { return id.str(); },
                         turn};
};

struct FilmSeen {
    std::vector<std::optional<UtcTime>> shows;
    std::vector<Ticks> at;
    int width{0}, height{0};
};
// What an MP4 shows, frame by frame.
inline FilmSeen look_at_film(const std::filesystem::path& path) {
    FilmSeen out;
    auto demuxer = Demuxer::open(path.string(), {}, {}).value();
    std::unique_ptr<libav::VideoDecoder> decoder;
    const auto see = [&](const AVFrame& picture, MediaTime pts, bool) -> Status {
        const auto code = time_code::read({picture.data[0], picture.width, picture.height, picture.linesize[0]});
        out.shows.push_back(code ? std::optional(code->time) : std::nullopt);
        out.at.push_back(pts.time_since_epoch());
        out.width = picture.width;
        out.height = picture.height;
        return {};
    };
    for (;;) {
        auto item = demuxer->next().value();
        if (std::holds_alternative<EndOfInput>(item)) break;
        if (auto* tracks = std::get_if<TrackSet>(&item))
            decoder = std::make_unique<libav::VideoDecoder>(libav::VideoDecoder::open(*tracks->video).value());
        if (auto* frame = std::get_if<DemuxedFrame>(&item))
            (void)decoder->push(MediaTime{frame->pts.value()}, frame->key, frame->data, see);
    }
    (void)decoder->drain(see);
    return out;
}

}  // namespace vantage::stills
