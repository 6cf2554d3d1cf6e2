// SPDX-License-Identifier: Apache-2.0
#include "footage/growing_segment.hpp"

#include "base/log.hpp"

namespace vantage::footage {
namespace {

Status volume_is_there(const Storage& storage) {
    const auto uuid = read_volume_uuid(storage.files, storage.volume.root);
    if (uuid && *uuid == storage.volume.uuid) return {};
    if (uuid.has_error() && uuid.error().code == errc::io) return uuid.error();
    return fail(errc::unavailable, fmt::format("the disk of {} is missing; mount it", storage.volume.root.string()));
}

store::TimingRow to_row(const Timing& timing) {
    return {timing.source, timing.offset, timing.ppm, timing.uncertainty};
}

}  // namespace

Result<std::unique_ptr<GrowingSegment>> GrowingSegment::create(const Storage& storage, const StreamKey& stream,
                                                               const PartPtr& first, const Timing& timing) {
    if (auto there = volume_is_there(storage); there.has_error()) return there.error();
    auto writer = SegmentWriter::create(storage.files, storage.volume.root, stream, first->init, first->start);
    if (writer.has_error()) return writer.error();
    return std::unique_ptr<GrowingSegment>{new GrowingSegment(storage, stream, std::move(*writer), timing)};
}

GrowingSegment::GrowingSegment(const Storage& storage, StreamKey stream, std::unique_ptr<SegmentWriter> writer,
                               const Timing& timing)
    : storage_(storage),
      stream_(std::move(stream)),
      start_(writer->start()),
      writer_(std::move(writer)),
      row_{0, stream_, {}, {}, store::RowState::open, {}, {}, 0, 0, {}, false} {
    row_.volume = storage_.volume.uuid;
    row_.path = writer_->path();
    row_.start = row_.end = to_utc(start_);
    row_.bytes = bytes_ = writer_->bytes();
    row_.timing = to_row(timing);
    SegmentInfo info{0,
                     stream_,
                     (storage_.volume.root / row_.path).string(),
                     row_.start,
                     row_.end,
                     row_.bytes,
                     SegmentState::open,
                     false,
                     timing,
                     writer_->init()};
    shown_ = std::make_shared<OpenSegment>(std::move(info), start_);
    add_row();
    storage_.open_segments.add(shown_, stream_);
}

GrowingSegment::~GrowingSegment() {
    storage_.open_segments.remove(shown_, stream_);
}

void GrowingSegment::add_row() {
    if (row_.init_id == 0) {
        const auto init = storage_.catalog.intern_init(shown_->info()->init->data);
        if (init.has_error()) {
            log::error(to_string(stream_), "the catalogue does not take an init: {}", init.error().message);
            return;
        }
        row_.init_id = *init;
    }
    const auto id = storage_.catalog.add(row_, table_);
    if (id.has_error()) {
        log::error(to_string(stream_), "the catalogue does not take segment {}: {}", row_.path, id.error().message);
        return;
    }
    row_.id = *id;
    shown_->set_id(*id);
}

Status GrowingSegment::flush() {
    if (!writer_->has_queue()) return {};
    if (auto done = writer_->flush(); done.has_error()) return done;
    bytes_ = writer_->bytes();
    shown_->grow(writer_->table().entries(), to_utc(writer_->end()), writer_->bytes());
    return {};
}

Status GrowingSegment::finish() {
    if (!writer_) return {};
    if (auto done = flush(); done.has_error()) return done;
    if (auto done = writer_->finish(); done.has_error()) return done;
    row_.end = to_utc(writer_->end());
    row_.bytes = writer_->bytes();
    row_.state = store::RowState::closed;
    table_ = encode_table(writer_->table().entries());
    writer_.reset();
    return {};
}

bool GrowingSegment::close_row() {
    if (row_.id == 0) {
        add_row();
        return row_.id != 0;
    }
    const auto done = storage_.catalog.update(row_, table_);
    if (done.has_value()) return true;
    if (done.error().code == errc::not_found) {
        row_.id = 0;
        return false;
    }
    log::error(to_string(stream_), "the catalogue does not close segment {}: {}", row_.path, done.error().message);
    return false;
}

}  // namespace vantage::footage
