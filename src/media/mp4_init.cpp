// SPDX-License-Identifier: Apache-2.0
// The init: ftyp and moov (ISO 14496-12 8.1-8.8).
#include "media/mp4.hpp"
#include "media/mp4_box.hpp"
#include "media/mp4_entry.hpp"

namespace vantage::mp4 {
namespace {

constexpr std::uint32_t kTimescale = 90000;

void write_ftyp(BoxWriter& w) {
    w.box(fourcc("ftyp"), [&] {
        w.text("iso6");
        w.u32(1);
        w.text("iso6isommp41cmfc");
    });
}

void write_mvhd(BoxWriter& w) {
    w.full_box(fourcc("mvhd"), 0, 0, [&] {
        w.zeros(8);  // creation and modification time
        w.u32(kTimescale);
        w.u32(0);  // duration: in mehd
        w.u32(0x10000);
        w.u16(0x100);
        w.zeros(10);
        write_matrix(w);
        w.zeros(24);
        w.u32(kAudioTrackId + 1);
    });
}

void write_tkhd(BoxWriter& w, const Track& track, std::uint32_t id) {
    const bool video = track.kind() == TrackKind::video;
    w.full_box(fourcc("tkhd"), 0, 3 /*enabled, in the movie*/, [&] {
        w.zeros(8);
        w.u32(id);
        w.zeros(8);   // reserved, duration
        w.zeros(12);  // reserved, layer, alternate group
        w.u16(video ? 0 : 0x100);
        w.u16(0);
        write_matrix(w);
        w.u32(video ? shown_width(track) : 0);
        w.u32(video ? static_cast<std::uint32_t>(track.height) << 16 : 0);
    });
}

void write_stbl(BoxWriter& w, const Track& track) {
    w.box(fourcc("stbl"), [&] {
        w.full_box(fourcc("stsd"), 0, 0, [&] {
            w.u32(1);
            write_sample_entry(w, track);
        });
        for (const auto type : {fourcc("stts"), fourcc("stsc"), fourcc("stco")}) w.full_box(type, 0, 0, [&] { w.u32(0); });
        w.full_box(fourcc("stsz"), 0, 0, [&] { w.zeros(8); });
    });
}

void write_minf(BoxWriter& w, const Track& track) {
    w.box(fourcc("minf"), [&] {
        if (track.kind() == TrackKind::video) {
            w.full_box(fourcc("vmhd"), 0, 1, [&] { w.zeros(8); });
        } else {
            w.full_box(fourcc("smhd"), 0, 0, [&] { w.zeros(4); });
        }
        w.box(fourcc("dinf"), [&] {
            w.full_box(fourcc("dref"), 0, 0, [&] {
                w.u32(1);
                w.full_box(fourcc("url "), 0, 1 /*in this file*/, [] {});
            });
        });
        write_stbl(w, track);
    });
}

void write_trak(BoxWriter& w, const Track& track, std::uint32_t id) {
    const bool video = track.kind() == TrackKind::video;
    w.box(fourcc("trak"), [&] {
        write_tkhd(w, track, id);
        w.box(fourcc("mdia"), [&] {
            w.full_box(fourcc("mdhd"), 0, 0, [&] {
                w.zeros(8);
                w.u32(kTimescale);
                w.u32(0);
                w.u16(0x55c4);  // undetermined language
                w.u16(0);
            });
            w.full_box(fourcc("hdlr"), 0, 0, [&] {
                w.u32(0);
                w.text(video ? "vide" : "soun");
                w.zeros(12);
                w.text(std::string_view(video ? "video" : "audio", 6));
            });
            write_minf(w, track);
        });
    });
}

std::size_t write_mvex(BoxWriter& w, const TrackSet& tracks) {
    std::size_t duration_offset = 0;
    w.box(fourcc("mvex"), [&] {
        w.full_box(fourcc("mehd"), 1, 0, [&] {
            duration_offset = w.offset();
            w.u64(0);
        });
        const auto trex = [&](std::uint32_t id) {
            w.full_box(fourcc("trex"), 0, 0, [&] {
                w.u32(id);
                w.u32(1);  // sample description
                w.zeros(12);
            });
        };
        if (tracks.video) trex(kVideoTrackId);
        if (tracks.audio) trex(kAudioTrackId);
    });
    return duration_offset;
}

}  // namespace

Result<InitPtr> make_init(const TrackSet& tracks) {
    if (!tracks.video && !tracks.audio) return fail(errc::invalid_argument, "an MP4 needs a track");
    if (tracks.video)
        if (auto good = check_track(*tracks.video, TrackKind::video); !good) return good.error();
    if (tracks.audio)
        if (auto good = check_track(*tracks.audio, TrackKind::audio); !good) return good.error();
    auto init = std::make_shared<Init>();
    init->tracks = tracks;
    init->mime = mime_type(tracks);
    BoxWriter w(init->data);
    write_ftyp(w);
    w.box(fourcc("moov"), [&] {
        write_mvhd(w);
        if (tracks.video) write_trak(w, *tracks.video, kVideoTrackId);
        if (tracks.audio) write_trak(w, *tracks.audio, kAudioTrackId);
        init->duration_offset = write_mvex(w, tracks);
    });
    return InitPtr{std::move(init)};
}

}  // namespace vantage::mp4
