// SPDX-License-Identifier: Apache-2.0
#include "footage/clock_watch.hpp"

#include "base/log.hpp"

namespace vantage::footage {
namespace {

using std::chrono::hours;
constexpr const char* kHold = "retention.clock_hold";       // why, while it holds
constexpr const char* kSeen = "retention.clock_last_seen";  // RFC 3339
constexpr hours kStep{1};
constexpr hours kLongPause{7 * 24};
constexpr std::chrono::minutes kRememberEvery{5};

}  // namespace

std::optional<std::string> ClockWatch::look() {
    const auto now = clock_.now();
    const auto offset = now.time_since_epoch() - clock_.steady().time_since_epoch();
    if (!started_) {
        expected_ = offset;
        start();
    }
    const bool stepped = std::chrono::abs(offset - expected_) > kStep;
    if (confirmed_.exchange(false)) {
        expected_ = offset;
        release();
    } else if (stepped && !by_step_) {
        by_step_ = true;
        hold(fmt::format("the clock stepped by {:.1f} h to {}",
                         std::chrono::duration<double, std::ratio<3600>>(offset - expected_).count(), to_rfc3339(now)));
    } else if (!stepped && by_step_) {
        log::info("retention", "the clock stepped back to {}", to_rfc3339(now));
        release();
    }
    if (!why_) remember(now);
    return why_;
}

void ClockWatch::start() {
    started_ = true;
    const auto held = settings_.value(kHold);
    if (held && *held) {
        why_ = **held;
        return log::warn("retention", "by days waits until a person says that the clock is right: {}", *why_);
    }
    const auto seen = settings_.value(kSeen);
    if (!seen || !*seen) return;
    const auto last = parse_time(**seen);
    if (!last) return;
    const auto now = clock_.now();
    if (now < *last - kStep || now > *last + kLongPause)
        hold(fmt::format("the clock says {}, but the last run ended at {}", to_rfc3339(now), to_rfc3339(*last)));
}

void ClockWatch::hold(std::string why) {
    if (why_) why = *why_ + "; " + why;
    why_ = std::move(why);
    log::warn("retention", "by days waits until a person says that the clock is right: {}", *why_);
    if (auto kept = settings_.put_value(kHold, *why_); !kept) log::warn("retention", "{}", kept.error().message);
}

void ClockWatch::release() {
    by_step_ = false;
    if (!why_) return;
    why_.reset();
    log::info("retention", "by days goes on");
    if (auto gone = settings_.remove_value(kHold); !gone) log::warn("retention", "{}", gone.error().message);
}

void ClockWatch::remember(UtcTime now) {
    if (remembered_ && now >= *remembered_ && now < *remembered_ + kRememberEvery) return;
    remembered_ = now;
    if (auto kept = settings_.put_value(kSeen, to_rfc3339(now)); !kept) log::warn("retention", "{}", kept.error().message);
}

}  // namespace vantage::footage
