// SPDX-License-Identifier: Apache-2.0
#include "live/feed/feed.hpp"

#include <fmt/format.h>

namespace vantage::live {

void FeedSession::on_text(std::string_view message) {
    const auto command = parse_feed_command(message);
    if (!command) {
        send_text(feed_error(request_, command.error()));
        return;
    }
    std::visit([this](const auto& wanted) { start(wanted); }, *command);
}

void FeedSession::on_close() {
    halt();
    wake_ = nullptr;
}

std::optional<std::string> FeedSession::ended() {
    // The stream object changes when its camera's configuration does.
    if (mode_ == Mode::live && !reader_) {
        if (auto subscribed = subscribe(); !subscribed && subscribed.error().code == errc::overloaded)
            give_up(subscribed.error());
        if ((reader_ || !out_.empty()) && wake_) wake_();
    }
    return sources_.ended ? sources_.ended() : std::nullopt;
}

void FeedSession::remember_codecs(const std::vector<std::string>& codecs) {
    if (!codecs.empty()) codecs_ = codecs;
}

// What was queued for the last request is of no use any more.
void FeedSession::halt() {
    out_.clear();
    mode_ = Mode::idle;
    reader_.reset();
    stream_.reset();
    tracks_.reset();
    sent_.reset();
    playback_.reset();
    inbox_.reset();
    reading_ = waiting_ = finished_ = false;
}

void FeedSession::start(const FeedLive& live) {
    if (live.keep && mode_ != Mode::idle)
        if (auto room = sources_.stream(live.stream); !room) {
            send_text(feed_error(live.request, room.error()));
            return;
        }
    halt();
    remember_codecs(live.codecs);
    request_ = live.request;
    name_ = live.stream;
    mode_ = Mode::live;
    tracks_.emplace(live.audio, codecs_);
    if (auto subscribed = subscribe(); !subscribed) {
        give_up(subscribed.error());
        return;
    }
    if (const auto lost = sources_.lost ? sources_.lost(kind_behind(name_)) : std::nullopt)
        send_text(feed_lost(request_, lost->since, lost->detail));
}

void FeedSession::start(const FeedPlay& play) {
    halt();
    remember_codecs(play.codecs);
    request_ = play.request;
    name_ = play.stream;
    mode_ = Mode::footage;
    until_ = play.until;
    inbox_ = std::make_shared<Inbox>();
    // Above the speed at which every frame is sent nobody listens.
    const bool audio = play.audio && play.speed <= FeedPlayback::kEveryFrameUpTo;
    playback_ = std::make_shared<FeedPlayback>(sources_.footage(name_), StreamKey{sources_.camera, kind_behind(name_)},
                                               play.at, play.speed, FeedTracks(audio, codecs_));
}

void FeedSession::start(const FeedGrant& grant) {
    if (mode_ != Mode::footage || grant.request != request_) return;
    until_ = std::max(until_, grant.until);
    waiting_ = false;
}

void FeedSession::start(const FeedStop& /*stop*/) {
    halt();
}

void FeedSession::give_up(const Error& error) {
    halt();
    send_text(feed_error(request_, error));
}

std::optional<net::WebSocketMessage> FeedSession::next() {
    take_footage();
    if (out_.empty() && mode_ == Mode::live) pull_live();
    if (mode_ == Mode::footage) pull_footage();
    if (out_.empty()) return std::nullopt;
    auto message = std::move(out_.front());
    out_.pop_front();
    return message;
}

Status FeedSession::subscribe() {
    auto stream = sources_.stream(name_);
    if (!stream) return stream.error();
    if (*stream == stream_) return {};
    stream_ = std::move(*stream);
    started_ = up_to_date_ = false;
    stream::ReaderOptions options;
    options.name = sources_.reader_name;
    options.start = stream::Start::newest_fragment;
    options.on_ready = wake_;
    reader_ = stream_->subscribe(std::move(options));
    return {};
}

void FeedSession::pull_live() {
    while (reader_ && out_.empty()) {
        auto event = reader_->next();
        if (std::holds_alternative<stream::Nothing>(event)) {
            up_to_date_ = true;
            return;
        }
        if (const auto* part = std::get_if<PartPtr>(&event)) {
            take_live(*part);
        } else if (const auto* dropped = std::get_if<stream::Dropped>(&event)) {
            started_ = up_to_date_ = false;
            send_text(feed_dropped(request_, dropped->parts));
        } else if (const auto* interruption = std::get_if<stream::Interruption>(&event)) {
            started_ = false;
            send_text(feed_lost(request_, interruption->at, interruption->reason));
        } else {
            reader_.reset();
            send_text(feed_lost(request_, sources_.clock.now(), "the camera was removed or changed"));
        }
    }
}

void FeedSession::catch_up(const Part& part) {
    if (!up_to_date_ || sources_.clock.now() - to_utc(part.end()) < kMostBehind) return;
    up_to_date_ = false;
    const auto passed_over = reader_->skip_to_newest();
    if (passed_over == 0) return;
    started_ = false;
    send_text(feed_dropped(request_, passed_over));
}

void FeedSession::take_live(const PartPtr& part) {
    const auto init = tracks_->choose(part->init);
    if (!init) {
        give_up(init.error());
        return;
    }
    if (!tracks_->takes(*part)) return;
    const bool can_start = part->starts_fragment || !(*init)->tracks.video;
    if (!started_ && !can_start) return;
    started_ = true;
    send_init(*init);
    out_.push_back({true, part, part->data});
    catch_up(*part);
}

void FeedSession::send_init(const InitPtr& init) {
    if (sent_ && (sent_ == init || sent_->data == init->data)) return;
    sent_ = init;
    send_text(feed_init(request_, name_, *init, mode_ == Mode::live));
    out_.push_back({true, init, init->data});
}

void FeedSession::pull_footage() {
    if (reading_ || waiting_ || finished_ || !playback_ || out_.size() > 1) return;
    reading_ = true;
    reading_until_ = until_;
    sources_.read_footage([playback = playback_, until = until_, inbox = inbox_, wake = wake_] {
        auto items = playback->next(until);
        inbox->with([&](auto& outcome) { outcome = std::move(items); });
        if (wake) wake();
    });
}

void FeedSession::take_footage() {
    if (!inbox_) return;
    const auto outcome = inbox_->with([](auto& left) { return std::exchange(left, std::nullopt); });
    if (!outcome) return;
    reading_ = false;
    if (!*outcome) {
        give_up(outcome->error());
        return;
    }
    waiting_ = (*outcome)->empty() && until_ == reading_until_;
    for (const auto& item : **outcome) send_item(item);
}

void FeedSession::send_item(const FeedItem& item) {
    if (const auto* init = std::get_if<InitPtr>(&item)) {
        send_init(*init);
    } else if (const auto* part = std::get_if<PartPtr>(&item)) {
        out_.push_back({true, *part, (*part)->data});
    } else if (const auto* gap = std::get_if<FeedGapItem>(&item)) {
        send_text(feed_gap(request_, gap->from, gap->to, gap->reason));
    } else {
        finished_ = true;
        send_text(feed_end(request_, std::get<FeedEndItem>(item).at));
    }
}

}  // namespace vantage::live
