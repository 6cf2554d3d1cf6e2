// SPDX-License-Identifier: Apache-2.0
// Which source an address means, by its scheme. The one place that knows them all.
#pragma once
#include "ingest/source.hpp"

#include <boost/asio/io_context.hpp>

namespace vantage::ingest {

// `context` and `clock` outlive the source. errc::unsupported for a scheme that is not ours, invalid_argument for an address
// that cannot be. Connects to nothing.
Result<std::unique_ptr<Source>> make_source(const SourceOptions& options, boost::asio::io_context& context,
                                            const Clock& clock);

}  // namespace vantage::ingest
