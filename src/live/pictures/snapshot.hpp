// SPDX-License-Identifier: Apache-2.0
// The newest picture of one camera stream for all who ask at about the same time: decoded once from the newest key frame on,
// on a thread of its own, which then ends. The calls are for any thread.
#pragma once
#include "live/pictures/picture_show.hpp"

namespace vantage::live {

class Snapshot {
  public:
    using Done = std::function<void(Result<JpegPtr>)>;

    struct Request {
        int width{0};  // pixels at most; 0: as it is
        Done done;     // called once, on this one's thread
    };

    // An on-demand camera is connected; a picture is waited for `patience`. errc::unavailable when none came, malformed when
    // it cannot be decoded.
    Snapshot(std::string name, std::shared_ptr<stream::Stream> source, milliseconds patience, Request first);
    // Who still waits is told cancelled.
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    // False when it is over: take another.
    bool join(const Request& request);
    [[nodiscard]] bool over() const { return over_; }

  private:
    void run(const std::stop_token& stop);
    Status collect(const std::stop_token& stop);
    Status decode();
    void answer(const Status& found);
    Result<JpegPtr> encode(int width);

    const std::string name_;
    const std::shared_ptr<stream::Stream> source_;
    const milliseconds patience_;
    const std::shared_ptr<Bell> bell_{std::make_shared<Bell>()};
    std::atomic<bool> over_{false};
    std::mutex mutex_;
    std::vector<Request> waiting_;  // guarded by mutex_

    // The thread alone
    std::vector<PartPtr> parts_;  // of the newest fragment
    std::unique_ptr<PictureStream> pictures_;
    std::map<int, JpegPtr> made_;

    std::jthread thread_;  // last: uses the above
};

}  // namespace vantage::live
