// SPDX-License-Identifier: Apache-2.0
// Readers of `./dev bench viewers`: N of one kind on one thread, over loopback. Each reads everything it gets and watches
// the media times in it. Prints "begin" after the settling time, "end" after the measured time, then a line of JSON.
//   bench_viewer_load mse   PORT PATH  TOKEN   READERS SETTLE SECONDS [RECORD]   WebSocket feed, live
//   bench_viewer_load hls   PORT PATH  TOKEN   READERS SETTLE SECONDS [RECORD]   low-latency HLS: blocking reload, every
//   part bench_viewer_load files PORT RECORD -      READERS SETTLE SECONDS            what a recorded reader got, from a
//   file server
// RECORD is a folder: what the first reader gets, a file each, and `schedule`: when it asked for each.
#include "viewer_load.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace load {
namespace {

constexpr double kMostBehind = 3.0;

int connect_to(int port) {
    const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(s, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
    return s;
}

// What the first reader got, for a file server to serve it again.
class Recording {
  public:
    explicit Recording(std::string folder) : folder_(std::move(folder)), schedule_(folder_ + "/schedule") {}
    void add(double asked, std::string_view body) {
        const auto name = std::to_string(++count_);
        std::ofstream(folder_ + "/" + name, std::ios::binary) << body;
        schedule_ << asked << ' ' << name << '\n' << std::flush;
    }

  private:
    std::string folder_;
    std::ofstream schedule_;
    int count_{0};
};

class Reader {
  public:
    explicit Reader(const Options& options) : options_(options), socket_(connect_to(options.port)) {}
    virtual ~Reader() { ::close(socket_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    virtual void start() = 0;
    virtual void received(std::string_view chunk) = 0;
    // How late it is now, in seconds.
    [[nodiscard]] virtual double behind() const = 0;

    void ask(std::string_view text) {
        if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
            stall("cannot send");
    }
    void read() {
        static std::vector<char> buffer(1U << 20);
        const auto got = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            if (!std::exchange(ended, true)) stall("the server ended the connection");
            epoll_ctl(poll, EPOLL_CTL_DEL, socket_, nullptr);
            return;
        }
        bytes += static_cast<std::uint64_t>(got);
        received({buffer.data(), static_cast<std::size_t>(got)});
    }
    void stall(const std::string& why) {
        if (!measuring && !ended) return;
        if (stalled.empty()) stalled = why;
    }
    void check() {
        late = std::max(late, behind());
        if (behind() > kMostBehind) stall("more than 3 s behind");
    }
    void watch_media(std::string_view body) {
        walker_.feed(body, [this](std::uint32_t sequence, double time) {
            if (sequence_ != 0 && sequence != sequence_ + 1)
                stall("hole: part " + std::to_string(sequence_) + " to " + std::to_string(sequence));
            sequence_ = sequence;
            media_time_ = std::max(media_time_, time);
            ++parts;
        });
    }

    [[nodiscard]] int socket() const { return socket_; }
    std::uint64_t bytes{0}, parts{0};
    double late{0};
    std::string stalled;
    bool ended{false};
    std::shared_ptr<Recording> recording;
    static inline bool measuring = false;
    static inline int poll = -1;

  protected:
    const Options& options_;
    double media_time_{unix_now()};

  private:
    int socket_;
    BoxWalker walker_;
    std::uint32_t sequence_{0};
};

class MseReader : public Reader {
  public:
    using Reader::Reader;
    void start() override {
        ask("GET " + options_.path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + options_.token +
            "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }
    void received(std::string_view chunk) override {
        while (!chunk.empty()) {
            if (!open_) {
                head_ += chunk;
                const auto end = head_.find("\r\n\r\n");
                if (end == std::string::npos) return;
                if (head_.find(" 101 ") == std::string::npos) die_saying("no WebSocket: " + head_);
                chunk = chunk.substr(chunk.size() - (head_.size() - end - 4));
                head_.clear();
                open_ = true;
                frame(1, R"({"type":"live","request":1,"stream":"main","audio":false,"codecs":["avc1.640028"]})");
                continue;
            }
            if (left_ == 0 && !begin_frame(chunk)) return;
            const auto piece = chunk.substr(0, left_);
            chunk.remove_prefix(piece.size());
            left_ -= piece.size();
            payload(piece);
        }
    }
    [[nodiscard]] double behind() const override { return unix_now() - media_time_; }

  private:
    bool begin_frame(std::string_view& chunk) {
        for (;;) {
            const auto size = head_.size() < 2 ? 2U : (head_[1] & 0x7f) == 126 ? 4U : (head_[1] & 0x7f) == 127 ? 10U : 2U;
            if (head_.size() == size) break;
            if (chunk.empty()) return false;
            head_ += chunk.front();
            chunk.remove_prefix(1);
        }
        opcode_ = head_[0] & 0x0f;
        left_ = static_cast<std::size_t>(head_[1] & 0x7f);
        if (head_.size() > 2) left_ = 0;
        for (std::size_t i = 2; i < head_.size(); ++i) left_ = left_ << 8 | static_cast<std::uint8_t>(head_[i]);
        head_.clear();
        if (left_ == 0) payload({});
        return true;
    }
    void payload(std::string_view piece) {
        if (opcode_ == 2) watch_media(piece);
        if (opcode_ != 2 || recording) message_ += piece;
        if (left_ > 0) return;
        if (opcode_ == 9) frame(10, message_);
        if (opcode_ == 1 && message_.find("\"dropped\"") != std::string::npos) stall("dropped");
        if (opcode_ == 1 && message_.find("\"error\"") != std::string::npos) die_saying(message_);
        if (opcode_ == 2 && recording) recording->add(options_.elapsed(), message_);
        message_.clear();
    }
    // The mask is zero.
    void frame(int opcode, std::string_view payload) {
        std::string text(1, static_cast<char>(0x80 | opcode));
        text += static_cast<char>(0x80 | payload.size());
        ask(text + std::string(4, '\0') + std::string(payload));
    }

    bool open_{false};
    std::string head_, message_;
    int opcode_{0};
    std::size_t left_{0};
};

// One keep-alive connection, one request after the other.
class HttpReader : public Reader {
  public:
    using Reader::Reader;
    void received(std::string_view chunk) override {
        while (!chunk.empty()) {
            if (head_.find("\r\n\r\n") == std::string::npos) {
                const auto before = head_.size();
                head_ += chunk;
                const auto end = head_.find("\r\n\r\n");
                if (end == std::string::npos) return;
                chunk.remove_prefix(end + 4 - before);
                head_.resize(end + 4);
                left_ = content_length(head_);
            }
            const auto piece = chunk.substr(0, left_);
            chunk.remove_prefix(piece.size());
            left_ -= piece.size();
            body(piece);
            if (left_ > 0) return;
            const auto head = std::exchange(head_, {});
            complete(head);
        }
    }

  protected:
    void get(const std::string& path) {
        ask("GET " + path + " HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n" +
            (options_.token == "-" ? "" : "Authorization: Bearer " + options_.token + "\r\n") + "\r\n");
    }
    virtual void body(std::string_view piece) = 0;
    virtual void complete(const std::string& head) = 0;

  private:
    std::string head_;
    std::size_t left_{0};
};

class HlsReader : public HttpReader {
  public:
    using HttpReader::HttpReader;
    void start() override { get_playlist(""); }
    [[nodiscard]] double behind() const override { return unix_now() - media_time_; }

  private:
    void get_playlist(const std::string& query) {
        in_playlist_ = true;
        asked_ = options_.elapsed();
        get(options_.path + query);
    }
    void body(std::string_view piece) override {
        if (!in_playlist_) watch_media(piece);
        if (in_playlist_ || recording) body_ += piece;
    }
    void complete(const std::string& head) override {
        if (head.find(" 200 ") == std::string::npos) stall(head.substr(0, head.find('\r')));
        // A reload that was held is asked for, as a file, when there was something to give.
        if (recording) recording->add(in_playlist_ ? options_.elapsed() : asked_, body_);
        if (in_playlist_) follow(parsed_playlist(body_, head));
        body_.clear();
        next();
    }
    void follow(const Playlist& playlist) {
        if (playlist.parts.empty()) die_saying("no parts in the playlist");
        const bool first = last_ == PartNumber{};
        auto from = playlist.parts.end();
        if (first)
            for (from = playlist.parts.end() - 1; from != playlist.parts.begin() && !from->independent;) --from;
        for (auto it = first ? from : playlist.parts.begin(); it != playlist.parts.end(); ++it)
            if (it->number > last_) queue_.push_back(it->uri);
        last_ = playlist.parts.back().number;
        query_ = "?_HLS_msn=" + std::to_string(playlist.next.first) + "&_HLS_part=" + std::to_string(playlist.next.second);
    }
    void next() {
        if (queue_.empty()) return get_playlist(query_);
        in_playlist_ = false;
        asked_ = options_.elapsed();
        const auto uri = queue_.front();
        queue_.erase(queue_.begin());
        get(options_.path.substr(0, options_.path.rfind('/') + 1) + uri);
    }

    bool in_playlist_{true};
    double asked_{0};
    std::string body_, query_;
    PartNumber last_{};
    std::vector<std::string> queue_;
};

class FileReader : public HttpReader {
  public:
    using HttpReader::HttpReader;
    void start() override {}
    void due(double time, const std::string& name) {
        queue_.emplace_back(time, name);
        if (queue_.size() == 1) get("/" + name);
    }
    [[nodiscard]] double behind() const override { return queue_.empty() ? 0 : options_.elapsed() - queue_.front().first; }

  private:
    void body(std::string_view /*piece*/) override {}
    void complete(const std::string& head) override {
        if (head.find(" 200 ") == std::string::npos) stall(head.substr(0, head.find('\r')));
        queue_.erase(queue_.begin());
        ++parts;
        if (!queue_.empty()) get("/" + queue_.front().second);
    }
    std::vector<std::pair<double, std::string>> queue_;
};

std::vector<std::pair<double, std::string>> read_schedule(const std::string& folder) {
    std::vector<std::pair<double, std::string>> schedule;
    std::ifstream file(folder + "/schedule");
    double time = 0;
    std::string name;
    while (file >> time >> name) schedule.emplace_back(time, name);
    if (schedule.empty()) die_saying("nothing recorded in " + folder);
    return schedule;
}

class Run {
  public:
    explicit Run(Options& options) : options_(options) { Reader::poll = poll_; }

    int operator()() {
        open();
        double checked = 0;
        std::uint64_t before = 0, parts_before = 0;
        while (options_.elapsed() < options_.settle + options_.seconds) {
            serve_files();
            const double wait = due_ < schedule_.size() ? schedule_[due_].first - options_.elapsed() : 0.1;
            wait_and_read(std::max(0.0, std::min(wait, 0.1)));
            if (!Reader::measuring && options_.elapsed() >= options_.settle) {
                before = total(&Reader::bytes);
                parts_before = total(&Reader::parts);
                Reader::measuring = true;
                std::puts("begin");
                std::fflush(stdout);
            }
            if (options_.elapsed() - checked < 0.2) continue;
            checked = options_.elapsed();
            if (Reader::measuring)
                for (const auto& reader : readers_) reader->check();
        }
        std::puts("end");
        report(total(&Reader::bytes) - before, total(&Reader::parts) - parts_before);
        return 0;
    }

  private:
    void open() {
        if (options_.kind == "files") schedule_ = read_schedule(options_.path);
        for (int i = 0; i < options_.readers; ++i) {
            if (options_.kind == "mse") readers_.push_back(std::make_unique<MseReader>(options_));
            if (options_.kind == "hls") readers_.push_back(std::make_unique<HlsReader>(options_));
            if (options_.kind == "files") readers_.push_back(std::make_unique<FileReader>(options_));
            auto& reader = *readers_.back();
            if (i == 0 && !options_.record.empty()) reader.recording = std::make_shared<Recording>(options_.record);
            epoll_event event{EPOLLIN, {&reader}};
            epoll_ctl(poll_, EPOLL_CTL_ADD, reader.socket(), &event);
            reader.start();
            if (options_.kind != "files" && i % 10 == 9) wait_and_read(0.005);
        }
    }
    void serve_files() {
        for (; due_ < schedule_.size() && schedule_[due_].first <= options_.elapsed(); ++due_)
            for (const auto& reader : readers_)
                static_cast<FileReader&>(*reader).due(schedule_[due_].first, schedule_[due_].second);
    }
    void wait_and_read(double seconds) {
        std::array<epoll_event, 256> events{};
        const int count = epoll_wait(poll_, events.data(), events.size(), static_cast<int>(seconds * 1000));
        for (int i = 0; i < count; ++i) static_cast<Reader*>(events.at(static_cast<std::size_t>(i)).data.ptr)->read();
    }
    std::uint64_t total(std::uint64_t Reader::* what) const {
        std::uint64_t sum = 0;
        for (const auto& reader : readers_) sum += (*reader).*what;
        return sum;
    }
    void report(std::uint64_t bytes, std::uint64_t parts) const {
        int stalled = 0;
        double late = 0;
        std::string why;
        for (const auto& reader : readers_) {
            stalled += reader->stalled.empty() ? 0 : 1;
            if (why.empty()) why = reader->stalled;
            late = std::max(late, reader->late);
        }
        for (auto& c : why)
            if (c == '"' || c == '\\') c = '\'';
        std::printf(R"({"bytes":%llu,"parts":%llu,"stalled":%d,"late":%.3f,"why":"%s"})"
                    "\n",
                    static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(parts), stalled, late,
                    why.c_str());
    }

    Options& options_;
    int poll_{epoll_create1(EPOLL_CLOEXEC)};
    std::vector<std::unique_ptr<Reader>> readers_;
    std::vector<std::pair<double, std::string>> schedule_;
    std::size_t due_{0};
};

}  // namespace
}  // namespace load

int main(int count, char** arguments) {
    if (count < 8) load::die_saying("see the head of bench/viewer_load.cpp");
    load::Options options{arguments[1],
                          std::atoi(arguments[2]),
                          arguments[3],
                          arguments[4],
                          std::atoi(arguments[5]),
                          std::atof(arguments[6]),
                          std::atof(arguments[7]),
                          count > 8 ? arguments[8] : ""};
    return load::Run(options)();
}
