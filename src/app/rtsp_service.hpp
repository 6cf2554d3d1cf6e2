// SPDX-License-Identifier: Apache-2.0
// RTSP out as a part of the program: the server with its thread, the cameras' streams as its feeds, the users' rights as its
// door. A port that is taken is told and tried again; recording does not wait for it. Made and destroyed by the composition
// root; view() from any thread.
#pragma once
#include "app/config.hpp"
#include "app/io_thread.hpp"
#include "app/stream_feed.hpp"
#include "base/guarded.hpp"
#include "live/rtsp/rtsp_server.hpp"
#include "serve/control.hpp"
#include "serve/stream_access.hpp"

#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace vantage::app {

class RtspService {
  public:
    // The stream of "", "sub" or a transcode's name of a camera; errors as RtspServerHooks::find_feed has them. From the
    // service's thread, must not block.
    using FindStream =
        std::function<Result<std::shared_ptr<stream::Stream>>(const CameraId& camera, std::string_view rendition)>;

    // `config.bind` is set; `tls` null: no RTSPS. The references outlive the service.
    RtspService(const RtspConfig& config, std::shared_ptr<boost::asio::ssl::context> tls, FindStream find_stream,
                serve::StreamAccess& access);
    ~RtspService();
    RtspService(const RtspService&) = delete;
    RtspService& operator=(const RtspService&) = delete;

    [[nodiscard]] serve::RtspView view() const;

  private:
    Result<std::shared_ptr<live::RtspFeed>> find_feed(std::string_view path);
    void listen();
    void watch_access(const std::stop_token& stop);

    const RtspConfig config_;
    const std::shared_ptr<boost::asio::ssl::context> tls_;
    const FindStream find_stream_;
    serve::StreamAccess& access_;
    mutable Guarded<std::string> fault_;  // why it does not listen
    IoThread thread_;
    boost::asio::steady_timer again_;  // the service's thread
    StreamFeeds feeds_;                // the service's thread
    std::unique_ptr<live::RtspServer> server_;
    std::mutex waiting_;
    std::condition_variable_any stopping_;
    std::jthread refresher_;  // last: blocks on the settings
};

}  // namespace vantage::app
