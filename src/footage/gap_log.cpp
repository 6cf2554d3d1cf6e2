// SPDX-License-Identifier: Apache-2.0
#include "footage/gap_log.hpp"

#include "base/log.hpp"

namespace vantage::footage {
namespace {

constexpr std::size_t kMostUnwritten = 1000;
constexpr milliseconds kSeam{200};

// Adds the row, or closes the one that is there. False: the catalogue failed, try again.
bool write(store::Catalog& catalog, store::GapRow& row) {
    if (row.id == 0) {
        const auto id = catalog.add_gap(row);
        if (id.has_error()) return false;
        row.id = *id;
        return true;
    }
    if (!row.end) return true;
    const auto closed = catalog.close_gap(row.id, *row.end);
    return closed.has_value() || closed.error().code == errc::not_found;
}

}  // namespace

void GapLog::open(std::string reason, UtcTime from) {
    if (current_) return;
    log::warn(to_string(stream_), "no footage from {}: {}", to_rfc3339(from), reason);
    current_ = store::GapRow{0, stream_, from, {}, std::move(reason)};
    write(catalog_, *current_);
}

void GapLog::replace(const std::string& reason, UtcTime from) {
    if (current_ && current_->reason == reason) return;
    close(from);
    log::warn(to_string(stream_), "no footage from {}: {}", to_rfc3339(from), reason);
    current_ = store::GapRow{0, stream_, from, {}, reason};
}

void GapLog::close(UtcTime at) {
    if (!current_) return;
    auto row = std::move(*current_);
    current_.reset();
    row.end = std::max(at, row.start);
    if (row.id == 0 && *row.end - row.start < kSeam) return;
    total_ += std::max(microseconds{0}, *row.end - std::max(row.start, since_));
    log::info(to_string(stream_), "the gap '{}' of {:.1f} s ended at {}", row.reason,
              std::chrono::duration<double>(*row.end - row.start).count(), to_rfc3339(*row.end));
    if (!write(catalog_, row) && unwritten_.size() < kMostUnwritten) unwritten_.push_back(std::move(row));
}

void GapLog::retry() {
    if (current_ && current_->id == 0) write(catalog_, *current_);
    std::erase_if(unwritten_, [&](store::GapRow& row) { return write(catalog_, row); });
}

}  // namespace vantage::footage
