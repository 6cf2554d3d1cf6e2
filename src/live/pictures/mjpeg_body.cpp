// SPDX-License-Identifier: Apache-2.0
#include "live/pictures/mjpeg_body.hpp"

#include "base/log.hpp"

namespace vantage::live {
namespace {

// Browsers show a picture when the boundary behind it has come, so it is sent with the picture.
constexpr std::string_view kBoundary = "--vantage-picture\r\n";

}  // namespace

void MjpegBody::queue(std::string text) {
    const auto owner = std::make_shared<const std::string>(std::move(text));
    pieces_.push_back({owner, as_bytes(*owner)});
}

void MjpegBody::on_open(std::function<void()> wake) {
    auto viewer = watch_(std::move(wake));
    if (viewer) {
        viewer_ = std::move(*viewer);
        queue(std::string(kBoundary));
        return;
    }
    log::debug("pictures", "{}", viewer.error().message);
    over_ = true;
}

std::optional<net::BodySource::Piece> MjpegBody::next() {
    if (pieces_.empty() && viewer_) {
        if (const auto jpeg = viewer_->take()) {
            queue(fmt::format("Content-Type: image/jpeg\r\nContent-Length: {}\r\nVantage-Time: {}\r\n\r\n",
                              jpeg->data.size(), to_rfc3339(jpeg->time)));
            pieces_.push_back({jpeg, jpeg->data});
            queue("\r\n" + std::string(kBoundary));
        }
        over_ = pieces_.empty() && (viewer_->over() || ended_());
    }
    if (pieces_.empty()) return std::nullopt;
    auto piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
}

}  // namespace vantage::live
