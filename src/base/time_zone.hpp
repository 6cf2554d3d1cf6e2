// SPDX-License-Identifier: Apache-2.0
// Days of the installation's time zone: which date an instant has there, and when a date begins and ends. A value; safe from
// any thread.
#pragma once
#include "base/time.hpp"

namespace date {
class time_zone;
}

namespace vantage {

// A second as the clock on the wall shows it.
struct LocalSecond {
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<seconds> time;
    std::chrono::minutes offset{0};  // ahead of UTC
    bool again{false};               // the clocks were put back: this second came before, with another offset
};

class TimeZone {
  public:
    // An IANA name, as the host's zoneinfo knows it; not_found for another.
    static Result<TimeZone> load(const std::string& name);

    [[nodiscard]] std::chrono::year_month_day date_of(UtcTime at) const;
    // The second that `at` lies in.
    [[nodiscard]] LocalSecond local(UtcTime at) const;
    // The first instant of that day, where the clocks may skip midnight; of a midnight that comes twice, the first.
    [[nodiscard]] UtcTime start_of(std::chrono::year_month_day day) const;
    // That time of the day (less than 24 h), where the clocks skip it the instant of the skip; of one that comes twice, the
    // first.
    [[nodiscard]] UtcTime at(std::chrono::year_month_day day, seconds time_of_day) const;

  private:
    explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
    const date::time_zone* zone_;  // the library's, for ever
};

}  // namespace vantage
