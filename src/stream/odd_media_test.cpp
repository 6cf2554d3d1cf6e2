// SPDX-License-Identifier: Apache-2.0
// Everything odd that a camera may send, through the fragmenter: each frame comes out once or is counted, and what comes out
// can be read back.
#include "media/mp4.hpp"
#include "media/test_media.hpp"
#include "media/test_packets.hpp"
#include "stream/fragmenter.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace vantage::stream {
namespace {

using namespace std::chrono_literals;

const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};

// What the pipeline before the fragmenter does in its way: times that increase, tracks where they change.
struct Fed {
    std::uint64_t video{0};
    bool ended_well{true};
};
Fed feed(const std::string& path, Fragmenter& fragmenter) {
    auto demuxer = Demuxer::open(path, {}, {});
    Fed fed;
    MediaTime last[2]{kStart, kStart};
    while (demuxer) {
        auto next = (*demuxer)->next();
        fed.ended_well = next.has_value();
        if (!next || std::holds_alternative<EndOfInput>(*next)) break;
        if (const auto* tracks = std::get_if<TrackSet>(&*next)) {
            fragmenter.set_tracks(*tracks);
            continue;
        }
        auto& frame = std::get<DemuxedFrame>(*next);
        auto packet = std::make_shared<Packet>();
        auto& before = last[frame.track == TrackKind::audio ? 1 : 0];
        const auto given = kStart + frame.dts.value_or(Ticks{0});
        packet->dts = before = frame.dts && given > before && given - before < 1s ? given : before + Ticks{3600};
        packet->track = frame.track;
        packet->key = frame.key;
        packet->recovery = frame.recovery;
        packet->data = std::move(frame.data);
        fed.video += frame.track == TrackKind::video ? 1 : 0;
        fragmenter.push(std::move(packet));
    }
    fragmenter.flush();
    return fed;
}

void check_readable(const std::vector<PartPtr>& parts) {
    const Init* init = nullptr;
    for (const auto& part : parts) {
        const auto back = mp4::parse_part(ByteView(part->data).first(part->samples.front().offset));
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(back->start, part->start);
        EXPECT_EQ(back->duration, part->duration);
        EXPECT_EQ(back->samples.size(), part->samples.size());
        if (part->init.get() == init) continue;
        init = part->init.get();
        EXPECT_TRUE(part->discontinuity);
        EXPECT_TRUE(part->starts_fragment);
        const auto tracks = mp4::parse_init(init->data);
        ASSERT_TRUE(tracks) << tracks.error().message;
        EXPECT_EQ((*tracks)->tracks, init->tracks);
    }
}

TEST(OddMedia, IsMuxedOrCounted) {
    if (!std::filesystem::is_directory(test::media_root() / "odd")) GTEST_SKIP() << "no odd/ in $VANTAGE_TEST_MEDIA";
    std::size_t recorded = 0;
    for (const auto* folder : {"h264", "h265", "made", "mp4", "ts"}) {
        const auto path = test::media_root() / "odd" / folder;
        if (!std::filesystem::is_directory(path)) continue;
        for (const auto& file : std::filesystem::directory_iterator(path)) {
            SCOPED_TRACE(file.path().filename().string());
            std::vector<PartPtr> parts;
            Fragmenter fragmenter({}, [&](PartPtr part) { parts.push_back(std::move(part)); });
            const auto fed = feed(file.path().string(), fragmenter);
            std::uint64_t frames = 0;
            bool muxable = false;
            for (const auto& part : parts) {
                frames += part->track == TrackKind::video ? part->samples.size() : 0;
                muxable = muxable || part->init->tracks.video.has_value();
            }
            check_readable(parts);
            if (!muxable) continue;
            EXPECT_EQ(frames + fragmenter.dropped_before_key(), fed.video);
            EXPECT_GT(frames, 0U);
            ++recorded;
        }
    }
    EXPECT_GT(recorded, 50U);
}

}  // namespace
}  // namespace vantage::stream
