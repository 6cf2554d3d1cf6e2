// SPDX-License-Identifier: Apache-2.0
// What every catalogue must do, whatever database is behind it: one factory a database.
#include "store/catalog_fixture.hpp"

#include <thread>

namespace vantage::store {
namespace {

TEST_P(CatalogTest, KeepsEveryFieldOverAReopen) {
    const Bytes init{0, 0, 0, 8, 'f', 't', 'y', 'p', 0xff};
    auto wanted = row(kDoor, kNoon + microseconds{123}, minutes{10}, RowState::recovered);
    wanted.bytes = 5'000'000'000;  // more than 32 bits
    wanted.is_protected = true;
    wanted.init_id = *catalog_->intern_init(init);
    wanted.id = put(wanted);
    reopen();
    EXPECT_EQ(*catalog_->segment(wanted.id), wanted);
    EXPECT_EQ(*catalog_->segment_at("disk-1", wanted.path), wanted);
    EXPECT_EQ(*catalog_->fragment_table(wanted.id), kTable);
    EXPECT_EQ(*catalog_->init(wanted.init_id), init);
}

TEST_P(CatalogTest, RefusesWhatCannotBe) {
    const auto first = row(kDoor, kNoon, minutes{10});
    put(first);
    EXPECT_EQ(catalog_->add(first, kTable).error().code, errc::already_exists);
    auto lost = row(kYard, kNoon, minutes{10});
    lost.volume = "unknown";
    EXPECT_EQ(catalog_->add(lost, kTable).error().code, errc::not_found);
    lost = first;
    lost.id = 999;
    EXPECT_EQ(catalog_->update(lost, kTable).error().code, errc::not_found);
    EXPECT_EQ(catalog_->segment(999).error().code, errc::not_found);
    EXPECT_EQ(catalog_->segment_at("disk-1", "none").error().code, errc::not_found);
    EXPECT_EQ(catalog_->fragment_table(999).error().code, errc::not_found);
    EXPECT_EQ(catalog_->init(999).error().code, errc::not_found);
    EXPECT_EQ(catalog_->close_gap(999, kNoon).error().code, errc::not_found);
    EXPECT_EQ(catalog_->begin_reindex("unknown").error().code, errc::not_found);
}

TEST_P(CatalogTest, OverlapIsHalfOpenAndPerStream) {
    put(row(kDoor, kNoon, minutes{10}));
    put(row(kDoor, kNoon + minutes{10}, minutes{10}));
    put(row(kDoor, kNoon + minutes{20}, minutes{10}));
    put(row(kDoorSub, kNoon, minutes{10}));
    put(row(kYard, kNoon, minutes{10}));
    using Times = std::vector<UtcTime>;
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon + minutes{10}, kNoon + minutes{20})), Times{kNoon + minutes{10}});
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon + minutes{5}, kNoon + minutes{10} + microseconds{1})),
              (Times{kNoon, kNoon + minutes{10}}));
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon - hours{1}, kNoon)), Times{});
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon + minutes{30}, kNoon + hours{9})), Times{});
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, UtcTime::min(), UtcTime::max())).size(), 3U);
    EXPECT_EQ(starts(catalog_->overlapping(kYard, UtcTime::min(), UtcTime::max())), Times{kNoon});
}

TEST_P(CatalogTest, FindsASegmentHoweverLongItIs) {
    put(row(kDoor, kNoon, hours{30}));
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon + hours{29}, kNoon + hours{31})).size(), 1U);
    reopen();  // the length is known from the rows again
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon + hours{29}, kNoon + hours{31})).size(), 1U);
}

TEST_P(CatalogTest, OpenRowsCountAsEndlessAndAreListed) {
    auto open = row(kDoor, kNoon, seconds{0}, RowState::open);
    open.id = put(open);
    put(row(kYard, kNoon, minutes{10}));
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon + minutes{9}, kNoon + minutes{10})).size(), 1U);
    EXPECT_EQ(starts(catalog_->open_segments("disk-1")), std::vector{kNoon});
    EXPECT_TRUE(catalog_->open_segments("disk-2")->empty());
    EXPECT_TRUE(catalog_->oldest(kDoor, "disk-1", 10)->empty());
    open.state = RowState::closed;
    open.end = kNoon + minutes{8};
    ASSERT_TRUE(catalog_->update(open, Bytes{9}));
    EXPECT_TRUE(catalog_->overlapping(kDoor, kNoon + minutes{9}, kNoon + minutes{10})->empty());
    EXPECT_TRUE(catalog_->open_segments("disk-1")->empty());
    EXPECT_EQ(*catalog_->fragment_table(open.id), Bytes{9});
    EXPECT_EQ(*catalog_->segment(open.id), open);
}

TEST_P(CatalogTest, RemovalHidesTheRowBeforeItGoes) {
    const auto id = put(row(kDoor, kNoon, minutes{10}));
    const auto kept = put(row(kDoor, kNoon + minutes{10}, minutes{10}));
    ASSERT_TRUE(catalog_->begin_removal(std::array{id, std::int64_t{999}}));
    reopen();
    EXPECT_EQ(starts(catalog_->overlapping(kDoor, kNoon, kNoon + hours{1})), std::vector{kNoon + minutes{10}});
    EXPECT_EQ(starts(catalog_->oldest(kDoor, "disk-1", 10)), std::vector{kNoon + minutes{10}});
    EXPECT_EQ(catalog_->segment(id).error().code, errc::not_found);
    EXPECT_EQ(starts(catalog_->removals("disk-1")), std::vector{kNoon});
    EXPECT_TRUE(catalog_->removals("disk-2")->empty());
    ASSERT_TRUE(catalog_->remove(std::array{id, std::int64_t{999}}));
    EXPECT_TRUE(catalog_->removals("disk-1")->empty());
    EXPECT_EQ(catalog_->fragment_table(id).error().code, errc::not_found);
    EXPECT_TRUE(catalog_->fragment_table(kept));
}

TEST_P(CatalogTest, OldestSkipsProtectedAndStopsAtMost) {
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(put(row(kDoor, kNoon + minutes{10} * i, minutes{10})));
    ASSERT_TRUE(catalog_->set_protected(std::array{ids[0], ids[2]}, true));
    EXPECT_EQ(starts(catalog_->oldest(kDoor, "disk-1", 2)), (std::vector{kNoon + minutes{10}, kNoon + minutes{30}}));
    EXPECT_EQ(starts(catalog_->protected_segments("disk-1")), (std::vector{kNoon, kNoon + minutes{20}}));
    EXPECT_TRUE(catalog_->protected_segments("disk-2")->empty());
    ASSERT_TRUE(catalog_->set_protected(std::array{ids[0]}, false));
    EXPECT_EQ(starts(catalog_->oldest(kDoor, "disk-1", 1)), std::vector{kNoon});
}

TEST_P(CatalogTest, UsageFollowsEveryChange) {
    auto open = row(kDoor, kNoon, seconds{0}, RowState::open);
    open.bytes = 0;
    open.id = put(open);
    const auto second = put(row(kDoor, kNoon + minutes{10}, minutes{10}));
    auto other = row(kDoor, kNoon - minutes{10}, minutes{10});
    other.volume = "disk-2";
    put(other);
    open.bytes = 700;
    open.state = RowState::closed;
    ASSERT_TRUE(catalog_->update(open, {}));
    const auto expect = [this](std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t, UtcTime>> wanted) {
        std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t, UtcTime>> found;
        for (const auto& u : catalog_->usage().value()) found.emplace_back(u.volume, u.bytes, u.segments, u.oldest.value());
        EXPECT_EQ(found, wanted);
    };
    expect({{"disk-1", 1700, 2, kNoon}, {"disk-2", 1000, 1, kNoon - minutes{10}}});
    reopen();
    expect({{"disk-1", 1700, 2, kNoon}, {"disk-2", 1000, 1, kNoon - minutes{10}}});
    ASSERT_TRUE(catalog_->remove(std::array{open.id}));
    expect({{"disk-1", 1000, 1, kNoon + minutes{10}}, {"disk-2", 1000, 1, kNoon - minutes{10}}});
    EXPECT_FALSE(catalog_->add(row(kDoor, kNoon + minutes{10}, minutes{1}), {}));  // rolled back: nothing is added up
    expect({{"disk-1", 1000, 1, kNoon + minutes{10}}, {"disk-2", 1000, 1, kNoon - minutes{10}}});
    ASSERT_TRUE(catalog_->remove(std::array{second}));
    expect({{"disk-2", 1000, 1, kNoon - minutes{10}}});
}

TEST_P(CatalogTest, EqualInitsShareOneRow) {
    const Bytes large(5000, 7);  // wider than an index entry may be
    const auto id = catalog_->intern_init(large);
    ASSERT_TRUE(id);
    EXPECT_EQ(*catalog_->intern_init(large), *id);
    EXPECT_NE(*catalog_->intern_init(Bytes{1}), *id);
    EXPECT_EQ(*catalog_->init(*id), large);
}

TEST_P(CatalogTest, GapsOpenCloseAndOverlap) {
    const auto lost = catalog_->add_gap({.stream = kDoor, .start = kNoon, .end = std::nullopt, .reason = "camera lost"});
    ASSERT_TRUE(lost);
    ASSERT_TRUE(
        catalog_->add_gap({.stream = kDoor, .start = kNoon - hours{100}, .end = kNoon - hours{1}, .reason = "disk full"}));
    ASSERT_TRUE(catalog_->add_gap({.stream = kYard, .start = kNoon, .end = kNoon + hours{1}, .reason = "camera lost"}));
    auto found = catalog_->gaps(kDoor, kNoon - hours{2}, kNoon + hours{50});
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->at(0).reason, "disk full");
    EXPECT_EQ(found->at(0).end, kNoon - hours{1});
    EXPECT_EQ(found->at(1).end, std::nullopt);
    EXPECT_EQ(catalog_->gaps(kDoor, kNoon + hours{40}, kNoon + hours{50})->size(), 1U);
    EXPECT_EQ(catalog_->gaps(kDoor, kNoon - hours{1}, kNoon)->size(), 0U);
    EXPECT_EQ(catalog_->open_gaps()->size(), 1U);
    ASSERT_TRUE(catalog_->close_gap(*lost, kNoon + hours{30}));
    EXPECT_TRUE(catalog_->open_gaps()->empty());
    EXPECT_EQ(catalog_->gaps(kDoor, kNoon + hours{40}, kNoon + hours{50})->size(), 0U);
    reopen();
    EXPECT_EQ(catalog_->gaps(kDoor, kNoon + hours{29}, kNoon + hours{50})->size(), 1U);
    EXPECT_EQ(catalog_->gaps(kDoor, kNoon - hours{90}, kNoon - hours{89})->size(), 1U);
    ASSERT_TRUE(catalog_->remove_gaps(kDoor, kNoon));
    EXPECT_EQ(catalog_->gaps(kDoor, UtcTime::min(), UtcTime::max())->size(), 1U);
    EXPECT_EQ(catalog_->gaps(kYard, UtcTime::min(), UtcTime::max())->size(), 1U);
}

TEST_P(CatalogTest, ReindexReplacesOneVolumeAndKeepsIdsAndProtection) {
    const auto known = row(kDoor, kNoon, minutes{10});
    const auto known_id = put(known);
    ASSERT_TRUE(catalog_->set_protected(std::array{known_id}, true));
    const auto gone = put(row(kDoor, kNoon + minutes{10}, minutes{10}));
    auto elsewhere = row(kYard, kNoon, minutes{10});
    elsewhere.volume = "disk-2";
    const auto elsewhere_id = put(elsewhere);
    EXPECT_FALSE(catalog_->volumes()->at(0).indexed);

    ASSERT_TRUE(catalog_->begin_reindex("disk-1"));
    EXPECT_TRUE(catalog_->segment(gone)) << "usable while it runs";
    auto changed = known;
    changed.bytes = 4242;
    changed.state = RowState::recovered;
    const std::array batch{IndexedSegment{changed, Bytes{1}},
                           IndexedSegment{row(kYard, kNoon + hours{1}, hours{2}), Bytes{2}}};
    ASSERT_TRUE(catalog_->reindex_batch(batch));
    const auto recorded = put(row(kDoor, kNoon + minutes{20}, minutes{10}));  // by a recorder that runs meanwhile
    EXPECT_EQ(*catalog_->end_reindex("disk-1"), 1U);

    EXPECT_EQ(catalog_->segment(gone).error().code, errc::not_found);
    EXPECT_TRUE(catalog_->segment(recorded));
    EXPECT_TRUE(catalog_->segment(elsewhere_id));
    const auto found = catalog_->segment(known_id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bytes, 4242U);
    EXPECT_TRUE(found->is_protected);
    EXPECT_EQ(*catalog_->fragment_table(known_id), Bytes{1});
    EXPECT_EQ(starts(catalog_->overlapping(kYard, kNoon + hours{2}, kNoon + hours{4})).size(), 1U);
    EXPECT_TRUE(catalog_->volumes()->at(0).indexed);
    EXPECT_FALSE(catalog_->volumes()->at(1).indexed);
    std::uint64_t bytes = 0;
    for (const auto& u : catalog_->usage().value()) bytes += u.bytes;
    EXPECT_EQ(bytes, 4242U + 1000 + 1000 + 1000);
}

TEST_P(CatalogTest, VolumesKeepTheirRowsWhenTheyMove) {
    put(row(kDoor, kNoon, minutes{10}));
    ASSERT_TRUE(catalog_->put_volume("disk-1", "/mnt/new"));
    const auto volumes = catalog_->volumes();
    ASSERT_EQ(volumes->size(), 2U);
    EXPECT_EQ(volumes->at(0).path, "/mnt/new");
    EXPECT_EQ(catalog_->overlapping(kDoor, kNoon, kNoon + hours{1})->size(), 1U);
    EXPECT_TRUE(catalog_->check());
}

TEST_P(CatalogTest, ManyThreadsReadAndWrite) {
    std::vector<std::jthread> threads;
    std::atomic<int> failures{0};
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&, t] {
            const StreamKey key{*CameraId::parse("cam" + std::to_string(t)), StreamKind::main};
            for (int i = 0; i < 20; ++i) {
                if (!catalog_->add(row(key, kNoon + minutes{10} * i, minutes{10}), kTable)) ++failures;
                const auto rows = catalog_->overlapping(key, kNoon, kNoon + hours{24});
                if (!rows || rows->size() != static_cast<std::size_t>(i) + 1) ++failures;
            }
        });
    threads.clear();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(catalog_->usage()->size(), 6U);
}

// 16 cameras, 30 days: what one look-up of a day may cost (docs/measurements.md has the figure of the release build).
TEST_P(CatalogTest, ADayAmongSeventyThousand) {
    std::vector<IndexedSegment> batch;
    const Bytes table(600, 3);
    ASSERT_TRUE(catalog_->begin_reindex("disk-1"));
    for (int camera = 0; camera < 16; ++camera) {
        const StreamKey key{*CameraId::parse("cam" + std::to_string(camera)), StreamKind::main};
        for (int i = 0; i < 30 * 144; ++i) batch.push_back({row(key, kNoon + minutes{10} * i, minutes{10}), table});
        ASSERT_TRUE(catalog_->reindex_batch(batch));
        batch.clear();
    }
    ASSERT_TRUE(catalog_->end_reindex("disk-1"));
    const auto opening = std::chrono::steady_clock::now();
    reopen();
    const auto began = std::chrono::steady_clock::now();
    const StreamKey key{*CameraId::parse("cam7"), StreamKind::main};
    constexpr int kRounds = 20;
    for (int i = 0; i < kRounds; ++i)
        ASSERT_EQ(catalog_->overlapping(key, kNoon + hours{24 * i}, kNoon + hours{24 * (i + 1)})->size(), 144U);
    const auto each = (std::chrono::steady_clock::now() - began) / kRounds;
    RecordProperty("open_us", std::to_string(std::chrono::duration_cast<microseconds>(began - opening).count()));
    RecordProperty("day_us", std::to_string(std::chrono::duration_cast<microseconds>(each).count()));
    EXPECT_LT(each, milliseconds{50}) << "an index is not used";
}

TEST_P(CatalogTest, KeepsWhereTheNumbersOfAPlaylistStand) {
    const MediaTime at = to_media(kNoon + minutes{10});
    const PlaylistRow row{kDoor, kNoon, at, 1'763'593'207, 1'763'593'201, at - Ticks{90000}, true, Ticks{1080000}};
    EXPECT_EQ(catalog_->playlist(kDoor, kNoon).error().code, errc::not_found);
    ASSERT_TRUE(catalog_->put_playlist(row));
    auto later = row;
    later.number = 1'763'593'300;
    later.front_breaks = false;
    ASSERT_TRUE(catalog_->put_playlist(later));
    auto sub = row;
    sub.stream = kDoorSub;
    ASSERT_TRUE(catalog_->put_playlist(sub));
    reopen();
    EXPECT_EQ(catalog_->playlist(kDoor, kNoon).value(), later);
    EXPECT_EQ(catalog_->playlist(kDoorSub, kNoon).value(), sub);
    EXPECT_EQ(catalog_->playlist(kYard, kNoon).error().code, errc::not_found);
    auto next_week = row;
    next_week.from = kNoon + hours{24 * 8};
    ASSERT_TRUE(catalog_->put_playlist(next_week));
    EXPECT_FALSE(catalog_->playlist(kDoor, kNoon));
    EXPECT_EQ(catalog_->playlist(kDoor, next_week.from + hours{24}).value(), next_week) << "the day before";
    EXPECT_TRUE(catalog_->playlist(kDoorSub, kNoon));
}

TEST_P(CatalogTest, NumbersAreTakenOnce) {
    EXPECT_EQ(catalog_->take_numbers("door/main", 256).value(), 0U);
    EXPECT_EQ(catalog_->take_numbers("yard/main", 1).value(), 0U);
    reopen();
    EXPECT_EQ(catalog_->take_numbers("door/main", 10).value(), 256U);
    EXPECT_EQ(catalog_->take_numbers("door/main", 10).value(), 266U);
}

INSTANTIATE_TEST_SUITE_P(Databases, CatalogTest, kBackends, kNameOf);

}  // namespace
}  // namespace vantage::store
