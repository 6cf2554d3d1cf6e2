// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtp_reorder.hpp"

namespace vantage::ingest {
namespace {

constexpr int kFar = 2 * RtpReorder::kPackets;

}  // namespace

void RtpReorder::push(ByteView datagram, const Arrival& arrival) {
    if (datagram.size() < net::kRtpHeaderBytes || net::is_rtcp(datagram)) return deliver_(datagram, arrival);
    const auto sequence = load_u16(&datagram[2]);
    const auto ahead = [&] { return static_cast<std::uint16_t>(sequence - *next_); };
    if (next_) {
        const auto distance = static_cast<std::int16_t>(ahead());
        if (distance < 0 && distance > -kFar) return deliver_(datagram, arrival);  // late or doubled: the track says
        if (distance < 0 || distance >= kFar) flush();                             // a jump, another SSRC: begin anew
    }
    while (waiting_ > 0 && ahead() >= kPackets) skip_to_oldest();
    if (!next_ || ahead() == 0 || ahead() >= kPackets) {
        deliver_(datagram, arrival);
        next_ = static_cast<std::uint16_t>(sequence + 1);
        return deliver_run();
    }
    auto& kept = slot(sequence);
    if (kept.used) return;  // doubled
    kept.used = true;
    kept.sequence = sequence;
    kept.arrival = arrival;
    kept.datagram.assign(datagram.begin(), datagram.end());
    ++waiting_;
}

void RtpReorder::expire(SteadyTime now) {
    while (waiting_ > 0) {
        auto sequence = *next_;
        while (!slot(sequence).used) ++sequence;
        if (now - slot(sequence).arrival.steady < kWindow) return;
        skip_to_oldest();
    }
}

// Delivers what lies ready from next_ on.
void RtpReorder::deliver_run() {
    while (waiting_ > 0 && slot(*next_).used) {
        auto& ready = slot(*next_);
        ready.used = false;
        --waiting_;
        ++*next_;
        deliver_(ready.datagram, ready.arrival);
    }
}

void RtpReorder::skip_to_oldest() {
    while (!slot(*next_).used) ++*next_;
    deliver_run();
}

void RtpReorder::flush() {
    while (waiting_ > 0) skip_to_oldest();
    next_.reset();
}

}  // namespace vantage::ingest
