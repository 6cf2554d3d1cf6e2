// SPDX-License-Identifier: Apache-2.0
// For tests: the HTTP side without sockets, over real settings in a temporary folder and a program that is faked. Tests
// only.
#pragma once
#include "serve/fake_control.hpp"
#include "serve/page_assets.hpp"
#include "serve/router.hpp"
#include "serve/test_answers.hpp"
#include "store/test_folder.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace vantage::serve {

inline PasswordCost cheap() {
    return {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};
}

// Everything Server ties together, without its threads.
struct TestServices {
    explicit TestServices(std::string base_path = "", std::vector<std::string> origins = {})
        : page(files, base_path),
          app{control,
              *settings,
              clock,
              accounts,
              sessions,
              setup,
              stream_access,
              links,
              page,
              base_path,
              "Europe/Berlin",
              std::move(origins),
              [](const std::function<void()>& job) { job(); },
              [] { return net::HttpStats{3, 2, 1}; }} {
        if (!links.load(*settings)) throw std::runtime_error("no secret");
    }

    void add_user(const std::string& name, Role role, std::optional<std::vector<std::string>> cameras = {}) {
        const auto added = accounts.add({name, "password of " + name, role, std::move(cameras)}, {"console", ""});
        if (!added) throw std::runtime_error(added.error().message);
    }

    static constexpr std::string_view kIndex = R"(<html><head><base href="/"></head></html>)";
    static constexpr std::string_view kScript = "console.log('vantage')";
    static inline const std::vector<PageFile> files{
        {"/index.html", "text/html; charset=utf-8", as_bytes(kIndex), {}},
        {"/assets/app-1.js", "text/javascript", as_bytes(kScript), as_bytes("packed")}};
    store::TestFolder folder;
    SimulatedClock clock{UtcTime(seconds(1'763'665'445))};  // 2025-11-20T19:04:05Z
    FakeControl control;
    std::unique_ptr<store::Settings> settings =
        std::move(store::create_settings(folder.path() / "settings.db", clock).value());
    Accounts accounts{*settings, clock, cheap()};
    Sessions sessions{*settings, clock};
    Setup setup{accounts};
    std::shared_ptr<const store::Sealer> sealer = store::Sealer::open(folder.path() / "sealed.key").value();
    StreamAccess stream_access{*settings, sealer, clock};
    Links links{clock};
    Page page;
    Services app;
};

inline net::Request request_of(net::Method method, std::string_view target, std::string body = {}) {
    net::Request request;
    request.method = method;
    request.raw_target = target;
    const auto parsed = net::parse_target(target).value();
    request.path = parsed.path;
    request.query = parsed.query;
    request.host = "box:6478";
    request.peer = "10.0.0.9";
    request.headers.add("Host", request.host);
    if (!body.empty()) request.headers.add("Content-Type", "application/json");
    request.body = std::move(body);
    return request;
}

// One browser: keeps its cookie and CSRF token, sends Origin as a page of this server does.
class Browser {
  public:
    explicit Browser(TestServices& services) : router_(services.app) {}

    net::Response send(net::Method method, std::string_view target, std::string body = {}) {
        auto request = request_of(method, target, std::move(body));
        request.peer = peer;
        if (!cookie.empty()) request.headers.add("Cookie", cookie);
        if (method != net::Method::get) request.headers.add("X-CSRF-Token", csrf);
        if (method != net::Method::get) request.headers.add("Origin", "https://box:6478");
        auto response = router_.handle(request);
        keep(response);
        return response;
    }
    net::Response get(std::string_view target) { return send(net::Method::get, target); }
    net::Response post(std::string_view target, std::string body) {
        return send(net::Method::post, target, std::move(body));
    }
    net::Response log_in(const std::string& name) {
        return post("/api/v1/login", fmt::format(R"({{"name":"{0}","password":"password of {0}"}})", name));
    }

    std::string cookie, csrf, peer{"10.0.0.9"};

  private:
    void keep(const net::Response& response) {
        const auto set = std::string(response.headers.get("Set-Cookie"));
        if (set.empty()) return;
        cookie = set.substr(0, set.find(';'));
        const auto text = body_text(response);
        const auto at = text.find(R"("csrf":")");
        if (at != std::string::npos) csrf = text.substr(at + 8, text.find('"', at + 8) - at - 8);
    }
    Router router_;
};

}  // namespace vantage::serve
