// SPDX-License-Identifier: Apache-2.0
// Motion JPEG over HTTP (multipart/x-mixed-replace): each picture is sent from where it lies, shared with all who want the
// same. The server pulls, so a slow client skips pictures. On the connection's thread; the pictures come from another.
#pragma once
#include "live/pictures/pictures.hpp"
#include "net/http_body.hpp"

#include <deque>

namespace vantage::live {

class MjpegBody final : public net::BodySource {
  public:
    static constexpr std::string_view kContentType = "multipart/x-mixed-replace; boundary=vantage-picture";

    // Subscribes when it is opened; ends when that fails, when the stream is removed, or when `ended` says so. Both are
    // called on that thread and must not block.
    using Watch = std::function<Result<std::unique_ptr<PictureShow::Viewer>>(std::function<void()> on_ready)>;
    MjpegBody(Watch watch, std::function<bool()> ended) : watch_(std::move(watch)), ended_(std::move(ended)) {}

    void on_open(std::function<void()> wake) override;
    std::optional<Piece> next() override;
    [[nodiscard]] bool finished() const override { return over_; }
    void on_close() override { viewer_.reset(); }

  private:
    void queue(std::string text);

    const Watch watch_;
    const std::function<bool()> ended_;
    std::unique_ptr<PictureShow::Viewer> viewer_;
    std::deque<Piece> pieces_;  // of one picture
    bool over_{false};
};

}  // namespace vantage::live
