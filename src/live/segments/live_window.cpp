// SPDX-License-Identifier: Apache-2.0
#include "live/segments/live_window.hpp"

#include "net/http_encoding.hpp"

#include <algorithm>

namespace vantage::live {
namespace {

constexpr std::uint64_t kMostAhead = 2;  // segments behind the newest one that may be asked for (RFC 8216bis 6.2.5.2)

// The Advance Part Limit: three, or as many as fill a little over a second.
std::size_t advance_parts(Ticks part_target) {
    constexpr Ticks kThreeSeconds{270000};
    return part_target >= Ticks{90000} ? 3
                                       : static_cast<std::size_t>((kThreeSeconds + part_target - Ticks{1}) / part_target);
}

}  // namespace

LiveWindow::LiveWindow(LiveWindowOptions options, const Clock& clock, LiveCounters& counters, Post post)
    : options_(std::move(options)),
      clock_(clock),
      counters_(counters),
      post_(std::move(post)),
      segments_(options_.live, options_.first_number, options_.first_discontinuity) {}

LiveWindow::~LiveWindow() {
    stop();
}

void LiveWindow::start(const std::shared_ptr<stream::Stream>& stream) {
    stream_ = stream;
    stream::ReaderOptions options;
    options.name = options_.name;
    options.start = stream::Start::oldest;
    options.on_ready = [weak = weak_from_this(), post = post_] {
        post([weak] {
            if (const auto self = weak.lock()) self->pump();
        });
    };
    auto reader = stream->subscribe(std::move(options));
    {
        const std::lock_guard hold(mutex_);
        reader_ = std::move(reader);
    }
    pump();
}

void LiveWindow::stop() {
    std::unique_ptr<stream::Reader> reader;
    Answers answers;
    {
        const std::lock_guard hold(mutex_);
        stopped_ = true;
        reader = std::move(reader_);
        answers = take_waiters(fail(errc::unavailable, "the live stream ends"), [](const Waiter&) { return true; });
    }
    reader.reset();
    answer(std::move(answers));
}

void LiveWindow::pump() {
    Answers answers;
    {
        const std::lock_guard hold(mutex_);
        while (reader_) {
            auto event = reader_->next();
            if (std::holds_alternative<stream::Nothing>(event)) break;
            take(event);
            if (std::holds_alternative<stream::Closed>(event)) break;
        }
        answers = take_waiters({}, [this](const Waiter& waiter) { return is_due(waiter); });
    }
    answer_in_turns(std::move(answers), 0);
}

void LiveWindow::take(stream::Event& event) {
    if (const auto* part = std::get_if<PartPtr>(&event)) {
        segments_.push(*part);
    } else {
        segments_.interrupt();
        ended_ = ended_ || std::holds_alternative<stream::Closed>(event);
    }
}

bool LiveWindow::ended() const {
    const std::lock_guard hold(mutex_);
    return ended_ || stopped_;
}

LiveSnapshotPtr LiveWindow::snapshot() const {
    const std::lock_guard hold(mutex_);
    if (!snapshot_ || snapshot_->version != segments_.version()) snapshot_ = segments_.snapshot();
    return snapshot_;
}

LiveSegmentPtr LiveWindow::find(std::uint64_t number) const {
    const std::lock_guard hold(mutex_);
    return segments_.find(number);
}

LiveSegmentPtr LiveWindow::find(Rendition rendition, MediaTime start) const {
    const std::lock_guard hold(mutex_);
    return segments_.find(rendition, start);
}

LivePartPtr LiveWindow::find_part(Rendition rendition, std::uint64_t serial) const {
    const std::lock_guard hold(mutex_);
    return segments_.find_part(rendition, serial);
}

bool LiveWindow::has(const LivePosition& position) const {
    const std::lock_guard hold(mutex_);
    return segments_.has_segment() && reached(position);
}

void LiveWindow::wait_for_snapshot(milliseconds longest, Done done) {
    wait({std::nullopt, clock_.steady() + longest, std::move(done)});
}

void LiveWindow::wait_for(const LivePosition& position, Done done) {
    const auto longest = std::chrono::duration_cast<milliseconds>(options_.live.target_duration * 3);
    wait({position, clock_.steady() + longest, std::move(done)});
}

void LiveWindow::wait(Waiter waiter) {
    Status status;
    {
        const std::lock_guard hold(mutex_);
        if (waiter.position) status = refusal(*waiter.position);
        if (status && !is_due(waiter)) {
            if (stopped_) {
                status = fail(errc::unavailable, "the live stream ends");
            } else if (counters_.waiting.load() >= options_.most_waiting) {
                ++counters_.refused;
                status = fail(errc::unavailable, "too many requests wait for live; try again");
            } else {
                ++counters_.waiting;
                waiters_.push_back(std::move(waiter));
                return;
            }
        }
    }
    waiter.done(status);
}

// What is too far ahead is a mistake of the player, which would else wait for nothing.
Status LiveWindow::refusal(const LivePosition& position) const {
    if (position.serial) {
        if (*position.serial <= segments_.next_serial(position.rendition)) return {};
        return fail(errc::not_found, "no playlist has named this piece of live yet");
    }
    const auto next = segments_.next_number();
    const auto newest = next > 0 ? next - 1 : 0;  // the growing one, or the last
    if (position.number > newest + kMostAhead)
        return fail(errc::invalid_argument, "'_HLS_msn' is too far ahead; load the playlist without it");
    if (!position.part || position.number < newest) return {};
    const auto known = position.number == newest ? parts_of(position.rendition, newest) : 0;
    if (*position.part > known + advance_parts(options_.live.part_target))
        return fail(errc::invalid_argument, "'_HLS_part' is too far ahead; load the playlist without it");
    return {};
}

std::size_t LiveWindow::parts_of(Rendition rendition, std::uint64_t number) const {
    const auto* segment = segments_.peek(number);
    return segment != nullptr && segment->lane(rendition).lists_parts ? segment->lane(rendition).parts.size() : 0;
}

// A part behind the last of its segment is the first of the next segment.
bool LiveWindow::reached(const LivePosition& position) const {
    if (position.serial) return *position.serial < segments_.next_serial(position.rendition);
    const auto is_complete = [&](std::uint64_t number) {
        const auto next = segments_.next_number();
        if (number >= next) return false;
        if (number + 1 < next) return true;
        const auto* newest = segments_.peek(number);
        return newest != nullptr && newest->complete;
    };
    if (!is_complete(position.number))
        return position.part && *position.part < parts_of(position.rendition, position.number);
    if (!position.part) return true;
    const auto* segment = segments_.peek(position.number);
    if (segment == nullptr || *position.part < segment->lane(position.rendition).parts.size()) return true;
    return is_complete(position.number + 1) || parts_of(position.rendition, position.number + 1) > 0;
}

bool LiveWindow::is_due(const Waiter& waiter) const {
    const bool begun = segments_.has_segment();
    return waiter.position ? begun && reached(*waiter.position) : begun;
}

template <class Predicate>
LiveWindow::Answers LiveWindow::take_waiters(const Status& status, Predicate predicate) {
    Answers answers;
    std::erase_if(waiters_, [&](Waiter& waiter) {
        if (!predicate(waiter)) return false;
        answers.emplace_back(std::move(waiter.done), status);
        return true;
    });
    counters_.waiting -= answers.size();
    return answers;
}

void LiveWindow::answer(Answers answers) {
    for (auto& [done, status] : answers) done(status);
}

// Each answer is sent at once; what else happens on the executor's thread gets its turn between them, 2 ms later: in turns
// of 64 the caches are cold for each, and a reader cost a tenth more.
void LiveWindow::answer_in_turns(Answers answers, std::size_t from) {
    constexpr std::size_t kTurn = 256;
    const auto end = std::min(answers.size(), from + kTurn);
    for (; from < end; ++from) std::exchange(answers[from].first, nullptr)(answers[from].second);
    if (from == answers.size()) return;
    post_([self = shared_from_this(), answers = std::move(answers), from]() mutable {
        self->answer_in_turns(std::move(answers), from);
    });
}

void LiveWindow::sweep() {
    Answers answers;
    {
        const std::lock_guard hold(mutex_);
        const auto now = clock_.steady();
        answers = take_waiters(fail(errc::unavailable, "the camera sends nothing; try again"),
                               [&](const Waiter& waiter) { return waiter.until <= now; });
        counters_.refused += answers.size();
    }
    answer(std::move(answers));
}

PackedTextPtr LiveWindow::text(const LiveSnapshot& snapshot, const std::string& name,
                               const std::function<std::string()>& make) {
    {
        const std::lock_guard hold(texts_mutex_);
        if (texts_.version == snapshot.version)
            if (const auto known = texts_.by_name.find(name); known != texts_.by_name.end()) return known->second;
    }
    auto plain = make();
    auto packed = net::gzip(plain);
    const auto made = std::make_shared<const PackedText>(PackedText{std::move(plain), packed ? std::move(*packed) : ""});
    const std::lock_guard hold(texts_mutex_);
    if (texts_.version < snapshot.version) texts_ = {snapshot.version, {}};
    if (texts_.version == snapshot.version) texts_.by_name.emplace(name, made);
    return made;
}

bool LiveWindow::waited_for() const {
    const std::lock_guard hold(mutex_);
    return !waiters_.empty();
}
std::uint64_t LiveWindow::next_number() const {
    const std::lock_guard hold(mutex_);
    return segments_.next_number();
}
std::uint64_t LiveWindow::next_discontinuity() const {
    const std::lock_guard hold(mutex_);
    return segments_.next_discontinuity();
}
std::size_t LiveWindow::bytes() const {
    const std::lock_guard hold(mutex_);
    return segments_.bytes();
}

}  // namespace vantage::live
