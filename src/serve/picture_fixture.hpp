// SPDX-License-Identifier: Apache-2.0
// For tests of pictures: a camera that sends ten drawn frames from noon on, and a viewer who may see it alone. Tests only.
#pragma once
#include "serve/test_services.hpp"
#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

namespace vantage::serve {

class PictureFixture : public testing::Test {
  protected:
    PictureFixture() {
        services.add_user("vera", Role::viewer, std::vector<std::string>{"door"});
        browser.log_in("vera");
    }
    ~PictureFixture() override {
        services.control.jpegs->stop();
        services.control.stills->stop();
    }

    // The frames as a stream of the camera; gives them.
    std::vector<PartPtr> send(StreamKind kind, vantage::test::DrawnCamera& drawn) {
        auto parts = vantage::test::parts_of(drawn.track(), drawn.packets(10));
        auto stream = std::make_shared<stream::Stream>(4U << 20U);
        for (const auto& part : parts) stream->publish(part);
        services.control.streams[{door, kind}] = std::move(stream);
        return parts;
    }
    // Also an answer that comes later.
    net::Response get(const std::string& target, const std::string& accept = {}) {
        auto request = request_of(net::Method::get, target);
        request.headers.add("Cookie", browser.cookie);
        if (!accept.empty()) request.headers.add("Accept", accept);
        return when_it_comes(Router(services.app).handle(request));
    }

    const CameraId door{CameraId::parse("door").value()};
    vantage::test::DrawnCamera camera{640, 360, 0};
    TestServices services;
    Browser browser{services};
};

}  // namespace vantage::serve
