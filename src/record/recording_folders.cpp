// SPDX-License-Identifier: Apache-2.0
#include "record/recording_folders.hpp"

#include "base/log.hpp"
#include "footage/recovery.hpp"

#include <fmt/chrono.h>

#include <algorithm>

namespace vantage::record {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestRecord = 4U << 20;
constexpr const char* kRecord = "recording.json";
constexpr const char* kGone = ".gone-";  // stands before the name of a folder that is being removed

std::string stamp_of(UtcTime time) {
    const auto whole = std::chrono::floor<seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H%M%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                       std::chrono::duration_cast<milliseconds>(time - whole).count());
}

std::optional<UtcTime> time_of_stamp(const std::string& stamp) {
    if (stamp.size() != std::string_view{"YYYY-MM-DDTHHMMSS.mmmZ"}.size()) return {};
    const auto time = parse_time(fmt::format("{}:{}:{}", stamp.substr(0, 13), stamp.substr(13, 2), stamp.substr(15)));
    if (!time || stamp_of(*time) != stamp) return {};
    return *time;
}

// By name. What cannot be read is empty.
std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code error;
    for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) out.push_back(it->path());
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> movies_in(const fs::path& folder) {
    std::vector<std::string> out;
    for (const auto& path : entries_of(folder))
        if (path.extension() == ".mp4") out.push_back(path.filename().string());
    return out;
}

// Made by a recording that had not been written down yet.
bool is_unborn(const fs::path& folder) {
    const auto entries = entries_of(folder);
    return time_of_stamp(folder.filename().string()) && std::ranges::all_of(entries, [](const fs::path& path) {
               return path.filename().string() == std::string(kRecord) + ".new";
           });
}

}  // namespace

std::string RecordingFolders::id_of(const CameraId& camera, UtcTime created) {
    return camera.str() + "_" + stamp_of(created);
}

fs::path RecordingFolders::of(const Recording& recording) const {
    return root_ / recording.camera.str() / stamp_of(recording.created);
}

Status RecordingFolders::make(const Recording& recording) const {
    return footage::make_directories(files_, root_, of(recording));
}

std::optional<Recording> RecordingFolders::load_one(const CameraId& camera, const fs::path& folder) const {
    const auto created = time_of_stamp(folder.filename().string());
    if (!created) return {};
    const auto id = id_of(camera, *created);
    const auto text = footage::read_whole(files_, folder / kRecord, kLargestRecord);
    auto known = text ? parse_recording(as_text(*text)) : Result<Recording>{text.error()};
    if (known && known->id == id) return std::move(*known);
    if (movies_in(folder).empty()) return {};
    log::warn("recording", "{}: its record is lost; its files say what it is, and it is kept", folder.string());
    Recording out(camera);
    out.id = id;
    out.name = to_rfc3339(*created);
    out.created = *created;
    out.state = RecordingState::recording;
    out.kept = true;
    return out;
}

std::vector<Recording> RecordingFolders::load() const {
    std::vector<Recording> out;
    for (const auto& of_camera : entries_of(root_)) {
        const auto camera = CameraId::parse(of_camera.filename().string());
        std::error_code ignored;
        if (!camera || !fs::is_directory(of_camera, ignored)) continue;
        for (const auto& folder : entries_of(of_camera)) {
            if (folder.filename().string().starts_with(kGone) || is_unborn(folder)) {
                clear(folder);
            } else if (auto found = load_one(*camera, folder)) {
                out.push_back(std::move(*found));
            } else {
                log::warn("recording", "{} is not a recording of Vantage; left alone", folder.string());
            }
        }
    }
    return out;
}

Status RecordingFolders::save(const Recording& recording) const {
    const auto text = to_json(recording);
    return footage::replace_whole(files_, of(recording) / kRecord, as_bytes(text));
}

void RecordingFolders::recover(Recording& recording) const {
    std::vector<RecordingFile> found;
    for (const auto& name : movies_in(of(recording))) {
        const auto known = std::ranges::find(recording.files, name, &RecordingFile::name);
        if (known != recording.files.end() && known->whole) {
            found.push_back(*known);
            continue;
        }
        const auto scan = footage::complete_file(files_, of(recording) / name);
        if (scan) {
            found.push_back({name, to_utc(scan->start), to_utc(scan->start + scan->duration), scan->whole, true});
        } else if (scan.error().code != errc::not_found) {
            log::error("recording", "{} is left alone: {}", (of(recording) / name).string(), scan.error().message);
        }
    }
    std::ranges::sort(found, {}, &RecordingFile::start);
    recording.files = std::move(found);
    std::erase_if(recording.gaps, [](const RecordingGap& gap) { return !gap.end; });
    recording.recovered = true;
    recording.state = recording.files.empty() ? RecordingState::failed : RecordingState::done;
    if (recording.files.empty()) recording.error = "the recorder ended before there was a picture";
}

Result<footage::Material> RecordingFolders::material(const Recording& recording) const {
    const StreamKey stream{recording.camera, StreamKind::main};
    footage::Material out{stream, recording.start(), recording.start(), {}, {}, {}, 0, true};
    for (const auto& known : recording.files) {
        const auto path = of(recording) / known.name;
        auto opened = files_.open(path, footage::OpenMode::read);
        if (opened.has_error()) return opened.error();
        std::shared_ptr<footage::File> file = std::move(*opened);
        const auto scan = footage::scan_segment(*file, footage::Tail::trusted);
        if (scan.has_error()) return scan.error();
        const auto start = to_utc(scan->start), end = to_utc(scan->start + scan->duration);
        auto segment = std::make_shared<const footage::SegmentInfo>(footage::SegmentInfo{
            0, stream, path.string(), start, end, scan->whole, footage::SegmentState::closed, false, {}, scan->init});
        footage::Source source{segment, std::move(file), {}};
        for (const auto& entry : scan->table)
            source.fragments.push_back({segment, scan->start + entry.start, entry.duration, entry.offset, entry.bytes,
                                        entry.key_bytes, entry.independent});
        if (out.empty) out.first = source.fragments.front().start;
        out.empty = false;
        out.to = end;
        out.bytes += scan->whole;
        out.sources.push_back(std::move(source));
    }
    if (out.empty) return fail(errc::not_found, "the recording has no picture yet");
    return out;
}

void RecordingFolders::clear(const fs::path& folder) const {
    for (const auto& path : entries_of(folder))
        if (auto gone = files_.remove(path); gone.has_error()) log::warn("recording", "{}", gone.error().message);
    std::error_code ignored;
    fs::remove(folder, ignored);
}

void RecordingFolders::remove(const Recording& recording) const {
    const auto folder = of(recording);
    const auto gone = folder.parent_path() / (kGone + folder.filename().string());
    if (auto renamed = files_.rename(folder, gone); renamed.has_error()) {
        log::warn("recording", "{}", renamed.error().message);
        return;
    }
    (void)files_.sync_directory(folder.parent_path());
    clear(gone);
}

}  // namespace vantage::record
