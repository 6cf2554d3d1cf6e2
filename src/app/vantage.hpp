// SPDX-License-Identifier: Apache-2.0
// The running program: builds the parts in the order of the arrows and ends them in reverse. start(), reload() and stop()
// belong to one thread; the rest runs on the parts' own.
#pragma once
#include "app/config.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace vantage::serve {
class Server;
}

namespace vantage::app {

class Vantage {
  public:
    // `file` is read again by reload(); empty for a configuration that is nowhere on disk (the demo).
    Vantage(Config config, std::filesystem::path file, const Clock& clock);
    ~Vantage();  // stop()
    Vantage(const Vantage&) = delete;
    Vantage& operator=(const Vantage&) = delete;

    // Opens the indexes, connects the cameras, records and listens. The error says what cannot be used.
    Status start();
    // Reads the file again and applies its cameras; a file with faults changes nothing and is told in the log.
    void reload();
    // Sockets first, then sources, then what is still to be written: at most a few seconds. Idempotent.
    void stop();

    [[nodiscard]] serve::Server& server();
    // "http://127.0.0.1:6478", with the base path: what a person opens on this machine.
    [[nodiscard]] std::string address() const;

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace vantage::app
