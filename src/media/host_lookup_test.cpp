// SPDX-License-Identifier: Apache-2.0
#include "media/host_lookup.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

using Steady = std::chrono::steady_clock;

TEST(HostLookup, AnAddressIsThere) {
    EXPECT_TRUE(look_up("127.0.0.1", {}, Steady::now() + std::chrono::seconds{20}));
    EXPECT_TRUE(look_up("::1", {}, Steady::now() + std::chrono::seconds{20}));
}

TEST(HostLookup, NamesThatCannotBeAreToldAsSuch) {
    const auto found = look_up("no host has spaces", {}, Steady::now() + std::chrono::seconds{20});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message.find("the server's name cannot be resolved"), 0U) << found.error().message;
}

TEST(HostLookup, IsGivenUpAtOnce) {
    std::stop_source stop;
    stop.request_stop();
    const auto began = Steady::now();
    EXPECT_EQ(look_up("no-such-host.invalid", stop.get_token(), began + std::chrono::hours{1}).error().code,
              errc::cancelled);
    EXPECT_EQ(look_up("no-such-host.invalid", {}, began).error().code, errc::timed_out);
    EXPECT_LT(Steady::now() - began, std::chrono::seconds{2});
}

}  // namespace
}  // namespace vantage
