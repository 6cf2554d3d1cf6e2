// SPDX-License-Identifier: Apache-2.0
#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace vantage {
namespace {

TEST(Base64, RoundTripsAtEveryLength) {
    for (std::size_t size = 0; size < 70; ++size) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37);
        EXPECT_EQ(*from_base64(to_base64(bytes)), bytes);
        EXPECT_EQ(*read_base64(to_base64(bytes)), bytes);
    }
    EXPECT_EQ(to_base64(as_bytes("Vantage")), "VmFudGFnZQ==");
    EXPECT_EQ(to_base64(as_bytes("Aladdin:open sesame")), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST(Base64, OwnTextIsReadStrictly) {
    for (const char* wrong : {"VmFud", "VmFu dGFn", "****", "VmFudGFnZQ==x", "VmFudGFnZQ", "VmFudGFnZR==", "-_-_"})
        EXPECT_EQ(from_base64(wrong).error().code, errc::malformed) << wrong;
}

TEST(Base64, ForeignTextIsReadAsItIsMeant) {
    EXPECT_EQ(as_text(*read_base64("QWxhZGRpbjpvcGVu\r\n IHNlc2FtZQ")), "Aladdin:open sesame");
    EXPECT_EQ(*read_base64("-_+/"), (Bytes{0xfb, 0xff, 0xbf}));
    EXPECT_FALSE(read_base64("a*b"));
}

}  // namespace
}  // namespace vantage
