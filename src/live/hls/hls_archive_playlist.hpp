// SPDX-License-Identifier: Apache-2.0
// The media playlist of a day or a range (RFC 8216bis): EVENT while it grows, VOD once it is over. Safe from any thread.
#pragma once
#include "live/segments/archive.hpp"

#include <string>

namespace vantage::live {

// `prefix` goes before every address of media: "" in the rendition's own folder, "main/" one above.
std::string hls_archive_playlist(const ArchiveList& list, Rendition rendition, const std::string& prefix);
// The same as gzip, from the packed texts of the files.
std::string hls_archive_gzip(const ArchiveList& list, Rendition rendition, const std::string& prefix);
// Differs when the text does; with quotes, for ETag.
std::string hls_archive_etag(const ArchiveList& list, Rendition rendition, const std::string& prefix);

}  // namespace vantage::live
