// SPDX-License-Identifier: Apache-2.0
#include "store/base64.hpp"

#include <sodium.h>

namespace vantage::store {

std::string to_base64(ByteView bytes) {
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the terminating zero it counts
    return text;
}

Result<Bytes> from_base64(std::string_view text) {
    if (text.empty()) return Bytes{};
    Bytes bytes(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text.data() + text.size())
        return fail(errc::malformed, "text that is not base64");
    bytes.resize(size);
    return bytes;
}

}  // namespace vantage::store
