// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/config.hpp"
#include "serve/accounts.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace vantage::app {
namespace {

struct Asked {
    std::string file{kConfigFile}, name, role{"viewer"};
    std::vector<std::string> cameras;
};

const serve::Actor kConsole{"console", "console"};

// From the terminal without echo, or the first line of a pipe.
std::string read_password() {
    const bool terminal = isatty(STDIN_FILENO) != 0;
    termios before{};
    if (terminal) {
        std::cerr << "Password: " << std::flush;
        tcgetattr(STDIN_FILENO, &before);
        auto quiet = before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    std::string password;
    std::getline(std::cin, password);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        std::cerr << '\n';
    }
    return password;
}

template <class F>
int with_accounts(const Asked& asked, F&& work) {
    const SystemClock clock;
    const auto config = load_config(asked.file);
    if (!config) {
        std::cerr << config.error().message << '\n';
        return 1;
    }
    auto settings = store::create_settings(config->data / "settings.db", clock);
    if (!settings) {
        std::cerr << "vantage user: " << settings.error().message << '\n';
        return 1;
    }
    serve::Accounts accounts(**settings, clock);
    const Status done = work(accounts);
    if (!done) std::cerr << "vantage user: " << done.error().message << '\n';
    return done ? 0 : 1;
}

Status add(const Asked& asked, serve::Accounts& accounts) {
    const auto role = serve::parse_role(asked.role);
    if (!role) return role.error();
    serve::NewUser user{asked.name, read_password(), *role, {}};
    if (!asked.cameras.empty()) user.cameras = asked.cameras;
    return accounts.add(user, kConsole);
}

Status list(serve::Accounts& accounts) {
    const auto users = accounts.list();
    if (!users) return users.error();
    for (const auto& user : *users)
        std::cout << fmt::format("{:20} {:10} {}\n", user.name, user.role,
                                 user.cameras ? fmt::format("{} cameras", user.cameras->size()) : "all cameras");
    return {};
}

Status set_password(const Asked& asked, serve::Accounts& accounts) {
    serve::UserChange change;
    change.password = read_password();
    return accounts.change(asked.name, change, kConsole);
}

}  // namespace

void add_user_command(CLI::App& app, int& exit_code) {
    auto asked = std::make_shared<Asked>();
    auto* command =
        app.add_subcommand("user", "List, add and remove users, and set passwords; works while the recorder runs");
    command->add_option("-c,--config", asked->file, "Configuration")->capture_default_str();
    command->require_subcommand(1);
    command->fallthrough();
    const auto named = [&](const char* name, const char* what) {
        auto* sub = command->add_subcommand(name, what);
        sub->add_option("name", asked->name, "The user's name")->required();
        return sub;
    };
    command->add_subcommand("list", "Who there is")->callback([asked, &exit_code] {
        exit_code = with_accounts(*asked, [](serve::Accounts& accounts) { return list(accounts); });
    });
    auto* adding = named("add", "Add a user; the password is read from the terminal, or from a pipe");
    adding->add_option("--role", asked->role, "admin, operator or viewer")->capture_default_str();
    adding->add_option("--camera", asked->cameras, "A viewer sees only these (repeat it); without: all");
    adding->callback([asked, &exit_code] {
        exit_code = with_accounts(*asked, [&](serve::Accounts& accounts) { return add(*asked, accounts); });
    });
    named("password", "Set a user's password and end the user's sessions")->callback([asked, &exit_code] {
        exit_code = with_accounts(*asked, [&](serve::Accounts& accounts) { return set_password(*asked, accounts); });
    });
    named("remove", "Remove a user with the sessions and tokens")->callback([asked, &exit_code] {
        exit_code = with_accounts(*asked, [&](serve::Accounts& accounts) { return accounts.remove(asked->name, kConsole); });
    });
}

}  // namespace vantage::app
