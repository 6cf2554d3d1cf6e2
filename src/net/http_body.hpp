// SPDX-License-Identifier: Apache-2.0
// Bodies of answers that are more than one string: pieces that others keep alive, bytes that come while they are sent, and
// files, also those that are still being written. Values and small interfaces; no Beast, no Asio in here.
#pragma once
#include "base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vantage::net {

// Bytes that somebody else keeps alive.
struct SharedBody {
    std::shared_ptr<const void> owner;  // may be empty for bytes that live as long as the program
    ByteView bytes;
};

// Pieces sent one after the other with one gathered write; nothing is copied.
struct GatherBody {
    std::vector<SharedBody> pieces;
};

// A body that is made while it is sent: chunked, or to an HTTP/1.0 client until the connection closes. The server pulls, so
// a slow client makes nothing queue up. Except for `wake`, everything happens on the connection's thread. A HEAD request
// gets the headers, and neither on_open nor on_close is called. When the server stops, it is cut.
class BodySource {
  public:
    struct Piece {
        std::shared_ptr<const void> owner;
        ByteView bytes;  // an empty piece is passed over
    };
    virtual ~BodySource() = default;
    // `wake` makes the server call `next` soon. Safe from any thread, and after the connection has gone.
    virtual void on_open(std::function<void()> wake) = 0;
    // Must not block. Nothing: wait for `wake`, unless `finished`.
    virtual std::optional<Piece> next() = 0;
    // Asked when `next` gave nothing: whether that was the whole body.
    [[nodiscard]] virtual bool finished() const = 0;
    // The last call, also when the client has gone or is too slow.
    virtual void on_close() = 0;
};

// How far a file has been written whose final size is known, so that it can be downloaded meanwhile. Safe from any thread.
class FileGrowth {
  public:
    explicit FileGrowth(std::uint64_t final_size) : final_size_(final_size) {}

    struct Progress {
        std::uint64_t written{0};
        bool failed{false};
    };
    [[nodiscard]] std::uint64_t final_size() const { return final_size_; }
    [[nodiscard]] Progress progress() const;

    // The first `bytes` of the file have their final content.
    void wrote(std::uint64_t bytes);
    // No more will come: downloads that need more are cut.
    void fail();

    // Calls `changed` once, from any thread, when more than `bytes` are written or it failed; at once if so already. The
    // number is for `forget`.
    std::uint64_t watch(std::uint64_t bytes, std::function<void()> changed);
    void forget(std::uint64_t number);

  private:
    struct Watch {
        std::uint64_t number, bytes;
        std::function<void()> changed;
    };
    void tell(std::unique_lock<std::mutex> hold);

    const std::uint64_t final_size_;
    mutable std::mutex mutex_;
    Progress progress_;  // guarded by mutex_, as what follows
    std::vector<Watch> watches_;
    std::uint64_t last_number_{0};
};

// The bytes of a file that lies nowhere: it is put together while it is read. Safe from any thread.
class Content {
  public:
    virtual ~Content() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // Fills `into` with the bytes from `offset` on, which lie within the size; false cuts the connection. May block on a
    // disk: called on a worker.
    [[nodiscard]] virtual bool read(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
};

// A file, sent in pieces as it lies on disk; the server answers Range, If-Range and If-None-Match.
struct FileBody {
    std::string path;
    // Set: the file has, or will have, its final size; what is not there yet is waited for.
    std::shared_ptr<FileGrowth> growth{};
    // With quotes. Empty: made of size and time of change; a growing file has none then, and takes no If-Range.
    std::string etag{};
    // Set: these bytes instead of a file's. They need an etag.
    std::shared_ptr<const Content> content{};
};

}  // namespace vantage::net
