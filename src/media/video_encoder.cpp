// SPDX-License-Identifier: Apache-2.0
#include "media/video_encoder.hpp"

#include "media/encoder_input.hpp"
#include "media/h26x.hpp"
#include "media/libav.hpp"

#include <fmt/format.h>

namespace vantage {

class VideoEncoder::Impl {
  public:
    Status open(const VideoEncoderOptions& options);
    // Null: no more pictures.
    Result<std::vector<EncodedFrame>> encode(const PictureView* picture, Ticks pts, bool force_key);
    [[nodiscard]] const Track& track() const { return track_; }

  private:
    void set_common(const VideoEncoderOptions& options);
    Status open_x264(const AVCodec& encoder, const VideoEncoderOptions& options);
    Status open_hardware(const AVCodec& encoder, const VideoEncoderOptions& options);
    Status learn(ByteView annexb);
    Result<AVFrame*> load(const PictureView& picture);
    Result<EncodedFrame> take();

    libav::CodecPtr codec_;
    std::optional<libav::EncoderInput> input_;  // of hardware
    libav::FramePtr frame_{libav::make_frame()};
    libav::AvPacketPtr packet_{libav::make_packet()};
    h26x::ParameterSets sets_;
    Track track_;
};

void VideoEncoder::Impl::set_common(const VideoEncoderOptions& options) {
    codec_->width = options.width;
    codec_->height = options.height;
    codec_->pix_fmt = AV_PIX_FMT_YUV420P;
    codec_->sample_aspect_ratio = {options.sar_num, options.sar_den};
    codec_->time_base = libav::kTicks;
    codec_->framerate = {options.fps_num, options.fps_den};
    codec_->gop_size = options.gop;
    codec_->max_b_frames = options.b_frames;
    codec_->thread_count = options.threads;
    if (options.level > 0) codec_->level = options.level;
    codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
    codec_->colorspace = options.bt601 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
    codec_->color_primaries = AVCOL_PRI_BT709;
    codec_->color_trc = AVCOL_TRC_BT709;
    codec_->color_range = AVCOL_RANGE_MPEG;
    const auto most = options.bitrate > 0 ? options.bitrate : options.max_bitrate;
    if (options.bitrate > 0) codec_->bit_rate = options.bitrate;
    if (most <= 0) return;
    codec_->rc_max_rate = most;
    codec_->rc_buffer_size = static_cast<int>(std::min<std::int64_t>(options.buffer > 0 ? options.buffer : most, 1 << 30));
}

Status VideoEncoder::Impl::open(const VideoEncoderOptions& options) {
    static constexpr std::array names{"libx264", "h264_vaapi", "h264_nvenc", "h264_qsv", "h264_v4l2m2m"};
    const char* const name = names.at(static_cast<std::size_t>(options.encoder));
    const auto* encoder = avcodec_find_encoder_by_name(name);
    if (encoder == nullptr) return fail(errc::unsupported, fmt::format("this FFmpeg has no {}; install one that has", name));
    codec_.reset(avcodec_alloc_context3(encoder));
    set_common(options);
    auto opened = options.encoder == H264Encoder::x264 ? open_x264(*encoder, options) : open_hardware(*encoder, options);
    if (!opened) return opened;
    return learn({codec_->extradata, static_cast<std::size_t>(codec_->extradata_size)});
}

Status VideoEncoder::Impl::open_x264(const AVCodec& encoder, const VideoEncoderOptions& options) {
    libav::Dictionary entries{{{"preset", options.preset}, {"forced-idr", "1"}}};
    if (options.zero_latency) entries.set("tune", "zerolatency");
    if (options.bitrate <= 0) entries.set("crf", std::to_string(options.crf).c_str());
    // Key frames come by count alone; rates are in the caller's clock, so x264 must not guess them from the times.
    entries.set("x264-params", "scenecut=0:force-cfr=1:repeat-headers=0");
    if (const int code = avcodec_open2(codec_.get(), &encoder, entries.address()); code < 0)
        return libav::error(code, fmt::format("open an H.264 encoder for {}x{}", options.width, options.height));
    return {};
}

// An option that an encoder does not know is left alone.
Status VideoEncoder::Impl::open_hardware(const AVCodec& encoder, const VideoEncoderOptions& options) {
    auto input = libav::EncoderInput::attach(options.encoder, *codec_);
    if (!input) return input.error();
    input_ = std::move(*input);
    codec_->max_b_frames = 0;
    codec_->bit_rate = codec_->rc_max_rate / 4 * 3;
    libav::Dictionary entries{{{"async_depth", "1"},
                               {"forced_idr", "1"},
                               {"forced-idr", "1"},
                               {"idr_interval", "0"},
                               {"delay", "0"},
                               {"zerolatency", "1"}}};
    if (const int code = avcodec_open2(codec_.get(), &encoder, entries.address()); code < 0)
        return libav::error(code, fmt::format("open {} for {}x{}", encoder.name, options.width, options.height));
    return {};
}

// The track, as soon as its parameter sets are known.
Status VideoEncoder::Impl::learn(ByteView annexb) {
    h26x::for_each_annexb(annexb, [&](ByteView nal) { sets_.update(Codec::h264, nal); });
    if (!sets_.complete(Codec::h264)) return {};
    auto track = h26x::make_track(Codec::h264, sets_);
    if (!track) return track.error();
    track_ = std::move(*track);
    return {};
}

Result<EncodedFrame> VideoEncoder::Impl::take() {
    EncodedFrame out{
        .pts = Ticks{packet_->pts}, .dts = Ticks{packet_->dts}, .key = (packet_->flags & AV_PKT_FLAG_KEY) != 0, .data = {}};
    const ByteView coded(packet_->data, static_cast<std::size_t>(packet_->size));
    if (track_.config.empty())
        if (auto learnt = learn(coded); !learnt) return learnt.error();
    out.data.reserve(coded.size() + 16);
    h26x::for_each_annexb(coded, [&](ByteView nal) {
        using h26x::Nal;
        const auto kind = h26x::classify(Codec::h264, nal);
        if (kind == Nal::sps || kind == Nal::pps || kind == Nal::delimiter || kind == Nal::filler) return;
        const auto at = out.data.size();
        out.data.resize(at + 4 + nal.size());
        store_u32(out.data.data() + at, static_cast<std::uint32_t>(nal.size()));
        std::copy(nal.begin(), nal.end(), out.data.begin() + static_cast<std::ptrdiff_t>(at) + 4);
    });
    av_packet_unref(packet_.get());
    return out;
}

Result<AVFrame*> VideoEncoder::Impl::load(const PictureView& picture) {
    if (input_) return input_->load(picture);
    auto* frame = frame_.get();
    frame->width = codec_->width;
    frame->height = codec_->height;
    frame->format = codec_->pix_fmt;
    for (std::size_t i = 0; i < 3; ++i) {
        // x264 copies the picture; FFmpeg's frame has no pointer to const.
        frame->data[i] = const_cast<std::uint8_t*>(picture.planes.at(i));
        frame->linesize[i] = picture.strides.at(i);
    }
    return frame;
}

Result<std::vector<EncodedFrame>> VideoEncoder::Impl::encode(const PictureView* picture, Ticks pts, bool force_key) {
    AVFrame* frame = nullptr;
    if (picture != nullptr) {
        const auto loaded = load(*picture);
        if (!loaded) return loaded.error();
        frame = *loaded;
        frame->pts = pts.count();
        frame->pict_type = force_key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    }
    if (const int code = avcodec_send_frame(codec_.get(), frame); code < 0) return libav::error(code, "encode a picture");
    std::vector<EncodedFrame> out;
    for (;;) {
        const int code = avcodec_receive_packet(codec_.get(), packet_.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return out;
        if (code < 0) return libav::error(code, "encode a picture");
        auto taken = take();
        if (!taken) return taken.error();
        out.push_back(std::move(*taken));
    }
}

VideoEncoder::VideoEncoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VideoEncoder::~VideoEncoder() = default;

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::open(const VideoEncoderOptions& options) {
    if (options.width < 16 || options.height < 16 || options.width % 2 != 0 || options.height % 2 != 0 ||
        options.width > 8192 || options.height > 8192 || options.fps_num <= 0 || options.fps_den <= 0 || options.gop <= 0)
        return fail(errc::invalid_argument,
                    fmt::format("cannot encode {}x{} at {}/{} fps: sizes must be even, from 16 to 8192", options.width,
                                options.height, options.fps_num, options.fps_den));
    libav::initialize();
    auto impl = std::make_unique<Impl>();
    if (auto opened = impl->open(options); !opened) return opened.error();
    return std::unique_ptr<VideoEncoder>(new VideoEncoder(std::move(impl)));
}

Result<std::vector<EncodedFrame>> VideoEncoder::encode(const PictureView& picture, Ticks pts, bool force_key) {
    return impl_->encode(&picture, pts, force_key);
}
Result<std::vector<EncodedFrame>> VideoEncoder::finish() {
    return impl_->encode(nullptr, Ticks{0}, false);
}
const Track& VideoEncoder::track() const {
    return impl_->track();
}

}  // namespace vantage
