// SPDX-License-Identifier: Apache-2.0
#include "record/export_folders.hpp"

#include "base/log.hpp"

namespace vantage::record {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestRecord = 4U << 20;
constexpr const char* kRecord = "job.json";

}  // namespace

std::vector<Export> ExportFolders::load() const {
    std::vector<Export> out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root_, error)) {
        const auto text = footage::read_whole(files_, entry.path() / kRecord, kLargestRecord);
        auto job = text ? parse_export(as_text(*text)) : Result<Export>{text.error()};
        if (job && job->id == entry.path().filename().string()) {
            out.push_back(std::move(*job));
        } else {
            log::warn("export", "{} is not an export of Vantage, or damaged; left alone", entry.path().string());
        }
    }
    return out;
}

Status ExportFolders::add(const Export& job) const {
    if (auto made = files_.make_directory(of(job.id)); made.has_error()) return made;
    auto saved = save(job);
    if (saved.has_error()) remove(job.id);
    return saved;
}

Status ExportFolders::save(const Export& job) const {
    const auto text = to_json(job);
    return footage::replace_whole(files_, of(job.id) / kRecord, as_bytes(text));
}

void ExportFolders::clear(const std::string& id, bool keep_record) const {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(of(id), error))
        if (!keep_record || entry.path().filename() != kRecord)
            if (auto gone = files_.remove(entry.path()); gone.has_error()) log::warn("export", "{}", gone.error().message);
}

void ExportFolders::empty(const std::string& id) const {
    clear(id, true);
}

void ExportFolders::remove(const std::string& id) const {
    clear(id, false);
    std::error_code ignored;
    fs::remove(of(id), ignored);
}

}  // namespace vantage::record
