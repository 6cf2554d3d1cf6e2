// SPDX-License-Identifier: Apache-2.0
#include "app/demo_media.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vantage::app {
namespace {

namespace fs = std::filesystem;
constexpr std::array kClips{"vtest.avi", "Megamind.avi"};

// The program's exit code; what it writes goes nowhere.
Result<int> run(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
    pid_t child = 0;
    const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return system_error(error, fmt::format("run {}", command[0]));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

std::optional<fs::path> find(const DemoMediaPlaces& places, const char* clip) {
    for (const auto& folder : places.clips) {
        std::error_code error;
        if (auto path = folder / clip; fs::is_regular_file(path, error)) return path;
    }
    return {};
}

// The encoded clip, from the cache or made now. It appears under its name only when it is whole.
Result<fs::path> encoded(const DemoMediaPlaces& places, const fs::path& clip) {
    const auto target = places.cache / (clip.stem().string() + ".mp4");
    std::error_code error;
    if (fs::is_regular_file(target, error)) return target;
    fs::create_directories(places.cache, error);
    if (error) return system_error(error.value(), fmt::format("make {}", places.cache.string()));
    const auto partial = places.cache / fmt::format("{}.{}.part.mp4", clip.stem().string(), getpid());
    log::info("demo", "encoding {} for the first time", clip.string());
    // A key frame a second, as cameras are set for quick starts; no B-frames.
    const auto code = run({places.encoder,
                           "-nostdin",
                           "-y",
                           "-i",
                           clip.string(),
                           "-an",
                           "-c:v",
                           "libx264",
                           "-preset",
                           "veryfast",
                           "-crf",
                           "23",
                           "-pix_fmt",
                           "yuv420p",
                           "-bf",
                           "0",
                           "-force_key_frames",
                           "expr:gte(t,n_forced)",
                           "-movflags",
                           "+faststart",
                           partial.string()});
    if (!code || *code != 0) {
        fs::remove(partial, error);
        if (!code) return code.error();
        return fail(errc::unavailable, fmt::format("{} ended with {} on {}", places.encoder, *code, clip.string()));
    }
    fs::rename(partial, target, error);
    if (error) return system_error(error.value(), fmt::format("rename to {}", target.string()));
    return target;
}

}  // namespace

DemoMediaPlaces demo_media_places() {
    DemoMediaPlaces places;
    for (const auto* folder :
         {"/usr/share/doc/opencv-doc/examples/data", "/usr/share/opencv4/samples/data", "/usr/share/opencv/samples/data"})
        places.clips.emplace_back(folder);
    const auto* cache = std::getenv("XDG_CACHE_HOME");
    const auto* home = std::getenv("HOME");
    if (cache != nullptr && *cache == '/') {
        places.cache = fs::path{cache} / "vantage";
    } else {
        places.cache = home != nullptr && *home == '/' ? fs::path{home} / ".cache/vantage"
                                                       : fs::temp_directory_path() / "vantage-cache";
    }
    return places;
}

Result<std::vector<std::string>> demo_sources(const DemoMediaPlaces& places, std::size_t count) {
    std::vector<std::string> out;
    for (const auto* name : kClips) {
        const auto clip = out.size() < count ? find(places, name) : std::nullopt;
        if (!clip) continue;
        auto file = encoded(places, *clip);
        if (file) {
            out.push_back("file:" + file->string());
        } else if (file.error().code == errc::io || file.error().code == errc::disk_full) {
            return file.error();
        } else {
            log::warn("demo", "{}; a drawn picture takes its place", file.error().message);
        }
    }
    for (int seed = 0; out.size() < count; ++seed)
        out.push_back(fmt::format("sim:?size=1280x720&fps=25&gop=25&seed={}", seed));
    return out;
}

}  // namespace vantage::app
