// SPDX-License-Identifier: Apache-2.0
// What is known of a finished timelapse, as it lies beside it as JSON, and the MP4 itself (docs/storage.md). Blocks.
#pragma once
#include "stills/timelapse/film_file.hpp"

#include <functional>
#include <string>

namespace vantage::stills {

struct FilmGap {
    UtcTime start, end;
    std::string reason;
};

struct FilmRecord {
    UtcTime start, end;  // what it should show
    int fps{25};
    PictureSize size{};
    std::size_t frames{0};
    std::uint64_t bytes{0};
    std::vector<FilmGap> gaps{};   // of which there were no pictures
    std::vector<UtcTime> times{};  // of each frame, to the millisecond

    [[nodiscard]] bool complete() const { return gaps.empty(); }
    [[nodiscard]] double seconds() const { return static_cast<double>(frames) / fps; }
};

std::string to_json(const FilmRecord& record);
Result<FilmRecord> parse_film_record(std::string_view text);

// The MP4 of what is in `film`: index first, a subtitle a frame with its time. Durable, but not yet its name. Returns its
// bytes. errc::already_exists when there is such a file.
Result<std::uint64_t> write_film(footage::FileSystem& files, const std::filesystem::path& path, const FilmFile& film,
                                 const Track& track, const std::string& title,
                                 const std::function<std::string(UtcTime)>& time_text);

// Replaces a small file: whatever happens there is the old one or the new one, and the new one is durable.
Status replace_file(footage::FileSystem& files, const std::filesystem::path& path, std::string_view text);

}  // namespace vantage::stills
