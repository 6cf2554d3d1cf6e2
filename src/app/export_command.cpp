// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/export_setup.hpp"
#include "app/process_usage.hpp"
#include "footage/folder_footage.hpp"
#include "record/export_run.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <unistd.h>

namespace vantage::app {
namespace {

namespace fs = std::filesystem;

// Half files never look done in a person's folder.
constexpr const char* kUnfinished = ".part";

struct Arguments {
    std::string config{kConfigFile}, storage, start, end, output{"."}, stream{"main"};
    std::vector<std::string> cameras;
    bool exact{false};
};

std::stop_source& interrupted() {
    static std::stop_source source;
    return source;
}

// One line that is written again, where there is a terminal.
class Progress final : public record::ExportReport {
  public:
    void gathered(std::uint64_t bytes, std::vector<record::ExportGap> gaps) override {
        total_ = bytes;
        gaps_ = std::move(gaps);
    }
    void begins(const record::ExportFile& file) override {
        files_.push_back(file);
        before_ += now_;
        now_ = 0;
    }
    void archives(const record::ExportArchive& /*zip*/) override {}
    void wrote(const std::string& file, std::uint64_t bytes) override {
        now_ = bytes;
        if (::isatty(STDERR_FILENO) == 0) return;
        const auto percent = total_ == 0 ? 100 : std::min<std::uint64_t>(100, (before_ + now_) * 100 / total_);
        std::cerr << fmt::format("\r{:3} %  {:.1f} MB  {}", percent, static_cast<double>(before_ + now_) / 1e6, file)
                  << std::flush;
    }
    void show(const fs::path& folder) const {
        if (::isatty(STDERR_FILENO) != 0) std::cerr << '\n';
        for (const auto& file : files_)
            std::cout << fmt::format("{}  {} to {}, {:.1f} MB\n", (folder / file.name).string(), local_time(file.start),
                                     local_time(file.end), static_cast<double>(file.bytes) / 1e6);
        for (const auto& [camera, gap] : gaps_)
            std::cout << fmt::format("no footage of {}: {} to {}: {}\n", camera.str(), local_time(gap.start),
                                     local_time(gap.end), gap.reason);
    }
    [[nodiscard]] const std::vector<record::ExportFile>& files() const { return files_; }

  private:
    std::uint64_t total_{0}, before_{0}, now_{0};
    std::vector<record::ExportFile> files_;
    std::vector<record::ExportGap> gaps_;
};

Result<record::ExportRequest> request_of(const Arguments& arguments) {
    record::ExportRequest out;
    for (const auto& text : arguments.cameras) {
        const auto camera = CameraId::parse(text);
        if (!camera) return camera.error();
        out.cameras.push_back(*camera);
    }
    const auto kind = parse_stream_kind(arguments.stream);
    if (!kind) return kind.error();
    out.stream = *kind;
    const auto start = parse_local_time(arguments.start);
    if (!start) return start.error();
    const auto end = parse_local_time(arguments.end);
    if (!end) return end.error();
    if (*end <= *start) return fail(errc::invalid_argument, "--end must be after --start");
    out.start = *start;
    out.end = *end;
    out.exact = arguments.exact;
    return out;
}

// A name that ends in .mp4 is the file of the only camera; everything else is a folder.
struct Target {
    fs::path folder, file;
};
Result<Target> target_of(const Arguments& arguments) {
    const fs::path output(arguments.output);
    Target out{output, {}};
    if (output.extension() == ".mp4") {
        if (arguments.cameras.size() > 1)
            return fail(errc::invalid_argument, "--output must be a folder: there is a file for each camera");
        out = {output.has_parent_path() ? output.parent_path() : fs::path("."), output};
        if (fs::exists(output)) return fail(errc::already_exists, fmt::format("{} is there already", output.string()));
    }
    std::error_code error;
    fs::create_directories(out.folder, error);
    if (error) return system_error(error.value(), fmt::format("create {}", out.folder.string()));
    return out;
}

// The files get their names when all of them are whole. A second set of parameters makes a second file beside the first.
Status finish(const std::vector<record::ExportFile>& files, const Target& target) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto part = target.folder / (files[i].name + kUnfinished);
        const auto name = i == 0 && !target.file.empty() ? target.file : target.folder / files[i].name;
        std::error_code error;
        fs::rename(part, name, error);
        if (error) return system_error(error.value(), fmt::format("rename {}", part.string()));
    }
    return {};
}

Status run_export_command(const Arguments& arguments, Progress& progress, Target& target) {
    Config config;
    if (arguments.storage.empty() || fs::exists(arguments.config)) {
        auto loaded = load_config(arguments.config);
        if (!loaded) return loaded.error();
        config = std::move(*loaded);
    }
    if (!arguments.storage.empty()) config.storage.path = arguments.storage;
    use_time_zone(config.time_zone.empty() ? host_time_zone() : config.time_zone);
    const auto request = request_of(arguments);
    if (!request) return request.error();
    const auto aim = target_of(arguments);
    if (!aim) return aim.error();
    target = *aim;
    footage::SystemFiles files;
    const footage::FolderFootage footage(files, config.storage.path);
    record::ExportOptions options;
    options.folder = target.folder;
    options.room = [&target]() -> Result<std::uint64_t> {
        std::error_code error;
        const auto space = fs::space(target.folder, error);
        if (error) return system_error(error.value(), "ask for free space");
        return std::uint64_t{space.available};
    };
    options.durable = false;  // as cp
    options.local_time = local_time;
    options.name = [&config](const CameraId& id) {
        const auto found = config.cameras.find(id);
        return found == config.cameras.end() ? id.str() : found->second.name;
    };
    auto done = record::run_export({options, footage, files, kUnfinished}, *request, target.folder, progress,
                                   interrupted().get_token());
    if (done) return finish(progress.files(), target);
    for (const auto& file : progress.files()) {
        std::error_code ignored;
        fs::remove(target.folder / (file.name + kUnfinished), ignored);
    }
    return done;
}

int run(const Arguments& arguments) {
    // The handler only sets a flag's worth of state: request_stop takes no lock when nobody has registered a callback.
    std::signal(SIGINT, [](int) { interrupted().request_stop(); });
    std::signal(SIGTERM, [](int) { interrupted().request_stop(); });
    (void)interrupted();
    Progress progress;
    Target target;
    const auto done = run_export_command(arguments, progress, target);
    if (!done) {
        std::cerr << "\nvantage export: " << done.error().message << '\n';
        return done.error().code == errc::invalid_argument ? 2 : 1;
    }
    progress.show(target.folder);
    return 0;
}

}  // namespace

void add_export_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("export", "Make MP4 files of a span of recorded footage");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("--camera", arguments->cameras, "Camera; once for each")->required();
    command->add_option("--start", arguments->start, "2026-11-20T20:04:05+01:00, or '2026-11-20 20:04' in local time")
        ->required();
    command->add_option("--end", arguments->end, "Likewise; the picture at this time is no longer in")->required();
    command->add_option("--stream", arguments->stream, "main or sub")->capture_default_str();
    command->add_flag("--exact", arguments->exact,
                      "To the frame at both ends (the first seconds are encoded again); else to whole groups of pictures");
    command->add_option("-o,--output", arguments->output, "Folder, or name of the .mp4 of one camera")
        ->capture_default_str();
    command->add_option("-c,--config", arguments->config, "Configuration, for the storage and the time zone")
        ->capture_default_str();
    command->add_option("--storage", arguments->storage, "The storage's folder, e.g. of a disk of another machine");
    command->footer(
        "Reads the footage's files only, so it may run beside `vantage serve`, or on a disk without its recorder. One file\n"
        "for each camera, and for each change of its picture's format; gaps keep their length and are listed at the end.");
    command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace vantage::app
