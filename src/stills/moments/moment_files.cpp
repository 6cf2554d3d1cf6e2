// SPDX-License-Identifier: Apache-2.0
#include "stills/moments/moment_files.hpp"

#include "base/log.hpp"

namespace vantage::stills {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestRecord = 1U << 20;

void warn_unless(const Status& done) {
    if (done.has_error() && done.error().code != errc::not_found) log::warn("moments", "{}", done.error().message);
}

}  // namespace

Status MomentFiles::make(const CameraId& camera) const {
    return footage::make_directories(files_, root_, root_ / camera.str());
}

std::vector<Moment> MomentFiles::load() const {
    std::vector<Moment> out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root_, error))
        if (entry.is_directory(error)) load_folder(entry.path(), out);
    return out;
}

void MomentFiles::load_folder(const fs::path& folder, std::vector<Moment>& into) const {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const auto& path = entry.path();
        if (path.extension() == ".new" || path.extension() == ".part") warn_unless(files_.remove(path));
        if (path.extension() != ".json") continue;
        const auto text = footage::read_whole(files_, path, kLargestRecord);
        auto moment = text ? parse_moment(as_text(*text)) : Result<Moment>{text.error()};
        const bool ours = moment && moment->id == path.stem().string() && moment->request.camera.str() == folder.filename();
        if (!ours)
            log::warn("moments", "{} is not the record of a moment, or damaged; left alone", path.string());
        else if (is_whole(*moment))
            into.push_back(std::move(*moment));
    }
}

// One that is done and whose MP4 somebody has taken away is none any more.
bool MomentFiles::is_whole(Moment& moment) const {
    std::error_code error;
    moment.gif = fs::exists(gif(moment), error);
    if (moment.state != MomentState::done) return true;
    const auto size = fs::file_size(mp4(moment), error);
    if (!error && size == moment.bytes) return true;
    if (error == std::errc::no_such_file_or_directory)
        remove(moment);
    else
        log::warn("moments", "{} is damaged: {}; left alone", mp4(moment).string(),
                  error ? error.message() : fmt::format("{} bytes instead of {}", size, moment.bytes));
    return false;
}

bool MomentFiles::is_taken(const CameraId& camera, const std::string& id) const {
    std::error_code error;
    const auto stem = root_ / camera.str() / id;
    return fs::exists(stem.string() + ".json", error) || fs::exists(stem.string() + ".mp4", error);
}

Status MomentFiles::save(const Moment& moment) const {
    const auto text = to_json(moment);
    return footage::replace_whole(files_, of(moment, ".json"), as_bytes(text));
}

void MomentFiles::remove(const Moment& moment) const {
    for (const auto* ending : {".gif", ".mp4.part", ".mp4", ".json"}) warn_unless(files_.remove(of(moment, ending)));
}

void MomentFiles::remove_gif(const Moment& moment) const {
    warn_unless(files_.remove(gif(moment)));
}

}  // namespace vantage::stills
