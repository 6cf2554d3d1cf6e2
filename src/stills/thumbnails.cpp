// SPDX-License-Identifier: Apache-2.0
#include "stills/thumbnails.hpp"

#include <algorithm>

namespace vantage::stills {
namespace {

constexpr seconds kLongestGop{30};  // neighbours further apart belong to a hole, not to a camera's distance of key frames
constexpr seconds kSettled{5};      // thumbnails of what is older are stored, if they ever will be

}  // namespace

bool Thumbnails::is_recent(UtcTime t) const {
    return t > clock_.now() - kSettled;
}

// Between the key frames of a long group of pictures they count from the first; elsewhere they are whole intervals of UTC,
// so that every group tells the same ones.
std::vector<UtcTime> Thumbnails::missing(std::optional<UtcTime> before, std::optional<UtcTime> next, UtcTime after,
                                         UtcTime until) const {
    const microseconds step = options_.interval;
    std::vector<UtcTime> out;
    if (before && next && *next - *before <= step * 3 / 2) return out;
    const bool is_gop = before && next && *next - *before <= kLongestGop;
    const auto first = std::max(after, before ? *before : after);
    auto t = is_gop ? *before + step : UtcTime{(first.time_since_epoch() / step + 1) * step};
    for (; t <= until; t += step) {
        if (next && *next - t <= half()) break;
        if (t > after && (!before || t - *before > half())) out.push_back(t);
    }
    return out;
}

Status Thumbnails::keep_covered(const CameraId& camera, std::vector<UtcTime>& times, UtcTime after, UtcTime until) const {
    if (times.empty()) return {};
    std::vector<footage::Span> spans;
    for (const auto kind : {StreamKind::main, StreamKind::sub}) {
        auto found = footage_.coverage({camera, kind}, after, until + microseconds{1});
        if (!found) return found.error();
        spans.insert(spans.end(), found->footage.begin(), found->footage.end());
    }
    std::erase_if(times, [&](UtcTime t) {
        return std::ranges::none_of(spans, [t](const auto& span) { return span.start <= t && t < span.end; });
    });
    return {};
}

Result<std::vector<Thumbnail>> Thumbnails::between(const CameraId& camera, UtcTime after, UtcTime until) const {
    const auto stored = stored_.between(camera, after - kLongestGop, until + kLongestGop);
    if (!stored) return stored.error();
    const auto settled = std::min(until, clock_.now() - kSettled);
    std::vector<UtcTime> lacking;
    std::optional<UtcTime> before;
    const auto look = [&](std::optional<UtcTime> next) {
        const auto found = missing(before, next, after, next ? until : settled);
        lacking.insert(lacking.end(), found.begin(), found.end());
        before = next;
    };
    for (const auto& thumb : *stored) look(thumb.time);
    look(std::nullopt);
    if (auto done = keep_covered(camera, lacking, after, until); !done) return done.error();
    std::vector<Thumbnail> out;
    for (const auto& thumb : *stored)
        if (thumb.time > after && thumb.time <= until) out.push_back({thumb.time, thumb});
    for (const auto time : lacking) out.push_back({time, std::nullopt});
    std::ranges::stable_sort(out, {}, &Thumbnail::time);
    return out;
}

Result<bool> Thumbnails::is_between(const CameraId& camera, UtcTime t) const {
    const microseconds step = options_.interval;
    const auto around = stored_.between(camera, t - step * 3 / 2, t + std::max<microseconds>(step * 3 / 2, kSettled));
    if (!around) return around.error();
    std::optional<UtcTime> before, next;
    for (const auto& thumb : *around) {
        if (thumb.time <= t) before = thumb.time;
        if (thumb.time > t && !next) next = thumb.time;
    }
    const auto far = [&](std::optional<UtcTime> other) { return !other || !is_near(*other, t); };
    if (!far(before) || !far(next) || (!next && is_recent(t))) return false;
    return !before || !next || *next - *before > step * 3 / 2;
}

void Thumbnails::decode(const CameraId& camera, UtcTime t, Frames::Done done) {
    const Look look{options_.width, Format::jpeg};
    frames_.at({camera, StreamKind::sub}, t, look,
               [&frames = frames_, camera, t, look, done = std::move(done)](const Result<StillPtr>& still) {
                   if (still || still.error().code != errc::not_found) return done(still);
                   frames.at({camera, StreamKind::main}, t, look, done);
               });
}

void Thumbnails::thin(std::vector<Thumbnail>& list, std::size_t most) {
    const auto lacking = static_cast<std::size_t>(std::ranges::count_if(list, [](const auto& t) { return !t.stored; }));
    if (lacking <= most) return;
    std::size_t seen = 0;
    std::erase_if(list, [&](const Thumbnail& one) {
        if (one.stored) return false;
        const auto n = seen++;
        return n * most / lacking == (n + 1) * most / lacking;
    });
}

void Thumbnails::pictures(const CameraId& camera, const std::vector<Thumbnail>& list, std::function<void(Pictures)> done) {
    struct Collected {
        std::mutex mutex;
        Pictures pictures;       // guarded by mutex
        std::size_t waiting{0};  // guarded by mutex
    };
    const auto all = std::make_shared<Collected>();
    std::vector<footage::Thumb> stored;
    for (const auto& one : list)
        if (one.stored) stored.push_back(*one.stored);
    auto read = stored_.read_all(stored);
    all->waiting = 1;
    std::vector<std::size_t> lacking;
    for (std::size_t i = 0, taken = 0; i < list.size(); ++i) {
        all->pictures.push_back({list[i].time, list[i].stored ? std::move(read[taken++]) : Bytes{}});
        if (!list[i].stored) lacking.push_back(i);
    }
    all->waiting += lacking.size();
    const auto one_more = [all, done = std::move(done)] {
        std::unique_lock hold(all->mutex);
        if (--all->waiting > 0) return;
        hold.unlock();
        done(std::move(all->pictures));
    };
    for (const auto i : lacking)
        decode(camera, list[i].time, [all, i, one_more](const Result<StillPtr>& still) {
            if (still) {
                const std::lock_guard hold(all->mutex);
                all->pictures[i] = {(*still)->time, (*still)->data};
            }
            one_more();
        });
    one_more();
}

}  // namespace vantage::stills
