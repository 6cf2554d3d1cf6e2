// SPDX-License-Identifier: Apache-2.0
#include "footage/retention_plan.hpp"

#include <gtest/gtest.h>

namespace vantage::footage {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const UtcTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};
const StreamKey kDoorSub{*CameraId::parse("door"), StreamKind::sub};
const StreamKey kYard{*CameraId::parse("yard"), StreamKind::main};
constexpr DiskSpace kEmptyDisk{.total = 10'000, .free = 9'000};

store::SegmentRow row(std::int64_t id, const StreamKey& stream, hours age, std::uint64_t bytes = 100) {
    return {.id = id,
            .stream = stream,
            .volume = "v",
            .path = std::to_string(id),
            .state = store::RowState::closed,
            .start = kNow - age,
            .end = kNow - age + minutes{10},
            .bytes = bytes};
}

Held held(const StreamKey& stream, std::vector<store::SegmentRow> rows, std::uint64_t more_bytes = 0) {
    Held h{.stream = stream, .bytes = more_bytes, .oldest = std::move(rows)};
    for (const auto& r : h.oldest) h.bytes += r.bytes;
    return h;
}

// The door has rows 1, 2, 3 (30 h, 20 h, 10 h old), its sub stream 4 (25 h), the yard 5 and 6 (26 h, 5 h); 100 bytes each.
std::vector<Held> two_cameras() {
    return {held(kDoor, {row(1, kDoor, hours{30}), row(2, kDoor, hours{20}), row(3, kDoor, hours{10})}),
            held(kDoorSub, {row(4, kDoorSub, hours{25})}), held(kYard, {row(5, kYard, hours{26}), row(6, kYard, hours{5})})};
}

struct Case {
    const char* name;
    RetentionPolicy policy;
    DiskSpace space;
    bool by_age;
    std::vector<std::int64_t> goes;
};

RetentionPolicy rules(std::vector<RetentionRule> list) {
    return {.rules = std::move(list)};
}

class RetentionPlan : public testing::TestWithParam<Case> {};

TEST_P(RetentionPlan, OldestFirst) {
    const auto& c = GetParam();
    const auto all = two_cameras();
    std::vector<std::int64_t> goes;
    for (const auto& r : plan_retention(all, c.policy, {}, kNow, c.by_age, c.space)) goes.push_back(r.id);
    EXPECT_EQ(goes, c.goes);
}

const CameraId kDoorId = kDoor.camera;
INSTANTIATE_TEST_SUITE_P(
    Table, RetentionPlan,
    testing::Values(
        Case{"NoLimit", {}, kEmptyDisk, true, {}},
        Case{"AgeOfAll", rules({{.age = hours{24}}}), kEmptyDisk, true, {1, 5, 4}},
        Case{"AgeCountsFromTheEnd", rules({{.age = hours{30}}}), kEmptyDisk, true, {}},
        Case{"AgeJustPassed", rules({{.age = hours{30} - minutes{11}}}), kEmptyDisk, true, {1}},
        Case{"AgeWaitsForTheClock", rules({{.age = hours{24}}}), kEmptyDisk, false, {}},
        Case{"AgeOfOneStream",
             rules({{.camera = kDoorId, .kind = StreamKind::main, .age = hours{15}}}),
             kEmptyDisk,
             true,
             {1, 2}},
        Case{"AgeOfOneCamera", rules({{.camera = kDoorId, .age = hours{24}}}), kEmptyDisk, true, {1, 4}},
        Case{
            "BytesOfOneStream", rules({{.camera = kDoorId, .kind = StreamKind::main, .bytes = 200}}), kEmptyDisk, true, {1}},
        Case{"BytesOfOneCamera", rules({{.camera = kDoorId, .bytes = 200}}), kEmptyDisk, true, {1, 4}},
        Case{"BytesOfAll", rules({{.bytes = 350}}), kEmptyDisk, true, {1, 5, 4}},
        Case{"BytesThatFit", rules({{.bytes = 600}}), kEmptyDisk, true, {}},
        Case{"BytesGoOnWithoutTheClock", rules({{.bytes = 500}}), kEmptyDisk, false, {1}},
        Case{"WhatGoesByAgeCounts", rules({{.age = hours{24}}, {.bytes = 300}}), kEmptyDisk, true, {1, 5, 4}},
        Case{"FreeSpace", {}, {.total = 10'000, .free = 850}, true, {1, 5}},
        Case{"FreeSpaceWithoutTheClock", {}, {.total = 10'000, .free = 850}, false, {1, 5}},
        Case{"FreeSpaceCountsWhatGoes",
             rules({{.camera = kYard.camera, .age = hours{1}}}),
             {.total = 10'000, .free = 850},
             true,
             {5, 6}},
        Case{"FreeBytes", {.keep_free_bytes = 2000}, {.total = 10'000, .free = 1950}, true, {1}},
        Case{"ALittleIsAlwaysKeptFree", {.keep_free_percent = 0}, {.total = 10'000, .free = 0}, true, {1}},
        Case{"MoreThanThereIs", {}, {.total = 1'000'000, .free = 0}, true, {1, 5, 4, 2, 3, 6}}),
    [](const auto& named) { return named.param.name; });

TEST(RetentionPlanOne, ProtectedAndOpenFootageStays) {
    auto rows =
        std::vector{row(1, kDoor, hours{30}), row(2, kDoor, hours{20}), row(3, kDoor, hours{10}), row(4, kDoor, hours{9})};
    rows[0].is_protected = true;
    rows[2].state = store::RowState::open;
    const std::vector list{held(kDoor, rows)};
    const std::vector<store::ProtectionRow> protections{
        {.id = 1,
         .stream = kDoor,
         .start = kNow - hours{20} + minutes{9},
         .end = kNow - hours{19},
         .reason = "user",
         .created = kNow},
        {.id = 2, .stream = kYard, .start = kNow - hours{40}, .end = kNow, .reason = "another camera", .created = kNow}};
    const auto goes = plan_retention(list, {}, protections, kNow, true, {.total = 1'000'000, .free = 0});
    ASSERT_EQ(goes.size(), 1U);
    EXPECT_EQ(goes[0].id, 4);
    EXPECT_EQ(protection_of(rows[1], protections), protections.data());
    EXPECT_EQ(protection_of(rows[3], protections), nullptr);
}

TEST(RetentionPlanOne, BytesOfFootageThatIsNotListedCount) {
    const std::vector list{held(kDoor, {row(1, kDoor, hours{30})}, 10'000)};
    EXPECT_EQ(plan_retention(list, rules({{.bytes = 10'050}}), {}, kNow, true, kEmptyDisk).size(), 1U);
    EXPECT_EQ(plan_retention(list, rules({{.bytes = 10'100}}), {}, kNow, true, kEmptyDisk).size(), 0U);
}

TEST(RetentionPlanOne, RoomIsAtMostAGibibyteWhenNothingIsAskedFor) {
    EXPECT_EQ(bytes_to_keep_free({.keep_free_percent = 0}, {.total = 16ULL << 40, .free = 0}), 1ULL << 30);
    EXPECT_EQ(bytes_to_keep_free({}, {.total = 1000, .free = 0}), 100U);
    EXPECT_EQ(bytes_to_keep_free({.keep_free_bytes = 5}, {.total = 1000, .free = 0}), 10U);
}

}  // namespace
}  // namespace vantage::footage
