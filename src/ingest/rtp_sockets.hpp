// SPDX-License-Identifier: Apache-2.0
// The two UDP sockets of one track: RTP on an even port, RTCP on the next (RFC 3550 11). Never blocks; polled, in as few
// calls as possible. One strand at a time.
#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace vantage::ingest {

class RtpSockets {
  public:
    // Bound to the address by which the camera is reached. errc::unavailable when no pair of ports is free.
    static Result<std::unique_ptr<RtpSockets>> open(const boost::asio::ip::address& local);
    ~RtpSockets();
    RtpSockets(const RtpSockets&) = delete;
    RtpSockets& operator=(const RtpSockets&) = delete;

    [[nodiscard]] int port() const { return port_; }  // of RTP
    // Datagrams of any other address are thrown away. Ports of 0: the camera did not say.
    void expect(const boost::asio::ip::address& camera, int rtp_port, int rtcp_port);
    // Opens the way through a NAT: an empty RTP packet and an empty receiver report.
    void punch();
    void send_rtcp(ByteView report);

    // `age`: since the kernel received it.
    using Receive = std::function<void(ByteView datagram, microseconds age)>;
    void poll_rtp(const Receive& receive) { poll(rtp_, receive); }
    void poll_rtcp(const Receive& receive) { poll(rtcp_, receive); }

  private:
    struct Slab;
    RtpSockets(int rtp, int rtcp, int port);
    void poll(int fd, const Receive& receive);
    void send(int fd, int port, ByteView data);

    int rtp_;
    int rtcp_;
    int port_;
    boost::asio::ip::address camera_;
    int camera_rtp_port_{0};
    int camera_rtcp_port_{0};
    std::unique_ptr<Slab> slab_;
};

}  // namespace vantage::ingest
