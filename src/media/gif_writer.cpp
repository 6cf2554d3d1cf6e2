// SPDX-License-Identifier: Apache-2.0
#include "media/gif_writer.hpp"

#include <fmt/format.h>

#include <functional>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace vantage::libav {
namespace {

constexpr AVRational kHundredths{1, 100};
using Centiseconds = std::chrono::duration<std::int64_t, std::centi>;

std::int64_t hundredths(Ticks time) {
    return std::chrono::round<Centiseconds>(time).count();
}

using GraphPtr = std::unique_ptr<AVFilterGraph, FreeByAddress<avfilter_graph_free>>;
using InOutPtr = std::unique_ptr<AVFilterInOut, FreeByAddress<avfilter_inout_free>>;

// A chain of filters with some inputs and one output.
class Filter {
  public:
    // `chain`: inputs are named [0], [1] ..., the output [out].
    Status open(const std::string& chain, const std::vector<const AVFrame*>& inputs) {
        graph_.reset(avfilter_graph_alloc());
        graph_->nb_threads = 1;
        InOutPtr outputs, ends;
        for (std::size_t i = inputs.size(); i-- > 0;) {
            const auto& like = *inputs[i];
            const auto arguments = fmt::format("video_size={}x{}:pix_fmt={}:time_base=1/100:pixel_aspect=1/1", like.width,
                                               like.height, like.format);
            AVFilterContext* source = nullptr;
            const int code = avfilter_graph_create_filter(&source, avfilter_get_by_name("buffer"), nullptr,
                                                          arguments.c_str(), nullptr, graph_.get());
            if (code < 0) return error(code, "make a filter for a GIF");
            sources_.insert(sources_.begin(), source);
            outputs.reset(make_end(std::to_string(i), source, outputs.release()));
        }
        int code = avfilter_graph_create_filter(&sink_, avfilter_get_by_name("buffersink"), nullptr, nullptr, nullptr,
                                                graph_.get());
        if (code < 0) return error(code, "make a filter for a GIF");
        ends.reset(make_end("out", sink_, nullptr));
        auto* open_outputs = outputs.release();
        auto* open_ends = ends.release();
        code = avfilter_graph_parse_ptr(graph_.get(), chain.c_str(), &open_ends, &open_outputs, nullptr);
        outputs.reset(open_outputs);
        ends.reset(open_ends);
        if (code >= 0) code = avfilter_graph_config(graph_.get(), nullptr);
        return code < 0 ? Status{error(code, fmt::format("filter a GIF by {}", chain))} : Status{};
    }

    // Null: no more. The frame stays the caller's.
    Status push(std::size_t input, AVFrame* frame) {
        const int code = av_buffersrc_add_frame_flags(sources_.at(input), frame, AV_BUFFERSRC_FLAG_KEEP_REF);
        return code < 0 ? Status{error(code, "filter a picture of a GIF")} : Status{};
    }
    // Hands over what has come out.
    Status take(const std::function<Status(AVFrame&)>& out) {
        for (;;) {
            av_frame_unref(frame_.get());
            const int code = av_buffersink_get_frame(sink_, frame_.get());
            if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
            if (code < 0) return error(code, "filter a picture of a GIF");
            if (auto taken = out(*frame_); !taken) return taken;
        }
    }

  private:
    static AVFilterInOut* make_end(const std::string& name, AVFilterContext* filter, AVFilterInOut* next) {
        auto* end = avfilter_inout_alloc();
        if (end == nullptr) throw std::bad_alloc{};
        end->name = av_strdup(name.c_str());
        end->filter_ctx = filter;
        end->pad_idx = 0;
        end->next = next;
        return end;
    }
    GraphPtr graph_;
    std::vector<AVFilterContext*> sources_;
    AVFilterContext* sink_{nullptr};
    FramePtr frame_{make_frame()};
};

Result<FramePtr> make_palette(const std::vector<GifPicture>& pictures, const std::stop_token& stop) {
    Filter filter;
    // `full` weighs all that is seen, not only what moves: cameras stand still.
    if (auto opened = filter.open("[0]palettegen=stats_mode=full[out]", {pictures.front().frame.get()}); !opened)
        return opened.error();
    auto palette = make_frame();
    const auto keep = [&](AVFrame& frame) -> Status {
        av_frame_unref(palette.get());
        av_frame_move_ref(palette.get(), &frame);
        return {};
    };
    for (const auto& picture : pictures) {
        if (stop.stop_requested()) return fail(errc::cancelled, "cancelled");
        picture.frame->pts = hundredths(picture.time);
        if (auto pushed = filter.push(0, picture.frame.get()); !pushed) return pushed.error();
    }
    auto done = filter.push(0, nullptr);
    if (done) done = filter.take(keep);
    if (!done) return done.error();
    if (palette->width == 0) return fail(errc::internal, "no palette of a GIF came out");
    return palette;
}

// Encoder and muxer, into memory.
class Writer {
  public:
    Status open(int width, int height, Ticks last, Ticks length) {
        const auto* codec = avcodec_find_encoder(AV_CODEC_ID_GIF);
        if (codec == nullptr) return fail(errc::unsupported, "this FFmpeg does not encode GIF");
        encoder_.reset(avcodec_alloc_context3(codec));
        encoder_->width = width;
        encoder_->height = height;
        encoder_->pix_fmt = AV_PIX_FMT_PAL8;
        encoder_->time_base = kHundredths;
        encoder_->thread_count = 1;
        int code = avcodec_open2(encoder_.get(), codec, nullptr);
        if (code < 0) return error(code, "open the GIF encoder");
        AVFormatContext* context = nullptr;
        code = avformat_alloc_output_context2(&context, nullptr, "gif", nullptr);
        if (code < 0) return error(code, "open the GIF muxer");
        muxer_.reset(context);
        auto* stream = avformat_new_stream(muxer_.get(), nullptr);
        if (stream == nullptr) throw std::bad_alloc{};
        stream->time_base = kHundredths;
        code = avcodec_parameters_from_context(stream->codecpar, encoder_.get());
        if (code >= 0) code = avio_open_dyn_buf(&muxer_->pb);
        const auto stands = std::max<std::int64_t>(2, hundredths(length) - hundredths(last));
        Dictionary options{{{"loop", "0"}, {"final_delay", std::to_string(stands)}}};
        if (code >= 0) code = avformat_write_header(muxer_.get(), options.address());
        return code < 0 ? Status{error(code, "begin a GIF")} : Status{};
    }

    // Null: no more.
    Status write(AVFrame* frame) {
        int code = avcodec_send_frame(encoder_.get(), frame);
        while (code >= 0 && (code = avcodec_receive_packet(encoder_.get(), packet_.get())) >= 0) {
            packet_->stream_index = 0;
            code = av_write_frame(muxer_.get(), packet_.get());
            av_packet_unref(packet_.get());
        }
        return code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF ? Status{error(code, "encode a GIF")} : Status{};
    }

    Result<Bytes> finish() {
        if (auto done = write(nullptr); !done) return done.error();
        if (const int code = av_write_trailer(muxer_.get()); code < 0) return error(code, "end a GIF");
        return close();
    }
    ~Writer() { (void)close(); }
    Writer() = default;
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

  private:
    Bytes close() {
        if (!muxer_ || muxer_->pb == nullptr) return {};
        std::uint8_t* data = nullptr;
        const int size = avio_close_dyn_buf(muxer_->pb, &data);
        muxer_->pb = nullptr;
        Bytes out(data, data + std::max(size, 0));
        av_free(data);
        return out;
    }
    CodecPtr encoder_;
    std::unique_ptr<AVFormatContext, FreeBy<avformat_free_context>> muxer_;
    AvPacketPtr packet_{make_packet()};
};

}  // namespace

Result<Bytes> write_gif(const std::vector<GifPicture>& pictures, Ticks length, const std::stop_token& stop) {
    initialize();
    const auto palette = make_palette(pictures, stop);
    if (!palette) return palette.error();
    const auto& first = *pictures.front().frame;
    Writer writer;
    if (auto opened = writer.open(first.width, first.height, pictures.back().time, length); !opened) return opened.error();
    Filter filter;
    auto done =
        filter.open("[0][1]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle[out]", {&first, palette->get()});
    (*palette)->pts = 0;
    if (done) done = filter.push(1, palette->get());
    if (done) done = filter.push(1, nullptr);
    const auto write = [&](AVFrame& frame) { return writer.write(&frame); };
    for (const auto& picture : pictures) {
        if (stop.stop_requested()) return fail(errc::cancelled, "cancelled");
        if (done) done = filter.push(0, picture.frame.get());
        if (done) done = filter.take(write);
    }
    if (done) done = filter.push(0, nullptr);
    if (done) done = filter.take(write);
    if (!done) return done.error();
    return writer.finish();
}

}  // namespace vantage::libav
