// SPDX-License-Identifier: Apache-2.0
#include "media/rtmp_muxer.hpp"

#include "media/host_lookup.hpp"
#include "media/libav.hpp"
#include "media/libav_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

extern "C" {
#include <libavutil/intreadwrite.h>
}

namespace vantage {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kGoodbye{500};  // to tell the server that the stream ends
constexpr AVRational kMilliseconds{1, 1000};
// Bytes. Left to itself the system lets megabytes wait for a slow line: a minute, of which nobody could be told.
constexpr const char* kSendBuffer = "262144";

struct FreeOutput {
    void operator()(AVFormatContext* context) const {
        avio_closep(&context->pb);
        avformat_free_context(context);
    }
};
using OutputPtr = std::unique_ptr<AVFormatContext, FreeOutput>;

// What the interrupt callback of libavformat looks at.
struct Patience {
    std::stop_token stop;
    Steady::time_point deadline;

    static int is_over(void* self) {
        const auto& patience = *static_cast<const Patience*>(self);
        return patience.stop.stop_requested() || Steady::now() >= patience.deadline ? 1 : 0;
    }
};

std::string host_of(const std::string& url) {
    std::array<char, 256> host{};
    av_url_split(nullptr, 0, nullptr, 0, host.data(), host.size(), nullptr, nullptr, 0, url.c_str());
    return host.data();
}

std::string without_key(std::string text, const std::string& key) {
    if (key.empty()) return text;
    for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + 3)) text.replace(at, key.size(), "***");
    return text;
}

class LibavRtmpMuxer final : public RtmpMuxer {
  public:
    LibavRtmpMuxer(RtmpTarget target, std::stop_token stop) : target_(std::move(target)) {
        patience_.stop = std::move(stop);
    }
    ~LibavRtmpMuxer() override;

    Status open(const TrackSet& tracks);
    Status write(const RtmpFrame& frame) override;

  private:
    Status add_stream(const Track& track);
    Status connect();
    Error failed(int code, const libav::Messages& said, bool while_connecting) const;

    const RtmpTarget target_;
    Patience patience_;
    libav::AvPacketPtr packet_{libav::make_packet()};
    OutputPtr output_;  // after patience_, which its callback uses
    int video_{-1}, audio_{-1};
    bool header_written_{false};
};

LibavRtmpMuxer::~LibavRtmpMuxer() {
    // A stop must not keep the goodbye from being said, without which servers wait for a time-out of theirs.
    patience_.stop = {};
    patience_.deadline = Steady::now() + kGoodbye;
    if (header_written_) av_write_trailer(output_.get());
}

Status LibavRtmpMuxer::add_stream(const Track& track) {
    if (track.codec != Codec::h264 && track.codec != Codec::aac)
        return fail(errc::unsupported, fmt::format("RTMP does not carry {}", to_string(track.codec)));
    auto* stream = avformat_new_stream(output_.get(), nullptr);
    if (stream == nullptr) throw std::bad_alloc{};
    auto& parameters = *stream->codecpar;
    const bool video = track.kind() == TrackKind::video;
    parameters.codec_type = video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
    parameters.codec_id = libav::id_of(track.codec);
    parameters.width = track.width;
    parameters.height = track.height;
    parameters.sample_rate = track.sample_rate;
    if (!video) av_channel_layout_default(&parameters.ch_layout, track.channels);
    libav::set_config(parameters, track.config);
    stream->time_base = kMilliseconds;
    (video ? video_ : audio_) = stream->index;
    return {};
}

// The reason as FFmpeg's log has it, where the code alone says little: libavformat gives EIO or EPERM for a refused key.
Error LibavRtmpMuxer::failed(int code, const libav::Messages& said, bool while_connecting) const {
    if (patience_.stop.stop_requested()) return fail(errc::cancelled, "stopped");
    if (const auto reason = said.after("Server error: "); !reason.empty())
        return fail(errc::forbidden,
                    fmt::format("the server refused the stream: {}", without_key(std::string(reason), target_.key)));
    if (said.mention("certificate") || said.mention("Certificate") || said.mention("does not match"))
        return fail(errc::forbidden,
                    "the server's TLS certificate is not good for this host: let its operator repair it, or switch "
                    "off 'verify' if the server is your own");
    if (said.mention("TLS") || said.mention("tls") || said.mention("handshake"))
        if (while_connecting && target_.url.starts_with("rtmps:") && !said.mention("Handshaking"))
            return fail(errc::unavailable,
                        "the server does not speak TLS there: is it rtmp:// instead of rtmps://, or another port?");
    if (code == AVERROR_EXIT)
        return fail(errc::timed_out,
                    fmt::format("the server takes nothing, or too little, for {} s", target_.timeout.count()));
    if (while_connecting && (said.mention("Sending publish command") || said.mention("Creating stream")))
        return fail(errc::forbidden,
                    "the server closed the connection when the stream was announced: is the stream key right, and not "
                    "in use already?");
    if (while_connecting && said.mention("Handshaking"))
        return fail(errc::unavailable, fmt::format("the server does not speak RTMP: {}", libav::error_text(code)));
    auto error = libav::error(code, while_connecting ? "the server cannot be reached" : "the server closed the connection");
    error.message = without_key(std::move(error.message), target_.key);
    if (error.code != errc::unsupported && error.code != errc::overloaded) error.code = errc::unavailable;
    return error;
}

Status LibavRtmpMuxer::connect() {
    const libav::Messages said;
    patience_.deadline = Steady::now() + target_.timeout;
    if (auto found = look_up(host_of(target_.url), patience_.stop, patience_.deadline); !found) return found;
    libav::Dictionary options;
    options.set("tcp_nodelay", "1");
    options.set("send_buffer_size", kSendBuffer);
    if (target_.url.starts_with("rtmps:")) options.set("tls_verify", target_.verify ? "1" : "0");
    int code =
        avio_open2(&output_->pb, target_.url.c_str(), AVIO_FLAG_WRITE, &output_->interrupt_callback, options.address());
    if (code < 0) return failed(code, said, true);
    libav::Dictionary flv;
    flv.set("flvflags", "no_duration_filesize");
    code = avformat_write_header(output_.get(), flv.address());
    if (code < 0) return failed(code, said, true);
    header_written_ = true;
    return {};
}

Status LibavRtmpMuxer::open(const TrackSet& tracks) {
    AVFormatContext* context = nullptr;
    if (const int code = avformat_alloc_output_context2(&context, nullptr, "flv", nullptr); code < 0)
        return libav::error(code, "prepare FLV");
    output_.reset(context);
    output_->interrupt_callback = {&Patience::is_over, &patience_};
    output_->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    for (const auto& track : {tracks.video, tracks.audio})
        if (track)
            if (auto added = add_stream(*track); !added) return added;
    return connect();
}

Status LibavRtmpMuxer::write(const RtmpFrame& frame) {
    const int stream = frame.track == TrackKind::video ? video_ : audio_;
    if (stream < 0) return fail(errc::internal, "a frame of a track that was not announced");
    const libav::Messages said;
    patience_.deadline = Steady::now() + target_.timeout;
    packet_->data = const_cast<std::uint8_t*>(frame.data.data());
    packet_->size = static_cast<int>(frame.data.size());
    packet_->stream_index = stream;
    packet_->dts = av_rescale_q(frame.dts.count(), kMilliseconds, output_->streams[stream]->time_base);
    packet_->pts = av_rescale_q((frame.dts + frame.composition).count(), kMilliseconds, output_->streams[stream]->time_base);
    packet_->flags = frame.key ? AV_PKT_FLAG_KEY : 0;
    const int code = av_write_frame(output_.get(), packet_.get());
    packet_->data = nullptr;
    packet_->size = 0;
    if (code < 0) return failed(code, said, false);
    return {};
}

}  // namespace

Result<std::unique_ptr<RtmpMuxer>> RtmpMuxer::open(const RtmpTarget& target, const TrackSet& tracks, std::stop_token stop) {
    libav::initialize();
    auto muxer = std::make_unique<LibavRtmpMuxer>(target, std::move(stop));
    if (auto opened = muxer->open(tracks); !opened) return opened.error();
    return std::unique_ptr<RtmpMuxer>(std::move(muxer));
}

}  // namespace vantage
