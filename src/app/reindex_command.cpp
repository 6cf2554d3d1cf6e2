// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/config.hpp"
#include "footage/reindex.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace vantage::app {
namespace {

Result<footage::ReindexReport> reindex(const Config& config) {
    const SystemClock clock;
    footage::SystemFiles files;
    footage::OpenSegments none_open;
    auto catalog = store::create_catalog(config.data / "catalog.db", clock);
    if (!catalog) return catalog.error();
    const auto volume = footage::adopt_volume(files, config.storage.path, clock);
    if (!volume) return volume.error();
    const auto lock = footage::VolumeLock::take(volume->root);
    if (!lock) return lock.error();
    if (auto known = (*catalog)->put_volume(volume->uuid, volume->root.string()); !known) return known.error();
    const footage::Storage storage{*volume, files, **catalog, none_open, clock};
    return footage::reindex(storage, {}, [](const footage::ReindexProgress& progress) {
        std::cerr << fmt::format("\r{} of {} files", progress.done, progress.total) << std::flush;
    });
}

int run(const std::string& file) {
    const auto config = load_config(file);
    if (!config) {
        std::cerr << config.error().message << '\n';
        return 1;
    }
    const auto report = reindex(*config);
    std::cerr << '\n';
    if (!report) {
        std::cerr << "vantage reindex: " << report.error().message << '\n';
        return 1;
    }
    std::cout << fmt::format(
        "{} segments indexed ({} of them had been left open), {} files of thumbnails, {} rows without a file dropped, "
        "{:.0f} "
        "files/s\n",
        report->indexed, report->recovered, report->thumbs, report->rows_dropped, report->files_per_second);
    for (const auto& path : report->foreign) std::cout << "left alone, not a segment of Vantage: " << path << '\n';
    for (const auto& path : report->unreadable) std::cout << "could not be read: " << path << '\n';
    return report->unreadable.empty() ? 0 : 1;
}

}  // namespace

void add_reindex_command(CLI::App& app, int& exit_code) {
    auto* command =
        app.add_subcommand("reindex", "Build the catalogue again from the footage on disk; the files are the truth");
    auto file = std::make_shared<std::string>(kConfigFile);
    command->add_option("-c,--config", *file, "Configuration")->capture_default_str();
    command->footer("Stop `vantage serve` first. Nothing that plays is deleted; files of others are left alone and named.");
    command->callback([file, &exit_code] { exit_code = run(*file); });
}

}  // namespace vantage::app
