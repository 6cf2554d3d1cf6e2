// SPDX-License-Identifier: Apache-2.0
// Users, logins, lock-out, sessions, tokens and first set-up, with a clock that is told the time.
#include "serve/accounts.hpp"

#include "serve/test_services.hpp"

#include <gtest/gtest.h>

namespace vantage::serve {
namespace {

const Actor kConsole{"console", ""};

TEST(LoginGuard, LocksAnAccountLongerWithEachFailure) {
    SimulatedClock clock{UtcTime(seconds(1000))};
    LoginGuard guard(clock);
    for (int i = 0; i < LoginGuard::kFreeFailures; ++i) EXPECT_FALSE(guard.begin("anna", "10.0.0.1")) << i;
    EXPECT_EQ(guard.begin("anna", "10.0.0.2"), seconds(30)) << "from everywhere";
    EXPECT_FALSE(guard.begin("bert", "10.0.0.2")) << "others may";
    clock.advance(seconds(10));
    EXPECT_EQ(guard.begin("anna", "10.0.0.1"), seconds(20));
    clock.advance(seconds(20));
    EXPECT_FALSE(guard.begin("anna", "10.0.0.3"));
    EXPECT_EQ(guard.begin("anna", "10.0.0.3"), seconds(60)) << "doubled";
    for (int i = 0; i < 8; ++i) {
        clock.advance(LoginGuard::kLongestLock);
        EXPECT_FALSE(guard.begin("anna", fmt::format("10.1.0.{}", i)));
    }
    EXPECT_EQ(guard.begin("anna", "10.0.0.4"), LoginGuard::kLongestLock);
    EXPECT_EQ(guard.standing("anna").locked_until, clock.now() + LoginGuard::kLongestLock);
    clock.advance(2 * LoginGuard::kLongestLock);
    EXPECT_FALSE(guard.begin("anna", "10.0.0.4"));
    EXPECT_EQ(guard.standing("anna").failures, 1) << "forgotten after a while";
}

TEST(LoginGuard, BoundsAnAddressOverAllAccounts) {
    SimulatedClock clock{UtcTime(seconds(1000))};
    LoginGuard guard(clock);
    for (int i = 0; i < LoginGuard::kAddressFailures; ++i) EXPECT_FALSE(guard.begin(fmt::format("user{}", i), "10.0.0.1"));
    EXPECT_EQ(guard.begin("fresh", "10.0.0.1"), LoginGuard::kAddressWindow);
    EXPECT_FALSE(guard.begin("fresh", "10.0.0.2"));
    clock.advance(LoginGuard::kAddressWindow);
    EXPECT_FALSE(guard.begin("fresh", "10.0.0.1"));
}

TEST(LoginGuard, SuccessClearsAndStepsOfTheWallClockDoNot) {
    SimulatedClock clock{UtcTime(seconds(1000))};
    LoginGuard guard(clock);
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(guard.begin("anna", "10.0.0.1"));
    guard.succeeded("anna", "10.0.0.1");
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(guard.begin("anna", "10.0.0.1"));
    clock.step(std::chrono::hours(5));
    EXPECT_EQ(guard.begin("anna", "10.0.0.1"), seconds(30));
}

TEST(LoginGuard, ManyInventedNamesTakeBoundedMemory) {
    SimulatedClock clock{UtcTime(seconds(1000))};
    LoginGuard guard(clock);
    for (int i = 0; i < 12'000; ++i) {
        clock.advance(milliseconds(1));
        EXPECT_FALSE(guard.begin(fmt::format("user{}", i), fmt::format("10.{}.{}.1", i / 200, i % 200)));
    }
    EXPECT_EQ(guard.standing("user0").failures, 0) << "the oldest went";
    EXPECT_EQ(guard.standing("user11999").failures, 1);
}

class AccountsTest : public testing::Test {
  protected:
    Result<store::UserRow> log_in(const std::string& name, const std::string& password,
                                  const std::string& from = "10.0.0.1") {
        wait = seconds(0);
        return services.accounts.log_in(name, password, from, wait);
    }
    std::vector<std::string> audit() {
        std::vector<std::string> all;
        const auto entries = services.settings->audit(0, 100).value();
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
            all.push_back(entry->user + ": " + entry->action + (entry->detail.empty() ? "" : " " + entry->detail));
        return all;
    }
    TestServices services;
    Accounts& accounts{services.accounts};
    seconds wait{0};
};

TEST_F(AccountsTest, PasswordsAreHashedAndChecked) {
    services.add_user("anna", Role::viewer, {{"door"}});
    const auto row = *services.settings->user("anna");
    EXPECT_TRUE(row.password_hash.starts_with("$argon2id$"));
    EXPECT_EQ(row.password_hash.find("password of anna"), std::string::npos);
    EXPECT_TRUE(log_in("anna", "password of anna"));
    EXPECT_EQ(services.settings->user("anna")->last_login, services.clock.now());
    const auto wrong_password = log_in("anna", "password of bert");
    const auto wrong_name = log_in("nobody", "password of anna");
    ASSERT_FALSE(wrong_password);
    ASSERT_FALSE(wrong_name);
    EXPECT_EQ(wrong_password.error().code, errc::unauthenticated);
    EXPECT_EQ(wrong_password.error().message, wrong_name.error().message) << "nobody learns which names exist";
}

TEST_F(AccountsTest, LockOutIsTheSameForNamesThatDoNotExist) {
    services.add_user("anna", Role::viewer);
    for (const auto* name : {"anna", "nobody"}) {
        for (int i = 0; i < LoginGuard::kFreeFailures; ++i)
            EXPECT_EQ(log_in(name, "wrong password").error().code, errc::unauthenticated);
        EXPECT_EQ(log_in(name, "wrong password").error().code, errc::overloaded) << name;
        EXPECT_EQ(wait, seconds(30));
    }
    EXPECT_EQ(log_in("anna", "password of anna").error().code, errc::overloaded) << "the right one does not help either";
    EXPECT_EQ(accounts.list()->at(0).locked_until, services.clock.now() + seconds(30));
    services.clock.advance(seconds(31));
    EXPECT_TRUE(log_in("anna", "password of anna"));
    EXPECT_EQ(accounts.list()->at(0).locked_until, std::nullopt);
}

TEST_F(AccountsTest, WeakPasswordsAndOddNamesAreRefused) {
    for (const auto* bad : {"", "short", "aaaaaaaaaaaa", "operator-anna"})
        EXPECT_EQ(accounts.add({"operator-anna", bad, Role::viewer, {}}, kConsole).error().code, errc::invalid_argument)
            << bad;
    for (const auto* bad : {"", "a b", "a/b", "ä", "<script>"})
        EXPECT_EQ(accounts.add({bad, "good enough pass", Role::viewer, {}}, kConsole).error().code, errc::invalid_argument)
            << bad;
    EXPECT_TRUE(accounts.add({"a.b-c_d@e", "good enough pass", Role::viewer, {}}, kConsole));
    EXPECT_EQ(accounts.add({"a.b-c_d@e", "good enough pass", Role::viewer, {}}, kConsole).error().code,
              errc::already_exists);
}

TEST_F(AccountsTest, TheLastAdminStays) {
    services.add_user("root", Role::admin);
    EXPECT_EQ(accounts.remove("root", kConsole).error().code, errc::forbidden);
    UserChange to_viewer;
    to_viewer.role = Role::viewer;
    EXPECT_EQ(accounts.change("root", to_viewer, kConsole).error().code, errc::forbidden);
    services.add_user("second", Role::admin);
    EXPECT_TRUE(accounts.change("root", to_viewer, kConsole));
    EXPECT_EQ(accounts.remove("second", kConsole).error().code, errc::forbidden);
    EXPECT_EQ(accounts.remove("nobody", kConsole).error().code, errc::not_found);
}

TEST_F(AccountsTest, ANewPasswordEndsTheOtherSessions) {
    services.add_user("anna", Role::viewer);
    const auto here = *services.sessions.begin(*services.settings->user("anna"), "10.0.0.1");
    const auto there = *services.sessions.begin(*services.settings->user("anna"), "10.0.0.2");
    EXPECT_EQ(accounts.change_own_password("anna", "wrong password", "another password", here.who.key_hash, kConsole, wait)
                  .error()
                  .code,
              errc::forbidden);
    ASSERT_TRUE(
        accounts.change_own_password("anna", "password of anna", "another password", here.who.key_hash, kConsole, wait));
    EXPECT_TRUE(services.sessions.by_cookie(here.cookie));
    EXPECT_FALSE(services.sessions.by_cookie(there.cookie));
    EXPECT_FALSE(log_in("anna", "password of anna"));
    EXPECT_TRUE(log_in("anna", "another password"));
    UserChange by_admin;
    by_admin.password = "set by the admin";
    ASSERT_TRUE(accounts.change("anna", by_admin, kConsole));
    EXPECT_FALSE(services.sessions.by_cookie(here.cookie));
}

TEST_F(AccountsTest, ChangesAreInTheAuditLogWithoutPasswords) {
    services.add_user("root", Role::admin);
    services.add_user("anna", Role::viewer, {{"door", "yard"}});
    UserChange change;
    change.password = "secret new password";
    ASSERT_TRUE(accounts.change("anna", change, {"root", "10.0.0.1"}));
    (void)log_in("anna", "not the password");
    ASSERT_TRUE(accounts.remove("anna", {"root", "10.0.0.1"}));
    EXPECT_EQ(audit(), (std::vector<std::string>{"console: user added root as admin, all cameras",
                                                 "console: user added anna as viewer, cameras door yard",
                                                 "root: user changed anna: viewer, cameras door yard, new password",
                                                 "anna: login failed", "root: user removed anna"}));
}

TEST_F(AccountsTest, SessionsExpireUnlessUsed) {
    services.add_user("anna", Role::viewer);
    auto& sessions = services.sessions;
    const auto used = *sessions.begin(*services.settings->user("anna"), "10.0.0.1");
    const auto unused = *sessions.begin(*services.settings->user("anna"), "10.0.0.1");
    services.clock.advance(Sessions::kLifetime / 2);
    EXPECT_TRUE(sessions.by_cookie(used.cookie));
    services.clock.advance(Sessions::kLifetime / 2 + seconds(1));
    EXPECT_TRUE(sessions.by_cookie(used.cookie));
    EXPECT_FALSE(sessions.by_cookie(unused.cookie));
    EXPECT_FALSE(sessions.by_cookie(""));
    EXPECT_FALSE(sessions.by_cookie(used.who.key_hash)) << "what is stored opens nothing";
    EXPECT_TRUE(sessions.by_cookie(used.cookie, Lookup::recent));
    ASSERT_TRUE(sessions.end(used.who.key_hash));
    EXPECT_FALSE(sessions.by_cookie(used.cookie));
    EXPECT_FALSE(sessions.by_cookie(used.cookie, Lookup::recent)) << "logging out is at once, everywhere";
    EXPECT_FALSE(sessions.again(used.who));
}

TEST_F(AccountsTest, TokensHaveTheRightsTheirUserHasNow) {
    services.add_user("root", Role::admin);
    services.add_user("anna", Role::admin);
    auto& sessions = services.sessions;
    const auto made = *sessions.make_token("anna", "script", services.clock.now() + std::chrono::hours(1));
    EXPECT_EQ(sessions.by_token(made.token, Proof::bearer)->role, Role::admin);
    EXPECT_EQ(services.settings->tokens()->at(0).last_used, services.clock.now());
    UserChange change;
    change.role = Role::viewer;
    change.cameras.emplace(std::vector<std::string>{"door"});
    ASSERT_TRUE(accounts.change("anna", change, kConsole));
    const auto who = *sessions.by_token(made.token, Proof::bearer);
    EXPECT_EQ(who.role, Role::viewer);
    EXPECT_TRUE(who.sees(*CameraId::parse("door")));
    EXPECT_FALSE(who.sees(*CameraId::parse("yard")));
    EXPECT_FALSE(sessions.by_token(made.id, Proof::bearer));
    services.clock.advance(std::chrono::hours(1));
    EXPECT_FALSE(sessions.by_token(made.token, Proof::bearer)) << "expired";
}

TEST_F(AccountsTest, ALoginLinkWorksOnce) {
    services.add_user("anna", Role::viewer);
    auto& sessions = services.sessions;
    const auto token = sessions.make_login_token("anna", seconds(60));
    EXPECT_FALSE(sessions.use_login_token("wrong"));
    EXPECT_EQ(sessions.use_login_token(token)->name, "anna");
    EXPECT_FALSE(sessions.use_login_token(token));
    const auto old = sessions.make_login_token("anna", seconds(60));
    services.clock.advance(seconds(60));
    EXPECT_FALSE(sessions.use_login_token(old));
}

TEST_F(AccountsTest, SetUpWorksOnceWithTheTokenOfTheConsole) {
    auto& setup = services.setup;
    const auto token = **setup.token();
    EXPECT_EQ(**setup.token(), token) << "the same until it is used";
    EXPECT_EQ(setup.create_admin("wrong", "root", "a good password", "10.0.0.1", wait).error().code, errc::forbidden);
    EXPECT_EQ(setup.create_admin(token, "root", "short", "10.0.0.1", wait).error().code, errc::invalid_argument);
    ASSERT_TRUE(setup.create_admin(token, "root", "a good password", "10.0.0.1", wait));
    EXPECT_EQ(services.settings->user("root")->role, "admin");
    EXPECT_EQ(*setup.token(), std::nullopt);
    EXPECT_EQ(setup.create_admin(token, "second", "a good password", "10.0.0.1", wait).error().code, errc::forbidden);
}

TEST_F(AccountsTest, SetUpTokensCannotBeGuessedQuickly) {
    const auto token = **services.setup.token();
    for (int i = 0; i < LoginGuard::kFreeFailures; ++i)
        EXPECT_EQ(services.setup.create_admin("wrong", "root", "a good password", "10.0.0.1", wait).error().code,
                  errc::forbidden);
    EXPECT_EQ(services.setup.create_admin(token, "root", "a good password", "10.0.0.1", wait).error().code,
              errc::overloaded);
    EXPECT_EQ(wait, seconds(30));
}

}  // namespace
}  // namespace vantage::serve
