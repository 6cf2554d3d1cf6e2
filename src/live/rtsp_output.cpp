// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp_output.hpp"

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

#include <array>
#include <sys/socket.h>

namespace vantage::live {
namespace {

namespace asio = boost::asio;
constexpr std::size_t kMostPieces = 512;  // a call; Linux takes 1024
constexpr int kUdpSendBuffer = 1 << 20;   // a large key frame

}  // namespace

std::size_t TcpOutput::size_of(const Item& item) {
    if (const auto* bytes = std::get_if<Bytes>(&item)) return bytes->size();
    return std::get<RtpBatchPtr>(item)->bytes();
}

void TcpOutput::push(Item item) {
    queued_ += size_of(item);
    queue_.push_back(std::move(item));
    if (!waiting_) flush();
}

void TcpOutput::send(Bytes bytes) {
    if (!stopped_ && !bytes.empty()) push(std::move(bytes));
}

bool TcpOutput::send(RtpBatchPtr batch) {
    if (stopped_) return true;
    if (!queue_.empty() && queued_ + batch->bytes() > bound_) return false;
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
    queued_ -= written;
    written_ += written;
    while (!queue_.empty() && written_ >= size_of(queue_.front())) {
        written_ -= size_of(queue_.front());
        queue_.pop_front();
    }
}

void TcpOutput::flush() {
    while (!queue_.empty() && !stopped_) {
        std::array<iovec, kMostPieces> pieces;  // filled below as far as it is used
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = gather(pieces);
        const auto written = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written >= 0) {
            last_progress_ = std::chrono::steady_clock::now();
            advance(static_cast<std::size_t>(written));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) {
            stopped_ = true;
            if (on_broken) on_broken();
            return;
        }
        waiting_ = true;
        socket_.async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](boost::system::error_code error) {
            self->waiting_ = false;
            if (!error) self->flush();
        });
        return;
    }
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
    self->peer_ = peer;
    self->rtp_.set_option(asio::socket_base::send_buffer_size{kUdpSendBuffer}, error);
    self->rtp_.connect({peer, rtp_port}, error);
    if (!error) self->rtcp_.connect({peer, rtcp_port}, error);
    if (error) return fail(errc::unavailable, fmt::format("UDP to {}: {}", peer.to_string(), error.message()));
    return self;
}

std::size_t UdpOutput::send(const RtpBatch& batch) {
    constexpr std::size_t kAtOnce = 64;
    std::array<mmsghdr, kAtOnce> messages{};
    // The first piece of each packet without its interleaved header.
    std::array<iovec, kMostPieces> pieces;
    const auto packets = batch.packets();
    std::size_t lost = 0;
    for (std::size_t at = 0; at < packets.size();) {
        std::size_t count = 0, used = 0;
        for (; at + count < packets.size() && count < kAtOnce; ++count) {
            const auto& packet = packets[at + count];
            if (used + packet.pieces > pieces.size()) break;
            std::copy_n(batch.pieces().begin() + packet.first, packet.pieces,
                        pieces.begin() + static_cast<std::ptrdiff_t>(used));
            pieces[used].iov_base = static_cast<std::uint8_t*>(pieces[used].iov_base) + kInterleavedBytes;
            pieces[used].iov_len -= kInterleavedBytes;
            messages[count].msg_hdr.msg_iov = &pieces[used];
            messages[count].msg_hdr.msg_iovlen = packet.pieces;
            used += packet.pieces;
        }
        if (count == 0) return lost + packets.size() - at;  // a packet of more pieces than a call takes
        const int sent =
            ::sendmmsg(rtp_.native_handle(), messages.data(), static_cast<unsigned>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == ECONNREFUSED) continue;  // a past ICMP message; nothing of these was sent
        if (sent <= 0) return lost + packets.size() - at;
        at += static_cast<std::size_t>(sent);
    }
    return lost;
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
    rtp_.close(ignored);
    rtcp_.close(ignored);
}

}  // namespace vantage::live
