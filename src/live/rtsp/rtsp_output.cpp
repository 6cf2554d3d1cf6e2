// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_output.hpp"

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

#include <array>
#include <sys/socket.h>

namespace vantage::live {
namespace {

namespace asio = boost::asio;
constexpr std::size_t kMostPieces = 512;  // a call; Linux takes 1024
constexpr std::size_t kTlsPieces = 48;    // some 32 KB: two records of TLS
constexpr int kUdpSendBuffer = 1 << 20;   // a large key frame
// The usual socket buffer of a player holds 208 KB, headers of the kernel counted.
constexpr std::size_t kUdpAtOnce = 64 << 10;
constexpr std::size_t kUdpBytesPerSecond = 16 << 20;
constexpr std::size_t kUdpMostWaiting = 16 << 20;

}  // namespace

std::size_t TcpOutput::size_of(const Item& item) {
    if (const auto* bytes = std::get_if<Bytes>(&item)) return bytes->size();
    return std::get<RtpBatchPtr>(item)->bytes();
}

void TcpOutput::push(Item item) {
    if (queue_.empty()) last_progress_ = std::chrono::steady_clock::now();
    queued_ += size_of(item);
    queue_.push_back(std::move(item));
}

void TcpOutput::send(Bytes bytes) {
    if (stopped_ || bytes.empty()) return;
    push(std::move(bytes));
    flush();
}

bool TcpOutput::add(RtpBatchPtr batch, bool whole) {
    if (stopped_) return true;
    if (!whole && !queue_.empty() && queued_ + batch->bytes() > bound_) return false;
    push(std::move(batch));
    return true;
}

std::size_t TcpOutput::gather(std::span<iovec> out) const {
    std::size_t count = 0;
    std::size_t skip = written_;
    const auto add = [&](iovec piece) {
        if (skip >= piece.iov_len) {
            skip -= piece.iov_len;
            return;
        }
        out[count++] = {static_cast<std::uint8_t*>(piece.iov_base) + skip, piece.iov_len - skip};
        skip = 0;
    };
    for (const auto& item : queue_) {
        if (const auto* bytes = std::get_if<Bytes>(&item)) {
            add({const_cast<std::uint8_t*>(bytes->data()), bytes->size()});
        } else {
            for (const auto& piece : std::get<RtpBatchPtr>(item)->pieces()) {
                add(piece);
                if (count == out.size()) return count;
            }
        }
        if (count == out.size()) return count;
    }
    return count;
}

void TcpOutput::advance(std::size_t written) {
    last_progress_ = std::chrono::steady_clock::now();
    queued_ -= written;
    written_ += written;
    while (!queue_.empty() && written_ >= size_of(queue_.front())) {
        written_ -= size_of(queue_.front());
        queue_.pop_front();
    }
}

void TcpOutput::flush() {
    if (waiting_ || stopped_ || queue_.empty()) return;
    if (socket_->secure())
        flush_tls();
    else
        flush_plain();
}

void TcpOutput::flush_plain() {
    while (!queue_.empty() && !stopped_) {
        std::array<iovec, kMostPieces> pieces;  // filled below as far as it is used
        const auto written = socket_->write_now(std::span{pieces}.first(gather(pieces)));
        if (!written) return fail_broken();
        if (*written > 0) {
            advance(*written);
            continue;
        }
        waiting_ = true;
        socket_->wait_writable([self = shared_from_this()](bool good) {
            self->waiting_ = false;
            if (good) self->flush();
        });
        return;
    }
}

void TcpOutput::flush_tls() {
    std::array<iovec, kTlsPieces> pieces;
    const auto count = gather(pieces);
    waiting_ = true;
    socket_->write_tls(std::span{pieces}.first(count), [self = shared_from_this()](std::size_t written) {
        self->waiting_ = false;
        if (written == 0) return self->fail_broken();
        self->advance(written);
        self->flush();
    });
}

void TcpOutput::fail_broken() {
    if (std::exchange(stopped_, true)) return;
    if (const auto broken = std::exchange(on_broken, nullptr)) broken();
}

void TcpOutput::stop() {
    stopped_ = true;
    on_broken = nullptr;
}

bool UdpOutput::bind_pair(const asio::ip::address& local) {
    using Endpoint = asio::ip::udp::endpoint;
    boost::system::error_code error;
    const auto protocol = Endpoint{local, 0}.protocol();
    rtp_.open(protocol, error);
    if (!error) rtp_.bind({local, 0}, error);
    if (error) return false;
    const auto port = rtp_.local_endpoint().port();
    // RFC 3550 11: RTP even, RTCP the odd one above it.
    if (port % 2 != 0 || port == 65534) return false;
    rtcp_.open(protocol, error);
    if (!error) rtcp_.bind({local, static_cast<std::uint16_t>(port + 1)}, error);
    return !error;
}

Result<std::shared_ptr<UdpOutput>> UdpOutput::open(const asio::any_io_executor& executor, const asio::ip::address& local,
                                                   const asio::ip::address& peer, std::uint16_t rtp_port,
                                                   std::uint16_t rtcp_port) {
    auto self = std::make_shared<UdpOutput>(executor);
    boost::system::error_code error;
    bool bound = false;
    for (int i = 0; i < 50 && !bound; ++i) {
        self->close();
        bound = self->bind_pair(local);
    }
    if (!bound) return fail(errc::overloaded, "no pair of UDP ports is free");
    self->rtp_.set_option(asio::socket_base::send_buffer_size{kUdpSendBuffer}, error);
    self->rtp_.connect({peer, rtp_port}, error);
    if (!error) self->rtcp_.connect({peer, rtcp_port}, error);
    if (error) return fail(errc::unavailable, fmt::format("UDP to {}: {}", peer.to_string(), error.message()));
    return self;
}

bool UdpOutput::send(RtpBatchPtr batch) {
    if (waiting_bytes_ + batch->bytes() > kUdpMostWaiting && !waiting_.empty()) return false;
    waiting_bytes_ += batch->bytes();
    waiting_.push_back(std::move(batch));
    if (!pacing_) pump();
    return true;
}

void UdpOutput::pump() {
    const auto now = std::chrono::steady_clock::now();
    const auto passed =
        std::chrono::duration_cast<microseconds>(std::min<std::chrono::steady_clock::duration>(now - refilled_, seconds{1}));
    allowance_ =
        std::min(kUdpAtOnce, allowance_ + static_cast<std::size_t>(passed.count()) * kUdpBytesPerSecond / 1'000'000);
    refilled_ = now;
    while (!waiting_.empty() && allowance_ > 0) {
        if (!send_some()) sent_packets_ = waiting_.front()->packets().size();  // lost
        if (sent_packets_ < waiting_.front()->packets().size()) continue;
        waiting_bytes_ -= waiting_.front()->bytes();
        waiting_.pop_front();
        sent_packets_ = 0;
    }
    pacing_ = !waiting_.empty();
    if (!pacing_) return;
    pace_.expires_after(milliseconds{2});
    pace_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error && self->rtp_.is_open()) self->pump();
    });
}

bool UdpOutput::send_some() {
    constexpr std::size_t kAtOnce = 64;
    std::array<mmsghdr, kAtOnce> messages{};
    std::array<iovec, kMostPieces> pieces;
    const auto& batch = *waiting_.front();
    const auto packets = batch.packets().subspan(sent_packets_);
    std::size_t count = 0, used = 0, bytes = 0;
    for (; count < std::min(packets.size(), kAtOnce) && bytes < allowance_; ++count) {
        const auto& packet = packets[count];
        if (used + packet.pieces > pieces.size()) break;
        std::copy_n(batch.pieces().begin() + packet.first, packet.pieces,
                    pieces.begin() + static_cast<std::ptrdiff_t>(used));
        // Without its interleaved header.
        pieces[used].iov_base = static_cast<std::uint8_t*>(pieces[used].iov_base) + kInterleavedBytes;
        pieces[used].iov_len -= kInterleavedBytes;
        messages[count].msg_hdr.msg_iov = &pieces[used];
        messages[count].msg_hdr.msg_iovlen = packet.pieces;
        used += packet.pieces;
        bytes += packet.bytes;
    }
    if (count == 0) return false;  // a packet of more pieces than a call takes
    int sent = -1;
    do {  // ECONNREFUSED: a past ICMP message; nothing of these was sent
        sent = ::sendmmsg(rtp_.native_handle(), messages.data(), static_cast<unsigned>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && (errno == ECONNREFUSED || errno == EINTR));
    if (sent <= 0) return false;
    sent_packets_ += static_cast<std::size_t>(sent);
    allowance_ -= std::min(allowance_, bytes);
    return true;
}

void UdpOutput::send_report(ByteView report) {
    ::send(rtcp_.native_handle(), report.data(), report.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void UdpOutput::listen(std::function<void()> heard) {
    heard_ = std::move(heard);
    receive();
}

void UdpOutput::receive() {
    rtcp_.async_receive(asio::buffer(received_), [self = shared_from_this()](boost::system::error_code error, std::size_t) {
        if (error == asio::error::operation_aborted || !self->heard_) return;
        if (!error) self->heard_();
        self->receive();
    });
}

void UdpOutput::close() {
    boost::system::error_code ignored;
    heard_ = nullptr;
    pace_.cancel();
    waiting_.clear();
    rtp_.close(ignored);
    rtcp_.close(ignored);
}

}  // namespace vantage::live
