// SPDX-License-Identifier: Apache-2.0
// A camera over RTSP 1.0, plain or TLS, interleaved or UDP. Waits in coroutines on the io_context it is given, which any
// number of cameras may share; while pictures flow it is read at the beat of ReadTick (20 ms), so a frame is handed on at
// most that late, but with the moment of arrival that the kernel noted.
#pragma once
#include "ingest/source.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace vantage::ingest {

class RtspSession;

class RtspSource final : public Source {
  public:
    // `context` and `clock` outlive the source; `context` is run by somebody else. An address that cannot be is told by
    // on_end.
    RtspSource(boost::asio::io_context& context, SourceOptions options, const Clock& clock);
    ~RtspSource() override;
    RtspSource(const RtspSource&) = delete;
    RtspSource& operator=(const RtspSource&) = delete;

    void start(SourceSink& sink) override;
    // Waits for a call of the sink that is under way, not for the network: TEARDOWN is sent behind its back within half a
    // second, as long as the context runs.
    void stop() override;
    [[nodiscard]] SourceStats stats() const override;

  private:
    std::shared_ptr<RtspSession> session_;
};

}  // namespace vantage::ingest
