// SPDX-License-Identifier: Apache-2.0
#include "live/push/push.hpp"

#include "base/log.hpp"
#include "live/push/push_url.hpp"

#include <array>

namespace vantage::live {
namespace {

constexpr int kEventsATurn = 64;
constexpr seconds kLongestBackoff{60};
constexpr seconds kNoStream{1};         // until a stream that is not there is looked for again
constexpr seconds kCameraPatience{10};  // so long a connection is kept without a picture
constexpr seconds kStable{30};          // a connection that lasted so long was a good one
constexpr seconds kMostLate{6};
constexpr seconds kSoon{5};  // some platforms take a wrong key at first
constexpr seconds kRateWindow{2};

seconds backoff(int failures) {
    return std::min(kLongestBackoff, seconds{1} * (1 << std::min(failures, 6)));
}

bool is_h265(const InitPtr& init) {
    return init && init->tracks.video && init->tracks.video->codec == Codec::h265;
}

}  // namespace

const char* to_string(PushState state) {
    static constexpr std::array names{"off", "connecting", "running", "waiting", "refused"};
    return names.at(static_cast<std::size_t>(state));
}

Push::Push(CameraId camera, PushOptions options, const PushEnvironment& environment, std::function<void()> wake)
    : camera_(std::move(camera)),
      options_(std::move(options)),
      environment_(environment),
      wake_(std::move(wake)),
      area_(fmt::format("push {} {}", camera_.str(), options_.name)) {
    enter(PushState::connecting, "");
}

PushStatus Push::status() const {
    return *status_.lock();
}

void Push::enter(PushState state, const std::string& detail) {
    status_.with([&](PushStatus& status) {
        if (status.state != state) status.since = environment_.clock.now();
        if (state != PushState::running) status.bits_per_second = 0;
        status.state = state;
        status.detail = detail;
    });
    auto line = fmt::format("{}{}{}", to_string(state), detail.empty() ? "" : ": ", detail);
    if (state == PushState::connecting || line == told_) return;
    log::info(area_, "{}", line);
    told_ = std::move(line);
}

void Push::disconnect() {
    frames_.reset();
    muxer_.reset();
}

void Push::end() {
    disconnect();
    reader_.reset();
    stream_.reset();
    enter(PushState::off, "");
}

Status Push::subscribe(const std::string& stream) {
    reader_.reset();
    auto found = environment_.stream(camera_, stream);
    if (!found) return found.error();
    stream_ = std::move(*found);
    stream::ReaderOptions options;
    options.name = area_;
    options.on_ready = wake_;
    reader_ = stream_->subscribe(std::move(options));
    last_part_ = environment_.clock.steady();
    return {};
}

milliseconds Push::turn(std::stop_token stop) {
    const auto now = environment_.clock.steady();
    if (now < retry_at_) return std::chrono::ceil<milliseconds>(retry_at_ - now);
    if (!reader_) {
        transcoded_ = false;
        if (auto subscribed = subscribe(options_.stream); !subscribed) {
            enter(PushState::waiting, subscribed.error().message);
            return kNoStream;
        }
        // After a failure its reason stays to be seen until there is news.
        if (failures_ == 0) enter(PushState::waiting, "waits for a key frame of the camera");
    }
    for (int i = 0; i < kEventsATurn && reader_ && !stop.stop_requested(); ++i) {
        const auto event = reader_->next();
        if (std::holds_alternative<stream::Nothing>(event)) return on_quiet();
        if (const auto* part = std::get_if<PartPtr>(&event)) take(*part, stop);
        if (const auto* interruption = std::get_if<stream::Interruption>(&event)) interruption_ = interruption->reason;
        if (const auto* dropped = std::get_if<stream::Dropped>(&event)) take_drop(dropped->parts);
        if (std::holds_alternative<stream::Closed>(event)) {
            disconnect();
            reader_.reset();
            enter(PushState::waiting, "the camera's stream has ended");
            retry_at_ = now + kNoStream;
        }
    }
    return milliseconds{0};
}

// The connection outlives a short loss of the camera; a server that gets nothing for long would end it in its own way.
milliseconds Push::on_quiet() {
    if (environment_.clock.steady() - last_part_ < kCameraPatience) return kNoStream;
    disconnect();
    enter(PushState::waiting,
          interruption_.empty() ? "the camera does not send" : fmt::format("the camera does not send: {}", interruption_));
    return kNoStream;
}

void Push::take_drop(std::size_t parts) {
    if (!muxer_) return;
    status_.lock()->dropped_parts += parts;
    frames_->cut();
}

void Push::take(const PartPtr& part, const std::stop_token& stop) {
    last_part_ = environment_.clock.steady();
    interruption_.clear();
    // Few platforms follow other parameters within a connection; all take a new one.
    if (muxer_ && part->init->tracks != tracks_) disconnect();
    if (!muxer_) {
        if (!part->starts_fragment) return;
        if (is_h265(part->init) && !transcoded_) {
            transcoded_ = true;
            if (auto subscribed = subscribe("h264"); !subscribed)
                lose(fail(subscribed.error().code,
                          fmt::format("the camera sends H.265, which RTMP does not carry, and it is not transcoded: {}",
                                      subscribed.error().message)));
            return;
        }
        if (!connect(*part, stop)) return;
    }
    if (skip_when_late(*part)) return;
    frames_->add(part);
    send();
}

bool Push::connect(const Part& part, const std::stop_token& stop) {
    const auto url = parse_push_url(options_.url);
    if (!url) {
        lose(url.error());
        return false;
    }
    const auto silence = options_.silence ? environment_.silence : nullptr;
    tracks_ = part.init->tracks;
    const auto tracks = tracks_for_rtmp(tracks_, silence.get());
    if (!tracks.video) {
        lose(fail(errc::unsupported, "the stream has no H.264 picture, and RTMP carries nothing else"));
        return false;
    }
    enter(PushState::connecting, failures_ > 0 ? status().detail : "");
    auto muxer = environment_.connect({url->whole, url->key, options_.verify}, tracks, stop);
    if (!muxer) {
        lose(muxer.error());
        return false;
    }
    muxer_ = std::move(*muxer);
    frames_.emplace(tracks_, silence);
    connected_ = last_part_ = counted_from_ = environment_.clock.steady();
    counted_ = 0;
    return true;
}

bool Push::skip_when_late(const Part& part) {
    if (environment_.clock.now() - to_utc(part.end()) < kMostLate) return false;
    const auto passed = reader_->skip_to_newest();
    if (passed > 0) take_drop(passed + 1);
    return passed > 0;
}

void Push::send() {
    while (const auto held = frames_->next()) {
        if (auto written = muxer_->write(held->frame); !written) return lose(written.error());
        count(held->frame.data.size());
    }
    if (environment_.clock.steady() - connected_ >= kStable) failures_ = 0;
    enter(PushState::running, transcoded_ ? "the camera sends H.265; it is pushed as H.264" : "");
}

void Push::count(std::size_t bytes) {
    counted_ += bytes;
    const auto now = environment_.clock.steady();
    const auto span = std::chrono::duration<double>(now - counted_from_);
    auto status = status_.lock();
    status->bytes_sent += bytes;
    if (span < kRateWindow) return;
    status->bits_per_second = static_cast<double>(counted_) * 8 / span.count();
    counted_ = 0;
    counted_from_ = now;
}

// The reader goes too: a camera on demand or a transcode need not run for a server that is not there.
void Push::lose(const Error& error) {
    const bool ran = status().state == PushState::running;
    const bool at_once = ran && environment_.clock.steady() - connected_ < kSoon;
    disconnect();
    reader_.reset();
    stream_.reset();
    if (error.code == errc::cancelled) return;
    if (ran) ++status_.lock()->reconnects;
    const auto wait = backoff(failures_++);
    retry_at_ = environment_.clock.steady() + wait;
    const bool refused =
        error.code == errc::forbidden || error.code == errc::unsupported || error.code == errc::invalid_argument;
    const auto* hint = at_once ? " soon after the stream began: is the stream key right, and not in use elsewhere?" : "";
    enter(refused ? PushState::refused : PushState::waiting,
          fmt::format("{}{}; next attempt after {} s", error.message, hint, wait.count()));
}

}  // namespace vantage::live
