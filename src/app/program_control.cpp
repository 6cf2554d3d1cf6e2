// SPDX-License-Identifier: Apache-2.0
#include "app/program_control.hpp"

#include "app/version.hpp"
#include "base/log.hpp"
#include "ingest/probe.hpp"

namespace vantage::app {

ProgramControl::ProgramControl(Parts parts)
    : parts_(std::move(parts)), started_(parts_.clock.now()), process_(parts_.clock) {}

ProgramControl::Usage ProgramControl::usage() const {
    Usage out;
    const auto rows = parts_.catalog.usage();
    if (!rows) log::warn("catalogue", "{}", rows.error().message);
    if (rows)
        for (const auto& row : *rows) {
            auto& sum = out.try_emplace(row.stream, store::UsageRow{row.stream, {}, 0, 0, {}}).first->second;
            sum.bytes += row.bytes;
            sum.segments += row.segments;
            if (row.oldest && (!sum.oldest || *row.oldest < *sum.oldest)) sum.oldest = row.oldest;
        }
    // A row learns its bytes when its segment is closed; until then the segment itself knows.
    for (auto& [key, sum] : out)
        for (const auto& segment : parts_.open_segments.of(key)) sum.bytes += segment->info()->bytes;
    return out;
}

serve::StreamView ProgramControl::stream_view(const StreamKey& key, const RecordConfig& record, const Usage& usage) const {
    serve::StreamView out;
    out.kind = key.kind;
    out.recorded = record.enabled;
    if (const auto status = parts_.supervisor.status(key)) {
        out.state = ingest::to_string(status->state);
        out.detail = status->detail;
        out.since = status->since;
        out.tracks = status->pipeline.published;
        out.fps = status->pipeline.fps;
        out.bits_per_second = status->pipeline.bits_per_second;
        out.lost_packets = status->source.lost_packets;
        out.jitter = status->source.jitter;
        out.timing = status->pipeline.timing;
    }
    if (const auto stream = parts_.supervisor.stream(key)) out.ring = stream->stats();
    if (const auto recording = parts_.cameras.recording(key)) {
        const auto caught_up = recording->caught_up.load();
        if (caught_up != SteadyTime{} && out.state == "running")
            out.write_lag = std::max(microseconds{0}, parts_.clock.steady() - caught_up);
        out.gap_seconds = static_cast<double>(recording->gap_us.load()) / 1e6;
    }
    if (const auto row = usage.find(key); row != usage.end()) {
        out.disk_bytes = row->second.bytes;
        out.oldest = row->second.oldest;
    }
    return out;
}

serve::CameraView ProgramControl::view(const CameraId& id, const RunningCamera& camera, const Usage& usage) const {
    serve::CameraView out{id, camera.config.name, camera.declared, to_json(camera.config, true), {}};
    out.streams.push_back(stream_view({id, StreamKind::main}, camera.config.record, usage));
    if (camera.config.sub) out.streams.push_back(stream_view({id, StreamKind::sub}, camera.config.sub->record, usage));
    return out;
}

std::vector<serve::CameraView> ProgramControl::cameras() const {
    const auto used = usage();
    std::vector<serve::CameraView> out;
    for (const auto& [id, camera] : parts_.cameras.running()) out.push_back(view(id, camera, used));
    return out;
}

std::optional<serve::CameraView> ProgramControl::camera(const CameraId& id) const {
    const auto running = parts_.cameras.running();
    const auto found = running.find(id);
    if (found == running.end()) return {};
    return view(id, found->second, usage());
}

Status ProgramControl::not_of_file(const CameraId& id) const {
    const auto running = parts_.cameras.running();
    const auto found = running.find(id);
    if (found != running.end() && found->second.declared)
        return fail(errc::read_only,
                    fmt::format("camera '{}' is declared in the configuration file; change it there", id.str()));
    return {};
}

Result<CameraConfig> ProgramControl::complete(const CameraId& id, const std::string& config_json) const {
    auto camera = parse_camera(id, config_json);
    if (!camera) return camera;
    const auto running = parts_.cameras.running();
    const auto stored = running.find(id);
    return with_secrets_of(*camera, stored == running.end() ? std::nullopt : std::optional{stored->second.config});
}

Status ProgramControl::add_camera(const CameraId& id, const std::string& config_json) {
    if (parts_.cameras.running().contains(id))
        return fail(errc::already_exists, fmt::format("there is a camera '{}' already; choose another id", id.str()));
    const auto camera = complete(id, config_json);
    if (!camera) return camera.error();
    if (auto added = parts_.settings.add_camera({id.str(), to_json(*camera, false)}); !added) return added;
    parts_.cameras_changed();
    return {};
}

Status ProgramControl::change_camera(const CameraId& id, const std::string& config_json) {
    if (auto may = not_of_file(id); !may) return may;
    const auto camera = complete(id, config_json);
    if (!camera) return camera.error();
    if (auto changed = parts_.settings.update_camera({id.str(), to_json(*camera, false)}); !changed) return changed;
    parts_.cameras_changed();
    return {};
}

Status ProgramControl::remove_camera(const CameraId& id) {
    if (auto may = not_of_file(id); !may) return may;
    if (auto removed = parts_.settings.remove_camera(id.str()); !removed) return removed;
    if (auto removed = parts_.settings.remove_pushes(id.str()); !removed) return removed;
    parts_.cameras_changed();
    return {};
}

Result<serve::ProbeReport> ProgramControl::probe(const std::string& config_json, const std::optional<CameraId>& existing,
                                                 seconds timeout) {
    static const auto nameless = CameraId::parse("test").value();
    const auto camera = complete(existing.value_or(nameless), config_json);
    if (!camera) return camera.error();
    ingest::SourceOptions options;
    options.url = camera->source;
    options.transport = camera->transport;
    options.audio = camera->audio;
    auto found = ingest::probe(options, parts_.make_source, timeout);
    if (!found) return found.error();
    return serve::ProbeReport{found->tracks, found->fps, found->clock, std::move(found->jpeg)};
}

std::shared_ptr<stream::Stream> ProgramControl::stream(const StreamKey& key) const {
    return parts_.supervisor.stream(key);
}

Result<std::shared_ptr<stream::Stream>> ProgramControl::viewed_stream(const CameraId& camera,
                                                                      const live::StreamName& name) const {
    if (const auto* profile = std::get_if<live::Profile>(&name)) return parts_.transcodes.stream(camera, *profile);
    if (auto found = stream({camera, std::get<StreamKind>(name)})) return found;
    return fail(errc::not_found, fmt::format("camera '{}' has no {} stream", camera.str(), live::to_string(name)));
}

std::shared_ptr<const footage::Footage> ProgramControl::viewed_footage(const live::StreamName& name) const {
    if (const auto* profile = std::get_if<live::Profile>(&name)) return parts_.transcodes.footage(parts_.footage, *profile);
    return {std::shared_ptr<void>(), &parts_.footage};
}

serve::DiskView ProgramControl::disk_view() const {
    const auto status = parts_.disk.status();
    serve::DiskView out;
    out.path = status.path;
    out.state = status.state;
    out.total = status.total;
    out.free = status.free;
    for (const auto& [key, row] : usage()) out.footage += row.bytes;
    for (const auto& [id, camera] : parts_.cameras.running())
        for (const auto kind : {StreamKind::main, StreamKind::sub}) {
            const bool recorded = kind == StreamKind::main ? camera.config.record.enabled
                                                           : camera.config.sub && camera.config.sub->record.enabled;
            if (const auto stream = recorded ? parts_.supervisor.status({id, kind}) : std::nullopt)
                out.bytes_per_day += stream->pipeline.bits_per_second / 8 * 86400;
        }
    const auto keep = parts_.storage.keep_free_bytes.value_or(
        static_cast<std::uint64_t>(static_cast<double>(status.total) * parts_.storage.keep_free_percent / 100));
    const auto room = status.free > keep ? static_cast<double>(status.free - keep) : 0.0;
    out.days_left = out.bytes_per_day > 0 ? room / out.bytes_per_day : 0;
    return out;
}

serve::SystemView ProgramControl::system() const {
    serve::SystemView out;
    out.version = kVersion;
    out.started = started_;
    out.cpu_percent = process_.cpu_percent();
    out.memory_bytes = ProcessUsage::memory_bytes();
    out.time_zone = parts_.time_zone;
    out.disks.push_back(disk_view());
    out.rtsp = parts_.rtsp();
    out.clock_hold = parts_.retention.status().clock_hold;
    out.libraries = library_versions();
    const auto thumbs = parts_.stills.stats();
    out.recordings = parts_.clips.recordings().stats();
    out.thumbnails = {thumbs.written, thumbs.bytes, thumbs.skipped, thumbs.failed, thumbs.dropped};
    out.influxdb = parts_.series();
    const auto transcodes = parts_.transcodes.status();
    out.transcodes = {transcodes.running, transcodes.most, transcodes.encoder, transcodes.dropped_parts};
    return out;
}

}  // namespace vantage::app
