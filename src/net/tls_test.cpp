// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include "net/http_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace vantage::net {
namespace {

namespace fs = std::filesystem;

using TlsTest = HttpFixture;

TEST_F(TlsTest, ServesHttpWithACertificateOfItsOwn) {
    HttpOptions options;
    options.tls = *ensure_self_signed(directory / "tls", {"192.168.1.5", "cams.local"},
                                      std::chrono::floor<microseconds>(std::chrono::system_clock::now()));
    const auto first = *certificate_fingerprint(options.tls->certificate);
    EXPECT_EQ(first.size(), 95U);
    EXPECT_EQ(*certificate_fingerprint(ensure_self_signed(directory / "tls", {}, {})->certificate), first) << "made once";
    EXPECT_EQ(fs::status(options.tls->key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    start([](const Request&) { return text(std::string(700'000, 'x')); }, options);

    namespace ssl = boost::asio::ssl;
    boost::asio::io_context client_io;
    ssl::context context(ssl::context::tls_client);
    context.load_verify_file(options.tls->certificate.string());
    context.set_verify_mode(ssl::verify_peer);
    ssl::stream<boost::asio::ip::tcp::socket> stream(client_io, context);
    stream.set_verify_callback(ssl::host_name_verification("cams.local"));
    stream.lowest_layer().connect({boost::asio::ip::make_address("127.0.0.1"), server->port()});
    stream.handshake(ssl::stream_base::client);
    boost::asio::write(stream,
                       boost::asio::buffer(std::string("GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    std::string text;
    boost::system::error_code error;
    boost::asio::read(stream, boost::asio::dynamic_buffer(text), error);
    EXPECT_EQ(error, boost::asio::error::eof) << "closed with close_notify: " << error.message();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK"));
    EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, 700'000U);

    TestClient plain(server->port());
    EXPECT_EQ(plain.request("GET", "/").status, 0) << "no plain HTTP on a TLS port";
}

TEST_F(TlsTest, SaysWhichFileIsWrong) {
    const auto missing = make_tls_context({"/nonexistent/a.crt", "/nonexistent/a.key"});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("/nonexistent/a.crt"), std::string::npos);
}

}  // namespace
}  // namespace vantage::net
