// SPDX-License-Identifier: Apache-2.0
#include "stills/moments/moment_run.hpp"

#include "footage/cutter.hpp"
#include "media/gif.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

constexpr Ticks kLateSound = 1s;             // no sound comes later than so long after its picture
constexpr std::uint64_t kMargin = 4U << 20;  // what is encoded again takes more than it did

Error no_footage(const footage::Material& material) {
    const auto why = material.gaps.empty() ? std::string("no footage") : material.gaps.front().reason;
    return fail(errc::not_found,
                fmt::format("nothing was recorded of '{}' in these seconds: {}", material.stream.camera.str(), why));
}

Status enough_room(const MomentTools& tools, std::uint64_t bytes) {
    const auto room = tools.room();
    if (room.has_error()) return room.error();
    if (bytes <= *room) return {};
    return fail(errc::disk_full, fmt::format("a moment of {:.1f} MB has no room on its disk; remove some, or free space",
                                             static_cast<double>(bytes) / 1e6));
}

// Where the camera's settings changed in the middle there are several: the longest is the moment, the rest is missing.
Result<footage::Cut> cut_out(const footage::Material& material, const std::string& title, Moment& moment,
                             const std::stop_token& stop) {
    std::optional<footage::Cut> longest;
    const auto miss = [&](const footage::Cut& cut) {
        moment.gaps.push_back({cut.start, cut.end, "another picture format"});
    };
    footage::CutOptions options;
    options.exact = true;
    options.title = title;
    const auto planned = footage::plan_cuts(material, options, stop, [&](footage::Cut cut) -> Status {
        const bool longer = !longest || cut.end - cut.start > longest->end - longest->start;
        if (longest) miss(longer ? *longest : cut);
        if (longer) longest = std::move(cut);
        return {};
    });
    if (planned.has_error()) return planned.error();
    if (!longest) return no_footage(material);
    return std::move(*longest);
}

Status write(const MomentTools& tools, const Moment& moment, const footage::Cut& cut, const std::stop_token& stop) {
    const auto draft = tools.folders.part(moment);
    auto out = tools.files.create(draft);
    if (out.has_error()) return out.error();
    const auto wrote = [](std::uint64_t) -> Status { return {}; };
    auto done = footage::write_cut(cut, **out, wrote, stop);
    if (done) done = (*out)->sync();
    if (done) done = tools.files.rename(draft, tools.folders.mp4(moment));
    if (done) return tools.files.sync_directory(draft.parent_path());
    (void)tools.files.remove(draft);
    return done;
}

}  // namespace

Result<bool> has_passed(const footage::Footage& footage, const StreamKey& stream, UtcTime to, UtcTime now) {
    const auto found = footage.fragments(stream, to, std::max(to, now) + 1min, 1);
    if (found.has_error()) return found.error();
    if (found->empty()) return false;
    const auto& last = found->front();
    const auto end = to_media(to);
    const bool has_sound = last.segment->init->tracks.audio.has_value();
    const bool heard = last.audio_duration > Ticks{0} && last.audio_start + last.audio_duration >= end;
    return !has_sound || heard || last.start + last.duration >= end + kLateSound;
}

Status make_mp4(const MomentTools& tools, Moment& moment, const std::stop_token& stop) {
    const auto material =
        footage::gather(tools.footage, tools.files, {moment.request.camera, moment.stream}, moment.from, moment.to);
    if (material.has_error()) return material.error();
    moment.gaps = material->gaps;
    if (material->empty) return no_footage(*material);
    if (auto room = enough_room(tools, material->bytes + kMargin); room.has_error()) return room;
    const auto cut = cut_out(*material, tools.title, moment, stop);
    if (cut.has_error()) return cut.error();
    if (auto done = write(tools, moment, *cut, stop); done.has_error()) return done;
    moment.start = cut->start;
    moment.end = cut->end;
    moment.exact = cut->exact;
    moment.bytes = cut->bytes;
    return {};
}

Status make_gif_of(const MomentTools& tools, Moment& moment, const std::stop_token& stop) {
    const auto length = std::chrono::ceil<Ticks>(moment.end - moment.start);
    const auto gif = make_gif(tools.folders.mp4(moment), length, {}, stop);
    if (gif.has_error()) return gif.error();
    if (auto room = enough_room(tools, gif->data.size()); room.has_error()) return room;
    if (auto done = footage::replace_whole(tools.files, tools.folders.gif(moment), gif->data); done.has_error()) return done;
    moment.gif = true;
    return {};
}

}  // namespace vantage::stills
