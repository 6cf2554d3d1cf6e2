// SPDX-License-Identifier: Apache-2.0
#include "stream/stream.hpp"

#include "stream/ring.hpp"

namespace vantage::stream {

Reader::Reader(std::shared_ptr<Ring> ring, ReaderOptions options)
    : ring_(std::move(ring)), options_(std::move(options)), id_(ring_->add(options_)) {}

Reader::~Reader() {
    ring_->remove(id_);
}

Event Reader::next() {
    return ring_->next(id_);
}

std::size_t Reader::skip_to_newest() {
    return ring_->skip_to_newest(id_);
}

std::size_t Reader::bytes_behind() const {
    return ring_->bytes_behind(id_);
}

Stream::Stream(std::size_t ring_bytes) : ring_(std::make_shared<Ring>(ring_bytes)) {}

Stream::~Stream() {
    ring_->on_viewers_changed({});
    ring_->close();
}

void Stream::publish(PartPtr part) {
    ring_->append(std::move(part));
}

void Stream::interrupt(Interruption interruption) {
    ring_->append(std::move(interruption));
}

void Stream::close() {
    ring_->close();
}

std::unique_ptr<Reader> Stream::subscribe(ReaderOptions options) {
    return std::unique_ptr<Reader>(new Reader(ring_, std::move(options)));
}

InitPtr Stream::init() const {
    return ring_->init();
}

StreamStats Stream::stats() const {
    return ring_->stats();
}

std::size_t Stream::viewers() const {
    return ring_->viewers();
}

void Stream::on_viewers_changed(std::function<void(std::size_t)> changed) {
    ring_->on_viewers_changed(std::move(changed));
}

}  // namespace vantage::stream
