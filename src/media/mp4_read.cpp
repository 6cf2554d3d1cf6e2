// SPDX-License-Identifier: Apache-2.0
// Reads back what mp4_init.cpp and mp4_part.cpp wrote. Files may be damaged, so nothing is taken for granted.
#include "media/h26x.hpp"
#include "media/mp4.hpp"
#include "media/mp4_box.hpp"
#include "media/mp4_part.hpp"

namespace vantage::mp4 {
namespace {

constexpr std::size_t kEntryHeader = 78;       // of a visual sample entry, before its boxes
constexpr std::size_t kAudioEntryHeader = 28;  // likewise
constexpr std::uint64_t kLargestBox = 1ULL << 62;
constexpr MediaTime kLatest{std::chrono::hours{24 * 365 * 1000}};

Error not_ours() {
    return fail(errc::malformed, "the MP4 was not written by Vantage, or is damaged");
}

// The body of the first box of this type among those that fill `data`; full box headers are the caller's. Empty when there
// is none or the boxes are broken.
ByteView find(ByteView data, std::uint32_t type) {
    ByteView found;
    const auto walked = for_each_box(data, 0, data.size(), [&](const Box& box, ByteView body) {
        if (box.type == type && found.empty()) found = body;
        return true;
    });
    return walked ? found : ByteView{};
}

Result<Track> read_visual(Codec codec, ByteView entry) {
    if (entry.size() < kEntryHeader) return not_ours();
    const auto boxes = entry.subspan(kEntryHeader);
    const auto config = find(boxes, codec == Codec::h265 ? fourcc("hvcC") : fourcc("avcC"));
    int length_size = 0;
    const auto sets = h26x::parse_config(codec, config, length_size);
    if (!sets) return sets.error();
    auto track = h26x::make_track(codec, *sets);
    if (!track) return track;
    track->config.assign(config.begin(), config.end());
    track->width = load_u16(entry.data() + 24);
    track->height = load_u16(entry.data() + 26);
    const auto aspect = find(boxes, fourcc("pasp"));
    track->sar_num = aspect.size() == 8 ? static_cast<int>(load_u32(aspect.data())) : 1;
    track->sar_den = aspect.size() == 8 ? static_cast<int>(load_u32(aspect.data() + 4)) : 1;
    return track;
}

// The rate of an AudioSpecificConfig (ISO 14496-3 1.6.2.1) whose entry had no room for it; 0 if it is not in the table.
int rate_of_config(ByteView config) {
    static constexpr int kRates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                     22050, 16000, 12000, 11025, 8000,  7350};
    const std::size_t index = config.size() < 2 ? 15 : (config[0] & 7) << 1 | config[1] >> 7;
    return index < std::size(kRates) ? kRates[index] : 0;
}

// esds as write_esds lays it out: the config is all between its fixed head and the SLConfig.
Result<Track> read_aac(ByteView entry) {
    constexpr std::size_t kBefore = 4 + 8 + 18 + 5, kAfter = 6;
    const auto esds = find(entry.subspan(kAudioEntryHeader), fourcc("esds"));
    if (esds.size() < kBefore + kAfter || esds[4] != 3 || esds[kBefore - 5] != 5) return not_ours();
    const auto config = esds.subspan(kBefore, esds.size() - kBefore - kAfter);
    Track track;
    track.codec = Codec::aac;
    track.config.assign(config.begin(), config.end());
    track.sample_rate = load_u16(entry.data() + 24);
    if (track.sample_rate == 0) track.sample_rate = rate_of_config(config);
    return track;
}

Result<Track> read_opus(ByteView entry) {
    const auto dops = find(entry.subspan(kAudioEntryHeader), fourcc("dOps"));
    if (dops.size() < 11) return not_ours();
    Track track;
    track.codec = Codec::opus;
    track.sample_rate = 48000;
    const auto magic = as_bytes("OpusHead");
    track.config.assign(magic.begin(), magic.end());
    for (const std::size_t i : {1, 3, 2, 7, 6, 5, 4, 9, 8}) {
        if (i == 1) track.config.push_back(1);  // OpusHead's version
        track.config.push_back(dops[i]);
    }
    track.config.insert(track.config.end(), dops.begin() + 10, dops.end());
    return track;
}

Result<Track> read_entry(ByteView stsd) {
    if (stsd.size() < 8) return not_ours();
    const auto box = read_box(stsd, 8);
    if (!box || box->size > stsd.size() - 8) return not_ours();
    const auto entry = stsd.subspan(8 + box->header, static_cast<std::size_t>(box->size) - box->header);
    if (box->type == fourcc("avc1")) return read_visual(Codec::h264, entry);
    if (box->type == fourcc("hvc1")) return read_visual(Codec::h265, entry);
    if (entry.size() < kAudioEntryHeader) return not_ours();
    auto track = box->type == fourcc("mp4a")   ? read_aac(entry)
                 : box->type == fourcc("Opus") ? read_opus(entry)
                                               : Result<Track>{not_ours()};
    if (track) track->channels = load_u16(entry.data() + 16);
    return track;
}

Status add_track(TrackSet& tracks, ByteView trak) {
    const auto stbl = find(find(find(trak, fourcc("mdia")), fourcc("minf")), fourcc("stbl"));
    auto track = read_entry(find(stbl, fourcc("stsd")));
    if (!track) return track.error();
    auto& place = track->kind() == TrackKind::video ? tracks.video : tracks.audio;
    if (place) return not_ours();
    place = std::move(*track);
    return {};
}

}  // namespace

Result<Box> read_box(ByteView data, std::size_t offset) {
    const auto broken = fail(errc::malformed, "an MP4 box is cut off or has an impossible size");
    if (offset > data.size() || data.size() - offset < 8) return broken;
    const auto* at = data.data() + offset;
    Box box{load_u32(at + 4), offset, 8, load_u32(at)};
    if (box.size == 1) {
        if (data.size() - offset < 16) return broken;
        box.header = 16;
        box.size = load_u64(at + 8);
    }
    if (box.size < box.header || box.size > kLargestBox) return broken;
    return box;
}

Result<InitPtr> parse_init(ByteView data) {
    const auto ftyp = read_box(data, 0);
    if (!ftyp || ftyp->type != fourcc("ftyp") || ftyp->size > data.size()) return not_ours();
    const auto moov = read_box(data, static_cast<std::size_t>(ftyp->size));
    if (!moov || moov->type != fourcc("moov") || moov->size > data.size() - moov->offset) return not_ours();
    const auto end = moov->offset + static_cast<std::size_t>(moov->size);
    auto init = std::make_shared<Init>();
    Status status;
    const auto walked = for_each_box(data, moov->offset + moov->header, end, [&](const Box& box, ByteView body) {
        if (box.type == fourcc("trak") && status) status = add_track(init->tracks, body);
        if (box.type != fourcc("mvex")) return true;
        const auto mehd = find(body, fourcc("mehd"));
        if (mehd.size() != 12 || mehd[0] != 1) return false;
        init->duration_offset = static_cast<std::size_t>(mehd.data() + 4 - data.data());
        return true;
    });
    if (!status) return status.error();
    const bool empty = !init->tracks.video && !init->tracks.audio;
    if (!walked || init->duration_offset == 0 || empty) return not_ours();
    init->data.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(end));
    store_u64(init->data.data() + init->duration_offset, 0);
    init->mime = mime_type(init->tracks);
    return InitPtr{std::move(init)};
}

Result<Part> parse_part(ByteView data) {
    const auto moof = read_box(data, 0);
    if (!moof || moof->type != fourcc("moof") || moof->size < moof_size(1) || moof->size > data.size()) return not_ours();
    const auto size = static_cast<std::size_t>(moof->size);
    const auto* at = data.data();
    const std::size_t count = load_u32(at + kTrunOffset + 12);
    const bool ours = load_u32(at + 12) == fourcc("mfhd") && load_u32(at + 36) == fourcc("tfhd") &&
                      load_u32(at + 52) == fourcc("tfdt") && load_u32(at + kTrunOffset + 4) == fourcc("trun") &&
                      load_u32(at + kTrunOffset + 8) == kTrunFlags && (size - kSamplesOffset) % kSampleSize == 0 &&
                      count == (size - kSamplesOffset) / kSampleSize;
    const auto mdat = read_box(data, size);
    const auto id = load_u32(at + kTrackIdOffset);
    if (!ours || !mdat || mdat->type != fourcc("mdat") || mdat->header != 8 || (id != kVideoTrackId && id != kAudioTrackId))
        return not_ours();
    Part part;
    part.track = id == kVideoTrackId ? TrackKind::video : TrackKind::audio;
    part.start = MediaTime{Ticks{static_cast<std::int64_t>(load_u64(at + kDecodeTimeOffset))}};
    part.decode_time_offset = kDecodeTimeOffset;
    part.samples.reserve(count);
    std::uint64_t offset = size + mdat->header;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* sample = at + kSamplesOffset + i * kSampleSize;
        const auto bytes = load_u32(sample + 4);
        part.samples.push_back({static_cast<std::uint32_t>(offset), bytes, Ticks{load_u32(sample)},
                                Ticks{static_cast<std::int32_t>(load_u32(sample + 12))},
                                (load_u32(sample + 8) & kNonSyncFlag) == 0});
        offset += bytes;
        part.duration += part.samples.back().duration;
    }
    if (offset != size + mdat->size || part.start > kLatest || part.start < MediaTime{}) return not_ours();
    return part;
}

}  // namespace vantage::mp4
