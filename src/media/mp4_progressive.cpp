// SPDX-License-Identifier: Apache-2.0
// Boxes of ISO 14496-12 8.1-8.7, TS 26.245 5.16 (tx3g) and the iTunes item list (title).
#include "media/mp4_progressive.hpp"

#include "media/mp4_entry.hpp"

#include <algorithm>

namespace vantage::mp4 {
namespace {

constexpr std::uint32_t kTimescale = 90000;
constexpr std::int64_t k1904ToUnix = 2082844800;  // seconds
constexpr std::uint64_t kLargest32 = 0xffffffff;
constexpr std::size_t kWideMdat = 16, kMdat = 8;

Ticks shown(const MovieTrack& track) {
    Ticks sum{0};
    for (const auto& edit : track.edits) sum += edit.duration;
    return sum;
}

// Times and durations take 32 bits while they fit: not every player reads the wide form.
class HeadWriter {
  public:
    HeadWriter(Bytes& out, const Movie& movie) : w_(out), out_(out), movie_(movie) {
        created_ = static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, std::chrono::floor<seconds>(movie.created.time_since_epoch()).count() + k1904ToUnix));
    }

    void write() {
        w_.box(fourcc("ftyp"), [&] {
            w_.text("isom");
            w_.u32(0x200);
            w_.text("isomiso2mp41");
        });
        w_.box(fourcc("moov"), [&] {
            write_mvhd();
            for (std::size_t i = 0; i < movie_.tracks.size(); ++i)
                write_trak(movie_.tracks[i], static_cast<std::uint32_t>(i + 1));
            if (!movie_.title.empty()) write_title();
        });
        write_mdat_header();
        move_offsets();
    }

  private:
    struct Offsets {
        std::size_t at, count;
    };

    void number(bool wide, std::uint64_t value) {
        if (wide) {
            w_.u64(value);
        } else {
            w_.u32(static_cast<std::uint32_t>(value));
        }
    }
    bool is_wide(Ticks duration) const {
        return static_cast<std::uint64_t>(duration.count()) > kLargest32 || created_ > kLargest32;
    }
    // Creation and modification time.
    void times(bool wide) {
        number(wide, created_);
        number(wide, created_);
    }

    void write_mvhd() {
        Ticks longest{0};
        for (const auto& track : movie_.tracks) longest = std::max(longest, shown(track));
        const bool wide = is_wide(longest);
        w_.full_box(fourcc("mvhd"), wide ? 1 : 0, 0, [&] {
            times(wide);
            w_.u32(kTimescale);
            number(wide, static_cast<std::uint64_t>(longest.count()));
            w_.u32(0x10000);
            w_.u16(0x100);
            w_.zeros(10);
            write_matrix(w_);
            w_.zeros(24);
            w_.u32(static_cast<std::uint32_t>(movie_.tracks.size() + 1));
        });
    }

    void write_trak(const MovieTrack& track, std::uint32_t id) {
        w_.box(fourcc("trak"), [&] {
            write_tkhd(track, id);
            write_edts(track);
            w_.box(fourcc("mdia"), [&] {
                write_mdhd(track);
                write_hdlr(track);
                write_minf(track);
            });
        });
    }

    void write_tkhd(const MovieTrack& track, std::uint32_t id) {
        const bool video = track.track != nullptr && track.track->kind() == TrackKind::video;
        const bool audio = track.track != nullptr && !video;
        const bool wide = is_wide(shown(track));
        w_.full_box(fourcc("tkhd"), wide ? 1 : 0, 3 /*enabled, in the movie*/, [&] {
            times(wide);
            w_.u32(id);
            w_.zeros(4);
            number(wide, static_cast<std::uint64_t>(shown(track).count()));
            w_.zeros(8 + 2);                         // reserved, layer
            w_.u16(static_cast<std::uint16_t>(id));  // alternate group: none has an alternative
            w_.u16(audio ? 0x100 : 0);
            w_.u16(0);
            write_matrix(w_);
            w_.u32(video ? shown_width(*track.track) : 0);
            w_.u32(video ? static_cast<std::uint32_t>(track.track->height) << 16 : 0);
        });
    }

    void write_edts(const MovieTrack& track) {
        const bool wide = std::ranges::any_of(track.edits, [this](const Edit& edit) {
            return is_wide(edit.duration) || edit.media_time.value_or(Ticks{0}).count() > INT32_MAX;
        });
        w_.box(fourcc("edts"), [&] {
            w_.full_box(fourcc("elst"), wide ? 1 : 0, 0, [&] {
                w_.u32(static_cast<std::uint32_t>(track.edits.size()));
                for (const auto& edit : track.edits) {
                    number(wide, static_cast<std::uint64_t>(edit.duration.count()));
                    number(wide, static_cast<std::uint64_t>(edit.media_time ? edit.media_time->count() : -1));
                    w_.u32(0x10000);  // rate
                }
            });
        });
    }

    void write_mdhd(const MovieTrack& track) {
        const bool wide = is_wide(track.table->duration());
        w_.full_box(fourcc("mdhd"), wide ? 1 : 0, 0, [&] {
            times(wide);
            w_.u32(kTimescale);
            number(wide, static_cast<std::uint64_t>(track.table->duration().count()));
            w_.u16(0x55c4);  // undetermined language
            w_.u16(0);
        });
    }

    void write_hdlr(const MovieTrack& track) {
        const bool video = track.track != nullptr && track.track->kind() == TrackKind::video;
        w_.full_box(fourcc("hdlr"), 0, 0, [&] {
            w_.u32(0);
            w_.text(track.track == nullptr ? "sbtl" : video ? "vide" : "soun");
            w_.zeros(12);
            w_.text(track.track == nullptr ? "time" : video ? "video" : "audio");
            w_.u8(0);
        });
    }

    void write_minf(const MovieTrack& track) {
        w_.box(fourcc("minf"), [&] {
            if (track.track == nullptr) {
                w_.full_box(fourcc("nmhd"), 0, 0, [] {});
            } else if (track.track->kind() == TrackKind::video) {
                w_.full_box(fourcc("vmhd"), 0, 1, [&] { w_.zeros(8); });
            } else {
                w_.full_box(fourcc("smhd"), 0, 0, [&] { w_.zeros(4); });
            }
            w_.box(fourcc("dinf"), [&] {
                w_.full_box(fourcc("dref"), 0, 0, [&] {
                    w_.u32(1);
                    w_.full_box(fourcc("url "), 0, 1 /*in this file*/, [] {});
                });
            });
            write_stbl(track);
        });
    }

    void write_stbl(const MovieTrack& track) {
        w_.box(fourcc("stbl"), [&] {
            w_.full_box(fourcc("stsd"), 0, 0, [&] {
                w_.u32(1);
                if (track.track != nullptr) {
                    write_sample_entry(w_, *track.track);
                } else {
                    write_tx3g();
                }
            });
            offsets_.push_back({track.table->write(w_, wide_offsets()), track.table->chunk_count()});
        });
    }

    // White on nothing, bottom left.
    void write_tx3g() {
        w_.box(fourcc("tx3g"), [&] {
            w_.zeros(6);
            w_.u16(1);     // data reference
            w_.u32(0);     // display flags
            w_.u16(0xff);  // justification: left, bottom
            w_.u32(0);     // background
            w_.zeros(8);   // box: all of it
            w_.zeros(4);   // style: from the first to the last character
            w_.u16(1);     // font
            w_.u8(0);
            w_.u8(18);
            w_.u32(0xffffffff);
            w_.box(fourcc("ftab"), [&] {
                w_.u16(1);
                w_.u16(1);
                w_.u8(10);
                w_.text("Sans-Serif");
            });
        });
    }

    void write_title() {
        w_.box(fourcc("udta"), [&] {
            w_.full_box(fourcc("meta"), 0, 0, [&] {
                w_.full_box(fourcc("hdlr"), 0, 0, [&] {
                    w_.u32(0);
                    w_.text("mdirappl");
                    w_.zeros(9);
                });
                w_.box(fourcc("ilst"), [&] {
                    w_.box(fourcc("\251nam"), [&] {
                        w_.box(fourcc("data"), [&] {
                            w_.u32(1);  // UTF-8
                            w_.u32(0);
                            w_.text(movie_.title);
                        });
                    });
                });
            });
        });
    }

    // Decided before the tables are written, from what they will take at most.
    bool wide_offsets() const { return movie_.media_bytes > kLargest32 - (256U << 20); }

    void write_mdat_header() {
        const bool wide = movie_.media_bytes + kMdat > kLargest32;
        w_.u32(wide ? 1 : static_cast<std::uint32_t>(movie_.media_bytes + kMdat));
        w_.u32(fourcc("mdat"));
        if (wide) w_.u64(movie_.media_bytes + kWideMdat);
    }

    void move_offsets() {
        const auto head = out_.size();
        for (const auto& offsets : offsets_) {
            auto* at = out_.data() + offsets.at;
            for (std::size_t i = 0; i < offsets.count; ++i) {
                if (wide_offsets()) {
                    store_u64(at + i * 8, load_u64(at + i * 8) + head);
                } else {
                    store_u32(at + i * 4, load_u32(at + i * 4) + static_cast<std::uint32_t>(head));
                }
            }
        }
    }

    BoxWriter w_;
    Bytes& out_;
    const Movie& movie_;
    std::uint64_t created_;
    std::vector<Offsets> offsets_;
};

}  // namespace

Result<Bytes> make_movie_head(const Movie& movie) {
    for (const auto& track : movie.tracks)
        if (track.track != nullptr)
            if (auto good = check_track(*track.track, track.track->kind()); !good) return good.error();
    Bytes out;
    HeadWriter(out, movie).write();
    return out;
}

Bytes timed_text(std::string_view text) {
    text = text.substr(0, 0xffff);
    Bytes out(2);
    store_u16(out.data(), static_cast<std::uint16_t>(text.size()));
    const auto bytes = as_bytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
}

}  // namespace vantage::mp4
