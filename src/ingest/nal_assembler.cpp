// SPDX-License-Identifier: Apache-2.0
#include "ingest/nal_assembler.hpp"

#include <algorithm>
#include <array>

namespace vantage::ingest {
namespace {

using h26x::Nal;

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMostUnitBytes = 16 * 1024 * 1024;
constexpr std::array<std::uint8_t, 4> kStartCode{0, 0, 0, 1};

bool has_start_code(ByteView bytes) {
    return std::search(bytes.begin(), bytes.end(), kStartCode.begin() + 1, kStartCode.end()) != bytes.end();
}

bool is_parameter_set(Nal kind) {
    return kind == Nal::vps || kind == Nal::sps || kind == Nal::pps;
}

// Types that only mean something inside RTP or nothing at all (RFC 6184 5.2, RFC 7798 4.4): a camera's fault.
bool is_stray(Codec codec, ByteView nal) {
    if (codec == Codec::h264) return (nal[0] & 0x1F) == 0 || (nal[0] & 0x1F) >= 24;
    return nal.size() < 2 || (nal[0] >> 1 & 0x3F) >= 48;
}

}  // namespace

void NalAssembler::add_parameter_set(ByteView nal) {
    Bytes stream(kStartCode.begin(), kStartCode.end());
    stream.insert(stream.end(), nal.begin(), nal.end());
    h26x::for_each_annexb(stream, [&](ByteView one) {
        if (!one.empty() && is_parameter_set(h26x::classify(codec_, one))) sets_changed_ |= sets_.update(codec_, one);
    });
}

void NalAssembler::announce() {
    if (!sets_changed_ || !sets_.complete(codec_)) return;
    sets_changed_ = false;
    auto track = h26x::make_track(codec_, sets_);
    if (track.has_error() || (track_ && *track_ == *track)) return;
    track_ = std::move(*track);
    sink_.on_track(*track_);
}

void NalAssembler::at(const RtpInput& packet) {
    if (started_ && packet.timestamp != unit_.timestamp) flush();
    if (started_) return;
    started_ = true;
    unit_ = {};
    unit_.timestamp = packet.timestamp;
    unit_.arrival = packet.arrival;
    unit_.lost_before = std::exchange(lost_, false);
}

void NalAssembler::whole_nal(ByteView nal) {
    if (nal.empty()) return;
    begin_nal(nal);
    end_nal();
}

void NalAssembler::begin_nal(ByteView header) {
    if (open_nal_) lose();  // its end never came
    open_nal_ = buffer_.size();
    buffer_.resize(buffer_.size() + kLengthBytes);
    append(header);
}

void NalAssembler::append(ByteView piece) {
    if (!open_nal_) return;
    if (buffer_.size() + piece.size() > kMostUnitBytes) return lose();
    buffer_.insert(buffer_.end(), piece.begin(), piece.end());
}

void NalAssembler::end_nal() {
    if (!open_nal_) return;
    const auto begin = *open_nal_;
    open_nal_.reset();
    store_u32(&buffer_[begin], static_cast<std::uint32_t>(buffer_.size() - begin - kLengthBytes));
    drop_or_keep(begin);
}

// Decides about the finished NAL unit whose length lies at `begin`.
void NalAssembler::drop_or_keep(std::size_t begin) {
    const auto nal = ByteView{buffer_}.subspan(begin + kLengthBytes);
    if (nal.empty()) return buffer_.resize(begin);
    const bool annexb = nal[0] == 0 && nal.size() > 3 && has_start_code(nal.first(4));
    if (annexb || (is_parameter_set(h26x::classify(codec_, nal)) && has_start_code(nal))) return split_annexb(begin);
    if (is_stray(codec_, nal)) return buffer_.resize(begin);
    const auto kind = h26x::classify(codec_, nal);
    if (is_parameter_set(kind)) sets_changed_ |= sets_.update(codec_, nal);
    if (is_parameter_set(kind) || kind == Nal::delimiter || kind == Nal::filler) return buffer_.resize(begin);
    note(kind, nal);
}

// Several NAL units with start codes where one belongs (seen from cheap cameras that send SPS, PPS and IDR as one).
void NalAssembler::split_annexb(std::size_t begin) {
    Bytes stream(kStartCode.begin(), kStartCode.end());
    stream.insert(stream.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin + kLengthBytes), buffer_.end());
    buffer_.resize(begin);
    h26x::for_each_annexb(stream, [&](ByteView nal) {
        if (!nal.empty() && !has_start_code(nal)) whole_nal(nal);
    });
}

void NalAssembler::note(Nal kind, ByteView nal) {
    unit_.key |= kind == Nal::idr;
    unit_.recovery |= kind == Nal::recovery_sei;
    const bool slice = kind == Nal::idr || kind == Nal::slice;
    // The rest of a picture behind the marker that should have ended it.
    if (slice && !has_slice_ && finished_ == unit_.timestamp && !unit_.lost_before && !h26x::begins_picture(codec_, nal)) {
        markers_lie_ = true;
        unit_.lost_before = true;
    }
    has_slice_ |= slice;
}

void NalAssembler::lose() {
    if (open_nal_) buffer_.resize(*open_nal_);
    open_nal_.reset();
    // Whether the access unit in the making or the next one is hit, no one can say.
    if (started_) unit_.lost_before = true;
    lost_ = true;
}

void NalAssembler::mark() {
    if (!has_slice_ || markers_lie_) return;
    finished_ = unit_.timestamp;
    flush();
    // The marker came: whatever was missing was missing here.
    lost_ = false;
}

void NalAssembler::flush() {
    if (open_nal_) lose();
    if (has_slice_) {
        announce();
        if (track_) {
            unit_.data.assign(buffer_.begin(), buffer_.end());
            sink_.on_unit(std::move(unit_));
        }
    } else if (unit_.lost_before) {
        lost_ = true;  // nothing was left of it: the next one has to tell
    }
    buffer_.clear();
    started_ = has_slice_ = false;
}

}  // namespace vantage::ingest
