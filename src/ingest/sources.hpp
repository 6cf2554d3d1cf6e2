// SPDX-License-Identifier: Apache-2.0
// Which source an address means, by its scheme. The one place that knows them all.
#pragma once
#include "ingest/source.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace vantage::ingest {

// `executor` and `clock` outlive the source. errc::unsupported for a scheme that is not ours, invalid_argument for an
// address that cannot be. Connects to nothing.
Result<std::unique_ptr<Source>> make_source(const SourceOptions& options, const boost::asio::any_io_executor& executor,
                                            const Clock& clock);

}  // namespace vantage::ingest
