// SPDX-License-Identifier: Apache-2.0
#include "ingest/line_fit.hpp"

#include <algorithm>
#include <vector>

namespace vantage::ingest {
namespace {

constexpr int kPasses = 4;
constexpr double kLeastNoise = 0.001;  // seconds; no reading over a network is better

double median(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double seconds_of(Ticks t) {
    return std::chrono::duration<double>(t).count();
}

struct Sums {
    double weight{0}, x{0}, y{0}, xx{0}, xy{0};
};

}  // namespace

LineFit fit_line(const std::deque<Reading>& readings, RateBelief belief, double start) {
    const auto last = readings.back();
    LineFit fit{last, belief.rate, belief.error};
    if (readings.size() < 2) return fit;
    std::vector<double> x, y;
    for (const auto& r : readings) {
        x.push_back(seconds_of(r.camera - last.camera));
        y.push_back(seconds_of((r.reference - last.reference) - (r.camera - last.camera)));
    }
    double rate = start;
    std::vector<double> scratch(x.size());
    for (int pass = 0; pass < kPasses; ++pass) {
        for (std::size_t i = 0; i < x.size(); ++i) scratch[i] = y[i] - rate * x[i];
        const double centre = median(scratch);
        for (std::size_t i = 0; i < x.size(); ++i) scratch[i] = std::abs(y[i] - rate * x[i] - centre);
        const double noise = std::max(kLeastNoise, 1.5 * median(scratch));
        Sums s;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double apart = (y[i] - rate * x[i] - centre) / (2 * noise);
            const double weight = 1 / (1 + apart * apart);
            s.weight += weight;
            s.x += weight * x[i];
            s.y += weight * y[i];
            s.xx += weight * x[i] * x[i];
            s.xy += weight * x[i] * y[i];
        }
        const double spread = s.xx - s.x * s.x / s.weight;
        if (spread <= 0) return fit;
        const double measured = (s.xy - s.x * s.y / s.weight) / spread;
        const double variance = noise * noise / spread;
        const double before = belief.error * belief.error;
        fit.rate = (measured * before + belief.rate * variance) / (before + variance);
        fit.rate_error = std::sqrt(before * variance / (before + variance));
        fit.at.reference = last.reference + Ticks{std::llround((s.y - fit.rate * s.x) / s.weight * 90000)};
        rate = measured;  // outliers are told from what was measured, not from what was believed
    }
    return fit;
}

}  // namespace vantage::ingest
