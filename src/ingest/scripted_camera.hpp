// SPDX-License-Identifier: Apache-2.0
// For tests: a camera on the loopback that answers what it is told to, on a thread of its own, one connection after the
// other; and a sink that writes down what a source says.
#pragma once
#include "ingest/rtsp_source.hpp"
#include "net/rtsp_message.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace vantage::ingest {

class ScriptedCamera {
  public:
    // Bytes to send back; an empty string closes the connection. CSeq and Content-Length are the script's to write.
    using Script = std::function<std::string(const net::RtspRequest&)>;
    // `chunk`: how many bytes are written at once.
    explicit ScriptedCamera(Script script, std::size_t chunk = 1 << 20)
        : script_(std::move(script)), chunk_(chunk), acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedCamera() {
        stopping_ = true;
        boost::asio::ip::tcp::socket wake(context_);
        boost::system::error_code ignored;
        wake.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    ScriptedCamera(const ScriptedCamera&) = delete;
    ScriptedCamera& operator=(const ScriptedCamera&) = delete;

    [[nodiscard]] int port() { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::string url(const std::string& credentials = "") {
        return fmt::format("rtsp://{}127.0.0.1:{}/main", credentials, port());
    }
    // "OPTIONS", "SETUP rtsp://...", in order.
    [[nodiscard]] std::vector<net::RtspRequest> requests() {
        const std::lock_guard hold(mutex_);
        return requests_;
    }
    [[nodiscard]] std::vector<std::string> methods() {
        std::vector<std::string> out;
        for (const auto& request : requests()) out.push_back(request.method);
        return out;
    }

  private:
    void serve() {
        for (;;) {
            boost::asio::ip::tcp::socket socket(context_);
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (stopping_ || error) return;
            socket.set_option(boost::asio::ip::tcp::no_delay(true), error);
            talk(socket);
        }
    }
    void talk(boost::asio::ip::tcp::socket& socket) {
        net::RtspReceiver receiver;
        for (;;) {
            auto item = receiver.next();
            if (item.has_error()) return;
            if (auto* request = std::get_if<net::RtspRequest>(&*item)) {
                {
                    const std::lock_guard hold(mutex_);
                    requests_.push_back(*request);
                }
                if (!answer(socket, script_(*request))) return;
                continue;
            }
            if (!std::holds_alternative<std::monostate>(*item)) continue;
            boost::system::error_code error;
            const auto room = receiver.space();
            const auto bytes = socket.read_some(boost::asio::buffer(room.data(), room.size()), error);
            if (error) return;
            receiver.commit(bytes);
        }
    }
    bool answer(boost::asio::ip::tcp::socket& socket, std::string_view text) const {
        if (text.empty()) return false;
        for (boost::system::error_code error; !text.empty() && !error; text.remove_prefix(std::min(chunk_, text.size())))
            boost::asio::write(socket, boost::asio::buffer(text.substr(0, chunk_)), error);
        return true;
    }

    Script script_;
    std::size_t chunk_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::vector<net::RtspRequest> requests_;  // guarded by mutex_
    std::thread thread_;
};

// A source that is run until something is true.
struct SourceRun final : SourceSink {
    explicit SourceRun(SourceOptions options) : source(context, std::move(options), clock) {}
    ~SourceRun() override {
        source.stop();
        context.run_for(seconds{2});  // the TEARDOWN
    }
    SourceRun(const SourceRun&) = delete;
    SourceRun& operator=(const SourceRun&) = delete;

    void on_tracks(const TrackSet& set) override { tracks.push_back(set); }
    void on_frame(Frame frame) override { frames.push_back(std::move(frame)); }
    void on_sender_report(const SenderReport& report) override { reports.push_back(report); }
    void on_end(const Error& error) override { ends.push_back(error); }

    // Starts the source; false after ten seconds.
    template <class Done>
    bool until(Done done) {
        if (!std::exchange(started, true)) source.start(*this);
        const auto limit = std::chrono::steady_clock::now() + seconds{10};
        while (!done() && std::chrono::steady_clock::now() < limit) context.run_one_for(milliseconds{50});
        return done();
    }
    bool until_end() {
        return until([this] { return !ends.empty(); });
    }

    SimulatedClock clock{UtcTime{seconds{1'763'665'445}}};
    boost::asio::io_context context;
    std::vector<TrackSet> tracks;
    std::vector<Frame> frames;
    std::vector<SenderReport> reports;
    std::vector<Error> ends;
    bool started{false};
    RtspSource source;
};

}  // namespace vantage::ingest
