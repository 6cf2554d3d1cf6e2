// SPDX-License-Identifier: Apache-2.0
// Puts RTP packets back into order, within a window bounded in packets and time. What is in order passes without a copy.
// Counts nothing: the track behind sees the gaps. Lives on the thread of its source.
#pragma once
#include "ingest/source.hpp"
#include "net/rtp.hpp"

#include <array>
#include <functional>

namespace vantage::ingest {

class RtpReorder {
  public:
    using Deliver = std::function<void(ByteView datagram, const Arrival& arrival)>;
    explicit RtpReorder(Deliver deliver) : deliver_(std::move(deliver)) {}

    void push(ByteView datagram, const Arrival& arrival);
    // Gives up waiting for what is missing longer than the window. Call now and then, also when nothing comes.
    void expire(SteadyTime now);

    static constexpr std::size_t kPackets = 64;
    static constexpr milliseconds kWindow{60};

  private:
    struct Slot {
        bool used{false};
        std::uint16_t sequence{0};
        Arrival arrival;
        Bytes datagram;  // keeps its memory
    };
    void deliver_run();
    void skip_to_oldest();
    void flush();
    [[nodiscard]] Slot& slot(std::uint16_t sequence) { return slots_[sequence % kPackets]; }

    Deliver deliver_;
    std::optional<std::uint16_t> next_;
    std::array<Slot, kPackets> slots_;
    std::size_t waiting_{0};
};

}  // namespace vantage::ingest
