// SPDX-License-Identifier: Apache-2.0
#include "ingest/clock_discipline.hpp"

#include <algorithm>

namespace vantage::ingest {
namespace {

constexpr Ticks kStep = kOneSecond;            // beyond this nothing is steered, it is a break
constexpr Ticks kTrust{22500};                 // 250 ms: a report lies at most so far before the least-delayed arrival
constexpr Ticks kTrustKept{27000};             // 300 ms, once trusted
constexpr Ticks kTrustBeyond{1800};            // 20 ms after the arrival, once trusted
constexpr double kTrustDrift = 50e-6;          // a clock that drifts faster is not kept by anything
constexpr Ticks kTracksAgree{45000};           // 500 ms between the tracks' reports
constexpr Ticks kReportNear{30 * 90000};       // a report that speaks of another time than the frames do is nonsense
constexpr Ticks kArrivalUncertainty = kTrust;  // what could hide between lens and arrival without being noticed
constexpr Ticks kWorthAStep{1800};             // 20 ms: at a break that must be anyway, the line is put right
constexpr seconds kKeyPatience{35};            // longer than the longest fragment
constexpr seconds kSameBreak{2};               // the other track's share of one break
constexpr int kUnstampedBreak = 5;

constexpr milliseconds kHoldQuiet{300};
constexpr milliseconds kHoldMost{1500};
constexpr std::size_t kHoldBytes = 32U << 20;
constexpr Ticks kImproved{450};  // 5 ms
constexpr milliseconds kHostStepSeen{200};

Ticks ticks_of(SteadyTime t) {
    return std::chrono::floor<Ticks>(t.time_since_epoch());
}
std::optional<Ticks> stamp_of(const Frame& frame) {
    return frame.dts ? frame.dts : frame.pts;
}
std::optional<Ticks> shown_at(const Frame& frame) {
    return frame.pts ? frame.pts : frame.dts;
}

}  // namespace

ClockDiscipline::ClockDiscipline(bool one_timeline, std::function<void(TimedFrame)> out)
    : one_timeline_(one_timeline), out_(std::move(out)) {}

const ClockDiscipline::TrackState& ClockDiscipline::lead() const {
    return tracks_[of_video_ ? 0 : 1];
}

void ClockDiscipline::push(Frame frame) {
    watch_host_clock(frame.arrival);
    if (frame.track == TrackKind::video) of_video_ = true;
    if (settled_)
        place(std::move(frame));
    else
        hold(std::move(frame));
}

void ClockDiscipline::flush() {
    if (!settled_ && !held_.empty()) settle();
    for (auto& track : tracks_) {
        if (!track.suspect) continue;
        auto frame = std::move(*track.suspect);
        track.suspect.reset();
        place_unstamped(std::move(frame));
    }
}

MediaTime ClockDiscipline::arrived(const Arrival& arrival) const {
    return MediaTime{ticks_of(arrival.steady) + host_};
}

// The steady clock carries the time; the wall clock is looked at for where it stands and for steps.
void ClockDiscipline::watch_host_clock(const Arrival& arrival) {
    const auto seen = to_media(arrival.utc).time_since_epoch() - ticks_of(arrival.steady);
    if (!host_known_) {
        host_known_ = true;
        host_ = seen;
        return;
    }
    const auto known = host_stepped_.value_or(host_);
    if (std::chrono::abs(seen - known) <= kOneSecond) {
        host_candidate_.reset();
        // Less than a millisecond is the time between two readings.
        if (std::chrono::abs(seen - known) > Ticks{90}) (host_stepped_ ? *host_stepped_ : host_) = seen;
        return;
    }
    if (!host_candidate_ || std::chrono::abs(seen - host_candidate_->first) > kOneSecond)
        host_candidate_ = {seen, arrival.steady};
    if (arrival.steady - host_candidate_->second < kHostStepSeen) return;
    host_candidate_.reset();
    host_stepped_ = seen;
    pend("clock stepped", arrival.steady);
}

// ---- the first frames

void ClockDiscipline::hold(Frame frame) {
    auto& track = of(frame.track);
    const auto shown = shown_at(frame);
    const auto now = frame.arrival.steady;
    if (shown && track.newest && std::chrono::abs(*shown - *track.newest) > 2 * kOneSecond) {
        settle();
        place(std::move(frame));
        return;
    }
    if (held_.empty()) first_held_ = last_improved_ = now;
    if (shown) {
        track.newest = shown;
        track.arrival.add(*shown, ticks_of(now));
        auto& least = least_held_[static_cast<std::size_t>(frame.track)];
        const auto delay = ticks_of(now) - *shown;
        if (!least || delay < *least - kImproved) last_improved_ = now;
        least = std::min(least.value_or(delay), delay);
    }
    held_bytes_ += frame.data.size();
    held_.push_back(std::move(frame));
    if (track.early_report) {
        const auto early = *std::exchange(track.early_report, {});
        report(early);
    }
    if (settled_by(now)) settle();
}

bool ClockDiscipline::settled_by(SteadyTime now) {
    if (now - first_held_ >= kHoldMost || held_bytes_ > kHoldBytes) return true;
    if (now - first_held_ >= kHoldQuiet && now - last_improved_ >= kHoldQuiet) return true;
    weigh_reports();
    return trusted_ && std::all_of(held_.begin(), held_.end(), [&](const Frame& f) { return of(f.track).by_reports; });
}

// Frames without a time stamp at the very start get those that lead up to the first one that has one.
void ClockDiscipline::stamp_held(TrackKind kind) {
    std::vector<Frame*> frames;
    for (auto& frame : held_)
        if (frame.track == kind) frames.push_back(&frame);
    const auto first = std::find_if(frames.begin(), frames.end(), [](const Frame* f) { return stamp_of(*f).has_value(); });
    if (first == frames.end()) return;
    auto stamp = *stamp_of(**first);
    const auto second = std::find_if(first + 1, frames.end(), [](const Frame* f) { return stamp_of(*f).has_value(); });
    auto interval = of(kind).interval;
    if (second != frames.end() && *stamp_of(**second) > stamp) interval = (*stamp_of(**second) - stamp) / (second - first);
    for (auto f = first; f != frames.begin();) {
        (*--f)->pts = stamp -= interval;
        (*f)->dts = (*f)->dts ? (*f)->pts : std::nullopt;
    }
}

void ClockDiscipline::settle() {
    settled_ = true;
    weigh_reports();
    stamp_held(TrackKind::video);
    stamp_held(TrackKind::audio);
    for (auto& track : tracks_) {
        if (track.arrival.empty()) continue;
        track.out.place(*track.newest, target(track, *track.newest));
        track.newest.reset();
        track.started = true;
    }
    auto held = std::move(held_);
    held_ = {};
    for (auto& frame : held) place(std::move(frame));
}

// ---- frame by frame

void ClockDiscipline::place(Frame frame) {
    auto& track = of(frame.track);
    if (!stamp_of(frame)) return place_unstamped(std::move(frame));
    if (!track.started) start_track(track, frame);
    if (track.suspect) resolve_suspect(track, frame);
    if (jumped(track, frame)) {
        track.suspect = std::move(frame);
        return;
    }
    track.unstamped = 0;
    track.stamped = true;
    emit(std::move(frame));
}

// Its time follows from the frame before it, drawn towards its arrival.
void ClockDiscipline::place_unstamped(Frame frame) {
    auto& track = of(frame.track);
    if (!track.started) {
        frame.pts = Ticks{0};
        start_track(track, frame);
    } else if (!track.newest) {
        frame.pts = track.out.steered();
    } else {
        const auto since = arrived(frame.arrival) - track.delay - track.out.at(*track.newest);
        frame.pts = *track.newest + std::clamp(since, track.interval / 2, track.interval * 2);
    }
    frame.dts.reset();
    if (++track.unstamped == kUnstampedBreak && track.stamped) pend("time stamps missing", frame.arrival.steady);
    emit(std::move(frame));
}

bool ClockDiscipline::jumped(const TrackState& track, const Frame& frame) const {
    if (!track.newest) return false;
    const auto stamp = *stamp_of(frame);
    return *track.newest - stamp > kStep || track.out.at(stamp) - arrived(frame.arrival) > kStep;
}

// One frame with a strange stamp between good ones (DVRs, faulty encoders) loses its stamp; two in a row are a new timeline.
void ClockDiscipline::resolve_suspect(TrackState& track, const Frame& next) {
    auto frame = std::move(*track.suspect);
    track.suspect.reset();
    const auto apart = std::chrono::abs(*stamp_of(next) - *stamp_of(frame));
    const auto passed = std::chrono::floor<Ticks>(next.arrival.steady - frame.arrival.steady);
    if (!jumped(track, next) || apart > kStep + passed) {
        place_unstamped(std::move(frame));
        return;
    }
    restart_track(track, frame);
    emit(std::move(frame));
}

void ClockDiscipline::start_track(TrackState& track, const Frame& frame) {
    const auto shown = *shown_at(frame);
    auto& other = &track == tracks_.data() ? tracks_[1] : tracks_[0];
    track.started = true;
    if (one_timeline_ && other.started && other.newest && std::chrono::abs(*other.newest - shown) < 10 * kOneSecond) {
        track.out = other.out;
        return;
    }
    track.arrival.add(shown, ticks_of(frame.arrival.steady));
    if (track.early_report) {
        track.newest = shown;
        report(*std::exchange(track.early_report, {}));
        track.newest.reset();
    }
    track.out.place(shown, target(track, shown));
}

// The camera's timeline broke. The new one goes on where the old one was, unless the arrival says that time was lost.
void ClockDiscipline::restart_track(TrackState& track, const Frame& frame) {
    const auto stamp = *stamp_of(frame);
    auto& other = &track == tracks_.data() ? tracks_[1] : tracks_[0];
    const auto now = frame.arrival.steady;
    const auto next = track.out.at(*track.newest) + track.interval;
    const auto by_arrival = arrived(frame.arrival) - track.delay;
    track.arrival.restart();
    track.reports.restart();
    track.by_reports = false;
    if (now - last_break_ > kSameBreak) pend("camera clock stepped", now);
    last_break_ = now;
    const bool lost = by_arrival - next > kStep;
    track.newest = lost ? track.newest : std::nullopt;
    const bool with_other = one_timeline_ && other.newest && std::chrono::abs(*other.newest - stamp) < 2 * kOneSecond;
    if (with_other && other.out.at(stamp) > next - track.interval) {
        track.out = other.out;
    } else {
        track.out.place(stamp, lost ? by_arrival : next);
    }
    if (lost) {
        track.newest = stamp;
        pending_ = "camera clock stepped";
        pending_since_ = now - kKeyPatience;
    }
}

void ClockDiscipline::emit(Frame frame) {
    auto& track = of(frame.track);
    const auto kind = frame.track;
    const auto stamp = *stamp_of(frame);
    const auto shown = *shown_at(frame);
    if (track.unstamped == 0) track.arrival.add(shown, ticks_of(frame.arrival.steady));
    if (!track.newest || std::chrono::abs(stamp - track.out.steered()) >= kOneSecond)
        steer(track, stamp, frame.arrival.steady);
    const char* reason = hole_before(track, kind, stamp);
    if (!reason) reason = take_pending(frame);
    const auto late = arrived(frame.arrival) - track.out.at(shown);
    track.delay += (late - track.delay) / 16;
    std::optional<MediaTime> dts;
    if (frame.dts) dts = track.out.at(*frame.dts);
    out_({std::move(frame), track.out.at(shown), dts, reason});
}

const char* ClockDiscipline::hole_before(TrackState& track, TrackKind kind, Ticks stamp) {
    const auto since = track.newest ? stamp - *track.newest : Ticks{0};
    if (!track.newest || since > Ticks{0}) track.newest = stamp;
    if (since <= Ticks{0}) return nullptr;
    const bool hole = track.usual > Ticks{0} && since > std::max(kStep, 4 * track.usual);
    track.usual = std::max(track.usual - track.usual / 64, since);
    if (hole) return leads(kind) ? "frames missing" : nullptr;
    track.interval = since;
    return nullptr;
}

const char* ClockDiscipline::take_pending(const Frame& frame) {
    if (!pending_ || !leads(frame.track)) return nullptr;
    const bool waited = frame.arrival.steady - pending_since_ >= kKeyPatience;
    if (frame.track == TrackKind::video && !frame.key && !waited) return nullptr;
    const bool host = host_stepped_.has_value();
    if (host) host_ = *std::exchange(host_stepped_, {});
    last_break_ = frame.arrival.steady;
    for (auto& track : tracks_) {
        if (!track.started || !track.newest || track.arrival.empty()) continue;
        const auto error = target(track, *track.newest) - track.out.at(*track.newest);
        if (host || error > kWorthAStep || error < -kStep) track.out.place(*track.newest, target(track, *track.newest));
    }
    return std::exchange(pending_, nullptr);
}

void ClockDiscipline::pend(const char* reason, SteadyTime now) {
    if (!pending_) pending_since_ = now;
    pending_ = reason;
}

// ---- where the line should be

void ClockDiscipline::report(const SenderReport& report) {
    auto& track = of(report.track);
    if (!track.newest) {
        track.early_report = report;
        return;
    }
    if (std::chrono::abs(report.media - *track.newest) > kReportNear) return;
    track.reports.add(report.media, report.ntp);
    constexpr double kOwnDrift = 50e-6;
    track.arrival.believe({track.reports.rate(), std::hypot(track.reports.rate_error(), kOwnDrift)});
    weigh_reports();
}

void ClockDiscipline::weigh_reports() {
    const TrackState* by = nullptr;
    std::optional<Ticks> behind;
    for (auto& track : tracks_) {
        track.by_reports = false;
        if (!track.reports.valid() || track.arrival.empty() || !track.newest) continue;
        const auto newest = *track.newest;
        const auto own = MediaTime{track.arrival.expect(newest) + host_} - track.reports.at(newest);
        if (behind && std::chrono::abs(own - *behind) > kTracksAgree) continue;
        track.by_reports = true;
        if (!by) by = &track;
        behind = std::min(behind.value_or(own), own);
    }
    if (!by) {
        trusted_ = false;
        return;
    }
    behind_ = *behind;
    const bool near =
        trusted_ ? behind_ >= -kTrustBeyond && behind_ <= kTrustKept : behind_ >= Ticks{0} && behind_ <= kTrust;
    const double drift = by->arrival.rate() - by->reports.rate();
    trusted_ = near && std::abs(drift) <= kTrustDrift + 2 * std::hypot(by->arrival.rate_error(), by->reports.rate_error());
}

MediaTime ClockDiscipline::target(const TrackState& track, Ticks camera) const {
    if (track.by_reports) return track.reports.at(camera) + (trusted_ ? Ticks{0} : behind_);
    auto steady = track.arrival.expect(camera);
    const auto& other = &track == tracks_.data() ? tracks_[1] : tracks_[0];
    if (one_timeline_ && !other.arrival.empty()) {
        const auto also = other.arrival.expect(camera);
        if (std::chrono::abs(also - steady) <= kStep) steady = std::min(also, steady);
    }
    return MediaTime{steady + host_};
}

double ClockDiscipline::rate(const TrackState& track) const {
    if (track.by_reports && trusted_) return track.reports.rate();
    return one_timeline_ && !lead().arrival.empty() ? lead().arrival.rate() : track.arrival.rate();
}

void ClockDiscipline::steer(TrackState& track, Ticks stamp, SteadyTime now) {
    weigh_reports();
    if (track.arrival.empty()) return;
    track.error = target(track, stamp) - track.out.at(stamp);
    track.out.steer(stamp, rate(track), track.error);
    if (std::chrono::abs(track.error) > kStep && !pending_) pend("time corrected", now);
}

footage::Timing ClockDiscipline::timing() const {
    const auto& track = lead();
    const auto micro = [](Ticks t) { return std::chrono::round<microseconds>(std::chrono::abs(t)); };
    footage::Timing timing;
    const bool reports = track.by_reports && trusted_;
    timing.source = reports ? "sender reports" : "arrival";
    if (track.by_reports && !trusted_) timing.offset = -std::chrono::round<microseconds>(behind_);
    timing.ppm = -rate(track) * 1e6;
    timing.uncertainty = micro(reports ? behind_ : kArrivalUncertainty) + micro(track.error);
    return timing;
}

}  // namespace vantage::ingest
