// SPDX-License-Identifier: Apache-2.0
// A straight line through paired readings of two clocks that run at nearly the same rate. Pure functions.
#pragma once
#include "base/time.hpp"

#include <cmath>
#include <deque>

namespace vantage::ingest {

// At `camera` of the one clock the other showed `reference`.
struct Reading {
    Ticks camera{0};
    Ticks reference{0};
};

// The reference runs at 1 + `rate` times the camera's clock.
struct LineFit {
    Reading at;
    double rate{0};
    double rate_error{0};  // one standard deviation

    [[nodiscard]] Ticks value(Ticks camera) const {
        const auto passed = camera - at.camera;
        return at.reference + passed + Ticks{std::llround(static_cast<double>(passed.count()) * rate)};
    }
};

// What is believed of a rate before there are readings.
struct RateBelief {
    double rate{0};
    double error{200e-6};  // one standard deviation
};

// Weighted least squares: readings that stand apart (a burst after a stall, a report computed late) count little, and few
// readings move the belief little. `start` is the rate from which outliers are told; readings must not be empty.
LineFit fit_line(const std::deque<Reading>& readings, RateBelief belief, double start);

}  // namespace vantage::ingest
