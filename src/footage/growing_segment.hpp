// SPDX-License-Identifier: Apache-2.0
// A growing segment in all its places: the file, the readers' view of it, its row. Keeps the order that docs/storage.md asks
// for: durable file, row "open", bytes, sync, row closed. Lives on its disk's thread.
#pragma once
#include "footage/segment_writer.hpp"
#include "footage/storage.hpp"

#include <memory>

namespace vantage::footage {

class GrowingSegment {
  public:
    // A segment that begins with `first`, which is not added yet. errc::unavailable when the volume is not there (S1). A
    // catalogue that fails stops nothing: the row comes at close.
    static Result<std::unique_ptr<GrowingSegment>> create(const Storage& storage, const StreamKey& stream,
                                                          const PartPtr& first, const Timing& timing);
    ~GrowingSegment();
    GrowingSegment(const GrowingSegment&) = delete;
    GrowingSegment& operator=(const GrowingSegment&) = delete;

    void add(PartPtr part) { writer_->add(std::move(part)); }
    // Writes what is queued and shows it to readers.
    Status flush();
    // The file is complete and closed after this; its row is not. Can be repeated after an error.
    Status finish();
    // Row closed: only after a sync that began after finish() (S4). False: the catalogue failed, try again.
    bool close_row();

    [[nodiscard]] const SegmentWriter& writer() const { return *writer_; }  // until finished
    [[nodiscard]] MediaTime start() const { return start_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // in the file

  private:
    GrowingSegment(const Storage& storage, StreamKey stream, std::unique_ptr<SegmentWriter> writer, const Timing& timing);
    void add_row();

    const Storage& storage_;
    const StreamKey stream_;
    const MediaTime start_;
    std::uint64_t bytes_{0};
    std::unique_ptr<SegmentWriter> writer_;  // gone once finished
    store::SegmentRow row_;                  // id 0: the catalogue does not have it yet
    Bytes table_;                            // encoded, once finished
    OpenSegmentPtr shown_;
};

}  // namespace vantage::footage
