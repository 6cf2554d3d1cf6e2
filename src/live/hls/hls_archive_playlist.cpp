// SPDX-License-Identifier: Apache-2.0
#include "live/hls/hls_archive_playlist.hpp"

#include "live/hls/hls_live_playlist.hpp"
#include "live/hls/hls_text.hpp"

#include <fmt/format.h>

namespace vantage::live {
namespace {

constexpr const char* kEnd = "#EXT-X-ENDLIST\n";

std::string head_of(const ArchiveList& list) {
    // An EVENT keeps all that it ever listed, which cannot be promised any more once retention has come so far.
    const auto* type = list.ended ? "#EXT-X-PLAYLIST-TYPE:VOD\n" : list.lost_front ? "" : "#EXT-X-PLAYLIST-TYPE:EVENT\n";
    return fmt::format(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n{}#EXT-X-MEDIA-SEQUENCE:{}\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
        hls_target(list.target), type, list.first_number, list.first_discontinuity);
}

// What stands before a file's runs.
class Joints {
  public:
    Joints(const ArchiveList& list, Rendition rendition, std::string_view prefix)
        : list_(list), rendition_(rendition), prefix_(prefix) {}

    std::string before(std::size_t file) {
        std::string text = list_.breaks[file] ? "#EXT-X-DISCONTINUITY\n" : "";
        const auto& init = list_.files[file]->init(rendition_);
        if (init && (list_.breaks[file] || !map_ || map_->data != init->data))
            text += fmt::format("#EXT-X-MAP:URI=\"{}{}\"\n", prefix_, init_name(*init));
        if (init) map_ = init;
        return text;
    }

  private:
    const ArchiveList& list_;
    const Rendition rendition_;
    const std::string_view prefix_;
    InitPtr map_;
};

void append_runs(std::string& text, const ArchiveFile& file, Rendition rendition, std::string_view prefix) {
    for (const auto& run : file.runs) {
        const auto entry = archive_entry(file, run, rendition);
        append_date(text, entry.shown);
        if (entry.gap) text += "#EXT-X-GAP\n";
        text += "#EXTINF:";
        text += hls_seconds(entry.start, entry.start + entry.duration);
        text += ",\n";
        text += prefix;
        text += media_name(entry.start);
        text += '\n';
    }
}

}  // namespace

std::string hls_archive_playlist(const ArchiveList& list, Rendition rendition, const std::string& prefix) {
    auto text = head_of(list);
    Joints joints(list, rendition, prefix);
    for (std::size_t i = 0; i < list.files.size(); ++i) {
        text += joints.before(i);
        append_runs(text, *list.files[i], rendition, prefix);
    }
    if (list.ended) text += kEnd;
    return text;
}

std::string hls_archive_gzip(const ArchiveList& list, Rendition rendition, const std::string& prefix) {
    std::deque<net::DeflatedPiece> own;
    std::vector<const net::DeflatedPiece*> pieces{&own.emplace_back(net::store_piece(head_of(list)))};
    Joints joints(list, rendition, prefix);
    const bool keep = !prefix.starts_with('.');  // addresses of ranges are endless in number
    const auto key = fmt::format("{} {}", static_cast<int>(rendition), prefix);
    for (std::size_t i = 0; i < list.files.size(); ++i) {
        if (const auto joint = joints.before(i); !joint.empty())
            pieces.push_back(&own.emplace_back(net::store_piece(joint)));
        const auto& file = *list.files[i];
        const auto pack = [&] {
            std::string text;
            append_runs(text, file, rendition, prefix);
            return net::deflate_piece(text);
        };
        if (!keep) {
            pieces.push_back(&own.emplace_back(pack()));
            continue;
        }
        const std::lock_guard hold(file.mutex);
        auto known = file.texts.find(key);
        if (known == file.texts.end()) known = file.texts.emplace(key, pack()).first;
        pieces.push_back(&known->second);
    }
    if (list.ended) pieces.push_back(&own.emplace_back(net::store_piece(kEnd)));
    return net::join_gzip(pieces);
}

// Files do not change but at their end, so their starts and numbers of runs tell.
std::string hls_archive_etag(const ArchiveList& list, Rendition rendition, const std::string& prefix) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](std::uint64_t value) {
        for (int i = 0; i < 8; ++i) hash = (hash ^ (value >> i * 8 & 0xff)) * 0x100000001b3;
    };
    add(static_cast<std::uint64_t>(rendition));
    add(list.ended ? 1 : 0);
    add(list.first_number);
    add(list.first_discontinuity);
    add(static_cast<std::uint64_t>(list.target.count()));
    for (const char c : prefix) add(static_cast<std::uint64_t>(c));
    for (const auto& file : list.files) {
        add(static_cast<std::uint64_t>(file->runs.front().start.time_since_epoch().count()));
        add(static_cast<std::uint64_t>(file->runs.back().start.time_since_epoch().count()));
        add(static_cast<std::uint64_t>(file->runs.back().duration.count()));
        add(file->runs.size());
    }
    return fmt::format("\"{:016x}\"", hash);
}

}  // namespace vantage::live
