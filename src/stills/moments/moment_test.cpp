// SPDX-License-Identifier: Apache-2.0
#include "stills/moments/moment_address.hpp"

#include <gtest/gtest.h>

namespace vantage::stills {
namespace {

using namespace std::chrono_literals;

TEST(Moment, ItsNameIsTheSecondInUtc) {
    const auto time = parse_time("2026-11-20T19:04:05.987Z").value();
    EXPECT_EQ(moment_id(time), "20261120T190405Z");
    EXPECT_EQ(second_of("20261120T190405Z").value(), std::chrono::floor<seconds>(time));
    EXPECT_EQ(second_of("20261120T190405Z_12").value(), std::chrono::floor<seconds>(time));
    for (const auto* wrong : {"", "20261120T190405", "20261320T190405Z", "20261120T250405Z", "20261120T190405Z_", "../..",
                              "20261120T190405Z_1", "20261120T190405Z_02x", "2026112-T190405Z", "20261120X190405Z"})
        EXPECT_FALSE(second_of(wrong)) << wrong;
}

TEST(Moment, AddressesAreThoseOfTheZone) {
    const auto berlin = TimeZone::load("Europe/Berlin").value();
    const auto address = [&](const char* id) { return to_string(place_of(id, berlin)); };
    EXPECT_EQ(address("20261120T190405Z"), "2026/11/20/20/04/05");
    EXPECT_EQ(address("20261120T190405Z_2"), "2026/11/20/20/04/05_2");
    EXPECT_EQ(address("20261231T230000Z"), "2027/01/01/00/00/00");
    EXPECT_EQ(address("20261025T003000Z"), "2026/10/25/02/30/00");
    EXPECT_EQ(address("20261025T013000Z_3"), "2026/10/25/02/30/00+0100_3");
    EXPECT_EQ(to_string(place_of("20261101T063000Z", TimeZone::load("America/New_York").value())),
              "2026/11/01/01/30/00-0500");
}

TEST(Moment, AddressesAreReadAsTheyAreWritten) {
    const auto read = [](const char* text) { return MomentAddress::parse(text).value(); };
    EXPECT_EQ(read("2026/1/2/3/4/5").shown, read("2026/01/02/03/04/05").shown);
    EXPECT_EQ(read("2026/10/25/02/30/00+0100_3").offset, 60min);
    EXPECT_EQ(read("2026/10/25/02/30/00+0100_3").count, "_3");
    EXPECT_EQ(read("2026/11/01/01/30/00-0330").offset, -210min);
    for (const auto* wrong : {"2026/10/25", "2026/10/25/02/30/60", "2026/10/25/02/30/00+01", "2026/10/25/02/30/00_",
                              "2026/10/25/02/30/00x", "2026/2/30/0/0/0", "2026/10/25/02/30/00_3_4", "-2026/1/1/1/1/1"})
        EXPECT_EQ(MomentAddress::parse(wrong).error().code, errc::invalid_argument) << wrong;
}

TEST(Moment, ItsRecordSaysAll) {
    Moment moment{.id = "20261120T190405Z_2",
                  .request = {*CameraId::parse("door"), 7s, 3s, "vera"},
                  .stream = StreamKind::sub,
                  .from = UtcTime{1s},
                  .to = UtcTime{8s},
                  .start = UtcTime{1100ms},
                  .end = UtcTime{8s},
                  .exact = true,
                  .state = MomentState::done,
                  .progress = 1,
                  .created = UtcTime{5s},
                  .bytes = 12345,
                  .gaps = {{UtcTime{2s}, UtcTime{3s}, "camera lost"}}};
    const auto again = parse_moment(to_json(moment)).value();
    EXPECT_EQ(to_json(again), to_json(moment));
    EXPECT_EQ(again.request.user, "vera");
    EXPECT_EQ(again.gaps.at(0).reason, "camera lost");
    EXPECT_EQ(again.progress, 1);
    for (const auto* wrong : {"", "{}", "[]", R"({"id":"../x"})"}) EXPECT_FALSE(parse_moment(wrong)) << wrong;
}

}  // namespace
}  // namespace vantage::stills
