// SPDX-License-Identifier: Apache-2.0
// The newest picture of one camera stream for all who ask at about the same time: decoded once from the newest key frame on,
// on a thread of its own, which then ends. The calls are for any thread.
#pragma once
#include "base/bell.hpp"
#include "stills/frame_decoder.hpp"
#include "stills/still.hpp"
#include "stream/stream.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace vantage::stills {

class NewestFrame {
  public:
    using Done = std::function<void(Result<StillPtr>)>;

    struct Request {
        Look look;
        Done done;  // called once, on this one's thread
    };

    // An on-demand camera is connected; a picture is waited for `patience`. errc::unavailable when none came, malformed when
    // it cannot be decoded. `room` outlives it.
    NewestFrame(std::string name, std::shared_ptr<stream::Stream> source, milliseconds patience, DecodingRoom& room,
                Request first);
    // Who still waits is told cancelled.
    ~NewestFrame();
    NewestFrame(const NewestFrame&) = delete;
    NewestFrame& operator=(const NewestFrame&) = delete;

    // False when it is over: take another.
    bool join(const Request& request);
    [[nodiscard]] bool over() const { return over_; }

  private:
    void run(const std::stop_token& stop);
    Result<NegativePtr> take(const std::stop_token& stop);
    Result<std::vector<PartPtr>> collect(const std::stop_token& stop);
    void answer(const Result<NegativePtr>& found);

    const std::string name_;
    const std::shared_ptr<stream::Stream> source_;
    const milliseconds patience_;
    DecodingRoom& room_;
    const std::shared_ptr<Bell> bell_{std::make_shared<Bell>()};
    std::atomic<bool> over_{false};
    std::mutex mutex_;
    std::vector<Request> waiting_;  // guarded by mutex_

    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::stills
