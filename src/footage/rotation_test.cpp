// SPDX-License-Identifier: Apache-2.0
#include "footage/rotation.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vantage::footage {
namespace {

using namespace std::chrono_literals;

struct Case {
    const char* what;
    microseconds running_for;  // from the segment's start to the end of its video
    microseconds last_fragment;
    bool starts_fragment;
    bool discontinuity;
    microseconds seam;  // between the running end and the part
    Turn expected;
};

// Turns are at multiples of 10 min here (offset 0); the segment began at such a multiple.
const Case kCases[] = {
    {"in the middle", 5min, 2s, true, false, 0s, Turn::stay},
    {"the fragment ends just on the turn", 10min - 2s, 2s, true, false, 0s, Turn::stay},
    {"the fragment would pass the turn", 10min - 1s, 2s, true, false, 0s, Turn::turn_over},
    {"never inside a fragment", 10min - 1s, 2s, false, false, 0s, Turn::stay},
    {"late, because the fragments grew", 11min, 2s, true, false, 0s, Turn::turn_over},
    {"discontinuity", 1min, 2s, true, true, 0s, Turn::break_off},
    {"discontinuity inside a fragment", 1min, 2s, false, true, 0s, Turn::break_off},
    {"a seam that plays", 1min, 2s, true, false, 150ms, Turn::stay},
    {"a hole", 1min, 2s, true, false, 250ms, Turn::break_off},
    {"back in time", 1min, 2s, true, false, -250ms, Turn::break_off},
};

TEST(Rotation, Table) {
    const auto init = std::make_shared<Init>(Init{{Track{}, {}}, {}, 0, {}});
    const MediaTime start{kLongestSegment * 1000};
    for (const auto& c : kCases) {
        const auto end = start + std::chrono::duration_cast<Ticks>(c.running_for);
        const RunningSegment running{init.get(), start, end, std::chrono::duration_cast<Ticks>(c.last_fragment)};
        Part part;
        part.init = init;
        part.start = end + std::chrono::duration_cast<Ticks>(c.seam);
        part.starts_fragment = c.starts_fragment;
        part.discontinuity = c.discontinuity;
        EXPECT_EQ(decide_turn(running, part, Ticks{0}), c.expected) << c.what;
    }
}

TEST(Rotation, OtherParametersBreakOffWhateverTheTrack) {
    const auto init = std::make_shared<Init>(Init{{Track{}, {}}, {}, 0, {}});
    Part part;
    part.init = std::make_shared<Init>(*init);
    part.track = TrackKind::audio;
    EXPECT_EQ(decide_turn({init.get(), part.start, part.start, Ticks{0}}, part, Ticks{0}), Turn::break_off);
}

TEST(Rotation, AudioFollowsVideo) {
    Track sound;
    sound.codec = Codec::aac;
    const auto init = std::make_shared<Init>(Init{{Track{}, sound}, {}, 0, {}});
    Part part;
    part.init = init;
    part.track = TrackKind::audio;
    part.start = MediaTime{kLongestSegment * 3};
    const RunningSegment running{init.get(), MediaTime{Ticks{0}}, MediaTime{Ticks{0}}, Ticks{0}};
    EXPECT_EQ(decide_turn(running, part, Ticks{0}), Turn::stay);
}

TEST(Rotation, CamerasTurnAtDifferentTimesAndAlwaysTheSame) {
    std::set<Ticks> offsets;
    for (int i = 0; i < 64; ++i)
        for (const auto kind : {StreamKind::main, StreamKind::sub}) {
            const StreamKey key{CameraId::parse(fmt::format("camera{}", i)).value(), kind};
            EXPECT_EQ(turn_offset(key), turn_offset(key));
            EXPECT_LT(turn_offset(key), kLongestSegment);
            EXPECT_GE(turn_offset(key), Ticks{0});
            offsets.insert(std::chrono::floor<seconds>(turn_offset(key)));
        }
    EXPECT_GT(offsets.size(), 100U);
    EXPECT_EQ(turn_offset({CameraId::parse("door").value(), StreamKind::main}).count(),
              15099841);  // a name's turn outlives releases
}

// Whatever the offset and the length of a GOP: no segment is longer than ten minutes, none is cut needlessly short.
TEST(Rotation, AnHourOfEvenFragments) {
    const auto init = std::make_shared<Init>(Init{{Track{}, {}}, {}, 0, {}});
    for (const auto gop : {Ticks{90000}, Ticks{180000}, Ticks{337500}, Ticks{2700000}})
        for (const auto offset : {Ticks{0}, Ticks{12345678}, kLongestSegment - Ticks{1}}) {
            std::vector<Ticks> lengths;
            MediaTime segment{Ticks{1'763'665'445} * 90000};
            auto at = segment;
            for (; at - segment < Ticks{90000} * 7200 && lengths.size() < 7; at += gop) {
                Part part;
                part.init = init;
                part.start = at;
                part.starts_fragment = true;
                if (decide_turn({init.get(), segment, at, gop}, part, offset) == Turn::turn_over) {
                    lengths.push_back(at - segment);
                    segment = at;
                }
            }
            ASSERT_EQ(lengths.size(), 7U);
            for (std::size_t i = 0; i < lengths.size(); ++i) {
                EXPECT_LE(lengths[i], kLongestSegment) << gop.count() << " " << offset.count();
                if (i > 0) {
                    EXPECT_GT(lengths[i], kLongestSegment * 3 / 4 - gop);
                }
            }
        }
}

}  // namespace
}  // namespace vantage::footage
