// SPDX-License-Identifier: Apache-2.0
// Thumbnails whose file is there and whose row is not: after a crash, and for reindex. A torn tail is cut behind the last
// whole picture; no file is ever removed, whether it has a segment or not. Blocks; runs before the storage is written to,
// or on files that nobody writes.
#pragma once
#include "footage/storage.hpp"

namespace vantage::footage {

// True for <time>Z.thumbs of one of our streams.
bool is_thumbs_path(const std::string& relative);
// Cuts the tail of one file and gives it its row; replaces the one it has. True when there are pictures in it.
// errc::malformed for a foreign file, which is left alone.
Result<bool> index_thumbs(const Storage& storage, const std::string& relative);
// Those of `files` that have no row. How many were indexed. Errors of single files are logged.
std::size_t recover_thumbs(const Storage& storage, std::span<const std::string> files);

}  // namespace vantage::footage
