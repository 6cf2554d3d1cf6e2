// SPDX-License-Identifier: Apache-2.0
#include "live/pictures/picture_show.hpp"

#include "base/log.hpp"

#include <cmath>

namespace vantage::live {
namespace {

constexpr int kFullWidth = 1 << 14;

std::int64_t place_of(MediaTime time, double fps) {
    return static_cast<std::int64_t>(std::floor(std::chrono::duration<double>(time.time_since_epoch()).count() * fps));
}

}  // namespace

PictureShow::Viewer::Viewer(std::shared_ptr<PictureShow> show, PictureWish wish, std::function<void()> on_ready)
    : show_(std::move(show)), wish_(wish), on_ready_(std::move(on_ready)) {}

PictureShow::Viewer::~Viewer() {
    {
        const std::lock_guard hold(show_->mutex_);
        std::erase(show_->viewers_, this);
    }
    show_->bell_->ring();
}

JpegPtr PictureShow::Viewer::take() {
    const std::lock_guard hold(show_->mutex_);
    return std::exchange(newest_, nullptr);
}

bool PictureShow::Viewer::over() const {
    return show_->over_;
}

PictureShow::PictureShow(std::string name, std::shared_ptr<stream::Stream> source, const Clock& clock)
    : name_(std::move(name)), source_(std::move(source)), clock_(clock) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void PictureShow::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

std::unique_ptr<PictureShow::Viewer> PictureShow::join(PictureWish wish, std::function<void()> on_ready) {
    std::unique_ptr<Viewer> viewer(new Viewer(shared_from_this(), wish, std::move(on_ready)));
    {
        const std::lock_guard hold(mutex_);
        if (!over_) {
            viewers_.push_back(viewer.get());
            joined_ = true;
        }
    }
    bell_->ring();
    return over_ ? nullptr : std::move(viewer);
}

void PictureShow::run(const std::stop_token& stop) {
    try {
        while (step(stop)) {
        }
    } catch (const std::exception& e) {
        log::error(name_, "pictures ended: {}", e.what());
    }
    reader_.reset();
    pictures_.reset();
    const std::lock_guard hold(mutex_);
    over_ = true;
    for (auto* viewer : viewers_) viewer->on_ready_();
}

bool PictureShow::step(const std::stop_token& stop) {
    if (stop.stop_requested()) return false;
    {
        const std::lock_guard hold(mutex_);
        if (viewers_.empty() && joined_) over_ = true;
        if (over_) return false;
    }
    if (!reader_) {
        stream::ReaderOptions options;
        options.name = "pictures " + name_;
        options.on_ready = [bell = bell_] { bell->ring(); };
        reader_ = source_->subscribe(std::move(options));
    }
    const auto event = reader_->next();
    if (const auto* part = std::get_if<PartPtr>(&event)) {
        take(**part);
        keep_up(**part);
    } else if (std::holds_alternative<stream::Closed>(event)) {
        return false;
    } else if (std::holds_alternative<stream::Nothing>(event)) {
        bell_->wait(stop);
        greet();
    } else {
        whole_ = false;
        least_lag_.reset();
    }
    return true;
}

// A little slack: key frames that are told to come once a second come a millisecond late now and then.
bool PictureShow::key_frames_do() const {
    const std::lock_guard hold(mutex_);
    double most = 0;
    for (const auto* viewer : viewers_) most = std::max(most, viewer->wish_.fps);
    return key_interval_ && most * std::chrono::duration<double>(*key_interval_).count() <= 1.02;
}

void PictureShow::take(const Part& part) {
    if (part.track != TrackKind::video) return;
    if (track_ != part.init->tracks.video) {
        track_ = part.init->tracks.video;
        pictures_.reset();
        whole_ = false;
        auto opened = PictureStream::open(*track_);
        if (opened)
            pictures_ = std::move(*opened);
        else
            log::warn(name_, "no pictures: {}", opened.error().message);
    }
    if (part.starts_fragment) {
        if (last_key_ && !part.discontinuity) key_interval_ = part.start - *last_key_;
        last_key_ = part.start;
    }
    if (!pictures_) return;
    const auto on_picture = [this, hurry = catching_up(part)](MediaTime time) {
        ++decoded_;
        if (!hurry) show(time);
    };
    if (part.starts_fragment) {
        const bool every = !key_frames_do();
        if (whole_ && (part.discontinuity || !every)) (void)pictures_->finish(on_picture);
        whole_ = every;
    }
    if (!whole_ && !part.starts_fragment) return;
    auto dts = part.start;
    for (const auto& sample : part.samples) {
        const auto data = ByteView(part.data).subspan(sample.offset, sample.size);
        if (auto done = pictures_->push(dts + sample.composition, sample.key, data, on_picture); !done)
            log::debug(name_, "picture left out: {}", done.error().message);
        if (!whole_) break;
        dts += sample.duration;
    }
    if (!whole_) (void)pictures_->finish(on_picture);
}

JpegPtr PictureShow::encode(int width, MediaTime time) {
    auto jpeg = pictures_->jpeg({.max_width = width > 0 ? width : kFullWidth});
    if (!jpeg) {
        log::debug(name_, "picture left out: {}", jpeg.error().message);
        return nullptr;
    }
    ++encoded_;
    return std::make_shared<const Jpeg>(Jpeg{std::move(*jpeg), to_utc(time)});
}

// on_ready is called under the lock, so that a viewer's destructor waits for it.
void PictureShow::show(MediaTime time) {
    std::vector<int> widths;
    {
        const std::lock_guard hold(mutex_);
        for (const auto* viewer : viewers_)
            if (place_of(time, viewer->wish_.fps) != viewer->place_ && !std::ranges::count(widths, viewer->wish_.width))
                widths.push_back(viewer->wish_.width);
    }
    for (const auto width : widths) {
        const auto jpeg = encode(width, time);
        if (!jpeg) continue;
        const std::lock_guard hold(mutex_);
        for (auto* viewer : viewers_) {
            const auto place = place_of(time, viewer->wish_.fps);
            if (viewer->wish_.width != width || place == viewer->place_) continue;
            viewer->place_ = place;
            viewer->newest_ = jpeg;
            viewer->on_ready_();
        }
    }
}

// Who has just come sees what was decoded last, not only the next one.
void PictureShow::greet() {
    bool new_one = false;
    {
        const std::lock_guard hold(mutex_);
        new_one = std::ranges::any_of(viewers_, [](const auto* viewer) { return viewer->place_ < 0; });
    }
    if (new_one && pictures_ && pictures_->time()) show(*pictures_->time());
}

// The beginning of a fragment may be seconds old: who has just come is to see now, and encoding costs more than decoding.
bool PictureShow::catching_up(const Part& part) {
    const auto now = clock_.now();
    if (now - to_utc(part.end()) < kCatchingUp || reader_->bytes_behind() == 0) {
        shown_at_ = now;
        return false;
    }
    if (!shown_at_) shown_at_ = now;
    if (now - *shown_at_ < kShowAnyway) return true;
    shown_at_ = now;
    return false;
}

void PictureShow::keep_up(const Part& part) {
    const auto lag = clock_.now() - to_utc(part.end());
    least_lag_ = least_lag_ ? std::min(*least_lag_, lag) : lag;
    if (lag - *least_lag_ < kMostBehind || reader_->skip_to_newest() == 0) return;
    if (pictures_) (void)pictures_->finish();
    whole_ = false;
}

}  // namespace vantage::live
