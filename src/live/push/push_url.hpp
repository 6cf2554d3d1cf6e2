// SPDX-License-Identifier: Apache-2.0
// The address that a camera is pushed to. Its last part is the stream key: a secret. Pure functions.
#pragma once
#include "base/result.hpp"

#include <string>

namespace vantage::live {

struct PushUrl {
    std::string whole;  // rtmp://a.rtmp.youtube.com/live2/abcd-efgh
    std::string shown;  // rtmp://a.rtmp.youtube.com/live2/***
    std::string key;    // abcd-efgh, with a query if there is one
};

// invalid_argument, without the key, for anything but rtmp:// or rtmps:// with host, application and key.
Result<PushUrl> parse_push_url(const std::string& url);

// `changed` as somebody edited it from the shown form of `stored`: left as it was shown it means the stored address, and
// "***" for the key stands for the stored key as long as server and application stay. invalid_argument for any other "***".
Result<std::string> with_stored_key(const std::string& changed, const std::string& stored);

}  // namespace vantage::live
