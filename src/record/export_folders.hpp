// SPDX-License-Identifier: Apache-2.0
// Exports as they lie on the disk (docs/storage.md): a folder for each, with its record and its files. Blocks for small
// files only; safe from any thread, as long as one thread at a time deals with one export.
#pragma once
#include "footage/file_system.hpp"
#include "record/export.hpp"

#include <filesystem>
#include <vector>

namespace vantage::record {

class ExportFolders {
  public:
    // `files` outlives it.
    ExportFolders(std::filesystem::path root, footage::FileSystem& files) : root_(std::move(root)), files_(files) {}

    // The folder of all.
    Status make() const { return files_.make_directory(root_); }
    [[nodiscard]] std::filesystem::path of(const std::string& id) const { return root_ / id; }

    // Every export whose record can be read. What is damaged, or not ours, is told in the log and left alone.
    [[nodiscard]] std::vector<Export> load() const;
    // A folder with its first record. After an error it is not there.
    [[nodiscard]] Status add(const Export& job) const;
    // Replaces its record; whatever happens there is one, the old or the new.
    [[nodiscard]] Status save(const Export& job) const;
    // Removes what was exported; the record stays.
    void empty(const std::string& id) const;
    void remove(const std::string& id) const;

  private:
    void clear(const std::string& id, bool keep_record) const;

    const std::filesystem::path root_;
    footage::FileSystem& files_;
};

}  // namespace vantage::record
