// SPDX-License-Identifier: Apache-2.0
#include "media/encode_again.hpp"

#include "media/libav.hpp"
#include "media/parameter_ids.hpp"

#include <fmt/format.h>

#include <cstring>

namespace vantage {
namespace {

// Full-range formats have a name of their own for JPEG's sake; encoders want range and layout apart.
AVPixelFormat plain(AVPixelFormat format) {
    return format == AV_PIX_FMT_YUVJ420P   ? AV_PIX_FMT_YUV420P
           : format == AV_PIX_FMT_YUVJ422P ? AV_PIX_FMT_YUV422P
           : format == AV_PIX_FMT_YUVJ444P ? AV_PIX_FMT_YUV444P
                                           : format;
}

const char* h264_profile(const Track& track) {
    const int idc = track.config.size() > 1 ? track.config[1] : 0;
    return idc == 66 ? "baseline" : idc == 77 ? "main" : idc == 100 ? "high" : nullptr;
}

class Again {
  public:
    Again(const Track& track, MediaTime from, MediaTime to) : in_(track), from_(from), to_(to) {}

    Result<EncodedAgain> run(std::span<const CodedFrame> frames, const std::stop_token& stop) {
        libav::initialize();
        if (auto opened = open_decoder(); !opened) return opened.error();
        for (const auto& frame : frames) {
            if (stop.stop_requested()) return fail(errc::cancelled, "cancelled");
            if (auto done = decode(&frame); !done) return done.error();
        }
        if (auto done = decode(nullptr); !done) return done.error();
        if (!encoder_) return fail(errc::malformed, "no picture of the cut's beginning can be decoded");
        if (auto done = encode(nullptr); !done) return done.error();
        out_.track = in_;
        auto described = h26x::make_track(in_.codec, sets_);
        if (!described) return described.error();
        out_.track.config = std::move(described->config);
        return std::move(out_);
    }

  private:
    Status open_decoder() {
        int length_size = 0;
        auto sets = h26x::parse_config(in_.codec, in_.config, length_size);
        if (!sets) return sets.error();
        sets_ = std::move(*sets);
        const auto* codec = avcodec_find_decoder(libav::id_of(in_.codec));
        if (codec == nullptr) return fail(errc::unsupported, "this FFmpeg cannot decode the camera's codec");
        decoder_.reset(avcodec_alloc_context3(codec));
        decoder_->thread_count = 1;
        decoder_->pkt_timebase = libav::kTicks;
        libav::set_config(*decoder_, in_.config);
        const int code = avcodec_open2(decoder_.get(), codec, nullptr);
        return code < 0 ? Status{libav::error(code, "open a decoder")} : Status{};
    }

    // Null: no more frames. A frame that cannot be decoded is passed over, as every player does.
    Status decode(const CodedFrame* frame) {
        if (frame != nullptr) {
            const auto size = static_cast<int>(frame->data.size());
            if (const int code = av_new_packet(packet_.get(), size); code < 0) return libav::error(code, "decode a frame");
            std::memcpy(packet_->data, frame->data.data(), frame->data.size());
            packet_->pts = frame->pts.time_since_epoch().count();
            packet_->flags = frame->key ? AV_PKT_FLAG_KEY : 0;
            (void)avcodec_send_packet(decoder_.get(), packet_.get());
            av_packet_unref(packet_.get());
        } else {
            (void)avcodec_send_packet(decoder_.get(), nullptr);
        }
        while (avcodec_receive_frame(decoder_.get(), picture_.get()) >= 0) {
            const MediaTime pts{Ticks{picture_->pts}};
            const bool wanted = picture_->pts != AV_NOPTS_VALUE && pts >= from_ && pts < to_ && pts > last_;
            if (!wanted) continue;
            last_ = pts;
            if (auto done = encode(picture_.get()); !done) return done;
        }
        return {};
    }

    Status encode(AVFrame* picture) {
        if (picture != nullptr) {
            if (!encoder_)
                if (auto opened = open_encoder(*picture); !opened) return opened;
            picture->pict_type = out_.frames.empty() && sent_ == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
            picture->format = plain(static_cast<AVPixelFormat>(picture->format));
            ++sent_;
        }
        if (const int code = avcodec_send_frame(encoder_.get(), picture); code < 0)
            return libav::error(code, "encode a picture");
        while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0)
            if (auto taken = take(); !taken) return taken;
        return {};
    }

    Status open_encoder(const AVFrame& like) {
        const bool hevc = in_.codec == Codec::h265;
        const auto* codec = avcodec_find_encoder_by_name(hevc ? "libx265" : "libx264");
        if (codec == nullptr)
            return fail(errc::unsupported, fmt::format("this FFmpeg has no {}; install one that has, or cut to the group "
                                                       "of pictures",
                                                       hevc ? "libx265" : "libx264"));
        encoder_.reset(avcodec_alloc_context3(codec));
        encoder_->width = like.width;
        encoder_->height = like.height;
        encoder_->pix_fmt = plain(static_cast<AVPixelFormat>(like.format));
        encoder_->sample_aspect_ratio = like.sample_aspect_ratio;
        encoder_->time_base = libav::kTicks;
        encoder_->framerate = {25, 1};
        encoder_->gop_size = 100000;
        encoder_->max_b_frames = 0;
        encoder_->thread_count = 1;
        encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
        encoder_->color_range = like.color_range;
        encoder_->colorspace = like.colorspace;
        encoder_->color_primaries = like.color_primaries;
        encoder_->color_trc = like.color_trc;
        encoder_->chroma_sample_location = like.chroma_location;
        libav::Dictionary options{{{"preset", "veryfast"}, {"crf", "18"}, {"forced-idr", "1"}}};
        if (auto numbered = hevc ? number_h265(options) : number_h264(options); !numbered) return numbered;
        if (const int code = avcodec_open2(encoder_.get(), codec, options.address()); code < 0)
            return libav::error(code, fmt::format("open an encoder for {}x{}", like.width, like.height));
        return add_sets({encoder_->extradata, static_cast<std::size_t>(encoder_->extradata_size)});
    }

    Status number_h264(libav::Dictionary& options) {
        const auto id = h26x::free_h264_id(sets_);
        if (!id) return id.error();
        if (const auto* profile = h264_profile(in_)) options.set("profile", profile);
        options.set("x264-params", fmt::format("sps-id={}:scenecut=0:force-cfr=1:repeat-headers=0", *id).c_str());
        return {};
    }
    // x265 cannot be told an id: renumber() does it.
    Status number_h265(libav::Dictionary& options) {
        auto ids = h26x::free_h265_ids(sets_);
        if (!ids) return ids.error();
        ids_ = *ids;
        options.set("x265-params", "scenecut=0:log-level=none:info=0:pools=none:frame-threads=1");
        return {};
    }
    Result<Bytes> renumber(ByteView nal) const {
        if (in_.codec == Codec::h265) return h26x::renumber_h265(nal, ids_);
        return Bytes(nal.begin(), nal.end());
    }

    Status add_sets(ByteView extradata) {
        Status status;
        h26x::for_each_annexb(extradata, [&](ByteView nal) {
            const auto renumbered = renumber(nal);
            if (renumbered)
                sets_.update(in_.codec, *renumbered);
            else
                status = renumbered.error();
        });
        return status;
    }

    Status take() {
        CodedFrame out{MediaTime{Ticks{packet_->pts}}, (packet_->flags & AV_PKT_FLAG_KEY) != 0, {}};
        Status status;
        h26x::for_each_annexb({packet_->data, static_cast<std::size_t>(packet_->size)}, [&](ByteView nal) {
            using h26x::Nal;
            const auto kind = h26x::classify(in_.codec, nal);
            if (kind != Nal::idr && kind != Nal::slice) return;
            const auto bytes = renumber(nal);
            if (!bytes) {
                status = bytes.error();
                return;
            }
            const auto at = out.data.size();
            out.data.resize(at + 4);
            store_u32(out.data.data() + at, static_cast<std::uint32_t>(bytes->size()));
            out.data.insert(out.data.end(), bytes->begin(), bytes->end());
        });
        av_packet_unref(packet_.get());
        out_.frames.push_back(std::move(out));
        return status;
    }

    const Track& in_;
    const MediaTime from_, to_;
    h26x::ParameterSets sets_;
    h26x::H265Ids ids_;
    libav::CodecPtr decoder_, encoder_;
    libav::FramePtr picture_{libav::make_frame()};
    libav::AvPacketPtr packet_{libav::make_packet()};
    MediaTime last_{MediaTime::min()};
    std::size_t sent_{0};
    EncodedAgain out_;
};

}  // namespace

Result<EncodedAgain> encode_again(const Track& track, std::span<const CodedFrame> frames, MediaTime from, MediaTime to,
                                  const std::stop_token& stop) {
    if (track.codec != Codec::h264 && track.codec != Codec::h265)
        return fail(errc::unsupported, "only H.264 and H.265 are cut to the frame");
    return Again(track, from, to).run(frames, stop);
}

}  // namespace vantage
