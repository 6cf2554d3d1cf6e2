// SPDX-License-Identifier: Apache-2.0
// The floor that `./dev bench ingest` compares with: opens N RTSP cameras over TCP, reads whatever their sockets hold and
// appends the bytes to a file each, with one syncfs a second. It parses nothing, so no recorder can cost less.
//   bench_floor FOLDER PORT NAME...
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

[[noreturn]] void die(const char* what) {
    std::perror(what);
    std::exit(1);
}

std::string ask(int socket, const std::string& request) {
    if (write(socket, request.data(), request.size()) < 0) die("write");
    std::string reply;
    char c = 0;
    while (reply.find("\r\n\r\n") == std::string::npos && read(socket, &c, 1) == 1) reply += c;
    const auto length = reply.find("Content-Length: ");
    auto left = length == std::string::npos ? 0 : std::atoi(reply.c_str() + length + 16);
    while (left-- > 0 && read(socket, &c, 1) == 1) reply += c;
    return reply;
}

int play(int port, const std::string& name) {
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(s, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
    const auto url = "rtsp://127.0.0.1:" + std::to_string(port) + "/" + name;
    const auto described = ask(s, "DESCRIBE " + url + " RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n");
    const auto control = described.find("a=control:", described.find("m=video"));
    auto track = described.substr(control + 10, described.find_first_of("\r\n", control) - control - 10);
    if (track.rfind("rtsp://", 0) != 0) track = url + "/" + track;
    const auto reply =
        ask(s, "SETUP " + track + " RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
    const auto at = reply.find("Session: ");
    const auto session = reply.substr(at + 9, reply.find_first_of(";\r", at) - at - 9);
    ask(s, "PLAY " + url + " RTSP/1.0\r\nCSeq: 3\r\nSession: " + session + "\r\nRange: npt=0-\r\n\r\n");
    return s;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const std::string folder = argv[1];
    const int poll = epoll_create1(0);
    std::vector<int> files;
    std::vector<int> sockets;
    // A server may keep PLAY waiting for the next key frame: all at once.
    sockets.resize(static_cast<std::size_t>(argc - 3));
    std::vector<std::thread> connecting;
    for (int i = 3; i < argc; ++i)
        connecting.emplace_back([&, i] { sockets[static_cast<std::size_t>(i - 3)] = play(std::atoi(argv[2]), argv[i]); });
    for (auto& thread : connecting) thread.join();
    for (int i = 3; i < argc; ++i) {
        files.push_back(open((folder + "/" + argv[i]).c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = files.size() - 1;
        epoll_ctl(poll, EPOLL_CTL_ADD, sockets[files.size() - 1], &event);
    }
    std::vector<char> buffer(256 * 1024);
    auto synced = std::chrono::steady_clock::now();
    auto kept_alive = synced;
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int count = epoll_wait(poll, events.data(), events.size(), 100);
        for (int i = 0; i < count; ++i) {
            const auto camera = events.at(static_cast<std::size_t>(i)).data.u64;
            const auto n = read(sockets[camera], buffer.data(), buffer.size());
            if (n <= 0) return 0;
            if (write(files[camera], buffer.data(), static_cast<std::size_t>(n)) != n) die("write");
        }
        if (std::chrono::steady_clock::now() - synced > std::chrono::seconds(1)) {
            syncfs(files[0]);
            synced = std::chrono::steady_clock::now();
        }
        if (synced - kept_alive > std::chrono::seconds(20)) {
            const std::string alive = "OPTIONS * RTSP/1.0\r\nCSeq: 4\r\n\r\n";
            for (const int socket : sockets)
                if (write(socket, alive.data(), alive.size()) < 0) die("write");
            kept_alive = synced;
        }
    }
}
