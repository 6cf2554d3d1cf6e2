// SPDX-License-Identifier: Apache-2.0
#include "app/sim_command.hpp"

#include "base/log.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>

namespace vantage::app {
namespace {

constexpr const char* kFooter = R"(Sources
  file:VIDEO   played in real time, again and again, without re-encoding; MP4, MKV, TS, AVI ...
               with H.264, H.265 or MJPEG, and AAC, Opus, G.711 or G.726
  sim:         a drawn picture with a clock, moving shapes and a time code for programs
               sim:?size=1280x720&fps=25&gop=50&bitrate=2000000&seed=3&name=door

Examples
  vantage sim
      two drawn cameras, rtsp://127.0.0.1:8554/one and /two
  vantage sim --camera door=file:walk.mp4 --camera yard=sim:?size=640x360
  vantage sim --camera load=file:4mbit.mp4 --copies 16 --port 9554
      sixteen cameras load1 ... load16 from one file
  VANTAGE_SIM_PASSWORD=secret vantage sim --user viewer --bind 0.0.0.0
      for other machines, with a password

Look at one:  ffplay -rtsp_transport tcp rtsp://127.0.0.1:8554/one)";

struct Arguments {
    SimServerOptions options;
    std::vector<std::string> cameras;
    int copies{1};
    int stats{0};
};

Result<std::vector<SimCamera>> read_cameras(const Arguments& arguments) {
    std::vector<SimCamera> out;
    for (const auto& text : arguments.cameras) {
        const auto equals = text.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
            return fail(errc::invalid_argument,
                        fmt::format("'{}' is no camera; write NAME=SOURCE, like door=file:walk.mp4", text));
        const SimCamera camera{text.substr(0, equals), text.substr(equals + 1)};
        if (arguments.copies == 1) out.push_back(camera);
        for (int i = 1; arguments.copies > 1 && i <= arguments.copies; ++i)
            out.push_back({fmt::format("{}{}", camera.name, i), camera.source});
    }
    if (out.empty()) out = {{"one", "sim:"}, {"two", "sim:"}};
    return out;
}

// Signals are blocked before the server's threads start, so that only this one takes them.
int wait_for_signal(const sigset_t& signals) {
    int signal = 0;
    sigwait(&signals, &signal);
    return signal;
}

int run_sim(Arguments arguments) {
    auto cameras = read_cameras(arguments);
    if (!cameras) {
        fmt::print(stderr, "vantage sim: {}\n", cameras.error().message);
        return 2;
    }
    arguments.options.cameras = std::move(*cameras);
    arguments.options.stats_every = seconds{arguments.stats};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const auto server = SimServer::start(arguments.options);
    if (!server) {
        fmt::print(stderr, "vantage sim: {}\n", server.error().message);
        return server.error().code == errc::unavailable ? 1 : 2;
    }
    for (const auto& camera : arguments.options.cameras) fmt::print("{}  {}\n", (*server)->url(camera.name), camera.source);
    std::fflush(stdout);
    wait_for_signal(signals);
    return 0;
}

}  // namespace

void add_sim_command(CLI::App& app, int& exit_code) {
    auto* sim = app.add_subcommand("sim", "Serves RTSP cameras without hardware: video files in a loop, or drawn pictures");
    const auto arguments = std::make_shared<Arguments>();
    auto& options = arguments->options;
    sim->footer(kFooter);
    sim->add_option("-c,--camera", arguments->cameras, "A camera; give it once for each (default: two drawn ones)")
        ->type_name("NAME=SOURCE");
    sim->add_option("--copies", arguments->copies, "Serve each camera so many times, as NAME1, NAME2, ...")
        ->check(CLI::Range(1, 1000));
    sim->add_option("-p,--port", options.port, "TCP port to listen on; 0 takes one that is free")->capture_default_str();
    sim->add_option("--bind", options.address, "Address to listen on; 0.0.0.0 for all")->capture_default_str();
    auto* user = sim->add_option("--user", options.user, "Ask for this user (Digest or Basic)");
    sim->add_option("--password", options.password, "Its password; better in the environment, where ps does not show it")
        ->envname("VANTAGE_SIM_PASSWORD");
    sim->add_flag("!--no-udp", options.udp, "Serve over TCP only");
    sim->add_flag("--always", options.always, "Run the cameras even while nobody looks (default: on demand)");
    sim->add_option("--stats", arguments->stats, "Log what was sent every so many seconds")->check(CLI::Range(0, 86400));
    sim->callback([arguments, user, &exit_code] {
        if (user->count() > 0 && arguments->options.password.empty())
            throw CLI::ValidationError("--user", "needs a password: --password or VANTAGE_SIM_PASSWORD");
        exit_code = run_sim(*arguments);
    });
}

}  // namespace vantage::app
