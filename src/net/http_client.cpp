// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <curl/curl.h>

namespace vantage::net {
namespace {

constexpr long kConnectPatience = 5;  // seconds

struct Lists {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    const auto room = HttpClient::kMostReply - body.size();
    body.append(data, std::min(size * count, room));
    return size * count;
}

int stop_asked(void* token, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::stop_token*>(token)->stop_requested() ? 1 : 0;
}

errc kind_of(CURLcode code) {
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return errc::timed_out;
        case CURLE_ABORTED_BY_CALLBACK:
            return errc::cancelled;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return errc::invalid_argument;
        default:
            return errc::unavailable;
    }
}

}  // namespace

struct HttpClient::Handle {
    CURL* curl{nullptr};
    ~Handle() { curl_easy_cleanup(curl); }
};

HttpClient::HttpClient(std::chrono::seconds patience) : patience_(patience), handle_(std::make_unique<Handle>()) {
    static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready == CURLE_OK) handle_->curl = curl_easy_init();
}
HttpClient::~HttpClient() = default;

Result<HttpReply> HttpClient::post(const HttpCall& call, const std::stop_token& stop) {
    auto* curl = handle_->curl;
    if (curl == nullptr) return fail(errc::internal, "libcurl cannot be used");
    curl_easy_reset(curl);  // keeps connections
    std::unique_ptr<curl_slist, Lists> headers;
    for (const auto& header : call.headers) {
        auto* longer = curl_slist_append(headers.get(), header.c_str());
        if (longer == nullptr) return fail(errc::internal, "no memory for a request");
        (void)headers.release();
        headers.reset(longer);
    }
    HttpReply reply;
    std::array<char, CURL_ERROR_SIZE> said{};
    curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Vantage");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectPatience);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(patience_.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said.data());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    if (!call.user.empty() || !call.password.empty()) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        curl_easy_setopt(curl, CURLOPT_USERNAME, call.user.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, call.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_asked);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
    if (const auto code = curl_easy_perform(curl); code != CURLE_OK)
        return fail(kind_of(code), said.front() != '\0' ? said.data() : curl_easy_strerror(code));
    long status = 0;
    curl_off_t wait = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
    reply.status = static_cast<int>(status);
    if (wait > 0) reply.retry_after = std::chrono::seconds{wait};
    return reply;
}

}  // namespace vantage::net
