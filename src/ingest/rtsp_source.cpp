// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtsp_source.hpp"

#include "ingest/rtsp_session.hpp"

namespace vantage::ingest {

RtspSource::RtspSource(boost::asio::io_context& context, SourceOptions options, const Clock& clock)
    : session_(std::make_shared<RtspSession>(context, std::move(options), clock)) {}

RtspSource::~RtspSource() {
    session_->stop();
}

void RtspSource::start(SourceSink& sink) {
    session_->start(sink);
}

void RtspSource::stop() {
    session_->stop();
}

SourceStats RtspSource::stats() const {
    return session_->stats();
}

}  // namespace vantage::ingest
