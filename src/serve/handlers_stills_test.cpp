// SPDX-License-Identifier: Apache-2.0
#include "media/jpeg_header.hpp"
#include "media/test_clip.hpp"
#include "serve/json.hpp"
#include "serve/picture_fixture.hpp"

namespace vantage::serve {
namespace {

using vantage::test::kStart;

// What the camera sends is also footage, in memory.
class FrameApi : public PictureFixture {
  protected:
    FrameApi() {
        const auto parts = send(StreamKind::main, camera);
        const StreamKey main{door, StreamKind::main};
        auto segment = std::make_shared<footage::SegmentInfo>(
            footage::SegmentInfo{1, main, "noon.mp4", {}, {}, 0, {}, false, {}, parts.front()->init});
        segment->start = to_utc(kStart);
        segment->end = to_utc(parts.back()->end());
        auto& footage = services.control.recorded;
        footage.files.push_back(segment);
        footage.all[main].push_back({segment, kStart, parts.back()->end() - kStart, 1, 1000, 900, true, {}, Ticks{0}});
        footage.content[1] = parts;
    }
};

TEST_F(FrameApi, ARecordedInstantSaysItsTrueTimeAndTheDifference) {
    const auto answer = get("/door/frame/?ts=2026-11-20T12:00:00.130Z");
    ASSERT_EQ(answer.status, 200) << body_text(answer);
    EXPECT_EQ(answer.headers.get("Content-Type"), "image/jpeg");
    EXPECT_EQ(answer.headers.get("Vantage-Time"), "2026-11-20T12:00:00.120Z");
    EXPECT_EQ(answer.headers.get("Vantage-Delta"), "-0.010");
    const auto image = body_text(answer);
    EXPECT_EQ(vantage::test::shown_by(as_bytes(image)), to_utc(kStart) + milliseconds{120});
    EXPECT_EQ(body_text(get("/door/frame?ts=2026-11-20T13:00:00.120%2B01:00")), image) << "the same, told in another zone";
}

TEST_F(FrameApi, NowIsTheNewestPicture) {
    const auto answer = get("/door/frame/?width=320");
    ASSERT_EQ(answer.status, 200) << body_text(answer);
    EXPECT_EQ(answer.headers.get("Vantage-Time"), "2026-11-20T12:00:00.360Z");
    EXPECT_FALSE(answer.headers.has("Vantage-Delta"));
    EXPECT_EQ(parse_jpeg(as_bytes(body_text(answer)))->width, 320);
    EXPECT_EQ(get("/door/frame/?stream=sub").status, 404);
    EXPECT_EQ(get("/yard/frame/").status, 403) << "not on the list";
    EXPECT_EQ(get("/yard/frame/?ts=5").status, 403);
}

TEST_F(FrameApi, WithoutFootageTheNearestAreTold) {
    const auto late = get("/door/frame/?ts=2026-11-20T12:30:00Z");
    EXPECT_EQ(late.status, 404);
    EXPECT_EQ(late.headers.get("Content-Type"), "application/problem+json");
    const auto told = json::parse(body_text(late)).as_object();
    EXPECT_EQ(told.at("code"), "not_found");
    EXPECT_EQ(told.at("before"), "2026-11-20T12:00:00.360Z");
    EXPECT_TRUE(told.at("after").is_null());
    EXPECT_NE(told.at("detail").as_string().find("nearest is at 2026-11-20T12:00:00.360Z"), std::string::npos);
    const auto early = json::parse(body_text(get("/door/frame/?ts=2026-11-20T11:59:00Z"))).as_object();
    EXPECT_TRUE(early.at("before").is_null());
    EXPECT_EQ(early.at("after"), "2026-11-20T12:00:00.000Z");
}

TEST_F(FrameApi, PngIsForWhoTakesNothingElse) {
    const std::string path = "/door/frame/?ts=2026-11-20T12:00:00Z";
    EXPECT_EQ(get(path + "&format=png").headers.get("Content-Type"), "image/png");
    EXPECT_EQ(get(path, "image/png").headers.get("Content-Type"), "image/png");
    for (const auto* accept : {"image/avif,image/webp,image/png,image/*;q=0.8,*/*;q=0.5", "image/png, image/jpeg", "*/*"})
        EXPECT_EQ(get(path, accept).headers.get("Content-Type"), "image/jpeg") << accept;
    EXPECT_EQ(get(path + "&format=jpeg", "image/png").headers.get("Content-Type"), "image/jpeg");
}

TEST_F(FrameApi, WrongWishesAreToldWhatIsExpected) {
    const std::pair<const char*, const char*> wrong[] = {
        {"width=31", "from 32 to 7680"}, {"ts=noon", "RFC 3339"},  {"ts=", "Unix seconds"},
        {"format=gif", "jpeg or png"},   {"stream=third", "main"}, {"ts=2026-11-20T12:00:00", "RFC 3339"}};
    for (const auto& [query, expected] : wrong) {
        const auto answer = get(std::string("/door/frame/?") + query);
        EXPECT_EQ(answer.status, 400) << query;
        EXPECT_NE(body_text(answer).find(expected), std::string::npos) << body_text(answer);
    }
}

TEST_F(FrameApi, FootageThatCannotBeDecodedIsNoFaultOfTheRequest) {
    services.control.recorded.content[1] = {
        vantage::test::video_part(vantage::test::init_of(false), kStart, 10, Ticks{3600}, true)};
    EXPECT_EQ(get("/door/frame/?ts=2026-11-20T12:00:00Z").status, 500);
}

}  // namespace
}  // namespace vantage::serve
