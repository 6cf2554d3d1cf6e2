// SPDX-License-Identifier: Apache-2.0
// `vantage sim`: RTSP cameras without hardware, from video files or drawn, for demonstrations, tests and measurements.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vantage::app {

struct SimCamera {
    std::string name;    // its address is rtsp://HOST:PORT/NAME
    std::string source;  // "sim:?seed=3", "file:video.mp4"
};

struct SimServerOptions {
    std::vector<SimCamera> cameras;
    std::string address{"127.0.0.1"};
    std::uint16_t port{8554};  // 0: any that is free
    std::string user;          // empty: no password is asked for
    std::string password;
    bool udp{true};
    bool always{false};      // draw and read even while nobody looks
    seconds stats_every{0};  // log what is sent; 0: never
};

// The cameras of a `vantage sim` inside another command (`vantage demo`): runs on threads of its own until it is destroyed.
class SimServer {
  public:
    // Listens when it returns. errc::invalid_argument names the camera or the source that cannot be.
    static Result<std::unique_ptr<SimServer>> start(const SimServerOptions& options);
    ~SimServer();
    SimServer(const SimServer&) = delete;
    SimServer& operator=(const SimServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    // "rtsp://127.0.0.1:8554/door"; without the password.
    [[nodiscard]] std::string url(const std::string& camera) const;

  private:
    class Impl;
    explicit SimServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Adds the subcommand; when it was called, `exit_code` is what the process should end with. Runs until SIGINT or SIGTERM.
void add_sim_command(CLI::App& app, int& exit_code);

}  // namespace vantage::app
