// SPDX-License-Identifier: Apache-2.0
#include "media/capture_device.hpp"

#include "media/libav.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace vantage {
namespace {

using Steady = std::chrono::steady_clock;
constexpr milliseconds kPoll{4};  // between looks at a device that has no picture yet

}  // namespace

class CaptureDevice::Impl {
  public:
    Impl(const CaptureOptions& options, std::stop_token stop) : options_(options), stop_(std::move(stop)) {}

    Status open();
    Result<std::vector<EncodedFrame>> next();
    [[nodiscard]] const Track& track() const { return encoder_->track(); }

  private:
    Status open_input();
    Status open_decoder();
    Status open_encoder();
    // Blocks until frame_ holds a picture.
    Status read_picture();
    Result<bool> read_packet();
    Result<PictureView> to_420();
    static int is_over(void* self) { return static_cast<const Impl*>(self)->stop_.stop_requested() ? 1 : 0; }

    const CaptureOptions options_;
    const std::stop_token stop_;
    libav::InputPtr input_;
    int stream_{-1};
    libav::CodecPtr decoder_;
    libav::AvPacketPtr packet_{libav::make_packet()};
    libav::FramePtr frame_{libav::make_frame()};
    libav::FramePtr scaled_{libav::make_frame()};
    libav::SwsPtr scaler_;
    std::unique_ptr<VideoEncoder> encoder_;
    std::optional<Ticks> last_;
};

Status CaptureDevice::Impl::open() {
    if (auto done = open_input(); !done) return done;
    if (auto done = open_decoder(); !done) return done;
    return open_encoder();
}

Status CaptureDevice::Impl::open_input() {
    const auto* format = av_find_input_format(options_.format.c_str());
    if (format == nullptr) return fail(errc::unsupported, fmt::format("FFmpeg has no capture format '{}'", options_.format));
    libav::Dictionary entries;
    if (!options_.size.empty()) entries.set("video_size", options_.size.c_str());
    if (!options_.fps.empty()) entries.set("framerate", options_.fps.c_str());
    if (!options_.standard.empty()) entries.set("standard", options_.standard.c_str());
    auto* context = avformat_alloc_context();
    if (context == nullptr) return fail(errc::overloaded, "no memory");
    context->interrupt_callback = {&Impl::is_over, this};
    context->flags |= AVFMT_FLAG_NONBLOCK;  // v4l2 then does not block in the kernel
    const auto what = fmt::format("open {}", options_.input);
    if (const int code = avformat_open_input(&context, options_.input.c_str(), format, entries.address()); code < 0) {
        if (code == AVERROR(EINVAL))
            return fail(errc::invalid_argument, what + ": the device refuses this size, rate or standard");
        return libav::error(code, what);
    }
    input_.reset(context);
    stream_ = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (stream_ < 0) return fail(errc::unsupported, fmt::format("{} gives no pictures", options_.input));
    return {};
}

Status CaptureDevice::Impl::open_decoder() {
    const auto& parameters = *input_->streams[stream_]->codecpar;
    const auto* codec = avcodec_find_decoder(parameters.codec_id);
    if (codec == nullptr)
        return fail(errc::unsupported, fmt::format("{} gives {}, which this FFmpeg cannot decode", options_.input,
                                                   avcodec_get_name(parameters.codec_id)));
    decoder_.reset(avcodec_alloc_context3(codec));
    decoder_->thread_count = 1;
    avcodec_parameters_to_context(decoder_.get(), &parameters);
    if (const int code = avcodec_open2(decoder_.get(), codec, nullptr); code < 0)
        return libav::error(code, fmt::format("decode what {} gives", options_.input));
    return {};
}

Status CaptureDevice::Impl::open_encoder() {
    const auto& stream = *input_->streams[stream_];
    auto rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
    if (rate.num <= 0 || rate.den <= 0) rate = {25, 1};
    VideoEncoderOptions encoding;
    encoding.width = stream.codecpar->width & ~1;
    encoding.height = stream.codecpar->height & ~1;
    encoding.fps_num = rate.num;
    encoding.fps_den = rate.den;
    encoding.gop = std::max(1, static_cast<int>(options_.key_frames.count() * rate.num / rate.den));
    encoding.bitrate = options_.bitrate;
    encoding.preset = "veryfast";
    auto encoder = VideoEncoder::open(encoding);
    if (!encoder) return encoder.error();
    encoder_ = std::move(*encoder);
    scaled_->format = AV_PIX_FMT_YUV420P;
    scaled_->width = encoding.width;
    scaled_->height = encoding.height;
    if (const int code = av_frame_get_buffer(scaled_.get(), 0); code < 0) return libav::error(code, "make a picture");
    return {};
}

Result<bool> CaptureDevice::Impl::read_packet() {
    const int code = av_read_frame(input_.get(), packet_.get());
    if (code == AVERROR(EAGAIN)) return false;
    if (code == AVERROR_EOF) return fail(errc::unavailable, fmt::format("{} has ended", options_.input));
    if (code < 0) return libav::error(code, fmt::format("read {}", options_.input));
    return true;
}

Status CaptureDevice::Impl::read_picture() {
    const auto until = Steady::now() + options_.timeout;
    for (;;) {
        if (stop_.stop_requested()) return fail(errc::cancelled, "stopped");
        if (Steady::now() > until)
            return fail(errc::timed_out,
                        fmt::format("{} gave no picture for {} s", options_.input, options_.timeout.count()));
        const int code = avcodec_receive_frame(decoder_.get(), frame_.get());
        if (code == 0) return {};
        if (code != AVERROR(EAGAIN)) return libav::error(code, fmt::format("decode what {} gives", options_.input));
        const auto read = read_packet();
        if (!read) return read.error();
        if (!*read) {
            std::this_thread::sleep_for(kPoll);
            continue;
        }
        // A damaged picture (a web cam's MJPEG) is left out.
        if (packet_->stream_index == stream_) avcodec_send_packet(decoder_.get(), packet_.get());
        av_packet_unref(packet_.get());
    }
}

Result<PictureView> CaptureDevice::Impl::to_420() {
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame_->width, frame_->height,
                                       static_cast<AVPixelFormat>(frame_->format), scaled_->width, scaled_->height,
                                       AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler_) return fail(errc::unsupported, fmt::format("{}: this pixel format cannot be converted", options_.input));
    sws_scale(scaler_.get(), frame_->data, frame_->linesize, 0, frame_->height, scaled_->data, scaled_->linesize);
    return PictureView{{scaled_->data[0], scaled_->data[1], scaled_->data[2]},
                       {scaled_->linesize[0], scaled_->linesize[1], scaled_->linesize[2]}};
}

Result<std::vector<EncodedFrame>> CaptureDevice::Impl::next() {
    if (auto done = read_picture(); !done) return done.error();
    const auto picture = to_420();
    if (!picture) return picture.error();
    const auto stamp = frame_->pts == AV_NOPTS_VALUE ? frame_->pkt_dts : frame_->pts;
    auto pts = last_.value_or(Ticks{0});
    if (stamp != AV_NOPTS_VALUE) pts = Ticks{av_rescale_q(stamp, input_->streams[stream_]->time_base, libav::kTicks)};
    // x264 wants increasing times; a driver that stumbles gets a tick.
    if (last_ && pts <= *last_) pts = *last_ + Ticks{1};
    last_ = pts;
    av_frame_unref(frame_.get());
    return encoder_->encode(*picture, pts);
}

CaptureDevice::CaptureDevice(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaptureDevice::~CaptureDevice() = default;

Result<std::unique_ptr<CaptureDevice>> CaptureDevice::open(const CaptureOptions& options, std::stop_token stop) {
    libav::initialize();
    auto impl = std::make_unique<Impl>(options, std::move(stop));
    if (auto opened = impl->open(); !opened) return opened.error();
    return std::unique_ptr<CaptureDevice>(new CaptureDevice(std::move(impl)));
}

const Track& CaptureDevice::track() const {
    return impl_->track();
}
Result<std::vector<EncodedFrame>> CaptureDevice::next() {
    return impl_->next();
}

}  // namespace vantage
