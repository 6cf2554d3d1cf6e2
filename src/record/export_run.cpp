// SPDX-License-Identifier: Apache-2.0
#include "record/export_run.hpp"

#include "base/log.hpp"
#include "record/export_zip.hpp"

namespace vantage::record {
namespace {

constexpr std::uint64_t kRoomEvery = 64U << 20;  // bytes between two looks at the disk's free space
// No more than this waits in memory to be written: the recorder's sync of the disk, once a second, takes it all along.
constexpr std::uint64_t kSyncEvery = 32U << 20;

// A file of the export while it is written: says how far it is, and syncs it as it goes.
class Output {
  public:
    Output(footage::File& file, std::string name, std::uint64_t bytes, bool durable, ExportReport& report)
        : growth(std::make_shared<net::FileGrowth>(bytes)),
          file_(file),
          name_(std::move(name)),
          durable_(durable),
          report_(report) {}

    Status wrote(std::uint64_t bytes) {
        growth->wrote(bytes);
        report_.wrote(name_, bytes);
        if (!durable_ || bytes - synced_ < kSyncEvery) return {};
        synced_ = bytes;
        return file_.sync();
    }
    // `done`: how writing it went.
    Status end(Status done) {
        if (done && durable_) done = file_.sync();
        if (done.has_error()) growth->fail();
        return done;
    }
    const std::shared_ptr<net::FileGrowth> growth;

  private:
    footage::File& file_;
    const std::string name_;
    const bool durable_;
    ExportReport& report_;
    std::uint64_t synced_{0};
};

// "2026-11-20 20:04:05 +01:00" as "2026-11-20_20-04-05".
std::string for_file_name(std::string time) {
    time = time.substr(0, 19);
    for (auto& c : time)
        if (c == ' ' || c == 'T')
            c = '_';
        else if (c == ':')
            c = '-';
    return time;
}

class Writer {
  public:
    Writer(const ExportTools& tools, const ExportRequest& request, const std::filesystem::path& folder, ExportReport& report,
           const std::stop_token& stop)
        : tools_(tools), request_(request), folder_(folder), report_(report), stop_(stop) {}

    Status run() {
        if (auto done = gather(); done.has_error()) return done;
        for (const auto& material : materials_) {
            if (material.empty) continue;
            if (auto done = write_camera(material); done.has_error()) return done;
        }
        return tools_.files.sync_directory(folder_);
    }

  private:
    Status gather() {
        std::uint64_t bytes = 0;
        std::vector<ExportGap> gaps;
        bool any = false;
        for (const auto& camera : request_.cameras) {
            auto material =
                footage::gather(tools_.footage, tools_.files, {camera, request_.stream}, request_.start, request_.end);
            if (material.has_error()) return material.error();
            if (stop_.stop_requested()) return fail(errc::cancelled, "cancelled");
            for (const auto& gap : material->gaps) gaps.push_back({camera, gap});
            bytes += material->bytes;
            any = any || !material->empty;
            materials_.push_back(std::move(*material));
        }
        report_.gathered(bytes, std::move(gaps));
        if (!any) return fail(errc::not_found, "there is no footage of these cameras in this span");
        return enough_room(bytes);
    }

    Status enough_room(std::uint64_t bytes) const {
        const auto room = tools_.options.room();
        if (room.has_error()) return room.error();
        if (bytes <= *room) return {};
        return fail(
            errc::disk_full,
            fmt::format("the export needs {:.1f} MB, and the disk of {} has {:.1f} MB for exports; remove others, or "
                        "take a shorter span",
                        static_cast<double>(bytes) / 1e6, tools_.options.folder.string(), static_cast<double>(*room) / 1e6));
    }

    Status write_camera(const footage::Material& material) {
        footage::CutOptions options;
        options.exact = request_.exact;
        options.title = tools_.options.name(material.stream.camera);
        options.time_text = tools_.options.local_time;
        return footage::plan_cuts(material, options, stop_,
                                  [&](const footage::Cut& cut) { return write(material.stream.camera, cut); });
    }

    Status write(const CameraId& camera, const footage::Cut& cut) {
        if (auto room = enough_room(cut.bytes); room.has_error()) return room;
        ExportFile file{file_name(camera, cut.start), camera, cut.start, cut.end, cut.exact, cut.bytes, 0, {}};
        auto out = tools_.files.create(folder_ / (file.name + tools_.unfinished));
        if (out.has_error()) return out.error();
        Output output(**out, file.name, cut.bytes, tools_.options.durable, report_);
        file.growth = output.growth;
        report_.begins(file);
        std::uint64_t looked = 0;
        const auto wrote = [&](std::uint64_t bytes) -> Status {
            if (auto told = output.wrote(bytes); told.has_error()) return told;
            if (bytes - looked < kRoomEvery) return {};
            looked = bytes;
            return enough_room(cut.bytes - bytes);
        };
        return output.end(footage::write_cut(cut, **out, wrote, stop_));
    }

    std::string file_name(const CameraId& camera, UtcTime start) {
        const auto stem = fmt::format("{}_{}", camera.str(), for_file_name(tools_.options.local_time(start)));
        auto name = stem + ".mp4";
        for (int i = 2; std::ranges::find(names_, name) != names_.end(); ++i) name = fmt::format("{}_{}.mp4", stem, i);
        names_.push_back(name);
        return name;
    }

    const ExportTools& tools_;
    const ExportRequest& request_;
    const std::filesystem::path& folder_;
    ExportReport& report_;
    const std::stop_token& stop_;
    std::vector<footage::Material> materials_;
    std::vector<std::string> names_;
};

}  // namespace

Status run_export(const ExportTools& tools, const ExportRequest& request, const std::filesystem::path& folder,
                  ExportReport& report, const std::stop_token& stop) {
    return Writer(tools, request, folder, report, stop).run();
}

Status archive_export(const ExportTools& tools, const std::vector<ExportFile>& files, const std::string& name,
                      const std::filesystem::path& folder, ExportReport& report, const std::stop_token& stop) {
    std::vector<ZipEntry> entries;
    for (const auto& file : files)
        entries.push_back({file.name, folder / (file.name + tools.unfinished), file.bytes, file.start});
    ExportArchive zip{name, zip_size(entries), {}};
    const auto room = tools.options.room();
    if (room.has_error()) return room.error();
    if (zip.bytes > *room) {
        log::info("export", "no room for {}: its files are there one by one", name);
        return {};
    }
    auto out = tools.files.create(folder / (name + tools.unfinished));
    if (out.has_error()) return out.error();
    Output output(**out, name, zip.bytes, tools.options.durable, report);
    zip.growth = output.growth;
    report.archives(zip);
    const auto wrote = [&](std::uint64_t bytes) { return output.wrote(bytes); };
    return output.end(write_zip(tools.files, entries, **out, wrote, stop));
}

}  // namespace vantage::record
