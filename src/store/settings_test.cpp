// SPDX-License-Identifier: Apache-2.0
#include "store/settings.hpp"

#include "store/test_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace vantage::store {
namespace {

using std::chrono::hours;
const UtcTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};

class SettingsTest : public testing::Test {
  protected:
    void SetUp() override { reopen(); }
    void reopen() {
        settings_.reset();
        auto made = create_settings(file(), clock_);
        ASSERT_TRUE(made) << made.error().message;
        settings_ = std::move(*made);
    }
    std::filesystem::path file() const { return folder_.path() / "settings.db"; }
    static UserRow user(const std::string& name) {
        return {.name = name,
                .password_hash = "$argon2id$x",
                .role = "viewer",
                .cameras = std::vector<std::string>{"door", "yard"},
                .created = kNow};
    }
    static SessionRow session(const std::string& id, const std::string& name, UtcTime expires = kNow + hours{1}) {
        return {.id_hash = id, .user = name, .csrf = "c", .created = kNow, .expires = expires, .address = "10.0.0.9"};
    }
    static TokenRow token(const std::string& id, const std::string& name) {
        return {.id = id, .token_hash = "hash of " + id, .name = "wall panel", .user = name, .created = kNow};
    }

    TestFolder folder_;
    SimulatedClock clock_{kNow};
    std::unique_ptr<Settings> settings_;
};

TEST_F(SettingsTest, UsersKeepEveryField) {
    auto wanted = user("o'hara");
    wanted.last_login = kNow + hours{1};
    wanted.failed_logins = 3;
    wanted.locked_until = kNow + hours{2};
    ASSERT_TRUE(settings_->add_user(wanted));
    auto all = user("admin");
    all.cameras.reset();
    auto none = user("nobody");
    none.cameras.emplace();
    ASSERT_TRUE(settings_->add_user(all));
    ASSERT_TRUE(settings_->add_user(none));
    reopen();
    EXPECT_EQ(*settings_->users(), (std::vector{all, none, wanted}));
    EXPECT_EQ(*settings_->user("o'hara"), wanted);
    EXPECT_EQ(settings_->add_user(wanted).error().code, errc::already_exists);
    EXPECT_EQ(settings_->user("who").error().code, errc::not_found);
    wanted.cameras = std::vector<std::string>{"gate"};
    wanted.locked_until.reset();
    wanted.role = "admin";
    ASSERT_TRUE(settings_->update_user(wanted));
    EXPECT_EQ(*settings_->user("o'hara"), wanted);
    wanted.name = "who";
    EXPECT_EQ(settings_->update_user(wanted).error().code, errc::not_found);
}

TEST_F(SettingsTest, LoginsChangeOnlyTheirFields) {
    const auto before = user("ann");
    ASSERT_TRUE(settings_->add_user(before));
    ASSERT_TRUE(settings_->record_login("ann", 0, std::nullopt, kNow));
    ASSERT_TRUE(settings_->record_login("ann", 5, kNow + hours{1}, std::nullopt));
    auto wanted = before;
    wanted.failed_logins = 5;
    wanted.locked_until = kNow + hours{1};
    wanted.last_login = kNow;
    EXPECT_EQ(*settings_->user("ann"), wanted);
    EXPECT_EQ(settings_->record_login("who", 1, std::nullopt, std::nullopt).error().code, errc::not_found);
}

TEST_F(SettingsTest, SessionsAndTokensGoWithTheirUser) {
    ASSERT_TRUE(settings_->add_user(user("ann")));
    ASSERT_TRUE(settings_->add_user(user("bob")));
    for (const char* id : {"a1", "a2", "a3"}) ASSERT_TRUE(settings_->add_session(session(id, "ann")));
    ASSERT_TRUE(settings_->add_session(session("b1", "bob")));
    ASSERT_TRUE(settings_->add_token(token("ta", "ann")));
    ASSERT_TRUE(settings_->add_token(token("tb", "bob")));
    EXPECT_EQ(settings_->add_session(session("x", "who")).error().code, errc::not_found);
    EXPECT_EQ(settings_->add_token(token("x", "who")).error().code, errc::not_found);
    EXPECT_EQ(*settings_->session("a2"), session("a2", "ann"));
    ASSERT_TRUE(settings_->remove_sessions("ann", "a2"));
    EXPECT_EQ(*settings_->sessions(), (std::vector{session("a2", "ann"), session("b1", "bob")}));
    ASSERT_TRUE(settings_->remove_user("ann"));
    EXPECT_EQ(*settings_->sessions(), std::vector{session("b1", "bob")});
    EXPECT_EQ(*settings_->tokens(), std::vector{token("tb", "bob")});
    EXPECT_EQ(settings_->remove_user("ann").error().code, errc::not_found);
    EXPECT_TRUE(settings_->remove_session("gone"));
    EXPECT_EQ(settings_->session("gone").error().code, errc::not_found);
}

TEST_F(SettingsTest, ExpiryAndUse) {
    ASSERT_TRUE(settings_->add_user(user("ann")));
    ASSERT_TRUE(settings_->add_session(session("old", "ann", kNow)));
    ASSERT_TRUE(settings_->add_session(session("new", "ann", kNow)));
    ASSERT_TRUE(settings_->extend_session("new", kNow + hours{9}));
    EXPECT_EQ(settings_->extend_session("gone", kNow).error().code, errc::not_found);
    auto expiring = token("t1", "ann");
    expiring.expires = kNow;
    ASSERT_TRUE(settings_->add_token(expiring));
    ASSERT_TRUE(settings_->add_token(token("t2", "ann")));
    ASSERT_TRUE(settings_->touch_token("t2", kNow + hours{3}));
    ASSERT_TRUE(settings_->remove_expired(kNow));
    EXPECT_EQ(settings_->sessions()->size(), 1U);
    auto wanted = token("t2", "ann");
    wanted.last_used = kNow + hours{3};
    EXPECT_EQ(*settings_->tokens(), std::vector{wanted});
    EXPECT_EQ(*settings_->token_by_hash("hash of t2"), wanted);
    EXPECT_EQ(settings_->token_by_hash("hash of t1").error().code, errc::not_found);
    ASSERT_TRUE(settings_->remove_token("t2"));
    EXPECT_EQ(settings_->remove_token("t2").error().code, errc::not_found);
}

TEST_F(SettingsTest, CamerasProtectionsValues) {
    ASSERT_TRUE(settings_->add_camera({"yard", "{}"}));
    ASSERT_TRUE(settings_->add_camera({"door", "{\"source\":\"rtsp://x\"}"}));
    EXPECT_EQ(settings_->add_camera({"door", "{}"}).error().code, errc::already_exists);
    ASSERT_TRUE(settings_->update_camera({"yard", "{\"name\":\"\u00fc\"}"}));
    EXPECT_EQ(settings_->update_camera({"gate", "{}"}).error().code, errc::not_found);
    const StreamKey key{*CameraId::parse("door"), StreamKind::sub};
    ProtectionRow protection{.stream = key, .start = kNow, .end = kNow + hours{1}, .reason = "user", .created = kNow};
    protection.id = *settings_->add_protection(protection);
    auto backwards = protection;
    backwards.end = kNow;
    EXPECT_EQ(settings_->add_protection(backwards).error().code, errc::invalid_argument);
    EXPECT_EQ(*settings_->value("secret"), std::nullopt);
    ASSERT_TRUE(settings_->put_value("secret", "1"));
    ASSERT_TRUE(settings_->put_value("secret", ""));
    reopen();
    EXPECT_EQ(*settings_->cameras(),
              (std::vector<CameraRow>{{"door", "{\"source\":\"rtsp://x\"}"}, {"yard", "{\"name\":\"\u00fc\"}"}}));
    EXPECT_EQ(*settings_->protections(), std::vector{protection});
    EXPECT_EQ(*settings_->value("secret"), std::optional<std::string>(""));
    ASSERT_TRUE(settings_->remove_value("secret"));
    EXPECT_EQ(*settings_->value("secret"), std::nullopt);
    ASSERT_TRUE(settings_->remove_protection(protection.id));
    EXPECT_EQ(settings_->remove_protection(protection.id).error().code, errc::not_found);
    ASSERT_TRUE(settings_->remove_camera("door"));
    EXPECT_EQ(settings_->remove_camera("door").error().code, errc::not_found);
}

TEST_F(SettingsTest, AuditIsPagedNewestFirst) {
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(settings_->append_audit(
            {.time = kNow + seconds{i}, .user = "ann", .address = "::1", .action = "login", .detail = std::to_string(i)}));
    const auto first = settings_->audit(0, 2);
    ASSERT_EQ(first->size(), 2U);
    EXPECT_EQ(first->at(0).detail, "4");
    EXPECT_EQ(first->at(0).time, kNow + seconds{4});
    const auto next = settings_->audit(first->back().id, 10);
    ASSERT_EQ(next->size(), 3U);
    EXPECT_EQ(next->at(0).detail, "2");
}

TEST_F(SettingsTest, FilesAreTheOwnersAlone) {
    ASSERT_TRUE(settings_->put_value("a", "b"));
    for (const char* tail : {"", "-wal", "-shm"}) {
        struct stat info{};
        ASSERT_EQ(::stat((file().string() + tail).c_str(), &info), 0) << tail;
        EXPECT_EQ(info.st_mode & 0777, 0600U) << tail;
    }
}

TEST_F(SettingsTest, AUserHasOneStreamPasswordAndTakesItAlong) {
    EXPECT_EQ(settings_->put_stream_password({"anna", "sealed", kNow}).error().code, errc::not_found);
    ASSERT_TRUE(settings_->add_user(user("anna")));
    ASSERT_TRUE(settings_->add_user(user("bert")));
    EXPECT_EQ(settings_->stream_password("anna").error().code, errc::not_found);
    ASSERT_TRUE(settings_->put_stream_password({"bert", "b", kNow}));
    ASSERT_TRUE(settings_->put_stream_password({"anna", "a1", kNow}));
    const StreamPasswordRow second{"anna", "a2", kNow + hours{1}};
    ASSERT_TRUE(settings_->put_stream_password(second));
    reopen();
    EXPECT_EQ(*settings_->stream_password("anna"), second);
    EXPECT_EQ(settings_->stream_passwords()->size(), 2U);
    ASSERT_TRUE(settings_->remove_user("anna"));
    EXPECT_EQ(*settings_->stream_passwords(), (std::vector<StreamPasswordRow>{{"bert", "b", kNow}}));
}

TEST_F(SettingsTest, PushesAreKeptChangedAndRemoved) {
    const PushRow tube{"p1", "door", "Tube", "sealed 1", "main", true, true, true, kNow};
    PushRow own{"p2", "door", "Own server", "sealed 2", "h264", false, false, false, kNow + hours{1}};
    const PushRow yard{"p3", "yard", "Yard", "sealed 3", "sub", true, false, true, kNow};
    ASSERT_TRUE(settings_->add_push(own));
    ASSERT_TRUE(settings_->add_push(tube));
    ASSERT_TRUE(settings_->add_push(yard));
    EXPECT_EQ(settings_->add_push(tube).error().code, errc::already_exists);
    reopen();
    EXPECT_EQ(*settings_->pushes(), (std::vector<PushRow>{tube, yard, own}));

    own.name = "Ours";
    own.sealed_url = "sealed 4";
    own.stream = "main";
    own.enabled = own.silence = own.verify = true;
    ASSERT_TRUE(settings_->update_push(own));
    EXPECT_EQ(settings_->pushes()->back(), own);
    own.id = "p9";
    EXPECT_EQ(settings_->update_push(own).error().code, errc::not_found);

    ASSERT_TRUE(settings_->remove_push("p1"));
    EXPECT_EQ(settings_->remove_push("p1").error().code, errc::not_found);
    ASSERT_TRUE(settings_->remove_pushes("door"));
    ASSERT_TRUE(settings_->remove_pushes("door"));
    EXPECT_EQ(*settings_->pushes(), (std::vector<PushRow>{yard}));
}

}  // namespace
}  // namespace vantage::store
