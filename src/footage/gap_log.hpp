// SPDX-License-Identifier: Apache-2.0
// One stream's gaps: opens a row when footage stops, with the reason, and closes it when footage goes on (S9). Lives on its
// disk's thread. A catalogue that fails loses no gap: what could not be written is kept and written by retry().
#pragma once
#include "store/catalog.hpp"

#include <vector>

namespace vantage::footage {

class GapLog {
  public:
    GapLog(store::Catalog& catalog, StreamKey stream, UtcTime since)
        : catalog_(catalog), stream_(std::move(stream)), since_(since) {}

    // Goes on with a gap that is open since before this start.
    void adopt(const store::GapRow& row) { current_ = row; }
    // Nothing when a gap is open already: the first reason holds.
    void open(std::string reason, UtcTime from);
    // The open gap, if it has another reason, ends at `from` and a new one begins, which retry() writes down.
    void replace(const std::string& reason, UtcTime from);
    // One that was not written down yet and is no longer than a seam is none.
    void close(UtcTime at);
    void retry();

    [[nodiscard]] bool is_open() const { return current_.has_value(); }
    [[nodiscard]] const std::optional<store::GapRow>& current() const { return current_; }
    // Of closed gaps, what lies after `since`.
    [[nodiscard]] microseconds total() const { return total_; }

  private:
    store::Catalog& catalog_;
    const StreamKey stream_;
    const UtcTime since_;
    std::optional<store::GapRow> current_;  // id 0: not yet in the catalogue
    std::vector<store::GapRow> unwritten_;  // closed, but the catalogue does not know
    microseconds total_{0};
};

}  // namespace vantage::footage
