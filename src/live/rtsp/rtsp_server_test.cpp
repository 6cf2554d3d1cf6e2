// SPDX-License-Identifier: Apache-2.0
#include "live/rtsp/rtsp_server.hpp"

#include "media/h26x.hpp"
#include "media/test_media.hpp"
#include "net/digest.hpp"
#include "net/rtp.hpp"
#include "net/rtsp_message.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <mutex>
#include <random>
#include <thread>

namespace vantage::live {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

const UtcTime kStart{microseconds{1'795'202'645'120'000}};

Track video_track() {
    static const Bytes sps{0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x61, 0x00, 0x00,
                           0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96};
    static const Bytes pps{0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0};
    h26x::ParameterSets sets;
    sets.update(Codec::h264, sps);
    sets.update(Codec::h264, pps);
    return h26x::make_track(Codec::h264, sets).value();
}

Track audio_track() {
    Track track;
    track.codec = Codec::pcmu;
    track.sample_rate = 8000;
    track.channels = 1;
    return track;
}

// Gives its tracks at once and frames when the test says so.
class FakeFeed final : public RtspFeed {
  public:
    std::unique_ptr<FeedSubscription> subscribe(std::shared_ptr<FeedReader> reader) override {
        reader->on_tracks({video_track(), audio_track()});
        const std::lock_guard lock(mutex_);
        reader_ = std::move(reader);
        return std::make_unique<FeedSubscription>();
    }
    // Frame number n of the grid of 40 ms.
    void push(int n, bool key, std::size_t size = 100, TrackKind track = TrackKind::video) {
        auto data = std::make_shared<Bytes>(size, 0x80);
        if (track == TrackKind::video) {
            store_u32(data->data(), static_cast<std::uint32_t>(size - 4));
            (*data)[4] = key ? 0x65 : 0x41;
            (*data)[5] = static_cast<std::uint8_t>(n);
        }
        const FeedFrame frame{track, to_media(kStart) + Ticks{3600} * n, key, *data, data};
        const std::lock_guard lock(mutex_);
        reader_->on_frame(frame);
    }
    void tell(const TrackSet& tracks) {
        const std::lock_guard lock(mutex_);
        reader_->on_tracks(tracks);
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        reader_->on_away();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        reader_->on_end(fail(errc::unavailable, "the camera is away"));
    }

  private:
    std::mutex mutex_;
    std::shared_ptr<FeedReader> reader_;
};

// viewer may read the door and nothing else.
class FakeAccess final : public RtspAccess {
  public:
    std::optional<std::string> password_of(std::string_view user) const override {
        const std::lock_guard lock(mutex_);
        if (user != "viewer") return {};
        return password_;
    }
    bool may_read(std::string_view, std::string_view path) const override {
        const std::lock_guard lock(mutex_);
        return path == allowed_;
    }
    std::optional<seconds> begin_try(std::string_view, std::string_view address) override {
        EXPECT_EQ(address, "127.0.0.1");
        ++tries;
        if (locked) return seconds{30};
        return {};
    }
    void right_password(std::string_view, std::string_view) override { ++right; }
    void set(std::string password, std::string allowed) {
        const std::lock_guard lock(mutex_);
        password_ = std::move(password);
        allowed_ = std::move(allowed);
    }
    std::atomic<int> tries{0}, right{0};
    std::atomic<bool> locked{false};

  private:
    mutable std::mutex mutex_;
    std::string password_{"secret"}, allowed_{"door"};
};

struct Server {
    explicit Server(RtspServerOptions options = {}, bool password = false) {
        options.port = 0;
        RtspServerHooks hooks;
        hooks.find_feed = [this](std::string_view path) -> std::shared_ptr<RtspFeed> {
            return path == "door" ? feed : nullptr;
        };
        if (password) hooks.access = &access;
        server.emplace(io, options, hooks);
        EXPECT_TRUE(server->listen());
        thread = std::jthread([this] { io.run(); });
    }
    ~Server() {
        asio::post(io, [this] { server->stop(); });
        thread.join();
    }
    void wait_playing(std::size_t count) const {
        const auto until = std::chrono::steady_clock::now() + seconds{20};
        while (server->stats().playing != count && std::chrono::steady_clock::now() < until) std::this_thread::yield();
        ASSERT_EQ(server->stats().playing, count);
    }
    // Until what was posted so far is done.
    void settle() {
        std::promise<void> done;
        asio::post(io, [&] { done.set_value(); });
        done.get_future().wait();
    }
    [[nodiscard]] std::string url(const std::string& rest = "door") const {
        return fmt::format("rtsp://127.0.0.1:{}/{}", server->port(), rest);
    }

    std::shared_ptr<FakeFeed> feed = std::make_shared<FakeFeed>();
    FakeAccess access;
    asio::io_context io;
    std::optional<RtspServer> server;
    std::jthread thread;
};

class Client {
  public:
    explicit Client(const Server& server) : server_(server) {
        socket.connect({asio::ip::address_v4::loopback(), server.server->port()});
    }

    void send(const std::string& method, const std::string& url, const std::vector<std::string>& headers = {}) {
        std::string text = fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\n", method, url, ++cseq_);
        for (const auto& header : headers) text += header + "\r\n";
        if (!session.empty()) text += "Session: " + session + "\r\n";
        raw(text + "\r\n");
    }
    void raw(const std::string& text) {
        boost::system::error_code ignored;
        asio::write(socket, asio::buffer(text), ignored);
    }
    struct Frame {
        int channel{-1};
        Bytes data;
    };
    // The next message or frame; nothing when the server has closed.
    std::variant<std::monostate, net::RtspReply, Frame> next() {
        for (;;) {
            auto item = receiver_.next().value();
            if (auto* reply = std::get_if<net::RtspReply>(&item)) return std::move(*reply);
            if (auto* frame = std::get_if<net::Interleaved>(&item))
                return Frame{frame->channel, {frame->data.begin(), frame->data.end()}};
            boost::system::error_code error;
            const auto space = receiver_.space();
            const auto count = socket.read_some(asio::buffer(space.data(), space.size()), error);
            if (error) return {};
            receiver_.commit(count);
        }
    }
    net::RtspReply reply() {
        for (;;) {
            auto item = next();
            if (auto* reply = std::get_if<net::RtspReply>(&item)) {
                if (const auto id = net::parse_session(reply->header("Session")).id; !id.empty()) session = id;
                return *reply;
            }
            if (std::holds_alternative<std::monostate>(item)) return {{}, 0, {}};
        }
    }
    Frame frame() {
        auto item = next();
        EXPECT_TRUE(std::holds_alternative<Frame>(item));
        return std::holds_alternative<Frame>(item) ? std::get<Frame>(item) : Frame{};
    }
    net::RtspReply ask(const std::string& method, const std::string& rest = "door",
                       const std::vector<std::string>& headers = {}) {
        send(method, server_.url(rest), headers);
        return reply();
    }
    net::RtspReply set_up(int track, const std::string& transport) {
        return ask("SETUP", fmt::format("door/trackID={}", track), {"Transport: " + transport});
    }

    asio::io_context io;
    tcp::socket socket{io};
    std::string session;

  private:
    const Server& server_;
    net::RtspReceiver receiver_;
    int cseq_{0};
};

TEST(RtspServer, PlaysOverTcpAndSaysTheTrueTimeFirst) {
    Server server;
    Client client{server};
    EXPECT_NE(client.ask("OPTIONS").header("Public").find("GET_PARAMETER"), std::string_view::npos);
    const auto described = client.ask("DESCRIBE");
    EXPECT_EQ(described.status, 200);
    EXPECT_EQ(described.header("Content-Base"), server.url() + "/");
    EXPECT_NE(described.body.find("sprop-parameter-sets="), std::string::npos);
    EXPECT_NE(client.set_up(0, "RTP/AVP/TCP;unicast;interleaved=4-5").header("Transport").find("interleaved=4-5"),
              std::string_view::npos);
    EXPECT_EQ(client.set_up(1, "RTP/AVP/TCP;unicast;interleaved=6-7").status, 200);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, false);  // not the first: no key frame
    server.feed->push(1, true);
    server.feed->push(2, false, 3000);
    server.feed->push(2, true, 160, TrackKind::audio);
    const auto played = client.reply();
    ASSERT_EQ(played.status, 200);

    const auto report = client.frame();
    EXPECT_EQ(report.channel, 5);
    const auto senders = net::parse_rtcp(report.data).senders;
    ASSERT_EQ(senders.size(), 1U);
    EXPECT_LT(std::chrono::abs(senders[0].ntp - (kStart + milliseconds{40})), microseconds{12});
    const auto first = client.frame();
    EXPECT_EQ(first.channel, 4);
    const auto rtp = net::parse_rtp(first.data).value();
    EXPECT_EQ(rtp.timestamp, senders[0].rtp);
    EXPECT_EQ(rtp.ssrc, senders[0].ssrc);
    EXPECT_TRUE(rtp.marker);
    const auto info = played.header("RTP-Info");
    EXPECT_NE(info.find(fmt::format("url={}/trackID=0;seq={};rtptime={}", server.url(), rtp.sequence, rtp.timestamp)),
              std::string_view::npos)
        << info;
    for (int i = 1; i <= 3; ++i) {  // the second picture in three pieces
        const auto packet = client.frame();
        const auto next = net::parse_rtp(packet.data).value();
        EXPECT_EQ(next.sequence, static_cast<std::uint16_t>(rtp.sequence + i));
        EXPECT_EQ(next.timestamp, rtp.timestamp + 3600);
        EXPECT_EQ(next.marker, i == 3);
    }
    EXPECT_EQ(client.frame().channel, 7);
    const auto audio_frame = client.frame();
    const auto audio = net::parse_rtp(audio_frame.data).value();
    EXPECT_EQ(audio_frame.channel, 6);
    EXPECT_EQ(audio.payload.size(), 160U);
    EXPECT_NE(info.find(fmt::format("trackID=1;seq={};rtptime={}", audio.sequence, audio.timestamp - 320)),
              std::string_view::npos)
        << info;

    EXPECT_EQ(client.ask("GET_PARAMETER").status, 200);
    EXPECT_EQ(client.ask("PAUSE").status, 200);
    server.wait_playing(0);
    EXPECT_EQ(client.ask("TEARDOWN").status, 200);
}

TEST(RtspServer, PlaysByUdp) {
    Server server;
    Client client{server};
    udp::socket rtp{client.io, {asio::ip::address_v4::loopback(), 0}};
    udp::socket rtcp{client.io, {asio::ip::address_v4::loopback(), 0}};
    const auto reply = client.set_up(
        0, fmt::format("RTP/AVP;unicast;client_port={}-{}", rtp.local_endpoint().port(), rtcp.local_endpoint().port()));
    ASSERT_EQ(reply.status, 200);
    const auto transport = net::parse_transport(reply.header("Transport")).at(0);
    ASSERT_TRUE(transport.server_port);
    EXPECT_EQ(transport.server_port->first % 2, 0);
    EXPECT_EQ(transport.server_port->second, transport.server_port->first + 1);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true, 5000);
    EXPECT_EQ(client.reply().status, 200);
    Bytes datagram(2000);
    datagram.resize(rtcp.receive(asio::buffer(datagram)));
    EXPECT_EQ(net::parse_rtcp(datagram).senders.size(), 1U);
    for (int i = 0; i < 5; ++i) {
        datagram.resize(2000);
        datagram.resize(rtp.receive(asio::buffer(datagram)));
        const auto packet = net::parse_rtp(datagram);
        ASSERT_TRUE(packet);
        EXPECT_LE(packet->payload.size(), 1400U);
        EXPECT_EQ(packet->marker, i == 4);
    }
}

TEST(RtspServer, SaysWhatIsWrong) {
    Server server;
    Client client{server};
    EXPECT_EQ(client.ask("DESCRIBE", "window").status, 404);
    EXPECT_EQ(client.ask("PLAY").status, 455);
    EXPECT_EQ(client.ask("PAUSE").status, 455);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {"Require: play.scale"}).status, 551);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {"Require: play.scale"}).header("Unsupported"), "play.scale");
    EXPECT_EQ(client.set_up(0, "RTP/AVP;multicast").status, 461);
    EXPECT_EQ(client.ask("SETUP").status, 461);
    EXPECT_EQ(client.ask("SETUP", "window/trackID=0", {"Transport: RTP/AVP/TCP"}).status, 404);
    EXPECT_EQ(client.ask("RECORD").status, 405);
    EXPECT_EQ(client.ask("DANCE").status, 501);
    client.session = "12345";
    EXPECT_EQ(client.ask("PLAY").status, 454);
    EXPECT_EQ(client.ask("GET_PARAMETER").status, 454);
    client.session.clear();
    EXPECT_EQ(client.set_up(0, "RTP/AVP/TCP;unicast").status, 200);
    EXPECT_EQ(client.ask("PLAY", "window").status, 455);
    const auto session = std::exchange(client.session, {});
    EXPECT_EQ(client.ask("PLAY").status, 454);
    client.session = session;
    client.raw("OPTIONS * RTSP/1.0\r\n\r\n");  // no CSeq
    EXPECT_EQ(client.reply().status, 400);
    EXPECT_EQ(client.ask("OPTIONS").status, 200);
}

std::string digest(const net::RtspReply& challenge, const std::string& url, const std::string& password,
                   const std::string& method = "DESCRIBE", const std::string& user = "viewer") {
    net::ClientAuth auth{{user, password}};
    EXPECT_TRUE(auth.accept(challenge.all("WWW-Authenticate")));
    return "Authorization: " + auth.answer(method, url);
}
const std::string kBasic = "Authorization: Basic dmlld2VyOnNlY3JldA==";  // viewer:secret

TEST(RtspServer, AsksForThePassword) {
    Server server{{}, true};
    Client client{server};
    EXPECT_EQ(client.ask("OPTIONS").status, 200);
    const auto asked = client.ask("DESCRIBE");
    ASSERT_EQ(asked.status, 401);
    const auto challenges = asked.all("WWW-Authenticate");
    ASSERT_EQ(challenges.size(), 1U);  // Basic only over TLS
    EXPECT_TRUE(challenges[0].starts_with("Digest"));
    const auto answer = [&](const std::string& password, const std::string& user = "viewer") {
        return digest(asked, server.url(), password, "DESCRIBE", user);
    };
    EXPECT_EQ(client.ask("DESCRIBE", "door", {answer("secret")}).status, 200);
    EXPECT_EQ(server.access.right, 1);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {answer("wrong")}).status, 401);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {answer("secret", "nobody")}).status, 401);
    EXPECT_EQ(server.access.tries, 3);
    EXPECT_EQ(client.ask("DESCRIBE", "door", {kBasic}).status, 401);  // not even looked at
    EXPECT_EQ(server.access.tries, 3);
    EXPECT_EQ(client.ask("SETUP", "door/trackID=0", {"Transport: RTP/AVP/TCP"}).status, 401);
    // What the user may not see and what is not there look alike.
    EXPECT_EQ(client.ask("DESCRIBE", "window", {answer("secret")}).status, 403);
    // An answer to another connection's nonce is stale, not wrong.
    Client other{server};
    const auto stale = other.ask("DESCRIBE", "door", {answer("secret")});
    EXPECT_EQ(stale.status, 401);
    EXPECT_NE(stale.header("WWW-Authenticate").find("stale=true"), std::string_view::npos);
    // Whoever guesses is put out.
    for (int i = 0; i < 5; ++i) static_cast<void>(client.ask("DESCRIBE", "door", {answer("guess")}));
    EXPECT_EQ(client.ask("OPTIONS").status, 0);
    EXPECT_GE(server.server->stats().refused, 5U);
}

// What VLC (live555) sends: its answers are for the base address, its sign of life carries no body.
TEST(RtspServer, TalksAsVlcDoes) {
    Server server{{}, true};
    Client client{server};
    EXPECT_EQ(client.ask("OPTIONS", "door", {"User-Agent: LibVLC/3.0.21 (LIVE555 Streaming Media v2016.11.28)"}).status,
              200);
    const auto asked = client.ask("DESCRIBE", "door", {"Accept: application/sdp"});
    const auto described = client.ask("DESCRIBE", "door", {digest(asked, server.url(), "secret")});
    ASSERT_EQ(described.status, 200);
    const auto base = std::string(described.header("Content-Base"));
    EXPECT_EQ(base, server.url() + "/");
    client.send("SETUP", base + "trackID=0",
                {digest(asked, base, "secret", "SETUP"), "Transport: RTP/AVP;unicast;client_port=61616-61617"});
    EXPECT_EQ(client.reply().status, 200);
    client.send("SETUP", base + "trackID=0",
                {digest(asked, base, "secret", "SETUP"), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"});
    EXPECT_EQ(client.reply().status, 200);
    client.send("PLAY", base, {digest(asked, base, "secret", "PLAY"), "Range: npt=0.000-"});
    server.wait_playing(1);
    server.feed->push(0, true);
    const auto played = client.reply();
    EXPECT_EQ(played.status, 200);
    EXPECT_NE(played.header("RTP-Info").find(server.url() + "/trackID=0"), std::string_view::npos);
    client.send("GET_PARAMETER", base, {digest(asked, base, "secret", "GET_PARAMETER")});
    EXPECT_EQ(client.reply().status, 200);
    client.send("TEARDOWN", base, {digest(asked, base, "secret", "TEARDOWN")});
    EXPECT_EQ(client.reply().status, 200);
    server.wait_playing(0);
}

TEST(RtspServer, WhoeverIsLockedOutIsToldHowLong) {
    Server server{{}, true};
    server.access.locked = true;
    Client client{server};
    const auto asked = client.ask("DESCRIBE");
    const auto refused = client.ask("DESCRIBE", "door", {digest(asked, server.url(), "secret")});
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("Retry-After"), "30");
    EXPECT_EQ(client.ask("OPTIONS").status, 0);
    EXPECT_EQ(server.server->stats().refused, 1U);
}

TEST(RtspServer, ASessionNeedsNoPasswordForItsSignsOfLife) {
    Server server{{}, true};
    Client client{server};
    const auto asked = client.ask("DESCRIBE");
    const auto url = server.url("door/trackID=0");
    ASSERT_EQ(
        client.ask("SETUP", "door/trackID=0", {"Transport: RTP/AVP/TCP", digest(asked, url, "secret", "SETUP")}).status,
        200);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true);
    EXPECT_EQ(client.reply().status, 200);
    EXPECT_EQ(client.ask("GET_PARAMETER").status, 200);
}

TEST(RtspServer, ARightThatIsTakenAwayEndsItsSession) {
    for (const bool password : {true, false}) {
        Server server{{}, true};
        Client client{server};
        const auto asked = client.ask("DESCRIBE");
        const auto url = server.url("door/trackID=0");
        ASSERT_EQ(
            client.ask("SETUP", "door/trackID=0", {"Transport: RTP/AVP/TCP", digest(asked, url, "secret", "SETUP")}).status,
            200);
        client.send("PLAY", server.url());
        server.wait_playing(1);
        server.feed->push(0, true);
        EXPECT_EQ(client.reply().status, 200);
        server.access.set(password ? "another" : "secret", password ? "door" : "yard");
        bool bye = false;
        for (;;) {
            auto item = client.next();
            if (std::holds_alternative<std::monostate>(item)) break;
            if (const auto* frame = std::get_if<Client::Frame>(&item); frame != nullptr && frame->channel == 1)
                bye = bye || !net::parse_rtcp(frame->data).bye.empty();
        }
        EXPECT_TRUE(bye);
        server.wait_playing(0);
    }
}

TEST(RtspServer, WhoJoinsLaterBeginsWithTheLastKeyFrameAtOnce) {
    Server server;
    Client first{server}, second{server};
    for (auto* client : {&first, &second}) {
        EXPECT_EQ(client->set_up(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status, 200);
        EXPECT_EQ(client->set_up(1, "RTP/AVP/TCP;unicast;interleaved=2-3").status, 200);
    }
    first.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true);
    EXPECT_EQ(first.reply().status, 200);
    server.feed->push(1, true);
    server.feed->push(1, true, 160, TrackKind::audio);
    server.feed->push(2, false);
    server.settle();
    const auto played = second.ask("PLAY");
    ASSERT_EQ(played.status, 200);
    std::vector<std::pair<int, net::RtpHeader>> got;
    while (got.size() < 3) {
        const auto frame = second.frame();
        if (frame.channel % 2 == 0) got.emplace_back(frame.channel, *net::parse_rtp(frame.data));
    }
    EXPECT_EQ(got[0].first, 0);
    EXPECT_EQ(got[1].first, 2);
    EXPECT_EQ(got[2].first, 0);
    EXPECT_EQ(got[2].second.timestamp, got[0].second.timestamp + 3600);
    const auto info = played.header("RTP-Info");
    for (const auto& [channel, rtp] : {got[0], got[1]})
        EXPECT_NE(info.find(fmt::format("trackID={};seq={};rtptime={}", channel / 2, rtp.sequence, rtp.timestamp)),
                  std::string_view::npos)
            << info;
    // And goes on with everybody else.
    server.feed->push(3, false);
    EXPECT_EQ(net::parse_rtp(second.frame().data)->timestamp, got[0].second.timestamp + 2 * 3600);
}

TEST(RtspServer, WhoAsksWhileTheCameraIsAwayIsToldSoAndOthersStay) {
    RtspServerOptions options;
    options.start_timeout = seconds{1};
    Server server{options};
    Client client{server}, late{server};
    EXPECT_EQ(client.set_up(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status, 200);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true);
    EXPECT_EQ(client.reply().status, 200);
    server.feed->leave();
    server.settle();
    EXPECT_EQ(late.ask("DESCRIBE").status, 503);
    server.feed->push(500, true);
    server.settle();
    EXPECT_EQ(late.ask("DESCRIBE").status, 200);
    EXPECT_EQ(server.server->stats().playing, 1U);
}

TEST(RtspServer, NewParametersGoInBandAndATrackThatLeavesEndsNothing) {
    Server server;
    Client client{server};
    EXPECT_EQ(client.set_up(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status, 200);
    EXPECT_EQ(client.set_up(1, "RTP/AVP/TCP;unicast;interleaved=2-3").status, 200);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true);
    EXPECT_EQ(client.reply().status, 200);
    server.feed->tell({video_track(), std::nullopt});  // the microphone is off
    server.feed->push(1, true);
    server.feed->tell({video_track(), audio_track()});
    server.feed->push(2, true, 160, TrackKind::audio);
    std::vector<int> channels;
    while (channels.size() < 3) {
        const auto frame = client.frame();
        if (frame.channel % 2 == 0) channels.push_back(frame.channel);
    }
    EXPECT_EQ(channels, (std::vector{0, 0, 2}));
    // Sound that is coded differently cannot be told to a session that has begun.
    auto other = audio_track();
    other.codec = Codec::pcma;
    server.feed->tell({video_track(), other});
    while (!std::holds_alternative<std::monostate>(client.next())) {
    }
    server.wait_playing(0);
}

TEST(RtspServer, WhoNeverReadsIsEnded) {
    RtspServerOptions options;
    options.most_queued_bytes = 100'000;
    options.stall_timeout = seconds{1};
    Server server{options};
    Client deaf{server};
    EXPECT_EQ(deaf.set_up(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status, 200);
    deaf.send("PLAY", server.url());
    server.wait_playing(1);
    const auto until = std::chrono::steady_clock::now() + seconds{20};
    for (int n = 0; server.server->stats().stalled == 0 && std::chrono::steady_clock::now() < until; ++n) {
        deaf.raw("GET_PARAMETER * RTSP/1.0\r\nCSeq: 9\r\n\r\n");  // a sign of life is not enough
        server.feed->push(n, true, 50'000);
        server.settle();
    }
    EXPECT_EQ(server.server->stats().stalled, 1U);
    EXPECT_GT(server.server->stats().dropped_frames, 0U);
    server.wait_playing(0);
}

TEST(RtspServer, ASlowReaderGoesOnAtAKeyFrameAndHoldsUpNobody) {
    RtspServerOptions options;
    options.most_queued_bytes = 100'000;
    Server server{options};
    Client slow{server}, quick{server};
    for (auto* client : {&slow, &quick}) {
        EXPECT_EQ(client->set_up(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status, 200);
        client->send("PLAY", server.url());
    }
    server.wait_playing(2);
    constexpr int kFrames = 400;
    auto reader = std::async(std::launch::async, [&] {
        int pictures = 0;
        for (;;) {
            auto item = quick.next();
            if (std::holds_alternative<std::monostate>(item)) return pictures;
            const auto* frame = std::get_if<Client::Frame>(&item);
            if (frame != nullptr && frame->channel == 0 && net::parse_rtp(frame->data)->marker && ++pictures == kFrames)
                return pictures;
        }
    });
    for (int n = 0; n < kFrames; ++n) {  // 20 MB in all, in the order of what sockets buffer and more
        server.feed->push(n, n % 10 == 0, 50'000);
        server.settle();
    }
    const auto dropped = server.server->stats().dropped_frames;
    EXPECT_GT(dropped, 0U);
    // The slow one reads on now: after each hole comes a key frame.
    std::optional<std::uint32_t> first, last;
    bool hole = false;
    for (int pushed = kFrames; !hole;) {
        auto item = slow.next();
        ASSERT_FALSE(std::holds_alternative<std::monostate>(item));
        const auto* frame = std::get_if<Client::Frame>(&item);
        if (frame == nullptr || frame->channel != 0) continue;
        const auto packet = net::parse_rtp(frame->data).value();
        if (!first) first = packet.timestamp;
        const auto n = (packet.timestamp - *first) / 3600;
        hole = last && n > *last + 1;
        EXPECT_TRUE(!hole || n % 10 == 0) << n;
        last = n;
        // Ten frames hold a key frame: there is always something to read.
        for (int i = 0; i < 10; ++i, ++pushed) server.feed->push(pushed, pushed % 10 == 0, 1000);
    }
    boost::system::error_code ignored;
    quick.socket.shutdown(tcp::socket::shutdown_both, ignored);
    EXPECT_GT(reader.get(), 20);
}

TEST(RtspServer, AFeedThatEndsEndsItsSessions) {
    Server server;
    Client client{server};
    EXPECT_EQ(client.set_up(0, "RTP/AVP/TCP;unicast").status, 200);
    client.send("PLAY", server.url());
    server.wait_playing(1);
    server.feed->push(0, true);
    EXPECT_EQ(client.reply().status, 200);
    server.feed->end();
    while (!std::holds_alternative<std::monostate>(client.next())) {
    }
    server.wait_playing(0);
}

TEST(RtspServer, ConnectionsAreBounded) {
    RtspServerOptions options;
    options.most_connections = 2;
    Server server{options};
    Client one{server}, two{server};
    EXPECT_EQ(one.ask("OPTIONS").status, 200);
    EXPECT_EQ(two.ask("OPTIONS").status, 200);
    Client three{server};
    EXPECT_EQ(three.ask("OPTIONS").status, 0);
    EXPECT_EQ(one.ask("OPTIONS").status, 200);
}

TEST(RtspServer, NoBytesBringItDown) {
    const auto folder = test::media_root() / "odd/rtsp_seeds";
    std::vector<std::string> seeds{
        "DESCRIBE rtsp://h/door RTSP/1.0\r\nCSeq: 1\r\n\r\nSETUP rtsp://h/door/trackID=0 RTSP/1.0\r\nCSeq: 2\r\n"
        "Transport: RTP/AVP/TCP;interleaved=0-1\r\n\r\nPLAY rtsp://h/door RTSP/1.0\r\nCSeq: 3\r\nSession: x\r\n\r\n",
        std::string(20'000, 'A'), "GET / HTTP/1.1\r\nHost: x\r\n\r\n", std::string("$\0\xFF\xFFxyz", 7),
        "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\n"};
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        const auto bytes = test::read_file(entry.path().string());
        seeds.emplace_back(bytes.begin(), bytes.end());
    }
    Server server;
    std::mt19937 random{11};
    for (const auto& seed : seeds)
        for (int round = 0; round < 12; ++round) {
            auto text = seed;
            for (int i = 0; i < round && !text.empty(); ++i) {
                const auto at = random() % text.size();
                if (random() % 3 == 0) text.erase(at, random() % 9);
                if (random() % 3 == 0) text.insert(at, 1 + random() % 5, static_cast<char>(random()));
                if (!text.empty()) text[random() % text.size()] = static_cast<char>(random());
            }
            Client client{server};
            client.raw(text);
            boost::system::error_code ignored;
            client.socket.shutdown(tcp::socket::shutdown_send, ignored);
            std::array<char, 4096> sink{};
            while (!ignored) client.socket.read_some(asio::buffer(sink), ignored);
        }
    Client client{server};
    EXPECT_EQ(client.ask("DESCRIBE").status, 200);
}

}  // namespace
}  // namespace vantage::live
