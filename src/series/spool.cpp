// SPDX-License-Identifier: Apache-2.0
#include "series/spool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace vantage::series {
namespace {

constexpr std::string_view kEnd = ".lines";
constexpr std::size_t kLargest = 64U << 20;  // file that is read at all

std::optional<UtcTime> time_of(const std::filesystem::path& path) {
    const auto name = path.filename().string();
    if (!name.ends_with(kEnd)) return {};
    std::int64_t us = 0;
    const auto* last = name.data() + name.size() - kEnd.size();
    const auto [end, error] = std::from_chars(name.data(), last, us);
    if (error != std::errc{} || end != last) return {};
    return UtcTime{microseconds{us}};
}

}  // namespace

std::filesystem::path Spool::path_of(UtcTime since) const {
    return folder_ / fmt::format("{:020}{}", since.time_since_epoch().count(), kEnd);
}

Result<Spool::Known> Spool::look(const std::filesystem::path& path, UtcTime since) {
    const auto bytes = footage::read_whole(files_, path, kLargest);
    if (!bytes) return bytes.error();
    const auto whole = std::ranges::find(bytes->rbegin(), bytes->rend(), std::uint8_t{'\n'}).base() - bytes->begin();
    return Known{since, static_cast<std::size_t>(std::ranges::count(*bytes, std::uint8_t{'\n'})),
                 static_cast<std::uint64_t>(whole)};
}

Status Spool::open() {
    if (auto made = footage::make_directories(files_, folder_.parent_path(), folder_); !made) return made;
    const std::lock_guard lock(mutex_);
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
        const auto since = time_of(entry.path());
        if (!since || path_of(*since) != entry.path()) continue;
        const auto known = look(entry.path(), *since);
        if (!known) return known.error();
        if (known->points > 0)
            chunks_.push_back(*known);
        else
            (void)files_.remove(entry.path());
    }
    if (error) return system_error(error.value(), fmt::format("read {}", folder_.string()));
    std::ranges::sort(chunks_, {}, &Known::since);
    return {};
}

Status Spool::begin_chunk() {
    auto since = clock_.now();
    if (!chunks_.empty()) since = std::max(since, chunks_.back().since + microseconds{1});
    if (given_) since = std::max(since, *given_ + microseconds{1});
    auto made = files_.create(path_of(since));
    if (!made) return made.error();
    growing_ = std::move(*made);
    chunks_.push_back({since, 0, 0});
    to_sync_ = true;
    return {};
}

// What is being sent stays: it may have arrived.
void Spool::keep_bound() {
    std::uint64_t bytes = 0;
    for (const auto& chunk : chunks_) bytes += chunk.bytes;
    for (auto at = chunks_.begin(); at != chunks_.end() && bytes > most_bytes_;) {
        if (given_ == at->since || (growing_ && at + 1 == chunks_.end())) {
            ++at;
            continue;
        }
        bytes -= at->bytes;
        dropped_ += at->points;
        (void)files_.remove(path_of(at->since));
        at = chunks_.erase(at);
    }
}

Status Spool::append(std::string_view lines, std::size_t points) {
    if (points == 0) return {};
    const std::lock_guard lock(mutex_);
    if (growing_ && (chunks_.back().points >= kMostPoints || chunks_.back().bytes >= kMostBytes)) {
        if (auto synced = growing_->sync(); !synced) return synced;
        growing_.reset();
    }
    if (!growing_)
        if (auto begun = begin_chunk(); !begun) return begun;
    auto& chunk = chunks_.back();
    const std::array<ByteView, 1> slices{as_bytes(lines)};
    if (auto written = footage::write_all(*growing_, chunk.bytes, slices); !written) return written;
    chunk.bytes += lines.size();
    chunk.points += points;
    to_sync_ = true;
    keep_bound();
    return {};
}

Status Spool::sync() {
    const std::lock_guard lock(mutex_);
    if (!growing_ || !to_sync_) return {};
    if (auto synced = growing_->sync(); !synced) return synced;
    if (auto synced = files_.sync_directory(folder_); !synced) return synced;
    to_sync_ = false;
    return {};
}

Result<std::optional<Spool::Chunk>> Spool::oldest() {
    const std::lock_guard lock(mutex_);
    while (!chunks_.empty() && chunks_.front().points > 0) {
        if (chunks_.size() == 1) growing_.reset();
        const auto known = chunks_.front();
        auto bytes = footage::read_whole(files_, path_of(known.since), kLargest);
        if (!bytes && bytes.error().code == errc::not_found) {  // somebody has removed it
            dropped_ += known.points;
            chunks_.pop_front();
            continue;
        }
        if (!bytes) return bytes.error();
        given_ = known.since;
        // Behind what was appended there may be the beginning of what a full disk refused.
        return Chunk{known.since, std::string(as_text(*bytes).substr(0, known.bytes)), known.points};
    }
    return std::nullopt;
}

void Spool::remove(UtcTime since) {
    const std::lock_guard lock(mutex_);
    if (given_ == since) given_.reset();
    if (std::erase_if(chunks_, [&](const Known& chunk) { return chunk.since == since; }) > 0)
        (void)files_.remove(path_of(since));
}

Spool::Waiting Spool::waiting() const {
    const std::lock_guard lock(mutex_);
    Waiting out{0, 0, dropped_};
    for (const auto& chunk : chunks_) {
        out.points += chunk.points;
        out.bytes += chunk.bytes;
    }
    return out;
}

}  // namespace vantage::series
