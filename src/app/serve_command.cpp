// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/config_watch.hpp"
#include "app/run_until_signal.hpp"
#include "base/log.hpp"
#include "serve/server.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <iostream>

namespace vantage::app {
namespace {

int serve(const std::filesystem::path& file) {
    auto config = load_config(file);
    if (!config) {
        std::cerr << config.error().message << '\n';
        return 1;
    }
    log::configure(config->log_debug ? log::Level::debug : log::Level::info,
                   config->log_json ? log::Format::json : log::Format::text);
    const SystemClock clock;
    Vantage vantage(std::move(*config), file, clock);
    if (auto started = vantage.start(); !started) {
        log::error("vantage", "cannot start: {}", started.error().message);
        return 1;
    }
    // On the console, not in the log: what the page shows of the log must not make an administrator.
    const auto token = vantage.server().setup_token();
    if (token && *token)
        std::cout << fmt::format("First visit: create the administrator at {}/setup?token={}\n", vantage.address(), **token)
                  << std::flush;
    log::info("vantage", "listening at {}", vantage.address());
    run_until_signal(vantage, file);
    return 0;
}

}  // namespace

void run_until_signal(Vantage& vantage, const std::filesystem::path& watched) {
    boost::asio::io_context io{1};
    boost::asio::signal_set end(io, SIGINT, SIGTERM);
    end.async_wait([&io](boost::system::error_code, int) { io.stop(); });
    std::optional<ConfigWatch> watch;
    if (!watched.empty()) watch.emplace(io.get_executor(), watched, [&vantage] { vantage.reload(); });
    io.run();
    vantage.stop();
}

void add_serve_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("serve", "Run the recorder until SIGINT or SIGTERM");
    auto file = std::make_shared<std::string>(kConfigFile);
    command->add_option("-c,--config", *file, "Configuration; read again when it changes and on SIGHUP")
        ->capture_default_str();
    command->footer("At the first start the log shows a link with a one-time token: open it and create the administrator.");
    command->callback([file, &exit_code] { exit_code = serve(*file); });
}

}  // namespace vantage::app
