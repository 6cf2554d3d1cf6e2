// SPDX-License-Identifier: Apache-2.0
#include "footage/thumb_writer.hpp"

#include "base/log.hpp"
#include "footage/volume.hpp"

#include <algorithm>

namespace vantage::footage {

void ThumbWriter::add(const StreamKey& stream, UtcTime time, Bytes jpeg) {
    const std::lock_guard lock(mutex_);
    auto& queue = inbox_[stream];
    queue.push_back({time, std::move(jpeg), places_.clock.steady()});
    if (queue.size() <= kMostWaiting) return;
    queue.pop_front();
    ++dropped_;
}

void ThumbWriter::take_in() {
    std::map<StreamKey, std::deque<Waiting>> inbox;
    {
        const std::lock_guard lock(mutex_);
        inbox.swap(inbox_);
    }
    for (auto& [key, queue] : inbox) {
        auto& waiting = streams_[key].waiting;
        std::ranges::move(queue, std::back_inserter(waiting));
        for (; waiting.size() > kMostWaiting; ++dropped_) waiting.pop_front();
    }
}

// Notes which segments are being written, and how far they reach.
void ThumbWriter::look(const StreamKey& key, Stream& stream) const {
    const auto now = places_.clock.steady();
    for (const auto& open : places_.open_segments.of(key)) {
        auto info = open->info();
        const auto known =
            std::ranges::find_if(stream.packs, [&](const Pack& pack) { return pack.segment->path == info->path; });
        if (known != stream.packs.end()) {
            known->segment = std::move(info);
            known->seen = now;
        } else {
            Pack pack;
            pack.path = thumbs_path(std::filesystem::path(info->path).lexically_relative(places_.root).generic_string());
            pack.segment = std::move(info);
            pack.seen = now;
            stream.packs.push_back(std::move(pack));
        }
    }
    std::ranges::stable_sort(stream.packs, {}, [](const Pack& pack) { return pack.segment->start; });
}

// Null: not known yet. `last`: nothing more will be known.
ThumbWriter::Pack* ThumbWriter::pack_for(Stream& stream, UtcTime time, bool last) {
    Pack* before = nullptr;
    Pack* after = nullptr;
    for (auto& pack : stream.packs) {
        if (pack.segment->start <= time) before = &pack;
        if (pack.segment->start > time && after == nullptr) after = &pack;
    }
    if (before != nullptr && time < before->segment->end) return before;
    const bool near_before = before != nullptr && time - before->segment->end <= kSeam;
    if (after == nullptr) return last && near_before ? before : nullptr;
    if (near_before) return before;
    return after->segment->start - time <= kSeam ? after : nullptr;
}

void ThumbWriter::place(Stream& stream, bool last) {
    const auto now = places_.clock.steady();
    std::deque<Waiting> left;
    for (auto& one : stream.waiting) {
        if (auto* pack = pack_for(stream, one.time, last)) {
            pack->queue.push_back(std::move(one));
        } else if (!last && now - one.since < kPatience) {
            left.push_back(std::move(one));
        } else {
            ++dropped_;
        }
    }
    stream.waiting = std::move(left);
}

// The folder is the segment's, whose creation has looked at the volume; without it nothing can be created.
Status ThumbWriter::open(const StreamKey& key, Pack& pack) {
    const auto volume = read_volume_uuid(places_.files, places_.root);
    if (volume.has_error()) return volume.error();
    pack.volume = *volume;
    const auto path = places_.root / pack.path;
    auto made = places_.files.create(path);
    std::vector<ThumbEntry> entries;
    if (made.has_error() && made.error().code == errc::already_exists) {
        // Written by an earlier run or before the camera was changed: goes on behind its last whole picture.
        made = places_.files.open(path, OpenMode::update);
        if (made.has_error()) return made.error();
        auto scan = scan_thumbs(**made);
        if (scan.has_error()) return scan.error();
        if (auto cut = (*made)->truncate(scan->whole); cut.has_error()) return cut;
        pack.size = scan->whole;
        entries = std::move(scan->entries);
    }
    if (made.has_error()) return made.error();
    pack.file = std::move(*made);
    pack.shown = std::make_shared<OpenPack>(path.string());
    pack.shown->grow(entries);
    places_.open_thumbs.add(key.camera, pack.shown);
    return {};
}

// One gathering write; after an error the same bytes go to the same place next time.
Status ThumbWriter::write(const StreamKey& key, Pack& pack) {
    if (pack.queue.empty()) return {};
    if (!pack.file)
        if (auto done = open(key, pack); done.has_error()) return done;
    std::vector<std::array<std::uint8_t, kThumbHeader>> headers;
    headers.reserve(pack.queue.size());
    std::vector<ByteView> slices;
    std::vector<ThumbEntry> entries;
    auto end = pack.size;
    for (const auto& one : pack.queue) {
        headers.push_back(thumb_header(one.time, one.jpeg));
        slices.emplace_back(headers.back());
        slices.emplace_back(one.jpeg);
        entries.push_back({one.time, end + kThumbHeader, static_cast<std::uint32_t>(one.jpeg.size())});
        end += kThumbHeader + one.jpeg.size();
    }
    if (auto done = write_all(*pack.file, pack.size, slices); done.has_error()) return done;
    written_ += pack.queue.size();
    bytes_ += end - pack.size;
    pack.size = end;
    pack.shown->grow(entries);
    pack.queue.clear();
    if (places_.written) places_.written(key, entries);
    return {};
}

// The file first, then the row that tells of it.
Status ThumbWriter::complete(const StreamKey& key, Pack& pack) {
    if (!pack.file) return {};
    if (auto done = pack.file->sync(); done.has_error()) return done;
    const auto entries = pack.shown->entries();
    const auto [first, newest] = std::ranges::minmax(entries, {}, &ThumbEntry::time);
    const store::ThumbPackRow row{0, key, pack.volume, pack.path, first.time, newest.time, pack.size};
    const auto put = places_.catalog.put_thumbs(row, encode_thumbs(entries));
    if (put.has_error()) return put.error();
    places_.open_thumbs.remove(key.camera, pack.shown);
    return {};
}

// A disk that refuses a pack for long: the next start finds the file.
void ThumbWriter::give_up(const StreamKey& key, Stream& stream) {
    while (stream.packs.size() > kMostPacks) {
        const auto& pack = stream.packs.front();
        log::warn(to_string(key), "thumbnails {} cannot be completed; the next start finds them", pack.path);
        if (pack.shown) places_.open_thumbs.remove(key.camera, pack.shown);
        dropped_ += pack.queue.size();
        stream.packs.erase(stream.packs.begin());
    }
}

Status ThumbWriter::run(bool last) {
    take_in();
    Status worst;
    const auto now = places_.clock.steady();
    for (auto& [key, stream] : streams_) {
        look(key, stream);
        place(stream, last);
        std::erase_if(stream.packs, [&](Pack& pack) {
            auto done = write(key, pack);
            const bool over = last || now - pack.seen >= kLate;
            if (done && over) done = complete(key, pack);
            if (done) return over;
            worst = done;
            for (; pack.queue.size() > kMostWaiting; ++dropped_) pack.queue.erase(pack.queue.begin());
            return false;
        });
        give_up(key, stream);
    }
    return worst;
}

Status ThumbWriter::step() {
    return run(false);
}
Status ThumbWriter::finish() {
    return run(true);
}

}  // namespace vantage::footage
