// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/film_record.hpp"

#include "media/mp4_progressive.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace vantage::stills {
namespace json = boost::json;
namespace {

constexpr Ticks kSecond{90000};

std::int64_t millis(UtcTime time) {
    return std::chrono::floor<milliseconds>(time).time_since_epoch().count();
}
UtcTime time_of(const json::value& value) {
    return UtcTime{milliseconds{value.to_number<std::int64_t>()}};
}

FilmRecord record_of(const json::object& from) {
    FilmRecord out;
    out.start = time_of(from.at("start"));
    out.end = time_of(from.at("end"));
    out.fps = std::max(1, from.at("fps").to_number<int>());
    out.size = {from.at("width").to_number<int>(), from.at("height").to_number<int>()};
    out.bytes = from.at("bytes").to_number<std::uint64_t>();
    for (const auto& gap : from.at("gaps").as_array())
        out.gaps.push_back({time_of(gap.at("start")), time_of(gap.at("end")), std::string(gap.at("reason").as_string())});
    milliseconds time{0};
    for (const auto& step : from.at("times").as_array()) {
        time += milliseconds{step.to_number<std::int64_t>()};
        out.times.emplace_back(time);
    }
    out.frames = out.times.size();
    return out;
}

}  // namespace

// The first time since 1970, then the steps from each to the next.
std::string to_json(const FilmRecord& record) {
    json::array gaps, times;
    for (const auto& gap : record.gaps)
        gaps.push_back(json::object{{"start", millis(gap.start)}, {"end", millis(gap.end)}, {"reason", gap.reason}});
    std::int64_t last = 0;
    for (const auto time : record.times) times.emplace_back(millis(time) - std::exchange(last, millis(time)));
    return json::serialize(json::object{{"start", millis(record.start)},
                                        {"end", millis(record.end)},
                                        {"fps", record.fps},
                                        {"width", record.size.width},
                                        {"height", record.size.height},
                                        {"bytes", record.bytes},
                                        {"gaps", std::move(gaps)},
                                        {"times", std::move(times)}});
}

Result<FilmRecord> parse_film_record(std::string_view text) {
    try {
        return record_of(json::parse(text).as_object());
    } catch (const std::exception& e) {
        return fail(errc::malformed, fmt::format("not the record of a timelapse: {}", e.what()));
    }
}

Result<std::uint64_t> write_film(footage::FileSystem& files, const std::filesystem::path& path, const FilmFile& film,
                                 const Track& track, const std::string& title,
                                 const std::function<std::string(UtcTime)>& time_text) {
    mp4::SampleTable video, texts;
    Bytes lines;
    const auto at = [&](std::size_t n) { return kSecond * static_cast<std::int64_t>(n) / film.start().plan.fps; };
    texts.begin_chunk(0);
    for (std::size_t n = 0; n < film.frames().size(); ++n) {
        const auto line = mp4::timed_text(time_text(film.frames()[n].time));
        texts.add(static_cast<std::uint32_t>(line.size()), at(n), Ticks{0}, true);
        lines.insert(lines.end(), line.begin(), line.end());
    }
    std::uint64_t media = lines.size();
    for (const auto& run : film.runs()) {
        video.begin_chunk(media);
        for (auto n = run.first; n < run.first + run.count; ++n)
            video.add(film.frames()[n].bytes, at(n), Ticks{0}, film.frames()[n].key);
        media += run.bytes;
    }
    const auto end = at(film.frames().size());
    video.finish(end);
    texts.finish(end);
    const auto head = mp4::make_movie_head({film.frames().front().time,
                                            title,
                                            {{&track, &video, {{Ticks{0}, end}}}, {nullptr, &texts, {{Ticks{0}, end}}}},
                                            media});
    if (!head) return head.error();
    auto out = files.create(path);
    if (!out) return out.error();
    const std::array front{ByteView(*head), ByteView(lines)};
    auto done = footage::write_all(**out, 0, front);
    std::uint64_t written = head->size() + lines.size();
    for (const auto& run : film.runs()) {
        for (std::uint64_t copied = 0; done && copied < run.bytes;) {
            const auto some = (*out)->copy(film.file(), run.offset + copied, written, run.bytes - copied);
            if (!some || *some == 0) done = some ? fail(errc::io, "a timelapse lost its frames") : some.error();
            if (some) copied += *some;
            if (some) written += *some;
        }
    }
    if (done) done = (*out)->sync();
    if (!done) {
        (void)files.remove(path);
        return done.error();
    }
    return written;
}

Status replace_file(footage::FileSystem& files, const std::filesystem::path& path, std::string_view text) {
    auto draft = path;
    draft += ".new";
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    auto file = files.create(draft);
    if (!file) return file.error();
    const auto bytes = as_bytes(text);
    auto done = footage::write_all(**file, 0, {&bytes, 1});
    if (done) done = (*file)->sync();
    if (done) done = files.rename(draft, path);
    if (!done) {
        (void)files.remove(draft);
        return done;
    }
    return files.sync_directory(path.parent_path());
}

}  // namespace vantage::stills
