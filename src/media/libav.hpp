// SPDX-License-Identifier: Apache-2.0
// FFmpeg's structs behind RAII, its errors as ours. Included by the .cpp files of media/ only: no header that another folder
// sees may include this one. The objects belong to one thread at a time.
#pragma once
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include "base/result.hpp"
#include "base/time.hpp"
#include "media/track.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace vantage::libav {

template <auto Free>
struct FreeBy {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};
template <auto Free>
struct FreeByAddress {
    template <class T>
    void operator()(T* p) const {
        Free(&p);
    }
};

using InputPtr = std::unique_ptr<AVFormatContext, FreeByAddress<avformat_close_input>>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using FramePtr = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using AvPacketPtr = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;
using SwsPtr = std::unique_ptr<SwsContext, FreeBy<sws_freeContext>>;
using SwrPtr = std::unique_ptr<SwrContext, FreeByAddress<swr_free>>;

// An AVDictionary that frees itself; `address()` for functions that take what they know and leave the rest.
class Dictionary {
  public:
    Dictionary() = default;
    explicit Dictionary(const std::map<std::string, std::string>& entries) {
        for (const auto& [key, value] : entries) set(key.c_str(), value.c_str());
    }
    ~Dictionary() { av_dict_free(&dictionary_); }
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;

    void set(const char* key, const char* value) { av_dict_set(&dictionary_, key, value, 0); }
    AVDictionary** address() { return &dictionary_; }

  private:
    AVDictionary* dictionary_{nullptr};
};

inline constexpr AVRational kTicks{1, 90000};

// Registers the devices and silences FFmpeg's own log (it would print addresses with passwords). Call before the first use
// of FFmpeg; later calls cost nothing. Safe from any thread.
void initialize();

// "Invalid data found when processing input", ...
std::string error_text(int code);
// The Error for a negative return value: EOF and connection faults are unavailable, bad data malformed, AVERROR_EXIT
// cancelled. `what` says what was tried on what, without secrets.
Error error(int code, std::string_view what);

// Null for a codec that we do not carry.
std::optional<Codec> codec_of(AVCodecID id);
AVCodecID id_of(Codec codec);

// Gives a codec's context or a stream's parameters a copy of the decoder's configuration.
template <class T>
void set_config(T& of, ByteView config) {
    of.extradata = static_cast<std::uint8_t*>(av_mallocz(config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (of.extradata == nullptr) throw std::bad_alloc{};
    std::copy(config.begin(), config.end(), of.extradata);
    of.extradata_size = static_cast<int>(config.size());
}

// New objects; std::bad_alloc when there is no memory.
AvPacketPtr make_packet();
FramePtr make_frame();

}  // namespace vantage::libav
