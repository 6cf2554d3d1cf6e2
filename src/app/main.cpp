// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/sim_command.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <malloc.h>
#include <sys/resource.h>

namespace {

// An export of a month holds the files of a month, and each viewer a socket; the soft limit of a shell is 1024, which is for
// programs that use select().
void allow_many_files() {
    constexpr rlim_t kEnough = 65536;  // as the service has
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnough) return;
    limit.rlim_cur = std::min(limit.rlim_max, kEnough);
    setrlimit(RLIMIT_NOFILE, &limit);
}

// Decoders of thumbnails come and go many times a second, each of a dozen MB: given back to the kernel in between, those
// pages cost a fifth of a picture. glibc comes to these bounds by itself with larger blocks.
void keep_freed_memory() {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
    // A viewer or a camera that goes away is an error of its socket, not the program's end.
    std::signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    keep_freed_memory();
    CLI::App app{
        "Vantage records cameras and shows them live and back in a browser.\n\n"
        "  vantage demo                    try it: four cameras, a temporary folder, a link to open\n"
        "  vantage serve                   run the recorder (" +
        std::string(vantage::app::kConfigFile) +
        ")\n"
        "  vantage check                   is the configuration right?"};
    app.set_version_flag("--version", vantage::app::kVersion);
    app.require_subcommand(1);
    int exit_code = 0;
    vantage::app::add_serve_command(app, exit_code);
    vantage::app::add_check_command(app, exit_code);
    vantage::app::add_reindex_command(app, exit_code);
    vantage::app::add_export_command(app, exit_code);
    vantage::app::add_user_command(app, exit_code);
    vantage::app::add_demo_command(app, exit_code);
    vantage::app::add_sim_command(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    } catch (const std::exception& e) {
        std::cerr << "vantage: " << e.what() << '\n';
        return 1;
    }
    return exit_code;
}
