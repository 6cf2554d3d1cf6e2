// SPDX-License-Identifier: Apache-2.0
// The subcommands of `vantage`. Each adds itself to the command line; when it was called, `exit_code` is what the process
// should end with: 0 good, 1 it failed, 2 it was called wrongly. One thread.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace vantage::app {

inline constexpr const char* kConfigFile = "/etc/vantage/vantage.yaml";

void add_serve_command(CLI::App& app, int& exit_code);
void add_check_command(CLI::App& app, int& exit_code);
void add_reindex_command(CLI::App& app, int& exit_code);
void add_export_command(CLI::App& app, int& exit_code);
void add_user_command(CLI::App& app, int& exit_code);
void add_demo_command(CLI::App& app, int& exit_code);

}  // namespace vantage::app
