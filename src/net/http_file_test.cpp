// SPDX-License-Identifier: Apache-2.0
// Files, those that grow and those that lie nowhere, sent over loopback in ranges.
#include "net/http_body.hpp"
#include "net/http_fixture.hpp"

#include <fstream>

namespace vantage::net {
namespace {

namespace fs = std::filesystem;

class HttpFileTest : public HttpFixture {
  protected:
    std::string write_file(std::size_t size) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>('a' + i % 23);
        std::ofstream(directory / "file", std::ios::binary) << content;
        return content;
    }
    void start_file() {
        start([this](const Request&) {
            auto response = response_of(FileBody{(directory / "file").string(), {}, {}});
            response.headers.add("Content-Type", "video/mp4");
            return response;
        });
    }
    // A file that grows under the test's hand.
    void grow(std::string_view more) {
        std::ofstream(directory / "file", std::ios::binary | std::ios::app) << more;
        written += more.size();
        growth->wrote(written);
    }
    void start_growing(std::uint64_t size) {
        growth = std::make_shared<FileGrowth>(size);
        grow("");
        start([this](const Request&) { return response_of(FileBody{(directory / "file").string(), growth, "\"e1\""}); });
    }

    std::shared_ptr<FileGrowth> growth;
    std::uint64_t written{0};
};

TEST_F(HttpFileTest, AFileIsDownloadedWhileItGrows) {
    const std::string first(300'000, 'a'), second(500'000, 'b'), third(200'000, 'c');
    start_growing(1'000'000);
    grow(first);
    TestClient whole(server->port()), part(server->port()), stale(server->port());
    whole.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    part.send("GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=799999-800000\r\nIf-Range: \"e1\"\r\n\r\n");
    stale.send("GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=5-6\r\nIf-Range: \"e0\"\r\n\r\n");
    TestClient ready(server->port());
    EXPECT_EQ(body_of(ready.request("GET", "/", "Range: bytes=299999-299999\r\n")), "a");
    EXPECT_EQ(ready.request("HEAD", "/").headers.get("Content-Length"), "1000000");
    EXPECT_EQ(ready.request("GET", "/", "If-None-Match: \"e1\"\r\n").status, 304);
    grow(second);
    grow(third);
    EXPECT_EQ(body_of(whole.response()), first + second + third);
    const auto range = part.response();
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.headers.get("ETag"), "\"e1\"");
    EXPECT_EQ(range.headers.get("Content-Range"), "bytes 799999-800000/1000000");
    EXPECT_EQ(body_of(range), "bc");
    const auto all = stale.response();
    EXPECT_EQ(all.status, 200) << "it had another file in mind";
    EXPECT_EQ(body_of(all).size(), 1'000'000U);
}

TEST_F(HttpFileTest, ADownloadIsCutWhenTheFileFails) {
    start_growing(1'000'000);
    grow(std::string(1000, 'a'));
    TestClient client(server->port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (client.buffered() < 1000) ASSERT_TRUE(client.receive());
    growth->fail();
    const auto all = client.rest();
    EXPECT_NE(all.find("Content-Length: 1000000"), std::string::npos);
    EXPECT_TRUE(all.ends_with("\r\n\r\n" + std::string(1000, 'a'))) << "and no more: the client sees that it was cut";
    TestClient late(server->port());
    EXPECT_EQ(late.request("GET", "/").status, 500);
}

TEST(FileGrowth, TellsWhenEnoughIsThereOrItFailed) {
    FileGrowth growth(100);
    std::string told;
    growth.watch(50, [&] { told += "a"; });
    const auto forgotten = growth.watch(10, [&] { told += "b"; });
    growth.forget(forgotten);
    growth.wrote(50);
    EXPECT_EQ(told, "") << "byte 50 is not there yet";
    growth.wrote(51);
    EXPECT_EQ(told, "a");
    growth.watch(20, [&] { told += "c"; });
    EXPECT_EQ(told, "ac");
    growth.watch(60, [&] { told += growth.progress().failed ? "d" : "?"; });
    growth.fail();
    EXPECT_EQ(told, "acd");
    growth.wrote(1000);
    EXPECT_EQ(growth.progress().written, 100U);
}

TEST_F(HttpFileTest, SendsFilesInRanges) {
    const auto content = write_file(700'000);
    start_file();
    TestClient client(server->port());
    const auto whole = client.request("GET", "/file");
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(body_of(whole), content);
    const std::string etag(whole.headers.get("ETag"));
    const auto part = client.request("GET", "/file", "Range: bytes=300000-600000\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.headers.get("Content-Range"), "bytes 300000-600000/700000");
    EXPECT_EQ(body_of(part), content.substr(300000, 300001));
    EXPECT_EQ(body_of(client.request("GET", "/file", "Range: bytes=-5\r\n")), content.substr(699'995));
    const auto behind = client.request("GET", "/file", "Range: bytes=700000-\r\n");
    EXPECT_EQ(behind.status, 416);
    EXPECT_EQ(behind.headers.get("Content-Range"), "bytes */700000");
    EXPECT_EQ(client.request("GET", "/file", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").status, 200);
    EXPECT_EQ(client.request("GET", "/file", "Range: bytes=0-1\r\nIf-Range: " + etag + "\r\n").status, 206);
    EXPECT_EQ(client.request("GET", "/file", "If-None-Match: " + etag + "\r\n").status, 304);
    EXPECT_EQ(client.request("HEAD", "/file").headers.get("Content-Length"), "700000");
    fs::remove(directory / "file");
    EXPECT_EQ(client.request("GET", "/file").status, 404);
    write_file(0);
    const auto empty = client.request("GET", "/file");
    EXPECT_EQ(empty.status, 200);
    EXPECT_EQ(body_of(empty), "");
}

// Every byte is a function of its place.
class Counting final : public Content {
  public:
    explicit Counting(std::uint64_t size) : size_(size) {}
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        most = std::max(most.load(), into.size());
        for (auto& byte : into) byte = static_cast<std::uint8_t>('a' + offset++ % 23);
        return !broken;
    }
    mutable std::atomic<std::size_t> most{0};
    std::atomic<bool> broken{false};

  private:
    std::uint64_t size_;
};

TEST_F(HttpFileTest, SendsWhatLiesNowhereInRanges) {
    const auto made = std::make_shared<Counting>(3'000'000);
    start([made](const Request&) { return response_of(FileBody{{}, {}, "\"m1\"", made}); });
    const auto content = write_file(3'000'000);
    TestClient client(server->port());
    const auto whole = client.request("GET", "/");
    EXPECT_EQ(whole.headers.get("Accept-Ranges"), "bytes");
    EXPECT_EQ(whole.headers.get("ETag"), "\"m1\"");
    EXPECT_EQ(body_of(whole), content);
    EXPECT_LE(made->most, 256U << 10) << "in pieces";
    const auto part = client.request("GET", "/", "Range: bytes=299999-2600000\r\nIf-Range: \"m1\"\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.headers.get("Content-Range"), "bytes 299999-2600000/3000000");
    EXPECT_EQ(body_of(part), content.substr(299'999, 2'300'002));
    EXPECT_EQ(client.request("GET", "/", "Range: bytes=0-1\r\nIf-Range: \"m0\"\r\n").status, 200);
    EXPECT_EQ(client.request("GET", "/", "Range: bytes=3000000-\r\n").status, 416);
    EXPECT_EQ(client.request("GET", "/", "If-None-Match: \"m1\"\r\n").status, 304);
    EXPECT_EQ(client.request("HEAD", "/").headers.get("Content-Length"), "3000000");
    made->broken = true;
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_LT(client.rest().size(), 3000U) << "cut: the client sees that it is not whole";
}

TEST_F(HttpFileTest, FollowsNoLinkOutOfTheStore) {
    start_file();
    fs::create_symlink("/etc/hostname", directory / "file");
    TestClient client(server->port());
    EXPECT_EQ(client.request("GET", "/file").status, 404);
}

}  // namespace
}  // namespace vantage::net
