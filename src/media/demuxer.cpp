// SPDX-License-Identifier: Apache-2.0
#include "media/demuxer.hpp"

#include "base/log.hpp"
#include "media/elementary_stream.hpp"
#include "media/libav.hpp"

#include <fmt/format.h>

#include <chrono>
#include <deque>

namespace vantage {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int kMostBadReads = 64;  // in a row; TS and AVI recover from a few

// What the interrupt callback of libavformat looks at.
struct Patience {
    std::stop_token stop;
    Steady::time_point deadline;

    [[nodiscard]] bool timed_out() const { return Steady::now() >= deadline; }
    static int is_over(void* self) {
        const auto& patience = *static_cast<const Patience*>(self);
        return patience.stop.stop_requested() || patience.timed_out() ? 1 : 0;
    }
};

}  // namespace

class Demuxer::Impl {
  public:
    Impl(DemuxerOptions options, std::stop_token stop) : options_(std::move(options)) { patience_.stop = std::move(stop); }

    Status open(const std::string& url);
    Result<Demuxed> next();
    Status rewind();
    [[nodiscard]] bool times_are_counted() const { return (input_->iformat->flags & AVFMT_NOTIMESTAMPS) != 0; }
    [[nodiscard]] std::uint64_t dropped() const {
        return (video_ ? video_->dropped() : 0) + (audio_ ? audio_->dropped() : 0);
    }

  private:
    Error failed(int code, std::string_view doing) const;
    void restart_patience() { patience_.deadline = Steady::now() + options_.timeout; }
    Status choose_streams();
    std::optional<ElementaryStream> choose(AVMediaType type, std::string& found);
    Status read_until_known();
    // One packet of the input into queue_.
    Status read();
    void take(const AVPacket& packet);
    void announce();

    const DemuxerOptions options_;
    Patience patience_;
    libav::InputPtr input_;
    libav::AvPacketPtr packet_{libav::make_packet()};
    std::optional<ElementaryStream> video_, audio_;
    std::deque<Demuxed> queue_;
    bool announced_{false};
    int bad_reads_{0};
};

Error Demuxer::Impl::failed(int code, std::string_view doing) const {
    const auto what = fmt::format("{} {}", doing, options_.shown);
    if (code == AVERROR_EXIT && !patience_.stop.stop_requested())
        return fail(errc::timed_out, fmt::format("{}: no data for {} s", what, options_.timeout.count()));
    return libav::error(code, what);
}

Status Demuxer::Impl::open(const std::string& url) {
    restart_patience();
    const AVInputFormat* format = nullptr;
    if (!options_.format.empty()) {
        format = av_find_input_format(options_.format.c_str());
        if (format == nullptr)
            return fail(errc::unsupported, fmt::format("FFmpeg has no input format '{}'", options_.format));
    }
    auto* context = avformat_alloc_context();
    if (context == nullptr) return fail(errc::overloaded, "no memory");
    context->interrupt_callback = {&Patience::is_over, &patience_};
    context->flags |= AVFMT_FLAG_GENPTS;
    libav::Dictionary entries{options_.options};
    if (const int code = avformat_open_input(&context, url.c_str(), format, entries.address()); code < 0)
        return failed(code, "open");  // has freed the context
    input_.reset(context);
    if (options_.probe) {
        restart_patience();
        if (const int code = avformat_find_stream_info(input_.get(), nullptr); code < 0)
            return failed(code, "read the header of");
    }
    if (auto chosen = choose_streams(); !chosen) return chosen;
    return read_until_known();
}

std::optional<ElementaryStream> Demuxer::Impl::choose(AVMediaType type, std::string& found) {
    const int best = av_find_best_stream(input_.get(), type, -1, -1, nullptr, 0);
    std::optional<ElementaryStream> chosen;
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        auto& stream = *input_->streams[i];
        if (stream.codecpar->codec_type != type || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) continue;
        found += fmt::format("{}{}", found.empty() ? "" : ", ", avcodec_get_name(stream.codecpar->codec_id));
        auto elementary = ElementaryStream::open(stream);
        if (elementary && (!chosen || static_cast<int>(i) == best)) chosen = std::move(*elementary);
    }
    return chosen;
}

Status Demuxer::Impl::choose_streams() {
    std::string found;
    video_ = choose(AVMEDIA_TYPE_VIDEO, found);
    if (options_.audio) audio_ = choose(AVMEDIA_TYPE_AUDIO, found);
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        const auto index = static_cast<int>(i);
        const bool wanted = (video_ && video_->index() == index) || (audio_ && audio_->index() == index);
        input_->streams[i]->discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    if (video_ || audio_) return {};
    return fail(errc::unsupported, fmt::format("{} has {}, but no H.264, H.265 or MJPEG video", options_.shown,
                                               found.empty() ? "no streams" : found));
}

Status Demuxer::Impl::read_until_known() {
    const auto& main = video_ ? video_ : audio_;
    const auto until = Steady::now() + options_.timeout;
    while (!main->track()) {
        if (auto done = read(); !done) return done;
        const bool ended = !queue_.empty() && std::holds_alternative<EndOfInput>(queue_.back());
        if (ended || (!main->track() && Steady::now() > until))
            return fail(errc::malformed,
                        fmt::format("{} shows no parameters of its {} track", options_.shown, to_string(main->codec())));
    }
    if (!announced_) {
        video_ ? video_->take_change() : audio_->take_change();
        TrackSet tracks;
        if (video_) tracks.video = video_->track();
        if (audio_) {
            audio_->take_change();
            tracks.audio = audio_->track();
        }
        announced_ = true;
        queue_.push_front(tracks);
    }
    return {};
}

void Demuxer::Impl::announce() {
    const bool video_changed = video_ && video_->take_change();
    const bool audio_changed = audio_ && audio_->take_change();
    // Audio that shows itself before the video's parameters do waits for them.
    if ((!video_changed && !audio_changed) || (video_ && !video_->track())) return;
    TrackSet tracks;
    if (video_) tracks.video = video_->track();
    if (audio_) tracks.audio = audio_->track();
    announced_ = true;
    queue_.push_back(tracks);
}

void Demuxer::Impl::take(const AVPacket& packet) {
    auto* stream = video_ && packet.stream_index == video_->index()   ? &*video_
                   : audio_ && packet.stream_index == audio_->index() ? &*audio_
                                                                      : nullptr;
    if (stream == nullptr) return;
    auto frame = stream->convert(packet);
    announce();
    if (frame && announced_) queue_.push_back(std::move(*frame));
}

Status Demuxer::Impl::read() {
    restart_patience();
    const int code = av_read_frame(input_.get(), packet_.get());
    if (code == AVERROR(EAGAIN)) return {};
    if (code == AVERROR_EOF) {
        queue_.emplace_back(EndOfInput{});
        return {};
    }
    if (code == AVERROR_INVALIDDATA && ++bad_reads_ < kMostBadReads) return {};
    if (code < 0) return failed(code, "read");
    bad_reads_ = 0;
    take(*packet_);
    av_packet_unref(packet_.get());
    return {};
}

Result<Demuxed> Demuxer::Impl::next() {
    while (queue_.empty()) {
        if (patience_.stop.stop_requested()) return fail(errc::cancelled, "stopped");
        if (auto done = read(); !done) return done.error();
    }
    auto first = std::move(queue_.front());
    queue_.pop_front();
    return first;
}

Status Demuxer::Impl::rewind() {
    restart_patience();
    const auto start = input_->start_time == AV_NOPTS_VALUE ? 0 : input_->start_time;
    int code = avformat_seek_file(input_.get(), -1, INT64_MIN, start, start, 0);
    // Raw elementary streams have no times to seek by.
    if (code < 0) code = av_seek_frame(input_.get(), -1, 0, AVSEEK_FLAG_BYTE);
    if (code < 0)
        return fail(errc::unsupported, fmt::format("{} cannot be rewound: {}", options_.shown, libav::error_text(code)));
    queue_.clear();
    return {};
}

Demuxer::Demuxer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Demuxer::~Demuxer() = default;

Result<std::unique_ptr<Demuxer>> Demuxer::open(const std::string& url, DemuxerOptions options, std::stop_token stop) {
    libav::initialize();
    if (options.shown.empty()) options.shown = log::redact_url(url);
    auto impl = std::make_unique<Impl>(std::move(options), std::move(stop));
    if (auto opened = impl->open(url); !opened) return opened.error();
    return std::unique_ptr<Demuxer>(new Demuxer(std::move(impl)));
}

Result<Demuxed> Demuxer::next() {
    return impl_->next();
}
Status Demuxer::rewind() {
    return impl_->rewind();
}
bool Demuxer::times_are_counted() const {
    return impl_->times_are_counted();
}
std::uint64_t Demuxer::dropped() const {
    return impl_->dropped();
}

}  // namespace vantage
