// SPDX-License-Identifier: Apache-2.0
// What every catalogue must do with packs of thumbnails.
#include "store/catalog_fixture.hpp"

namespace vantage::store {
namespace {

class CatalogThumbs : public CatalogTest {
  protected:
    static ThumbPackRow pack(const StreamKey& stream, UtcTime start, microseconds length,
                             const std::string& volume = "disk-1") {
        return {.stream = stream,
                .volume = volume,
                .path = "footage/" + to_string(stream) + "/" + to_rfc3339(start) + ".thumbs",
                .start = start,
                .end = start + length,
                .bytes = 5000};
    }
    void put_pack(ThumbPackRow row, const Bytes& table = kTable) {
        const auto id = catalog_->put_thumbs(row, table);
        ASSERT_TRUE(id) << id.error().message;
    }
    static std::vector<UtcTime> times(const Result<std::vector<ThumbPackRow>>& rows) {
        std::vector<UtcTime> out;
        for (const auto& r : rows.value()) out.push_back(r.start);
        return out;
    }
};

TEST_P(CatalogThumbs, KeepsEveryFieldOverAReopenAndReplacesByPath) {
    auto row = pack(kDoor, kNoon + microseconds{123'457}, minutes{10} - microseconds{1});
    const auto id = catalog_->put_thumbs(row, kTable);
    ASSERT_TRUE(id);
    row.bytes = 6000;
    EXPECT_EQ(*catalog_->put_thumbs(row, Bytes{7}), *id) << "the same path keeps its id";
    auto lost = row;
    lost.volume = "disk-9";
    EXPECT_FALSE(catalog_->put_thumbs(lost, kTable)) << "a volume nobody knows";
    reopen();
    row.id = *id;
    EXPECT_EQ(*catalog_->thumbs_at("disk-1", row.path), row);
    EXPECT_EQ(*catalog_->thumbs_table(*id), Bytes{7});
    EXPECT_EQ(times(catalog_->thumbs_within(kDoor.camera, row.end, row.end)), std::vector{row.start}) << "ends count";
    ASSERT_TRUE(catalog_->remove_thumbs("disk-1", std::array{row.path, std::string("unknown")}));
    EXPECT_EQ(catalog_->thumbs_at("disk-1", row.path).error().code, errc::not_found);
    EXPECT_EQ(catalog_->thumbs_table(*id).error().code, errc::not_found);
}

TEST_P(CatalogThumbs, AreFoundBySpanAndAroundATimeInBothStreams) {
    put_pack(pack(kDoor, kNoon, minutes{9}));
    put_pack(pack(kDoorSub, kNoon + minutes{10}, minutes{9}));
    put_pack(pack(kDoor, kNoon + hours{5}, minutes{9}));
    put_pack(pack(kYard, kNoon + minutes{1}, minutes{1}));
    const auto& door = kDoor.camera;
    EXPECT_EQ(times(catalog_->thumbs_within(door, kNoon + minutes{9}, kNoon + minutes{10})),
              (std::vector{kNoon, kNoon + minutes{10}}));
    EXPECT_TRUE(catalog_->thumbs_within(door, kNoon + minutes{20}, kNoon + hours{5} - microseconds{1})->empty());
    EXPECT_EQ(times(catalog_->thumbs_around(door, kNoon + hours{1})), (std::vector{kNoon + minutes{10}, kNoon + hours{5}}));
    EXPECT_EQ(times(catalog_->thumbs_around(door, kNoon - hours{1})), (std::vector{kNoon}));
    EXPECT_EQ(times(catalog_->thumbs_around(door, kNoon + hours{9})), (std::vector{kNoon + hours{5}}));
    EXPECT_TRUE(catalog_->thumbs_around(*CameraId::parse("shed"), kNoon)->empty());
}

TEST_P(CatalogThumbs, OldestAreOfOneStreamAndVolume) {
    for (int i = 4; i >= 0; --i) put_pack(pack(kDoor, kNoon + minutes{10 * i}, minutes{9}));
    put_pack(pack(kDoor, kNoon - hours{1}, minutes{9}, "disk-2"));
    put_pack(pack(kDoorSub, kNoon - hours{2}, minutes{9}));
    EXPECT_EQ(times(catalog_->oldest_thumbs(kDoor, "disk-1", kNoon + minutes{20}, 9)),
              (std::vector{kNoon, kNoon + minutes{10}}));
    EXPECT_EQ(times(catalog_->oldest_thumbs(kDoor, "disk-1", UtcTime::max(), 1)), (std::vector{kNoon}));
    EXPECT_EQ(*catalog_->streams_with_thumbs("disk-1"), (std::vector{kDoor, kDoorSub}));
}

TEST_P(CatalogThumbs, OutliveTheirSegmentAndAReindexDropsWhatItDidNotSee) {
    const auto segment = put(row(kDoor, kNoon, minutes{10}));
    put_pack(pack(kDoor, kNoon, minutes{9}));
    put_pack(pack(kYard, kNoon, minutes{9}, "disk-2"));
    ASSERT_TRUE(catalog_->remove(std::array{segment}));
    EXPECT_EQ(catalog_->thumbs_within(kDoor.camera, kNoon, kNoon)->size(), 1U);
    ASSERT_TRUE(catalog_->begin_reindex("disk-1"));
    put_pack(pack(kDoor, kNoon + hours{1}, minutes{9}));
    EXPECT_EQ(*catalog_->end_reindex("disk-1"), 0U) << "segments";
    EXPECT_EQ(times(catalog_->thumbs_around(kDoor.camera, kNoon)), std::vector{kNoon + hours{1}});
    EXPECT_EQ(catalog_->thumbs_around(kYard.camera, kNoon)->size(), 1U) << "of another volume";
}

INSTANTIATE_TEST_SUITE_P(Databases, CatalogThumbs, kBackends, kNameOf);

}  // namespace
}  // namespace vantage::store
