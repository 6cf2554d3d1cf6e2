// SPDX-License-Identifier: Apache-2.0
// The beat to which all cameras of an io_context are read: one timer for all, so that a camera costs one read a beat instead
// of a wake-up and several reads for each burst of packets. Safe from any thread of the context.
#pragma once
#include "ingest/read_rhythm.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <mutex>
#include <optional>

namespace vantage::ingest {

enum class Beat {
    stream,    // 20 ms: TCP, where the kernel keeps what has come and the moment it came
    catch_up,  // 4 ms: datagrams, which the kernel drops when its buffer is full, and streams that were read to the brim
};

class ReadTick final : public boost::asio::execution_context::service {
  public:
    using key_type = ReadTick;
    static inline boost::asio::execution_context::id id;  // NOLINT: the name Asio asks for

    explicit ReadTick(boost::asio::execution_context& context);
    static ReadTick& of(boost::asio::io_context& context) { return boost::asio::use_service<ReadTick>(context); }

    // Completes at the next beat, or the `count`th from now (of Beat::stream, ReadRhythm::kMostBeats at most), with
    // void(error_code); operation_aborted as well means that the beat is due: another camera has set the timer to a later
    // one before this one was called.
    template <class Token>
    auto async_wait(Beat beat, int count, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
            [this, beat, count](auto handler) {
                const std::lock_guard hold(mutex_);
                armed(beat, count).async_wait(std::move(handler));
            },
            token);
    }

  private:
    void shutdown() override;
    // The timer of that beat, set to its moment if it is not. Needs mutex_.
    boost::asio::steady_timer& armed(Beat beat, int count);

    using Timer = std::optional<boost::asio::steady_timer>;
    std::mutex mutex_;
    std::array<Timer, ReadRhythm::kMostBeats> stream_;  // by the number of the beat; guarded by mutex_, as the next
    Timer catch_up_;
};

}  // namespace vantage::ingest
