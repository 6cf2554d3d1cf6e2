// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/slot_pictures.hpp"

#include "base/log.hpp"
#include "stills/frame_decoder.hpp"

#include <algorithm>
#include <set>

namespace vantage::stills {
namespace {

constexpr std::size_t kFew = 8;                  // fragments of a slot that are looked at
constexpr std::uint64_t kRestOfPart = 64 << 10;  // what the part of a key frame may hold behind it
constexpr std::size_t kMostRun = 100;            // frames that are decoded in one go

bool is_passing(const Error& error) {
    return error.code == errc::not_found || error.code == errc::malformed || error.code == errc::overloaded ||
           error.code == errc::unsupported;
}

}  // namespace

// Only the beginning of the fragment is read.
Result<CodedFrame> SlotPictures::key_frame(const footage::Fragment& fragment) const {
    auto head = fragment;
    const std::uint64_t enough = fragment.key_bytes + fragment.key_bytes / 2 + kRestOfPart;
    if (fragment.key_bytes > 0 && enough < fragment.bytes) head.bytes = enough;
    auto parts = footage_.read(head);
    if (head.bytes < fragment.bytes && (!parts || parts->empty())) parts = footage_.read(fragment);
    if (!parts) return parts.error();
    for (const auto& part : *parts) {
        if (part->track != TrackKind::video || part->samples.empty() || !part->samples.front().key) continue;
        auto alone = std::make_shared<Part>(*part);
        alone->samples.resize(1);
        return CodedFrame{part->start + part->samples.front().composition, {std::move(alone)}};
    }
    return fail(errc::malformed, "a group of pictures without a key frame");
}

Result<std::optional<CodedFrame>> SlotPictures::choose(const StreamKey& stream, const Slot& slot) const {
    const auto found = footage_.fragments(stream, slot.at, slot.until, kFew);
    if (!found) return found.error();
    if (found->empty()) return std::optional<CodedFrame>{};
    const auto& first = found->front();
    const bool inside = to_utc(first.start) <= slot.at;
    const auto exact = [&]() -> Result<std::optional<CodedFrame>> {
        auto frame = find_frame(footage_, stream, slot.at);
        if (!frame) return frame.error();
        return std::optional{std::move(*frame)};
    };
    if (inside && std::chrono::duration_cast<microseconds>(first.duration) * 2 > slot.until - slot.at) return exact();
    for (const auto& fragment : *found) {
        if (!fragment.independent || to_utc(fragment.start) < slot.at) continue;
        auto key = key_frame(fragment);
        if (!key) return key.error();
        if (to_utc(key->time) < slot.until) return std::optional{std::move(*key)};  // it begins when it is decoded
    }
    if (inside) return exact();
    return std::optional<CodedFrame>{};
}

// Main first; the sub stream where only that has something.
Result<std::optional<CodedFrame>> SlotPictures::choose(const Slot& slot) const {
    std::optional<Error> error;
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        auto chosen = choose({camera_, kind}, slot);
        if (chosen && *chosen) return chosen;
        if (!chosen && !is_passing(chosen.error())) error = chosen.error();
    }
    if (error) return *error;
    return std::optional<CodedFrame>{};
}

Result<std::optional<std::pair<UtcTime, Bytes>>> SlotPictures::thumbnail(const Slot& slot) const {
    using Out = std::optional<std::pair<UtcTime, Bytes>>;
    const auto found = thumbs_.between(camera_, slot.at - microseconds{1}, slot.until - microseconds{1});
    if (!found) return found.error();
    for (const auto& thumb : *found) {
        auto jpeg = thumbs_.read(thumb);
        if (jpeg) return Out{{thumb.time, std::move(*jpeg)}};
        if (!is_passing(jpeg.error())) return jpeg.error();
    }
    return Out{};
}

// Long holes are passed over at once.
bool SlotPictures::nothing_in(const Slot& span) const {
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        const auto found = footage_.fragments({camera_, kind}, span.at, span.until, 1);
        if (!found || !found->empty()) return false;
    }
    const auto thumbs = thumbs_.between(camera_, span.at - microseconds{1}, span.until);
    return thumbs && thumbs->empty();
}

Result<PictureStream*> SlotPictures::decoder(const Track& track) {
    if (!decoder_ || track_ != track) {
        auto opened = PictureStream::open(track);
        if (!opened) return opened.error();
        decoder_ = std::move(*opened);
        track_ = track;
    }
    return decoder_.get();
}

Status SlotPictures::hand_on(const SlotPicture& picture, const Take& take) {
    if (picture.time <= last_) return {};
    last_ = picture.time;
    return take(picture);
}

// Frames that one key frame opens, in one go. All come with the parts from there up to their own; which is not always the
// last one's: what is shown before it may be decoded after it.
Status SlotPictures::decode(std::span<const Wanted> run, const Take& take) {
    const auto& parts =
        std::ranges::max_element(run, {}, [](const Wanted& one) { return one.coded.parts.size(); })->coded.parts;
    auto opened = decoder(*parts.front()->init->tracks.video);
    if (!opened) return opened.error();
    auto& pictures = **opened;
    auto next = run.begin();
    Status taken;
    const auto keep = [&](MediaTime time) {
        while (taken && next != run.end() && next->coded.time <= time) {
            auto picture = next->coded.time == time ? pictures.newest() : Result<PicturePtr>(fail(errc::malformed, ""));
            if (picture) taken = hand_on({next->slot, to_utc(time), std::move(*picture)}, take);
            ++next;
        }
    };
    std::set<MediaTime> wanted;
    for (const auto& one : run) wanted.insert(one.coded.time);
    for (const auto& part : parts) {
        auto dts = part->start;
        for (const auto& sample : part->samples) {
            const auto pts = dts + sample.composition;
            pictures.only_references(!wanted.contains(pts));
            // A broken one is passed over; what refers to it shows the damage, as in any player.
            (void)pictures.push(pts, sample.key, ByteView(part->data).subspan(sample.offset, sample.size), keep);
            dts += sample.duration;
            if (!taken) break;
        }
    }
    (void)pictures.finish(keep);
    return taken;
}

Status SlotPictures::add_thumbnail(std::size_t slot, UtcTime time, const Bytes& jpeg, const Take& take) {
    Track track;
    track.codec = Codec::mjpeg;
    auto opened = decoder(track);
    if (!opened) return opened.error();
    if (auto pushed = (*opened)->push(to_media(time), true, jpeg); !pushed) return {};  // damaged
    auto picture = (*opened)->newest();
    return picture ? hand_on({slot, time, std::move(*picture)}, take) : Status{};
}

Status SlotPictures::make(std::span<const Slot> slots, UtcTime after, bool patient, const std::stop_token& stop,
                          const Take& take) {
    last_ = after;
    if (slots.empty() || nothing_in({slots.front().at, slots.back().until})) return {};
    std::vector<Wanted> run;
    const auto flush = [&]() -> Status {
        if (run.empty()) return {};
        auto done = decode(std::exchange(run, {}), take);
        // What cannot be decoded is a hole.
        if (!done && is_passing(done.error())) {
            log::debug("timelapse", "{}: left out: {}", camera_.str(), done.error().message);
            return {};
        }
        return done;
    };
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (stop.stop_requested()) return fail(errc::cancelled, "cancelled");
        auto chosen = choose(slots[i]);
        if (!chosen && patient) return chosen.error();
        if (chosen && *chosen) {
            auto& coded = **chosen;
            if (to_utc(coded.time) <= (run.empty() ? last_ : to_utc(run.back().coded.time))) continue;
            const bool joins =
                !run.empty() && run.size() < kMostRun && run.back().coded.parts.front()->start == coded.parts.front()->start;
            if (!joins)
                if (auto done = flush(); !done) return done;
            run.push_back({i, std::move(coded)});
            continue;
        }
        if (auto done = flush(); !done) return done;
        auto thumb = thumbnail(slots[i]);
        if (!thumb && patient) return thumb.error();
        if (thumb && *thumb)
            if (auto done = add_thumbnail(i, (*thumb)->first, (*thumb)->second, take); !done) return done;
    }
    return flush();
}

}  // namespace vantage::stills
