// SPDX-License-Identifier: Apache-2.0
// The schemas of both databases, version by version. A version that was released is never edited: the next one is appended.
// Times are microseconds since 1970 UTC (BIGINT); opaque bytes are base64 text.
#pragma once
#include "store/database.hpp"

namespace vantage::store {

Migrations catalog_migrations();
Migrations settings_migrations();

}  // namespace vantage::store
