// SPDX-License-Identifier: Apache-2.0
#include "ingest/blocking_source.hpp"

#include <fmt/format.h>

namespace vantage::ingest {

void BlockingSource::start(SourceSink& sink) {
    thread_ = std::jthread([this, &sink](const std::stop_token& stop) {
        const auto done = read_safely(stop, sink);
        if (!done && !stop.stop_requested()) sink.on_end(done.error());
    });
}

void BlockingSource::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

Status BlockingSource::read_safely(const std::stop_token& stop, SourceSink& sink) {
    try {
        return read(stop, sink);
    } catch (const std::exception& e) {
        return fail(errc::internal, fmt::format("{}: {}", what_, e.what()));
    }
}

}  // namespace vantage::ingest
