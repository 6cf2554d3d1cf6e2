// SPDX-License-Identifier: Apache-2.0
#include "record/movies.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace vantage::record {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookForUnused = 10s;

}  // namespace

bool Movie::read(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const auto done = reader_.read(offset, into);
    if (done.has_error()) log::warn("download", "{}", done.error().message);
    return done.has_value();
}

Movies::Movies(std::function<std::string(UtcTime)> local_time, const Clock& clock, std::uint64_t most_weight)
    : local_time_(std::move(local_time)),
      clock_(clock),
      most_weight_(most_weight),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Movies::~Movies() {
    stop();
}

void Movies::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    std::deque<std::shared_ptr<Order>> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(orders_);
        made_.clear();
    }
    for (const auto& order : left)
        for (const auto& take : order->takers) take(fail(errc::cancelled, "the recorder stops"));
}

void Movies::ask(const std::string& name, const std::string& title, Gather gather, Take take) {
    std::optional<Result<MoviesPtr>> now;
    {
        const std::lock_guard lock(mutex_);
        const auto made = known(name);
        const auto ordered = std::ranges::find(orders_, name, [](const auto& order) { return order->name; });
        std::size_t waiting = 0;
        for (const auto& order : orders_) waiting += order->takers.size();
        if (stopped_) {
            now = fail(errc::cancelled, "the recorder stops");
        } else if (made) {
            now = made;
        } else if (waiting >= kMostWaiting) {
            now = fail(errc::overloaded, fmt::format("{} downloads wait for their beginning; try again later", waiting));
        } else if (ordered != orders_.end()) {
            (*ordered)->takers.push_back(std::move(take));
        } else {
            orders_.push_back(std::make_shared<Order>(Order{name, title, std::move(gather), {}}));
            orders_.back()->takers.push_back(std::move(take));
        }
    }
    if (now) return take(*now);
    changed_.notify_all();
}

void Movies::work(const std::stop_token& stop) {
    while (true) {
        std::shared_ptr<Order> order;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, kLookForUnused, [this] { return !orders_.empty(); });
            if (stop.stop_requested()) return;
            drop_unused();
            if (!orders_.empty()) order = orders_.front();
        }
        if (!order) continue;
        auto made = make(*order, stop);
        std::vector<Take> takers;
        {
            const std::lock_guard lock(mutex_);
            if (made) keep(order->name, *made);
            takers = std::move(order->takers);
            std::erase(orders_, order);
        }
        for (const auto& take : takers) take(made);
    }
}

Result<MoviesPtr> Movies::make(const Order& order, const std::stop_token& stop) {
    if (auto room = make_room(); room.has_error()) return room.error();
    try {
        const auto material = order.gather();
        if (material.has_error()) return material.error();
        footage::CutOptions options;
        options.title = order.title;
        options.time_text = local_time_;
        auto out = std::make_shared<MovieList>();
        const auto done = footage::plan_cuts(*material, options, stop, [&](footage::Cut cut) {
            out->push_back(std::make_unique<const Movie>(std::move(cut)));
            return Status{};
        });
        if (done.has_error()) return done.error();
        return MoviesPtr(std::move(out));
    } catch (const std::exception& e) {
        return fail(errc::internal, e.what());
    }
}

Status Movies::make_room() {
    const std::lock_guard lock(mutex_);
    while (weigh() >= most_weight_) {
        auto oldest = made_.end();  // of those that nobody is being sent
        for (auto at = made_.begin(); at != made_.end(); ++at)
            if (at->second.movies.use_count() == 1 && (oldest == made_.end() || at->second.used < oldest->second.used))
                oldest = at;
        if (oldest == made_.end())
            return fail(errc::overloaded, "as many such files are being sent as memory allows; try again later");
        made_.erase(oldest);
    }
    std::erase_if(alive_, [](const auto& one) { return one.second.movies.expired(); });
    return {};
}

void Movies::keep(const std::string& name, const MoviesPtr& movies) {
    std::uint64_t weight = 0;
    for (const auto& movie : *movies) weight += movie->weight();
    made_[name] = {movies, clock_.steady()};
    alive_[name] = {movies, weight};
}

std::uint64_t Movies::weigh() const {
    std::uint64_t out = 0;
    for (const auto& [name, one] : alive_)
        if (!one.movies.expired()) out += one.weight;
    return out;
}

// From here on it lingers again.
MoviesPtr Movies::known(const std::string& name) {
    const auto found = alive_.find(name);
    auto out = found == alive_.end() ? nullptr : found->second.movies.lock();
    if (out) made_[name] = {out, clock_.steady()};
    return out;
}

void Movies::drop_unused() {
    const auto now = clock_.steady();
    std::erase_if(made_, [now](const auto& made) { return made.second.used + kLinger < now; });
}

std::optional<std::string> Movies::latest(std::string_view beginning) const {
    const std::lock_guard lock(mutex_);
    auto found = made_.end();
    for (auto at = made_.lower_bound(std::string(beginning)); at != made_.end() && at->first.starts_with(beginning); ++at)
        if (found == made_.end() || at->second.used > found->second.used) found = at;
    return found == made_.end() ? std::nullopt : std::optional{found->first};
}

std::uint64_t Movies::held() const {
    const std::lock_guard lock(mutex_);
    return weigh();
}

}  // namespace vantage::record
