// SPDX-License-Identifier: Apache-2.0
#include "media/encoder_input.hpp"

extern "C" {
#include <libavutil/hwcontext.h>
}

namespace vantage::libav {
namespace {

constexpr int kSurfaces = 8;

void copy_plane(const std::uint8_t* from, int from_stride, std::uint8_t* to, int to_stride, int width, int height) {
    for (int y = 0; y < height; ++y)
        std::copy_n(from + std::ptrdiff_t{y} * from_stride, width, to + std::ptrdiff_t{y} * to_stride);
}

void interleave(const PictureView& picture, AVFrame& nv12) {
    for (int y = 0; y < nv12.height / 2; ++y) {
        const auto* u = picture.planes[1] + std::ptrdiff_t{y} * picture.strides[1];
        const auto* v = picture.planes[2] + std::ptrdiff_t{y} * picture.strides[2];
        auto* to = nv12.data[1] + std::ptrdiff_t{y} * nv12.linesize[1];
        for (int x = 0; x < nv12.width / 2; ++x) {
            to[2 * x] = u[x];
            to[2 * x + 1] = v[x];
        }
    }
}

}  // namespace

Result<EncoderInput> EncoderInput::attach(H264Encoder kind, AVCodecContext& encoder) {
    EncoderInput out;
    auto& nv12 = *out.nv12_;
    nv12.width = encoder.width;
    nv12.height = encoder.height;
    nv12.format = encoder.pix_fmt = AV_PIX_FMT_NV12;
    if (const int code = av_frame_get_buffer(&nv12, 0); code < 0) return error(code, "hold a picture");
    if (kind != H264Encoder::vaapi) return out;
    if (auto opened = out.open_device(encoder); !opened) return opened.error();
    return out;
}

Status EncoderInput::open_device(AVCodecContext& encoder) {
    AVBufferRef* device = nullptr;
    if (const int code = av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VAAPI, nullptr, nullptr, 0); code < 0)
        return error(code, "open a VAAPI device");
    frames_.reset(av_hwframe_ctx_alloc(device));
    av_buffer_unref(&device);
    if (!frames_) throw std::bad_alloc{};
    auto& frames = *reinterpret_cast<AVHWFramesContext*>(frames_->data);
    frames.format = AV_PIX_FMT_VAAPI;
    frames.sw_format = AV_PIX_FMT_NV12;
    frames.width = encoder.width;
    frames.height = encoder.height;
    frames.initial_pool_size = kSurfaces;
    if (const int code = av_hwframe_ctx_init(frames_.get()); code < 0) return error(code, "open surfaces of VAAPI");
    encoder.pix_fmt = AV_PIX_FMT_VAAPI;
    encoder.hw_frames_ctx = av_buffer_ref(frames_.get());
    return {};
}

Result<AVFrame*> EncoderInput::load(const PictureView& picture) {
    auto& nv12 = *nv12_;
    if (const int code = av_frame_make_writable(&nv12); code < 0) return error(code, "hold a picture");
    copy_plane(picture.planes[0], picture.strides[0], nv12.data[0], nv12.linesize[0], nv12.width, nv12.height);
    interleave(picture, nv12);
    if (!frames_) return &nv12;
    av_frame_unref(surface_.get());
    int code = av_hwframe_get_buffer(frames_.get(), surface_.get(), 0);
    if (code >= 0) code = av_hwframe_transfer_data(surface_.get(), &nv12, 0);
    if (code < 0) return error(code, "give a picture to the encoder");
    return surface_.get();
}

}  // namespace vantage::libav
