// SPDX-License-Identifier: Apache-2.0
#include "footage/retention_plan.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

struct Candidate {
    const store::SegmentRow* row;
    std::size_t held;  // place of its stream
    bool goes{false};
};

// Everything that may go, over all streams, oldest first.
std::vector<Candidate> collect(std::span<const Held> held, std::span<const store::ProtectionRow> protections) {
    std::vector<Candidate> all;
    for (std::size_t i = 0; i < held.size(); ++i)
        for (const auto& row : held[i].oldest)
            if (!row.is_protected && row.state != store::RowState::open && protection_of(row, protections) == nullptr)
                all.push_back({&row, i});
    std::ranges::stable_sort(all, {}, [](const Candidate& c) { return c.row->start; });
    return all;
}

// Takes the oldest of those `wanted` until `excess` bytes are gone.
template <class Wanted>
void take(std::vector<Candidate>& all, std::uint64_t excess, Wanted&& wanted) {
    for (auto& candidate : all) {
        if (excess == 0) return;
        if (candidate.goes || !wanted(candidate)) continue;
        candidate.goes = true;
        excess -= std::min(excess, candidate.row->bytes);
    }
}

std::uint64_t going(const std::vector<Candidate>& all, std::span<const Held> held, const RetentionRule& rule) {
    std::uint64_t bytes = 0;
    for (const auto& candidate : all)
        if (candidate.goes && rule.covers(held[candidate.held].stream)) bytes += candidate.row->bytes;
    return bytes;
}

std::uint64_t above(std::uint64_t value, std::uint64_t limit) {
    return value > limit ? value - limit : 0;
}

}  // namespace

std::uint64_t bytes_to_keep_free(const RetentionPolicy& policy, const DiskSpace& space) {
    const auto least = std::min<std::uint64_t>(space.total / 100, 1ULL << 30);
    const auto wanted = policy.keep_free_bytes.value_or(
        static_cast<std::uint64_t>(static_cast<double>(space.total) * policy.keep_free_percent / 100));
    return std::max(wanted, least);
}

const store::ProtectionRow* protection_of(const store::SegmentRow& row, std::span<const store::ProtectionRow> protections) {
    for (const auto& protection : protections)
        if (protection.stream == row.stream && protection.start < row.end && protection.end > row.start) return &protection;
    return nullptr;
}

std::vector<store::SegmentRow> plan_retention(std::span<const Held> held, const RetentionPolicy& policy,
                                              std::span<const store::ProtectionRow> protections, UtcTime now, bool by_age,
                                              const DiskSpace& space) {
    auto all = collect(held, protections);
    for (const auto& rule : policy.rules)
        if (rule.age && by_age)
            for (auto& candidate : all)
                if (rule.covers(candidate.row->stream) && candidate.row->end < now - *rule.age) candidate.goes = true;
    for (const auto& rule : policy.rules) {
        if (!rule.bytes) continue;
        std::uint64_t bytes = 0;
        for (const auto& stream : held)
            if (rule.covers(stream.stream)) bytes += stream.bytes;
        take(all, above(above(bytes, going(all, held, rule)), *rule.bytes),
             [&](const Candidate& c) { return rule.covers(held[c.held].stream); });
    }
    const auto freed = space.free + going(all, held, RetentionRule{});
    take(all, above(bytes_to_keep_free(policy, space), freed), [](const Candidate&) { return true; });

    std::vector<store::SegmentRow> rows;
    for (const auto& candidate : all)
        if (candidate.goes) rows.push_back(*candidate.row);
    return rows;
}

}  // namespace vantage::footage
