// SPDX-License-Identifier: Apache-2.0
#include "store/sealed.hpp"

#include "store/test_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace vantage::store {
namespace {

TEST(Sealer, OpensWhatItSealedAlsoAfterARestart) {
    const TestFolder folder;
    const auto file = folder.path() / "sealed.key";
    const auto sealed = Sealer::open(file).value()->seal("k7mq-2xwp", "stream password of anna");
    EXPECT_EQ(sealed.find("k7mq"), std::string::npos);
    EXPECT_EQ(Sealer::open(file).value()->open(sealed, "stream password of anna").value(), "k7mq-2xwp");
    EXPECT_EQ(Sealer::open(file).value()->open(Sealer::open(file).value()->seal("", "x"), "x").value(), "");
}

TEST(Sealer, SealsTheSameSecretDifferently) {
    const TestFolder folder;
    const auto sealer = Sealer::open(folder.path() / "sealed.key").value();
    EXPECT_NE(sealer->seal("secret", "a"), sealer->seal("secret", "a"));
}

TEST(Sealer, AnotherPurposeKeyOrByteDoesNotOpen) {
    const TestFolder folder;
    const auto sealer = Sealer::open(folder.path() / "sealed.key").value();
    const auto other = Sealer::open(folder.path() / "other.key").value();
    const auto sealed = sealer->seal("secret", "stream password of anna");
    EXPECT_EQ(sealer->open(sealed, "stream password of bert").error().code, errc::malformed);
    EXPECT_EQ(other->open(sealed, "stream password of anna").error().code, errc::malformed);
    for (const std::size_t at : {std::size_t{0}, sealed.size() / 2}) {
        auto damaged = sealed;
        damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
        EXPECT_EQ(sealer->open(damaged, "stream password of anna").error().code, errc::malformed);
    }
    for (const auto* text : {"", "AAAA", "no base64!"})
        EXPECT_EQ(sealer->open(text, "stream password of anna").error().code, errc::malformed) << text;
}

TEST(Sealer, TheKeyIsForItsOwnerAlone) {
    const TestFolder folder;
    const auto file = folder.path() / "sealed.key";
    ASSERT_TRUE(Sealer::open(file));
    struct stat facts{};
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
    ASSERT_TRUE(Sealer::open(file));
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST(Sealer, AFileThatIsNoKeyIsRefusedAndKept) {
    const TestFolder folder;
    const auto file = folder.path() / "sealed.key";
    std::ofstream(file) << "short";
    const auto sealer = Sealer::open(file);
    ASSERT_FALSE(sealer);
    EXPECT_EQ(sealer.error().code, errc::malformed);
    EXPECT_NE(sealer.error().message.find("sealed.key is not a key"), std::string::npos) << sealer.error().message;
    EXPECT_EQ(std::filesystem::file_size(file), 5U);
    EXPECT_EQ(Sealer::open(folder.path() / "missing" / "sealed.key").error().code, errc::not_found);
}

}  // namespace
}  // namespace vantage::store
