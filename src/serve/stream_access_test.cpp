// SPDX-License-Identifier: Apache-2.0
#include "serve/stream_access.hpp"

#include "serve/test_services.hpp"

#include <gtest/gtest.h>

namespace vantage::serve {
namespace {

class StreamAccessTest : public testing::Test {
  protected:
    void SetUp() override {
        services.add_user("root", Role::admin);
        services.add_user("anna", Role::viewer, std::vector<std::string>{"door"});
    }
    TestServices services;
    StreamAccess& access = services.stream_access;
};

TEST_F(StreamAccessTest, APasswordIsMadeOnceAndIsNotInTheDatabase) {
    EXPECT_FALSE(access.password_of("anna"));
    const auto password = access.password("anna").value();
    EXPECT_GE(password.size(), 16U);
    EXPECT_EQ(access.password("anna").value(), password);
    EXPECT_EQ(access.password_of("anna"), password);
    EXPECT_EQ(services.settings->stream_password("anna")->sealed.find(password), std::string::npos);
    EXPECT_EQ(access.password("nobody").error().code, errc::not_found);
}

TEST_F(StreamAccessTest, AnotherProgramsChangesAreTakenOver) {
    const auto old = access.password("anna").value();
    StreamAccess other{*services.settings, services.sealer, services.clock};
    EXPECT_FALSE(other.password_of("anna"));
    other.refresh();
    EXPECT_EQ(other.password_of("anna"), old);
    const auto fresh = access.renew("anna").value();
    EXPECT_NE(fresh, old);
    other.refresh();
    EXPECT_EQ(other.password_of("anna"), fresh);
    ASSERT_TRUE(services.settings->remove_user("anna"));
    other.refresh();
    EXPECT_FALSE(other.password_of("anna"));
}

TEST_F(StreamAccessTest, RightsAreThoseOfTheUser) {
    for (const auto* user : {"anna", "root"}) ASSERT_TRUE(access.password(user));
    EXPECT_TRUE(access.may_read("anna", "door"));
    EXPECT_TRUE(access.may_read("anna", "door/sub"));
    EXPECT_FALSE(access.may_read("anna", "yard"));
    EXPECT_FALSE(access.may_read("anna", "doors"));
    EXPECT_FALSE(access.may_read("anna", ""));
    EXPECT_TRUE(access.may_read("root", "yard/720p"));
    EXPECT_FALSE(access.may_read("nobody", "door"));
    UserChange change;
    change.cameras = std::vector<std::string>{"yard"};
    ASSERT_TRUE(services.accounts.change("anna", change, {"root", ""}));
    access.refresh();
    EXPECT_FALSE(access.may_read("anna", "door"));
    EXPECT_TRUE(access.may_read("anna", "yard"));
}

TEST_F(StreamAccessTest, GuessingLocksTheGuesserAndNobodyElse) {
    for (int i = 0; i < LoginGuard::kFreeFailures; ++i) EXPECT_FALSE(access.begin_try("anna", "10.0.0.66"));
    EXPECT_TRUE(access.begin_try("anna", "10.0.0.66"));
    EXPECT_FALSE(access.begin_try("anna", "10.0.0.9"));
    access.right_password("anna", "10.0.0.9");
    // Under ever other names the address itself is locked.
    for (int i = 0; i < LoginGuard::kAddressFailures; ++i) (void)access.begin_try("x" + std::to_string(i), "10.0.0.66");
    EXPECT_TRUE(access.begin_try("bert", "10.0.0.66"));
    EXPECT_FALSE(access.begin_try("bert", "10.0.0.9"));
    // The page's login is untouched.
    seconds wait{};
    EXPECT_TRUE(services.accounts.log_in("anna", "password of anna", "10.0.0.66", wait));
}

TEST_F(StreamAccessTest, ALostKeyMakesNewPasswordsInsteadOfFaults) {
    const auto old = access.password("anna").value();
    StreamAccess other{*services.settings, store::Sealer::open(services.folder.path() / "new.key").value(), services.clock};
    other.refresh();
    EXPECT_FALSE(other.password_of("anna"));
    const auto fresh = other.password("anna");
    ASSERT_TRUE(fresh);
    EXPECT_NE(*fresh, old);
    EXPECT_EQ(other.password_of("anna"), *fresh);
}

TEST_F(StreamAccessTest, TheApiShowsAndRenewsIt) {
    Browser anna(services);
    ASSERT_EQ(anna.log_in("anna").status, 200);
    const auto shown = anna.get("/api/v1/me/stream-password");
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(body_text(shown), fmt::format(R"({{"user":"anna","password":"{}"}})", *access.password_of("anna")));
    EXPECT_EQ(body_text(anna.get("/api/v1/me/stream-password")), body_text(shown));
    const auto renewed = anna.post("/api/v1/me/stream-password", "");
    EXPECT_EQ(renewed.status, 200);
    EXPECT_NE(body_text(renewed), body_text(shown));
    const auto audit = services.settings->audit(0, 10).value();
    ASSERT_FALSE(audit.empty());
    EXPECT_EQ(audit.front().action, "stream password made");
    EXPECT_EQ(audit.front().user, "anna");
    EXPECT_EQ(audit.front().detail.find(*access.password_of("anna")), std::string::npos);
    Browser nobody(services);
    EXPECT_EQ(nobody.get("/api/v1/me/stream-password").status, 401);
}

}  // namespace
}  // namespace vantage::serve
