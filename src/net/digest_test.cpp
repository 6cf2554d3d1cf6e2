// SPDX-License-Identifier: Apache-2.0
#include "net/digest.hpp"

#include <gtest/gtest.h>

namespace vantage::net {
namespace {

using Headers = std::vector<std::string_view>;

// RFC 2617 3.5: the response there was made with qop, here its own fields are verified.
TEST(Digest, VerifiesTheExampleOfRfc2617) {
    const auto answer = parse_digest_answer(
        R"(Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", )"
        R"(qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41")");
    ASSERT_TRUE(answer);
    EXPECT_TRUE(verify_digest(*answer, "GET", "Circle Of Life"));
    EXPECT_FALSE(verify_digest(*answer, "GET", "Circle of Life"));
    EXPECT_FALSE(verify_digest(*answer, "PUT", "Circle Of Life"));
}

// RFC 7616 3.9.1.
TEST(Digest, VerifiesTheExampleOfRfc7616) {
    const auto answer = parse_digest_answer(
        R"(Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256, )"
        R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", )"
        R"(qop=auth, response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")");
    ASSERT_TRUE(answer);
    EXPECT_TRUE(verify_digest(*answer, "GET", "Circle of Life"));
}

TEST(Digest, AnswersWhatItVerifies) {
    const std::string md5 = R"(Digest realm="cam", nonce="n1")";
    for (const auto& challenge :
         {md5, md5 + ", algorithm=MD5, qop=\"auth,auth-int\"", md5 + ", algorithm=SHA-256, qop=\"auth\", opaque=\"\"",
          md5 + ", algorithm=MD5-sess, qop=auth", digest_challenge("cam", "n1", DigestHash::sha256, false)}) {
        ClientAuth auth({"ad min", "p@ss:w\"ord"});
        EXPECT_EQ(auth.answer("DESCRIBE", "rtsp://x/"), "");
        ASSERT_TRUE(auth.accept({challenge})) << challenge;
        for (int i = 0; i < 2; ++i) {
            const auto answer = parse_digest_answer(auth.answer("DESCRIBE", "rtsp://x/"));
            ASSERT_TRUE(answer) << challenge;
            EXPECT_TRUE(verify_digest(*answer, "DESCRIBE", "p@ss:w\"ord")) << challenge;
            EXPECT_FALSE(verify_digest(*answer, "DESCRIBE", "else")) << challenge;
            EXPECT_EQ(answer->user, "ad min");
        }
    }
}

TEST(Digest, PicksTheStrongestOfSeveralChallenges) {
    ClientAuth auth({"u", "p"});
    ASSERT_TRUE(auth.accept(
        {R"(Basic realm="a, Digest b")", R"(Digest realm="x", nonce="1", Digest realm="x", nonce="2", algorithm=SHA-256)"}));
    EXPECT_NE(auth.answer("PLAY", "u").find("nonce=\"2\""), std::string::npos);
    ClientAuth basic({"u", "p"});
    ASSERT_TRUE(basic.accept({R"(Digest realm="x", nonce="1", algorithm=FANCY)", R"(Basic realm="cam")"}));
    EXPECT_EQ(basic.answer("PLAY", "u"), "Basic dTpw");
    const auto read = parse_basic_answer("Basic dTpw");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->password, "p");
}

TEST(Digest, KnowsWhenTryingAgainIsOfNoUse) {
    ClientAuth none(Credentials{});
    EXPECT_FALSE(none.accept({R"(Basic realm="cam")"}));
    ClientAuth auth({"u", "p"});
    EXPECT_FALSE(auth.accept(Headers{}));
    ASSERT_TRUE(auth.accept({R"(Digest realm="x", nonce="1")"}));
    auth.answer("PLAY", "u");
    EXPECT_FALSE(auth.accept({R"(Digest realm="x", nonce="2")"})) << "a wrong password is not tried again for a new nonce";
    EXPECT_TRUE(auth.accept({R"(Digest realm="x", nonce="3", stale=TRUE)"}));
    auth.answer("PLAY", "u");
    auth.accepted();
    auth.answer("GET_PARAMETER", "u");
    EXPECT_TRUE(auth.accept({R"(Digest realm="x", nonce="4")"})) << "a camera with a nonce for each request";
    auth.answer("GET_PARAMETER", "u");
    EXPECT_FALSE(auth.accept({R"(Digest realm="x", nonce="4")"}));
}

TEST(Digest, RefusesWhatItCannotRead) {
    EXPECT_FALSE(parse_digest_answer("Digest"));
    EXPECT_FALSE(parse_digest_answer(R"(Digest username="u")"));
    EXPECT_FALSE(parse_digest_answer("Basic dTpw"));
    EXPECT_FALSE(parse_basic_answer("Basic ***"));
    EXPECT_FALSE(equal_in_constant_time("a", "ab"));
    EXPECT_NE(random_hex(8), random_hex(8));
    EXPECT_EQ(random_hex(8).size(), 16);
}

}  // namespace
}  // namespace vantage::net
