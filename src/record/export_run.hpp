// SPDX-License-Identifier: Apache-2.0
// Makes the files of one export: gathers, plans and writes, camera by camera. On the thread that calls.
#pragma once
#include "record/exports.hpp"

namespace vantage::record {

// How a running export tells what it has come to. Called on the running thread.
class ExportReport {
  public:
    virtual ~ExportReport() = default;
    virtual void gathered(std::uint64_t bytes, std::vector<ExportGap> gaps) = 0;
    // The file is about to be written; its growth tells how far it is.
    virtual void begins(const ExportFile& file) = 0;
    // All files are written; they follow as one archive.
    virtual void archives(const ExportArchive& zip) = 0;
    virtual void wrote(const std::string& file, std::uint64_t bytes) = 0;
};

struct ExportTools {
    const ExportOptions& options;
    const footage::Footage& footage;
    footage::FileSystem& files;
    std::string unfinished{};  // stands behind the names of files as they are written; whoever asks takes it off
};

// Writes into `folder`, which is there. Every file is whole and durable when this returns good. What the report tells of
// is there already, under the name that it keeps for as long as this runs.
Status run_export(const ExportTools& tools, const ExportRequest& request, const std::filesystem::path& folder,
                  ExportReport& report, const std::stop_token& stop);

// Puts the files into one archive beside them, if the disk has room for it.
Status archive_export(const ExportTools& tools, const std::vector<ExportFile>& files, const std::string& name,
                      const std::filesystem::path& folder, ExportReport& report, const std::stop_token& stop);

}  // namespace vantage::record
