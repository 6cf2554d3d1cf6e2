// SPDX-License-Identifier: Apache-2.0
// For tests: a catalogue of two disks, made by each of the databases. Tests only.
#pragma once
#include "store/catalog.hpp"
#include "store/test_folder.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace vantage::store {

using std::chrono::hours;
using std::chrono::minutes;

inline const UtcTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + hours{12}};
inline const StreamKey kDoor{*CameraId::parse("door"), StreamKind::main};
inline const StreamKey kDoorSub{*CameraId::parse("door"), StreamKind::sub};
inline const StreamKey kYard{*CameraId::parse("yard"), StreamKind::main};
inline const Bytes kTable{0, 1, 2, 250, 255};

struct Backend {
    const char* name;
    std::function<Result<std::unique_ptr<Catalog>>(const TestFolder&, const Clock&)> make;
};

class CatalogTest : public testing::TestWithParam<Backend> {
  protected:
    void SetUp() override {
        reopen();
        ASSERT_TRUE(catalog_->put_volume("disk-1", "/mnt/one"));
        ASSERT_TRUE(catalog_->put_volume("disk-2", "/mnt/two"));
    }
    void reopen() {
        catalog_.reset();
        auto made = GetParam().make(folder_, clock_);
        ASSERT_TRUE(made) << made.error().message;
        catalog_ = std::move(*made);
    }
    static SegmentRow row(const StreamKey& stream, UtcTime start, microseconds length, RowState state = RowState::closed) {
        return {
            .stream = stream,
            .volume = "disk-1",
            .path = "footage/" + to_string(stream) + "/" + to_rfc3339(start) + ".mp4",
            .state = state,
            .start = start,
            .end = start + length,
            .bytes = 1000,
            .timing = {.source = "arrival", .offset = microseconds{-12345}, .ppm = -3.25, .uncertainty = milliseconds{4}}};
    }
    std::int64_t put(const SegmentRow& r) {
        auto id = catalog_->add(r, kTable);
        EXPECT_TRUE(id) << id.error().message;
        return id ? *id : 0;
    }
    static std::vector<UtcTime> starts(const Result<std::vector<SegmentRow>>& rows) {
        std::vector<UtcTime> times;
        for (const auto& r : rows.value()) times.push_back(r.start);
        return times;
    }

    TestFolder folder_;
    SimulatedClock clock_{kNoon};
    std::unique_ptr<Catalog> catalog_;
};

inline const auto kBackends = testing::Values(Backend{"SQLite", [](const TestFolder& folder, const Clock& clock) {
                                                          return create_catalog(folder.path() / "my catalog.db", clock);
                                                      }});
inline constexpr auto kNameOf = [](const auto& named) { return named.param.name; };

}  // namespace vantage::store
