// SPDX-License-Identifier: Apache-2.0
#include "live/hls/hls_text.hpp"

#include <fmt/format.h>

namespace vantage::live {

std::string hls_seconds(MediaTime start, MediaTime end) {
    const auto span = (to_utc(end) - to_utc(start)).count();
    return fmt::format("{}.{:06}", span / 1'000'000, span % 1'000'000);
}

std::string hls_seconds(Ticks constant) {
    const auto ms = std::chrono::ceil<milliseconds>(constant).count();
    auto text = fmt::format("{}.{:03}", ms / 1000, ms % 1000);
    while (text.back() == '0') text.pop_back();
    return text.back() == '.' ? text + "0" : text;
}

std::int64_t hls_target(Ticks duration) {
    return std::chrono::ceil<seconds>(duration).count();
}

// Written digit by digit: a day has some ten thousand of them.
void append_date(std::string& text, MediaTime at) {
    const auto ms = std::chrono::floor<milliseconds>(to_utc(at));
    const auto day = std::chrono::floor<std::chrono::days>(ms);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{ms - day};
    const auto put = [&text](auto value, int digits) {
        auto number = static_cast<unsigned>(value);
        text.append(static_cast<std::size_t>(digits), '0');
        for (auto digit = text.rbegin(); number > 0; number /= 10) *digit++ = static_cast<char>('0' + number % 10);
    };
    text += "#EXT-X-PROGRAM-DATE-TIME:";
    put(static_cast<int>(date.year()), 4);
    text += '-';
    put(static_cast<unsigned>(date.month()), 2);
    text += '-';
    put(static_cast<unsigned>(date.day()), 2);
    text += 'T';
    put(time.hours().count(), 2);
    text += ':';
    put(time.minutes().count(), 2);
    text += ':';
    put(time.seconds().count(), 2);
    text += '.';
    put(time.subseconds().count(), 3);
    text += "Z\n";
}

std::string hls_multivariant(const std::vector<HlsVariant>& variants, const std::optional<HlsAudio>& audio) {
    std::string text = "#EXTM3U\n#EXT-X-VERSION:9\n";
    if (audio)
        text += fmt::format(
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"{}\",URI=\"{}"
            "\"\n",
            std::max(audio->track.channels, 1), audio->uri);
    for (const auto& variant : variants) {
        const auto& video = variant.video;
        auto codecs = codec_string(video);
        if (audio) codecs += "," + codec_string(audio->track);
        text +=
            fmt::format("#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{}\",RESOLUTION={}x{}",
                        variant.peak_bits_per_second, variant.average_bits_per_second, codecs, video.width, video.height);
        if (variant.frame_rate > 0) text += fmt::format(",FRAME-RATE={:.3f}", variant.frame_rate);
        text += fmt::format("{}\n{}\n", audio ? ",AUDIO=\"audio\"" : "", variant.uri);
    }
    return text;
}

}  // namespace vantage::live
