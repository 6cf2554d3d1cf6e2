// SPDX-License-Identifier: Apache-2.0
#include "ingest/rtp_sockets.hpp"

#include "ingest/socket_time.hpp"
#include "net/rtp.hpp"

#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace vantage::ingest {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kBatch = 32;
constexpr std::size_t kDatagramBytes = 65536;
constexpr std::size_t kControlBytes = 128;
constexpr int kReceiveBuffer = 4 * 1024 * 1024;  // an intra frame at line speed; the kernel may give less
constexpr int kPortTries = 64;

// A socket at `port` of the address (0: any); -1 if it cannot be had.
int bound(const asio::ip::address& local, int port) {
    const asio::ip::udp::endpoint at(local, static_cast<std::uint16_t>(port));
    const int fd = ::socket(at.protocol().family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (::bind(fd, at.data(), static_cast<socklen_t>(at.size())) == 0) return fd;
    ::close(fd);
    return -1;
}

int port_of(int fd) {
    asio::ip::udp::endpoint at;
    socklen_t size = static_cast<socklen_t>(at.capacity());
    if (::getsockname(fd, at.data(), &size) != 0) return 0;
    at.resize(size);
    return at.port();
}

}  // namespace

// What one recvmmsg() fills. Left uninitialised: only what datagrams touch takes memory.
struct RtpSockets::Slab {
    std::unique_ptr<std::uint8_t[]> bytes{new std::uint8_t[kBatch * kDatagramBytes]};
    std::array<mmsghdr, kBatch> messages{};
    std::array<iovec, kBatch> vectors{};
    std::array<sockaddr_storage, kBatch> senders{};
    alignas(cmsghdr) std::array<std::array<char, kControlBytes>, kBatch> controls{};

    void prepare() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            vectors[i] = {bytes.get() + i * kDatagramBytes, kDatagramBytes};
            auto& header = messages[i].msg_hdr;
            header = {};
            header.msg_iov = &vectors[i];
            header.msg_iovlen = 1;
            header.msg_name = &senders[i];
            header.msg_namelen = sizeof senders[i];
            header.msg_control = controls[i].data();
            header.msg_controllen = kControlBytes;
        }
    }
    [[nodiscard]] asio::ip::address sender(std::size_t i) const {
        asio::ip::udp::endpoint from;
        const auto size = std::min<std::size_t>(messages[i].msg_hdr.msg_namelen, from.capacity());
        std::memcpy(from.data(), &senders[i], size);
        return from.address();
    }
};

RtpSockets::RtpSockets(int rtp, int rtcp, int port) : rtp_(rtp), rtcp_(rtcp), port_(port), slab_(std::make_unique<Slab>()) {}

RtpSockets::~RtpSockets() {
    ::close(rtp_);
    ::close(rtcp_);
}

Result<std::unique_ptr<RtpSockets>> RtpSockets::open(const asio::ip::address& local) {
    for (int i = 0; i < kPortTries; ++i) {
        const int rtp = bound(local, 0);
        if (rtp < 0) break;
        const int port = port_of(rtp);
        const int rtcp = port % 2 == 0 ? bound(local, port + 1) : -1;
        if (rtcp >= 0) return std::unique_ptr<RtpSockets>(new RtpSockets(rtp, rtcp, port));
        ::close(rtp);
    }
    return fail(errc::unavailable, "no pair of UDP ports is free for RTP");
}

void RtpSockets::expect(const asio::ip::address& camera, int rtp_port, int rtcp_port) {
    camera_ = camera;
    camera_rtp_port_ = rtp_port;
    camera_rtcp_port_ = rtcp_port;
}

void RtpSockets::punch() {
    std::array<std::uint8_t, net::kRtpHeaderBytes> empty{};
    net::write_rtp_header(empty.data(), {});
    send(rtp_, camera_rtp_port_, empty);
    send_rtcp(net::write_receiver_report(0, {}, "vantage"));
}

void RtpSockets::send_rtcp(ByteView report) {
    send(rtcp_, camera_rtcp_port_, report);
}

// Lost datagrams are no error: the next report comes in some seconds.
void RtpSockets::send(int fd, int port, ByteView data) {
    if (port <= 0 || port > 65535) return;
    const asio::ip::udp::endpoint to(camera_, static_cast<std::uint16_t>(port));
    [[maybe_unused]] const auto sent =
        ::sendto(fd, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL, to.data(), static_cast<socklen_t>(to.size()));
}

void RtpSockets::poll(int fd, const Receive& receive) {
    for (;;) {
        slab_->prepare();
        const int count = ::recvmmsg(fd, slab_->messages.data(), kBatch, MSG_DONTWAIT, nullptr);
        for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
            if (slab_->sender(i) != camera_) continue;
            receive({slab_->bytes.get() + i * kDatagramBytes, slab_->messages[i].msg_len},
                    age_of(slab_->messages[i].msg_hdr));
        }
        if (count < static_cast<int>(kBatch)) return;
    }
}

}  // namespace vantage::ingest
