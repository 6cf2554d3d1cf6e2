// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: what comes from the net over RTSP. Every input goes to the message parser as client and as server,
// whole and byte by byte (both must see the same), to the SDP, RTP and header parsers, and into a running server connection
// with a camera behind it. Built by tools/dev/fuzz.sh.
#include "base/log.hpp"
#include "live/rtsp/rtsp_connection.hpp"
#include "media/h26x.hpp"
#include "net/rtp.hpp"
#include "net/rtsp_url.hpp"
#include "net/sdp.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <sys/socket.h>
#include <unistd.h>

using namespace vantage;

namespace {

namespace asio = boost::asio;

[[noreturn]] void broken(const char* what) {
    fmt::print(stderr, "broken: {}\n", what);
    std::abort();
}

// What a receiver makes of the bytes, as text.
std::string items_of(ByteView data, std::size_t step, net::RtspLimits limits) {
    net::RtspReceiver receiver(limits, 4096);
    std::string seen;
    for (std::size_t at = 0; at < data.size(); at += step) {
        receiver.append(data.subspan(at, std::min(step, data.size() - at)));
        for (;;) {
            const auto item = receiver.next();
            if (!item) return seen + "!";
            if (std::holds_alternative<std::monostate>(*item)) break;
            if (const auto* frame = std::get_if<net::Interleaved>(&*item))
                seen += fmt::format("${} {};", frame->channel, frame->data.size());
            if (const auto* reply = std::get_if<net::RtspReply>(&*item))
                seen += fmt::format("{} {} {};", reply->status, reply->headers.size(), reply->body);
            if (const auto* request = std::get_if<net::RtspRequest>(&*item)) seen += net::to_text(*request) + ";";
        }
    }
    return seen;
}

void parse(ByteView data) {
    net::RtspLimits limits{.head_bytes = 2048, .headers = 16, .body_bytes = 8192, .resynchronise = false};
    if (items_of(data, std::max<std::size_t>(1, data.size()), limits) != items_of(data, 1, limits))
        broken("the server sees other messages when the bytes come one by one");
    limits.resynchronise = true;
    static_cast<void>(items_of(data, 100, limits));
    const auto text = as_text(data);
    static_cast<void>(net::parse_sdp(text));
    static_cast<void>(net::parse_rtp(data));
    static_cast<void>(net::parse_rtcp(data));
    static_cast<void>(net::parse_rtsp_url(text));
    static_cast<void>(net::parse_transport(text));
    static_cast<void>(net::parse_session(text));
    static_cast<void>(net::parse_challenges({text}));
    static_cast<void>(live::parse_target(text));
}

class Camera final : public live::RtspFeed {
  public:
    std::unique_ptr<live::FeedSubscription> subscribe(std::shared_ptr<live::FeedReader> reader) override {
        static const Bytes kSps{0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x61, 0x00, 0x00,
                                0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96};
        static const Bytes kPps{0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0};
        h26x::ParameterSets sets;
        sets.update(Codec::h264, kSps);
        sets.update(Codec::h264, kPps);
        TrackSet tracks;
        tracks.video = h26x::make_track(Codec::h264, sets).value();
        tracks.audio.emplace();
        tracks.audio->codec = Codec::pcmu;
        tracks.audio->sample_rate = 8000;
        tracks.audio->channels = 1;
        reader->on_tracks(tracks);
        reader_ = reader;
        return std::make_unique<live::FeedSubscription>();
    }
    void send() {
        const auto reader = reader_.lock();
        if (!reader) return;
        static const auto kSound = std::make_shared<const Bytes>(160, 0x55);
        static const auto kPicture = std::make_shared<const Bytes>(Bytes{0, 0, 0, 3, 0x65, 1, 2});
        reader->on_frame({TrackKind::video, MediaTime{Ticks{time_}}, true, *kPicture, kPicture});
        reader->on_frame({TrackKind::audio, MediaTime{Ticks{time_ += 1800}}, true, *kSound, kSound});
    }

  private:
    std::weak_ptr<live::FeedReader> reader_;
    std::int64_t time_{0};
};

class Access final : public live::RtspAccess {
  public:
    std::optional<std::string> password_of(std::string_view user) const override {
        return user == "viewer" ? std::optional<std::string>{"secret"} : std::nullopt;
    }
    bool may_read(std::string_view, std::string_view path) const override { return path != "yard"; }
    std::optional<seconds> begin_try(std::string_view, std::string_view) override { return {}; }
    void right_password(std::string_view, std::string_view) override {}
};

// A connection over a pair of sockets. No UDP: the bytes would choose whom to send to.
class Connection {
  public:
    Connection(asio::io_context& io, bool password) : io_(io) {
        auto shared = std::make_shared<live::RtspShared>();
        shared->options.udp = false;
        shared->options.basic_in_clear = true;
        if (password) shared->hooks.access = &access_;
        stream_->open(camera_);
        io_.poll();  // its tracks are known from the beginning: nobody waits for them
        io_.restart();
        shared->open_stream = [this](const std::string& path) { return path == "nothing" ? nullptr : stream_; };
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
        peer_ = ends[0];
        asio::ip::tcp::socket socket{io_};
        socket.assign(asio::ip::tcp::v4(), ends[1]);
        connection_ = std::make_shared<live::RtspConnection>(std::make_shared<live::RtspSocket>(std::move(socket), nullptr),
                                                             std::move(shared));
        asio::co_spawn(io_, [c = connection_] { return c->run(); }, asio::detached);
    }
    ~Connection() {
        ::shutdown(peer_, SHUT_WR);
        turn();
        connection_->close();
        const std::weak_ptr<live::RtspConnection> ended = connection_;
        connection_.reset();
        for (int i = 0; i < 100 && !ended.expired(); ++i) {
            io_.restart();
            io_.run_one_for(milliseconds{20});
        }
        if (!ended.expired()) broken("a closed connection goes on");
        ::close(peer_);
    }
    // Request by request; "%SID" in one stands for the session that the server has opened.
    void feed(ByteView data) {
        auto rest = as_text(data);
        while (!rest.empty()) {
            const auto end = rest.find("\n\r\n");
            std::string piece{rest.substr(0, end == std::string_view::npos ? 1000 : std::min<std::size_t>(end + 3, 1000))};
            rest.remove_prefix(piece.size());
            for (auto at = piece.find("%SID"); at != std::string::npos; at = piece.find("%SID", at + 1))
                piece.replace(at, 4, session_);
            if (::send(peer_, piece.data(), piece.size(), MSG_NOSIGNAL) <= 0) return;
            turn();
        }
    }

  private:
    void turn() {
        for (int i = 0; i < 3; ++i) {
            io_.poll();
            io_.restart();
            camera_.send();
        }
        std::array<char, 65536> got{};
        for (;;) {
            const auto count = ::recv(peer_, got.data(), got.size(), 0);
            if (count <= 0) return;
            const std::string_view text{got.data(), static_cast<std::size_t>(count)};
            if (const auto at = text.find("\r\nSession: "); at != std::string_view::npos)
                session_ = text.substr(at + 11, 16);
        }
    }
    std::string session_;
    asio::io_context& io_;
    Access access_;
    Camera camera_;
    const std::shared_ptr<live::RtspStream> stream_ = std::make_shared<live::RtspStream>(io_, "door", true);
    std::shared_ptr<live::RtspConnection> connection_;
    int peer_{-1};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const bool kQuiet = (log::configure(log::Level::error, log::Format::text), true);
    static_cast<void>(kQuiet);
    const ByteView data{bytes, size};
    parse(data);
    static asio::io_context io{1};
    Connection connection{io, size % 4 == 3};
    connection.feed(data);
    return 0;
}
