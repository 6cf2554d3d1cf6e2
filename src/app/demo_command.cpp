// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/demo_media.hpp"
#include "app/run_until_signal.hpp"
#include "app/sim_command.hpp"
#include "base/log.hpp"
#include "serve/server.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <unistd.h>

namespace vantage::app {
namespace {

// A folder that goes away with the demo.
class ScratchFolder {
  public:
    ScratchFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "vantage-demo-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// Real footage first, then drawn pictures.
Result<std::vector<SimCamera>> demo_cameras() {
    static constexpr std::array names{"campus", "cinema", "clock", "shapes"};
    const auto sources = demo_sources(demo_media_places(), names.size());
    if (!sources) return sources.error();
    std::vector<SimCamera> out;
    for (std::size_t i = 0; i < names.size() && i < sources->size(); ++i) out.push_back({names.at(i), (*sources)[i]});
    return out;
}

// The demo's cameras come over RTSP, as real ones do.
Config demo_config(const SimServer& sim, const std::vector<SimCamera>& cameras, const std::filesystem::path& folder,
                   std::uint16_t port, const std::string& bind) {
    Config config;
    config.data = folder;
    config.storage.path = folder / "storage";
    config.storage.keep_free_percent = 5;
    config.storage.bytes = 4'000'000'000;
    config.server.port = port;
    config.server.bind = bind;
    for (const auto& camera : cameras) {
        const auto id = CameraId::parse(camera.name);
        if (!id) continue;
        CameraConfig made(*id);
        made.source = sim.url(camera.name);
        config.cameras.emplace(*id, made);
    }
    return config;
}

int demo(std::uint16_t port, const std::string& bind) {
    const SystemClock clock;
    const ScratchFolder folder;
    if (folder.path().empty()) {
        std::cerr << "vantage demo: cannot make a temporary folder\n";
        return 1;
    }
    SimServerOptions options;
    options.port = 0;
    const auto cameras = demo_cameras();
    if (!cameras) {
        std::cerr << "vantage demo: " << cameras.error().message << '\n';
        return 1;
    }
    options.cameras = *cameras;
    const auto sim = SimServer::start(options);
    if (!sim) {
        std::cerr << "vantage demo: " << sim.error().message << '\n';
        return 1;
    }
    Vantage vantage(demo_config(**sim, options.cameras, folder.path(), port, bind), {}, clock);
    if (auto started = vantage.start(); !started) {
        std::cerr << "vantage demo: " << started.error().message << '\n';
        return 1;
    }
    auto& server = vantage.server();
    const serve::NewUser admin{"demo", serve::random_token(), serve::Role::admin, {}};
    if (auto made = server.accounts().add(admin, {"console", "console"}); !made) {
        std::cerr << "vantage demo: " << made.error().message << '\n';
        return 1;
    }
    const auto link = server.make_login_token("demo", std::chrono::hours{24});
    std::cout << fmt::format(
                     "\n  Vantage runs with {} cameras. Open\n\n    {}/login?link={}\n\n"
                     "  The link works once. Footage is in {} and goes away with Ctrl-C.\n\n",
                     options.cameras.size(), vantage.address(), link, folder.path().string())
              << std::flush;
    run_until_signal(vantage, {});
    return 0;
}

}  // namespace

void add_demo_command(CLI::App& app, int& exit_code) {
    auto* command =
        app.add_subcommand("demo", "Try Vantage: four cameras that need no hardware, recorded to a temporary folder");
    auto port = std::make_shared<std::uint16_t>(std::uint16_t{6478});
    auto bind = std::make_shared<std::string>("127.0.0.1");
    command->add_option("--port", *port, "Port of the page")->capture_default_str();
    command->add_option("--bind", *bind, "Address of the page; '::' to open it from other machines")->capture_default_str();
    command->callback([port, bind, &exit_code] { exit_code = demo(*port, *bind); });
}

}  // namespace vantage::app
