// SPDX-License-Identifier: Apache-2.0
// What a player shows of a file, picture by picture: when, and the time that is written into it. Tests only; includes
// libav.hpp.
#pragma once
#include "media/libav.hpp"
#include "media/time_code.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace vantage::test {

struct ShownPicture {
    Ticks at;                      // from the file's beginning
    std::optional<UtcTime> shows;  // its time code
    int width{0}, height{0};
};
struct ShownFile {
    std::vector<ShownPicture> pictures;
    Ticks length{0};
    bool has_sound{false};
};

inline std::optional<UtcTime> time_code_of(const AVFrame& picture) {
    const libav::SwsPtr grey{sws_getContext(picture.width, picture.height, static_cast<AVPixelFormat>(picture.format),
                                            picture.width, picture.height, AV_PIX_FMT_GRAY8, SWS_POINT, nullptr, nullptr,
                                            nullptr)};
    const auto luma = libav::make_frame();
    luma->width = picture.width;
    luma->height = picture.height;
    luma->format = AV_PIX_FMT_GRAY8;
    if (!grey || av_frame_get_buffer(luma.get(), 0) < 0) throw std::runtime_error("no grey picture");
    sws_scale(grey.get(), picture.data, picture.linesize, 0, picture.height, luma->data, luma->linesize);
    const auto code = time_code::read({luma->data[0], luma->width, luma->height, luma->linesize[0]});
    return code ? std::optional(code->time) : std::nullopt;
}

inline ShownFile play(const std::string& path) {
    libav::initialize();
    AVFormatContext* context = nullptr;
    if (avformat_open_input(&context, path.c_str(), nullptr, nullptr) < 0) throw std::runtime_error("cannot open " + path);
    const libav::InputPtr input{context};
    if (avformat_find_stream_info(input.get(), nullptr) < 0) throw std::runtime_error("cannot read " + path);
    const int video = av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    const auto& stream = *input->streams[video];
    const auto* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    const libav::CodecPtr decoder{avcodec_alloc_context3(codec)};
    avcodec_parameters_to_context(decoder.get(), stream.codecpar);
    decoder->pkt_timebase = stream.time_base;
    if (avcodec_open2(decoder.get(), codec, nullptr) < 0) throw std::runtime_error("cannot decode " + path);
    ShownFile out;
    out.length = Ticks{av_rescale_q(input->duration, {1, AV_TIME_BASE}, libav::kTicks)};
    out.has_sound = av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0) >= 0;
    const auto packet = libav::make_packet();
    const auto frame = libav::make_frame();
    const auto take = [&] {
        while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0)
            out.pictures.push_back({Ticks{av_rescale_q(frame->best_effort_timestamp, stream.time_base, libav::kTicks)},
                                    time_code_of(*frame), frame->width, frame->height});
    };
    while (av_read_frame(input.get(), packet.get()) >= 0) {
        if (packet->stream_index == video) {
            if (avcodec_send_packet(decoder.get(), packet.get()) < 0) throw std::runtime_error("a broken picture");
            take();
        }
        av_packet_unref(packet.get());
    }
    avcodec_send_packet(decoder.get(), nullptr);
    take();
    return out;
}

}  // namespace vantage::test
