// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/config.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace vantage::app {

void add_check_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("check", "Read the configuration and say what was understood, or every fault in it");
    auto file = std::make_shared<std::string>(kConfigFile);
    command->add_option("-c,--config", *file, "Configuration")->capture_default_str();
    command->callback([file, &exit_code] {
        const auto config = load_config(*file);
        exit_code = config ? 0 : 1;
        if (config)
            std::cout << describe(*config) << *file << " is good\n";
        else
            std::cerr << config.error().message << '\n';
    });
}

}  // namespace vantage::app
