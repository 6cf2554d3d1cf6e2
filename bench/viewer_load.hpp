// SPDX-License-Identifier: Apache-2.0
// What the readers of bench_viewer_load understand: fMP4 boxes as they stream by, HTTP headers, low-latency playlists.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zlib.h>

namespace load {

[[noreturn]] inline void die(const char* what) {
    std::perror(what);
    std::exit(1);
}
[[noreturn]] inline void die_saying(const std::string& what) {
    std::fprintf(stderr, "bench_viewer_load: %s\n", what.c_str());
    std::exit(1);
}

struct Options {
    std::string kind;
    int port;
    std::string path, token;
    int readers;
    double settle, seconds;
    std::string record;
    std::chrono::steady_clock::time_point began{std::chrono::steady_clock::now()};

    [[nodiscard]] double elapsed() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    }
};

inline double unix_now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

inline std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = at; i < at + size && i < bytes.size(); ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
}

// Walks the top boxes of a stream and tells sequence number and decode time (seconds; timescale 90 000) of each moof.
class BoxWalker {
  public:
    template <class F>
    void feed(std::string_view bytes, F&& on_moof) {
        while (!bytes.empty()) {
            if (skip_ > 0) {
                const auto size = std::min<std::uint64_t>(skip_, bytes.size());
                skip_ -= size;
                bytes.remove_prefix(static_cast<std::size_t>(size));
                continue;
            }
            const std::size_t wanted = box_.size() < 8 ? 8 : static_cast<std::size_t>(number_at(box_, 0, 4));
            const auto piece = bytes.substr(0, wanted - box_.size());
            box_ += piece;
            bytes.remove_prefix(piece.size());
            if (box_.size() < wanted) return;
            if (wanted == 8 && std::string_view(box_).substr(4, 4) != "moof") {
                const auto size = number_at(box_, 0, 4);
                if (size < 8) die_saying("this is no fMP4");
                skip_ = size - 8;
                box_.clear();
            } else if (wanted > 8) {
                const std::string_view moof = box_;
                const auto mfhd = moof.find("mfhd"), tfdt = moof.find("tfdt");
                const bool wide = moof[tfdt + 4] == 1;
                on_moof(static_cast<std::uint32_t>(number_at(moof, mfhd + 8, 4)),
                        static_cast<double>(number_at(moof, tfdt + 8, wide ? 8 : 4)) / 90000);
                box_.clear();
            }
        }
    }

  private:
    std::string box_;
    std::uint64_t skip_{0};
};

inline std::size_t content_length(const std::string& head) {
    for (const auto* name : {"\r\nContent-Length: ", "\r\ncontent-length: "})
        if (const auto at = head.find(name); at != std::string::npos)
            return static_cast<std::size_t>(std::atoll(head.c_str() + at + 18));
    if (head.find(" 204 ") != std::string::npos) return 0;
    die_saying("an answer without a length: " + head);
}

using PartNumber = std::pair<long, long>;  // media sequence number, index of the part
struct Part {
    PartNumber number;
    std::string uri;
    bool independent;
};
struct Playlist {
    std::vector<Part> parts;
    PartNumber next;
};

inline std::string inflated(const std::string& packed) {
    z_stream stream{};
    std::string out(1U << 20, '\0');
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (inflate(&stream, Z_FINISH) != Z_STREAM_END) die_saying("a playlist cannot be unpacked");
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

inline Playlist parse_playlist(const std::string& text) {
    Playlist playlist;
    PartNumber at{0, 0};
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line.starts_with("#EXT-X-MEDIA-SEQUENCE:")) at.first = std::atol(line.c_str() + 22);
        if (line.starts_with("#EXT-X-PART:")) {
            const auto uri = line.find("URI=\"") + 5;
            playlist.parts.push_back(
                {at, line.substr(uri, line.find('"', uri) - uri), line.find("INDEPENDENT=YES") != std::string::npos});
            ++at.second;
        }
        if (!line.empty() && line.front() != '#') at = {at.first + 1, 0};
    }
    playlist.next = at;
    return playlist;
}

// All readers get the same bytes mostly: taken apart once.
inline const Playlist& parsed_playlist(const std::string& body, const std::string& head) {
    static std::array<std::pair<std::string, Playlist>, 4> known;
    static std::size_t turn = 0;
    for (const auto& [text, playlist] : known)
        if (text == body && !text.empty()) return playlist;
    auto& place = known.at(++turn % known.size());
    const bool packed = head.find("Content-Encoding: gzip") != std::string::npos;
    place = {body, parse_playlist(packed ? inflated(body) : body)};
    return place.second;
}

}  // namespace load
