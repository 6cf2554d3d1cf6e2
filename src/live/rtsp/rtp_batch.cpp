// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtp_batch.hpp"

#include "net/rtp.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

constexpr std::size_t kHeader = kInterleavedBytes + net::kRtpHeaderBytes;

}  // namespace

RtpBatchBuilder::RtpBatchBuilder(RtpLine& line, std::uint32_t rtp_time, std::size_t expected_packets)
    : line_(line), batch_(std::make_shared<RtpBatch>()) {
    batch_->rtp_time = rtp_time;
    batch_->first_sequence = line.next_sequence;
    batch_->headers_.reserve(expected_packets * (kHeader + 4));
    batch_->packets_.reserve(expected_packets);
    pieces_.reserve(expected_packets * 2);
}

void RtpBatchBuilder::begin_packet(std::uint32_t later) {
    packet_header_ = batch_->headers_.size();
    batch_->headers_.resize(packet_header_ + kHeader);
    auto* at = batch_->headers_.data() + packet_header_;
    at[0] = '$';
    at[1] = line_.channel;
    net::write_rtp_header(at + kInterleavedBytes, {.marker = false,
                                                   .payload_type = line_.payload_type,
                                                   .sequence = line_.next_sequence++,
                                                   .timestamp = batch_->rtp_time + later,
                                                   .ssrc = line_.ssrc});
    batch_->packets_.push_back({static_cast<std::uint32_t>(pieces_.size()), 1, kHeader});
    pieces_.push_back({nullptr, packet_header_, kHeader});
}

void RtpBatchBuilder::header(ByteView bytes) {
    auto& packet = batch_->packets_.back();
    const auto offset = batch_->headers_.size();
    batch_->headers_.insert(batch_->headers_.end(), bytes.begin(), bytes.end());
    packet.bytes += static_cast<std::uint32_t>(bytes.size());
    if (auto& last = pieces_.back(); last.data == nullptr) {
        last.size += bytes.size();
        return;
    }
    pieces_.push_back({nullptr, offset, bytes.size()});
    ++packet.pieces;
}

void RtpBatchBuilder::payload(ByteView bytes) {
    if (bytes.empty()) return;
    auto& packet = batch_->packets_.back();
    packet.bytes += static_cast<std::uint32_t>(bytes.size());
    ++packet.pieces;
    pieces_.push_back({bytes.data(), 0, bytes.size()});
}

void RtpBatchBuilder::mark() {
    if (!batch_->packets_.empty()) batch_->headers_[packet_header_ + kInterleavedBytes + 1] |= 0x80;
}

RtpBatchPtr RtpBatchBuilder::finish(TrackKind track, bool key, MediaTime pts, std::shared_ptr<const void> owner) {
    if (batch_->packets_.empty()) return {};
    batch_->track = track;
    batch_->key = key;
    batch_->pts = pts;
    batch_->owner_ = std::move(owner);
    auto* headers = batch_->headers_.data();
    for (const auto& packet : batch_->packets_) {
        store_u16(headers + pieces_[packet.first].offset + 2, static_cast<std::uint16_t>(packet.bytes - kInterleavedBytes));
        batch_->bytes_ += packet.bytes;
    }
    batch_->pieces_.reserve(pieces_.size());
    for (const auto& piece : pieces_) {
        // writev does not write to what it is given; iovec has no pointer to const.
        auto* data = piece.data != nullptr ? const_cast<std::uint8_t*>(piece.data) : headers + piece.offset;
        batch_->pieces_.push_back({data, piece.size});
    }
    return batch_;
}

std::shared_ptr<const RtpBatch> RtpBatch::on_channel(std::uint8_t channel) const {
    auto copy = std::make_shared<RtpBatch>(*this);
    const auto* from = headers_.data();
    for (auto& piece : copy->pieces_) {
        auto* data = static_cast<std::uint8_t*>(piece.iov_base);
        const bool own = !std::less<>{}(data, from) && std::less<>{}(data, from + headers_.size());
        if (own) piece.iov_base = copy->headers_.data() + (data - from);
    }
    for (const auto& packet : packets_) static_cast<std::uint8_t*>(copy->pieces_[packet.first].iov_base)[1] = channel;
    return copy;
}

}  // namespace vantage::live
