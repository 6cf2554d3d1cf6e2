// SPDX-License-Identifier: Apache-2.0
#include "ingest/track_clock.hpp"

#include <algorithm>

namespace vantage::ingest {
namespace {

constexpr Ticks kWindow{60 * 90000};
constexpr Ticks kTenSeconds{10 * 90000};
constexpr std::size_t kMostHistory = 180;
constexpr std::size_t kMostReports = 64;
constexpr Ticks kApart{4500};  // 50 ms
constexpr double kMostRate = 500e-6;
constexpr double kMostPhase = 200e-6;
constexpr double kPhaseSeconds = 10;  // an error is worked off over this time if the bound permits
constexpr double kRateMayChange = 20e-6;

bool less_delayed(const Reading& a, const Reading& b) {
    return a.reference - a.camera < b.reference - b.camera;
}

}  // namespace

void ArrivalLine::add(Ticks camera, Ticks steady) {
    const Reading reading{camera, steady};
    if (recent_.empty() || steady - recent_.back().began >= kOneSecond) {
        recent_.push_back({steady, reading});
        while (steady - recent_.front().began > kWindow) recent_.pop_front();
    } else if (less_delayed(reading, recent_.back().least)) {
        recent_.back().least = reading;
    }
    if (!ten_) ten_ = Second{steady, reading};
    if (less_delayed(reading, ten_->least)) ten_->least = reading;
    if (steady - ten_->began < kTenSeconds) return;
    history_.push_back(ten_->least);
    if (history_.size() > kMostHistory) history_.pop_front();
    ten_ = Second{steady, reading};
    const auto fit = fit_line(history_, belief_, rate_);
    rate_ = fit.rate;
    rate_error_ = fit.rate_error;
}

Ticks ArrivalLine::expect(Ticks camera) const {
    auto least = LineFit{recent_.front().least, rate_, 0}.value(camera);
    for (const auto& second : recent_) least = std::min(least, LineFit{second.least, rate_, 0}.value(camera));
    return least;
}

void ArrivalLine::restart() {
    recent_.clear();
    history_.clear();
    ten_.reset();
    belief_ = {rate_, rate_error_ + kRateMayChange};
}

bool ReportLine::add(Ticks camera, UtcTime ntp) {
    const Reading report{camera, to_media(ntp).time_since_epoch()};
    const auto refit = [&] { fit_ = fit_line(reports_, {}, fit_.rate); };
    if (reports_.empty()) {
        reports_.push_back(report);
        refit();
        return true;
    }
    if (std::chrono::abs(report.reference - fit_.value(camera)) <= kApart) {
        apart_.reset();
        reports_.push_back(report);
        if (reports_.size() > kMostReports) reports_.pop_front();
        refit();
        return false;
    }
    const auto before = apart_;
    apart_ = report;
    if (!before || std::chrono::abs(report.reference - LineFit{*before, fit_.rate, 0}.value(camera)) > kApart) return false;
    reports_ = {*before, report};
    apart_.reset();
    refit();
    return true;
}

void ReportLine::restart() {
    reports_.clear();
    apart_.reset();
}

void SlewLine::place(Ticks camera, MediaTime utc) {
    fit_.at = {camera, utc.time_since_epoch()};
}

void SlewLine::steer(Ticks camera, double rate, Ticks error) {
    fit_.at = {camera, fit_.value(camera)};
    const auto wanted = std::chrono::duration<double>(error).count() / kPhaseSeconds;
    fit_.rate = std::clamp(rate, -kMostRate, kMostRate) + std::clamp(wanted, -kMostPhase, kMostPhase);
}

}  // namespace vantage::ingest
