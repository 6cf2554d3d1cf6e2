// SPDX-License-Identifier: Apache-2.0
#include "ingest/sim_source.hpp"

#include "ingest/sim_picture.hpp"
#include "media/video_encoder.hpp"

#include <boost/url/parse_query.hpp>
#include <fmt/format.h>

#include <charconv>

namespace vantage::ingest {
namespace {

constexpr seconds kReportInterval{5};
constexpr seconds kLargestWait{1};  // a frame that is further away means that the host's clock was stepped

bool read_number(std::string_view text, std::int64_t least, std::int64_t most, std::int64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() && out >= least && out <= most;
}
bool read_number(std::string_view text, int least, int most, int& out) {
    std::int64_t value = 0;
    if (!read_number(text, std::int64_t{least}, std::int64_t{most}, value)) return false;
    out = static_cast<int>(value);
    return true;
}

bool read_pair(std::string_view text, char between, int most, int& first, int& second) {
    const auto at = text.find(between);
    return at != std::string_view::npos && read_number(text.substr(0, at), 1, most, first) &&
           read_number(text.substr(at + 1), 1, most, second);
}

Frame make_frame(Ticks at, Arrival arrival, EncodedFrame encoded) {
    Frame frame;
    frame.pts = at;
    frame.dts = at;
    frame.key = encoded.key;
    frame.arrival = arrival;
    frame.data = std::move(encoded.data);
    return frame;
}

bool set(SimOptions& options, std::string_view key, std::string_view value) {
    if (key == "size")
        return read_pair(value, 'x', 4096, options.width, options.height) && options.width >= 64 && options.height >= 48 &&
               options.width % 2 == 0 && options.height % 2 == 0;
    if (key == "fps")
        return (read_number(value, 1, 120, options.fps_num) ||
                read_pair(value, '/', 1'000'000, options.fps_num, options.fps_den)) &&
               options.fps_num <= 120LL * options.fps_den;
    if (key == "gop") return read_number(value, 1, 100'000, options.gop);
    if (key == "bitrate") return read_number(value, 10'000, 100'000'000, options.bitrate);
    if (key == "seed") return read_number(value, 0, 1'000'000, options.seed);
    if (key == "name") {
        options.name = value;
        return value.size() <= 64;
    }
    return false;
}

}  // namespace

Result<SimOptions> parse_sim_url(std::string_view url) {
    const auto shape = [&] {
        return fail(errc::invalid_argument,
                    fmt::format("'{}' is not a synthetic camera; write sim: or sim:?size=1280x720&fps=25&gop=50&seed=3"
                                " (also bitrate=, name=; sizes are even, 64x48 to 4096x4096)",
                                url));
    };
    if (!url.starts_with("sim:")) return shape();
    auto query = url.substr(4);
    if (query.starts_with("//")) query.remove_prefix(2);
    SimOptions options;
    if (query.empty()) return options;
    if (!query.starts_with("?")) return shape();
    const auto parameters = boost::urls::parse_query(query.substr(1));
    if (!parameters) return shape();
    for (const auto& parameter : *parameters) {
        const auto key = parameter.key.decode();
        const auto value = parameter.value.decode();
        if (!set(options, key, value))
            return fail(errc::invalid_argument, fmt::format("sim: does not know {}={}; {}", key, value, shape().message));
    }
    return options;
}

UtcTime sim_time(const SimOptions& options, std::int64_t n) {
    const auto scaled = n * options.fps_den;
    return UtcTime{seconds{scaled / options.fps_num} + microseconds{scaled % options.fps_num * 1'000'000 / options.fps_num}};
}

Ticks sim_ticks(const SimOptions& options, std::int64_t n) {
    const auto scaled = n * options.fps_den;
    return seconds{scaled / options.fps_num} + Ticks{scaled % options.fps_num * 90'000 / options.fps_num};
}

std::int64_t sim_index(const SimOptions& options, UtcTime time) {
    const auto whole = std::chrono::floor<seconds>(time);
    // Whole seconds give a frame at or just before them; from there it is less than a second's frames.
    auto n = whole.time_since_epoch().count() * options.fps_num / options.fps_den;
    while (sim_time(options, n) < time) ++n;
    return n;
}

SimSource::SimSource(SimOptions options, std::unique_ptr<Pacer> pacer)
    : BlockingSource("synthetic camera"), options_(std::move(options)), pacer_(std::move(pacer)) {}
SimSource::~SimSource() {
    stop();
}

Status SimSource::read(const std::stop_token& stop, SourceSink& sink) {
    auto encoder = VideoEncoder::open({.width = options_.width,
                                       .height = options_.height,
                                       .fps_num = options_.fps_num,
                                       .fps_den = options_.fps_den,
                                       .gop = options_.gop,
                                       .bitrate = options_.bitrate});
    if (!encoder) return encoder.error();
    SimPicture picture{{options_.width, options_.height, options_.seed, options_.name}};
    const auto& clock = pacer_->clock();
    sink.on_tracks({.video = (*encoder)->track(), .audio = {}});
    UtcTime next_report;  // long ago: one comes before the first frame
    auto n = sim_index(options_, clock.now());
    bool after_step = false;
    Ticks encoded{0};
    while (!stop.stop_requested()) {
        for (auto left = sim_time(options_, n) - clock.now(); left > microseconds{0};
             left = sim_time(options_, n) - clock.now()) {
            if (left > kLargestWait + sim_time(options_, 1).time_since_epoch()) {  // stepped back
                n = sim_index(options_, clock.now());
                after_step = true;
                continue;
            }
            if (!pacer_->wait_until(clock.steady() + left, stop)) return {};
        }
        const auto time = sim_time(options_, n);
        const auto arrival = pacer_->arrival();
        if (time >= next_report || after_step) {
            const auto whole = std::chrono::floor<seconds>(time);
            sink.on_sender_report({TrackKind::video, whole.time_since_epoch(), whole, arrival});
            next_report = whole + kReportInterval;
        }
        // The encoder wants times that increase even when the host's clock does not; each picture comes out at once.
        auto frames = (*encoder)->encode(picture.draw(time), encoded += Ticks{1}, std::exchange(after_step, false));
        if (!frames) return frames.error();
        for (auto& frame : *frames) {
            count(frame.data.size());
            sink.on_frame(make_frame(sim_ticks(options_, n), arrival, std::move(frame)));
        }
        n = std::max(n + 1, sim_index(options_, clock.now() - sim_time(options_, 1).time_since_epoch() / 2));
    }
    return {};
}

}  // namespace vantage::ingest
