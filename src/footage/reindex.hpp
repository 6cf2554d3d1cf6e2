// SPDX-License-Identifier: Apache-2.0
// Rebuilds the catalogue of one storage from its files: the files are the truth. Reads every segment's headers on several
// threads; completes those that were left open, as recovery does; leaves foreign files alone and names them. Blocks. The
// catalogue stays usable meanwhile, and a reindex that is cut off changes nothing but the rows it has written.
#pragma once
#include "footage/storage.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace vantage::footage {

struct ReindexProgress {
    std::size_t done{0}, total{0};  // files
};

struct ReindexReport {
    std::size_t indexed{0};               // segments that have a row now
    std::size_t recovered{0};             // of them, files that had been left open
    std::size_t empty{0};                 // files without a whole part: removed
    std::size_t thumbs{0};                // files of thumbnails that have a row now
    std::size_t rows_dropped{0};          // rows whose file is gone
    std::vector<std::string> foreign;     // relative paths: not ours, or damaged from the beginning
    std::vector<std::string> unreadable;  // the disk failed; their rows stay
    double files_per_second{0};
};

struct ReindexOptions {
    unsigned threads{0};  // 0: as many as there are cores, at most 8
    // While the storage is being recorded to: begin_reindex was called before that began, and files whose name is not older
    // than this and that have no closed row are the recorder's business.
    std::optional<UtcTime> recording_since;
    std::stop_token stop;
};

// `progress` is called from one thread at a time, a few times a second. errc::cancelled when stopped; errc::io when the
// catalogue fails. Any unreadable file keeps the rows of the whole volume: nothing is dropped then.
Result<ReindexReport> reindex(const Storage& storage, const ReindexOptions& options,
                              const std::function<void(const ReindexProgress&)>& progress);

}  // namespace vantage::footage
