// SPDX-License-Identifier: Apache-2.0
#include "footage/thumb_writer.hpp"
#include "media/jpeg_header.hpp"
#include "serve/json.hpp"
#include "serve/test_services.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

namespace vantage::serve {
namespace {

const UtcTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{12}};

// A camera with a thumbnail every second from noon for a minute, and one an hour later.
class ThumbnailsApi : public testing::Test {
  protected:
    ThumbnailsApi() {
        services.add_user("vera", Role::viewer, std::vector<std::string>{"door"});
        services.add_user("otto", Role::operator_);
        browser.log_in("vera");
        test::DrawnCamera drawn(640, 360, 0);
        jpeg = make_jpeg(drawn.track(), drawn.packets(1).front()->data, {.max_width = 320, .quality = 4}).value();
        const auto pack = std::make_shared<footage::OpenPack>((folder.path() / "pack.thumbs").string());
        auto file = files.create(pack->path()).value();
        std::uint64_t at = 0;
        for (int i = 0; i <= 60; ++i) {
            const auto time = i < 60 ? kNoon + seconds{i} + microseconds{250} : kNoon + std::chrono::hours{1};
            const auto header = footage::thumb_header(time, jpeg);
            const std::array<ByteView, 2> slices{header, jpeg};
            EXPECT_TRUE(footage::write_all(*file, at, slices));
            at += footage::kThumbHeader + jpeg.size();
            const footage::ThumbEntry entry{time, at - jpeg.size(), static_cast<std::uint32_t>(jpeg.size())};
            pack->grow({&entry, 1});
        }
        services.control.fake_thumbs.open.add(*CameraId::parse("door"), pack);
        services.control.views.front().config_json =
            R"({"location":{"place":"Gate \u00e4","latitude":52.5,"longitude":-13.25}})";
    }
    net::Response get(const std::string& target) { return when_it_comes(browser.get(target)); }
    json::object object(const net::Response& response) { return json::parse(body_text(response)).as_object(); }

    TestServices services;
    Browser browser{services};
    store::TestFolder folder;
    footage::SystemFiles files;
    Bytes jpeg;
};

TEST_F(ThumbnailsApi, TheNearestSaysItsTrueTimeAndWhereTheCameraStands) {
    const auto answer = get("/door/thumbnail?ts=2026-11-20T12:00:10.4Z");
    ASSERT_EQ(answer.status, 200) << body_text(answer);
    EXPECT_EQ(answer.headers.get("Content-Type"), "image/jpeg");
    EXPECT_EQ(answer.headers.get("Vantage-Time"), "2026-11-20T12:00:10.000Z");
    EXPECT_EQ(answer.headers.get("Vantage-Delta"), "-0.400");
    EXPECT_EQ(answer.headers.get("Vantage-Latitude"), "52.5");
    EXPECT_EQ(answer.headers.get("Vantage-Longitude"), "-13.25");
    EXPECT_EQ(answer.headers.get("Vantage-Place"), "Gate%20%C3%A4");
    EXPECT_EQ(body_text(answer), as_text(jpeg));
    EXPECT_EQ(get("/door/thumbnail?ts=1795176059.9").headers.get("Vantage-Delta"), "-0.900");
    EXPECT_EQ(get("/door/thumbnail?ts=2026-11-20T13:00:08%2B01:00").headers.get("Vantage-Delta"), "0.000");
}

TEST_F(ThumbnailsApi, FarFromAnyItNamesTheNearestTimes) {
    const auto answer = get("/door/thumbnail?ts=2026-11-20T12:30:00Z");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(object(answer).at("before"), "2026-11-20T12:00:59.000Z");
    EXPECT_EQ(object(answer).at("after"), "2026-11-20T13:00:00.000Z");
    EXPECT_EQ(object(answer).at("location").at("latitude"), 52.5);
    EXPECT_EQ(get("/door/thumbnail?ts=2026-11-20T12:30:00Z&max_delta=1800").status, 200);
    EXPECT_EQ(object(get("/door/thumbnail?ts=2025-01-01T00:00:00Z")).at("before"), nullptr);
    EXPECT_EQ(get("/door/thumbnail?ts=2026-11-20T12:01:00Z&max_delta=0.5").status, 404);
}

TEST_F(ThumbnailsApi, AGroupHasWhatIsLaterThanTAndNoMore) {
    const auto group = object(get("/door/thumbnailGroup?ts=1795176010.00025&minutes=0.25"));
    const auto& list = group.at("thumbnails").as_array();
    ASSERT_EQ(list.size(), 15U) << "greater than T, up to X minutes later";
    EXPECT_EQ(list[0].at("time"), "2026-11-20T12:00:11.000Z");
    EXPECT_EQ(group.at("location").at("place"), "Gate ä");
    const auto linked = get(std::string(list[3].at("url").as_string()));
    EXPECT_EQ(linked.headers.get("Vantage-Delta"), "0.000");
    EXPECT_NE(linked.headers.get("Cache-Control").find("max-age"), std::string_view::npos);
    EXPECT_EQ(object(get("/door/thumbnailGroup?ts=1795176000")).at("thumbnails").as_array().size(), 60U);
    EXPECT_EQ(object(get("/door/thumbnailGroup?ts=1795176000&minutes=60")).at("thumbnails").as_array().size(), 61U);
    EXPECT_TRUE(object(get("/door/thumbnailGroup?ts=1700000000")).at("thumbnails").as_array().empty());
}

TEST_F(ThumbnailsApi, ASpriteAndItsWebVttAgree) {
    const auto vtt = get("/door/thumbnailGroup?ts=1795176000&minutes=1&format=webvtt&width=64");
    ASSERT_EQ(vtt.status, 200) << body_text(vtt);
    const auto text = body_text(vtt);
    EXPECT_TRUE(text.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n/door/thumbnailGroup?ts=1795176000.000000&"))
        << text;
    EXPECT_NE(text.find("#xywh=64,36,64,36"), std::string::npos) << "the second of the second row";
    const auto at = text.find("/door/");
    const auto sprite = get(text.substr(at, text.find('#', at) - at));
    ASSERT_EQ(sprite.status, 200) << body_text(sprite);
    const auto header = parse_jpeg(as_bytes(body_text(sprite))).value();
    EXPECT_EQ(header.width, 25 * 64);
    EXPECT_EQ(header.height, 3 * 36);
    EXPECT_EQ(get("/door/thumbnailGroup?ts=1700000000&format=sprite").status, 404);
}

TEST_F(ThumbnailsApi, MultipartHoldsEveryPictureWithItsTime) {
    const auto answer = get("/door/thumbnailGroup?ts=1795176000&minutes=0.05&format=multipart");
    ASSERT_EQ(answer.headers.get("Content-Type"), "multipart/mixed; boundary=vantage-picture");
    std::string all;
    for (const auto& piece : std::get<net::GatherBody>(answer.body).pieces) all += as_text(piece.bytes);
    std::size_t pictures = 0;
    for (auto at = all.find("--vantage-picture\r\n"); at != std::string::npos;
         at = all.find("--vantage-picture\r\n", at + 1))
        ++pictures;
    EXPECT_EQ(pictures, 3U);
    EXPECT_NE(
        all.find("Vantage-Time: 2026-11-20T12:00:02.000Z\r\nVantage-Delta: 2.000\r\n\r\n" + std::string(as_text(jpeg))),
        std::string::npos);
    EXPECT_TRUE(all.ends_with("--vantage-picture--\r\n"));
}

TEST_F(ThumbnailsApi, TheCameraMayBeAParameterOrLeftOutWhereThereIsOne) {
    EXPECT_EQ(get("/thumbnail?camera=door&ts=1795176010").status, 200);
    EXPECT_EQ(get("/thumbnail?ts=1795176010").status, 200) << "the only one that vera sees";
    EXPECT_EQ(get("/thumbnailGroup?ts=1795176010").status, 200);
    EXPECT_EQ(get("/thumbnail?camera=yard&ts=1795176010").status, 403);
    EXPECT_EQ(get("/yard/thumbnail?ts=1795176010").status, 403);
    Browser otto{services};
    otto.log_in("otto");
    const auto which = otto.get("/thumbnail?ts=1795176010");
    EXPECT_EQ(which.status, 400);
    EXPECT_NE(body_text(which).find("door, yard"), std::string::npos);
    EXPECT_EQ(when_it_comes(otto.get("/thumbnail?camera=yard&ts=1795176010")).status, 404);
    EXPECT_EQ(Browser{services}.get("/thumbnail?ts=1795176010").status, 401);
}

TEST_F(ThumbnailsApi, WhatIsWrongIsSaid) {
    for (const auto* bad : {"/door/thumbnail", "/door/thumbnail?ts=noon", "/door/thumbnail?ts=1795176010&max_delta=-1",
                            "/door/thumbnail?ts=1795176010&max_delta=nan", "/door/thumbnailGroup?ts=1795176010&minutes=61",
                            "/door/thumbnailGroup?ts=1795176010&format=gif", "/thumbnail?camera=../door&ts=1",
                            "/door/thumbnailGroup?ts=1795176010&format=sprite&width=4000"})
        EXPECT_EQ(get(bad).status, 400) << bad;
    EXPECT_NE(body_text(get("/door/thumbnailGroup?ts=1&minutes=61")).find("from 0 to 60"), std::string::npos);
}

}  // namespace
}  // namespace vantage::serve
