// SPDX-License-Identifier: Apache-2.0
// For tests: a server on a free port of loopback with a thread of its own, and a directory for what it serves. Tests only.
#pragma once
#include "net/http_server.hpp"
#include "net/test_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace vantage::net {

class HttpFixture : public testing::Test {
  protected:
    void start(HttpHandler handler, HttpOptions options = {}, QuickHandler quick = {}) {
        listen(std::move(handler), std::move(options), std::move(quick));
        server->accept();
    }
    void listen(HttpHandler handler, HttpOptions options = {}, QuickHandler quick = {}) {
        options.address = "127.0.0.1";
        options.port = 0;
        server = std::make_unique<HttpServer>(io, options, std::move(handler), std::move(quick));
        const auto listening = server->listen();
        ASSERT_TRUE(listening) << listening.error().message;
        thread = std::jthread([this] { io.run(); });
    }
    void TearDown() override {
        server.reset();
        guard.reset();
        if (thread.joinable()) thread.join();
        std::filesystem::remove_all(directory);
    }
    static Response text(std::string body) { return text_response(200, "text/plain", std::move(body)); }
    template <class Body>
    static Response response_of(Body body) {
        Response response;
        response.body = std::move(body);
        return response;
    }
    static std::filesystem::path make_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "vantage-http-XXXXXX").string();
        return mkdtemp(name.data());
    }

    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
    std::filesystem::path directory = make_directory();
    std::unique_ptr<HttpServer> server;
    std::jthread thread;
};

}  // namespace vantage::net
