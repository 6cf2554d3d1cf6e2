// SPDX-License-Identifier: Apache-2.0
#include "serve/metrics.hpp"

#include "live/segments/live_windows.hpp"
#include "net/http_server.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <functional>

namespace vantage::serve {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

double in_seconds(microseconds time) {
    return std::chrono::duration<double>(time).count();
}

void add_sample(MetricFamily& family, Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (family.type == MetricType::Counter) {
        metric.counter.value = value;
    } else {
        metric.gauge.value = value;
    }
    family.metric.push_back(std::move(metric));
}

MetricFamily family_of(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    return family;
}

struct StreamMetric {
    const char* name;
    const char* help;
    MetricType type;
    double (*value)(const StreamView&);
};

constexpr std::string_view kStreamPrefix = "vantage_stream_";
constexpr StreamMetric kStreamMetrics[] = {
    {"vantage_stream_up", "1 while the stream sends", MetricType::Gauge,
     [](const StreamView& s) { return s.state == "running" ? 1.0 : 0.0; }},
    {"vantage_stream_fps", "Frames per second", MetricType::Gauge, [](const StreamView& s) { return s.fps; }},
    {"vantage_stream_bits_per_second", "Bit rate as received", MetricType::Gauge,
     [](const StreamView& s) { return s.bits_per_second; }},
    {"vantage_stream_lost_packets_total", "RTP packets lost by sequence number", MetricType::Counter,
     [](const StreamView& s) { return static_cast<double>(s.lost_packets); }},
    {"vantage_stream_jitter_seconds", "Jitter of arrival", MetricType::Gauge,
     [](const StreamView& s) { return in_seconds(s.jitter); }},
    {"vantage_stream_clock_offset_seconds", "Camera clock minus UTC", MetricType::Gauge,
     [](const StreamView& s) { return in_seconds(s.timing.offset); }},
    {"vantage_stream_clock_drift_ppm", "Drift of the camera clock", MetricType::Gauge,
     [](const StreamView& s) { return s.timing.ppm; }},
    {"vantage_stream_clock_uncertainty_seconds", "Stated error of the footage's time", MetricType::Gauge,
     [](const StreamView& s) { return in_seconds(s.timing.uncertainty); }},
    {"vantage_stream_gap_seconds_total", "Seconds that should have been recorded and were not, since start",
     MetricType::Counter, [](const StreamView& s) { return s.gap_seconds; }},
    {"vantage_stream_write_lag_seconds", "Age of the newest byte on disk", MetricType::Gauge,
     [](const StreamView& s) { return in_seconds(s.write_lag); }},
    {"vantage_stream_footage_bytes", "Bytes of footage on disk", MetricType::Gauge,
     [](const StreamView& s) { return static_cast<double>(s.disk_bytes); }},
    {"vantage_stream_ring_bytes", "Bytes in the ring", MetricType::Gauge,
     [](const StreamView& s) { return static_cast<double>(s.ring.ring_bytes); }},
    {"vantage_stream_readers", "Readers of the ring", MetricType::Gauge,
     [](const StreamView& s) { return static_cast<double>(s.ring.readers); }},
    {"vantage_stream_reader_dropped_parts_total", "Parts that readers were too slow for", MetricType::Counter,
     [](const StreamView& s) { return static_cast<double>(s.ring.dropped_parts); }},
};

void add_cameras(const std::vector<CameraView>& cameras, std::vector<MetricFamily>& families) {
    auto state = family_of("vantage_stream_state", "1 for the state the stream is in", MetricType::Gauge);
    for (const auto& metric : kStreamMetrics) {
        auto family = family_of(metric.name, metric.help, metric.type);
        for (const auto& camera : cameras)
            for (const auto& stream : camera.streams)
                add_sample(family, {{"camera", camera.id.str()}, {"stream", to_string(stream.kind)}}, metric.value(stream));
        if (!family.metric.empty()) families.push_back(std::move(family));
    }
    for (const auto& camera : cameras)
        for (const auto& stream : camera.streams)
            add_sample(state, {{"camera", camera.id.str()}, {"stream", to_string(stream.kind)}, {"state", stream.state}}, 1);
    if (!state.metric.empty()) families.push_back(std::move(state));
}

void add_disks(const SystemView& system, std::vector<MetricFamily>& families) {
    auto total = family_of("vantage_disk_total_bytes", "Size of the disk", MetricType::Gauge);
    auto free = family_of("vantage_disk_free_bytes", "Free bytes of the disk", MetricType::Gauge);
    auto footage = family_of("vantage_disk_footage_bytes", "Bytes of footage on the disk", MetricType::Gauge);
    auto days = family_of("vantage_disk_days_left", "Days until the oldest footage makes room", MetricType::Gauge);
    auto state = family_of("vantage_disk_state", "1 for the state the disk is in", MetricType::Gauge);
    for (const auto& disk : system.disks) {
        add_sample(total, {{"path", disk.path}}, static_cast<double>(disk.total));
        add_sample(free, {{"path", disk.path}}, static_cast<double>(disk.free));
        add_sample(footage, {{"path", disk.path}}, static_cast<double>(disk.footage));
        add_sample(days, {{"path", disk.path}}, disk.days_left);
        add_sample(state, {{"path", disk.path}, {"state", disk.state}}, 1);
    }
    for (auto* family : {&total, &free, &footage, &days, &state})
        if (!family->metric.empty()) families.push_back(std::move(*family));
}

struct PushMetric {
    const char* name;
    const char* help;
    MetricType type;
    double (*value)(const PushView&);
};

constexpr PushMetric kPushMetrics[] = {
    {"vantage_push_sent_bytes_total", "Bytes of picture and sound sent to the RTMP server", MetricType::Counter,
     [](const PushView& p) { return static_cast<double>(p.bytes_sent); }},
    {"vantage_push_bits_per_second", "Bit rate to the RTMP server", MetricType::Gauge,
     [](const PushView& p) { return p.bits_per_second; }},
    {"vantage_push_dropped_parts_total", "Parts that the uplink was too slow for", MetricType::Counter,
     [](const PushView& p) { return static_cast<double>(p.dropped_parts); }},
    {"vantage_push_reconnects_total", "Connections that were lost while they ran", MetricType::Counter,
     [](const PushView& p) { return static_cast<double>(p.reconnects); }},
};

void add_pushes(const std::vector<PushView>& pushes, std::vector<MetricFamily>& families) {
    if (pushes.empty()) return;
    const auto labels = [](const PushView& push) {
        return Labels{{"camera", push.camera.str()}, {"push", push.id}, {"name", push.name}};
    };
    for (const auto& metric : kPushMetrics) {
        auto& family = families.emplace_back(family_of(metric.name, metric.help, metric.type));
        for (const auto& push : pushes) add_sample(family, labels(push), metric.value(push));
    }
    auto& state =
        families.emplace_back(family_of("vantage_push_state", "1 for the state the push is in", MetricType::Gauge));
    for (const auto& push : pushes) {
        auto with_state = labels(push);
        with_state.push_back({"state", push.state});
        add_sample(state, std::move(with_state), 1);
    }
}

void add_rtsp(const RtspView& rtsp, std::vector<MetricFamily>& families) {
    const auto add = [&](const char* name, const char* help, MetricType type, auto value) {
        add_sample(families.emplace_back(family_of(name, help, type)), {}, static_cast<double>(value));
    };
    add("vantage_rtsp_connections", "Open RTSP connections", MetricType::Gauge, rtsp.connections);
    add("vantage_rtsp_readers", "RTSP sessions that play", MetricType::Gauge, rtsp.readers);
    add("vantage_rtsp_sent_bytes_total", "RTP bytes handed to readers", MetricType::Counter, rtsp.sent_bytes);
    add("vantage_rtsp_dropped_frames_total", "Frames that RTSP readers were too slow for", MetricType::Counter,
        rtsp.dropped_frames);
    add("vantage_rtsp_stalled_readers_total", "RTSP readers that took nothing and were ended", MetricType::Counter,
        rtsp.stalled);
    add("vantage_rtsp_refused_total", "RTSP: wrong passwords, cameras without a right, connections over the bound",
        MetricType::Counter, rtsp.refused);
}

void add_transcodes(const TranscodesView& transcodes, std::vector<MetricFamily>& families) {
    auto running = family_of("vantage_transcodes", "Transcodes that run, live and footage", MetricType::Gauge);
    add_sample(running, {{"encoder", transcodes.encoder}}, static_cast<double>(transcodes.running));
    auto dropped = family_of("vantage_transcode_dropped_parts_total",
                             "Parts that transcodes passed over because they could not keep up", MetricType::Counter);
    add_sample(dropped, {}, static_cast<double>(transcodes.dropped_parts));
    for (auto* family : {&running, &dropped}) families.push_back(std::move(*family));
}

void add_thumbnails(const ThumbnailsView& thumbnails, std::vector<MetricFamily>& families) {
    const auto add = [&](const char* name, const char* help, std::uint64_t value) {
        auto family = family_of(name, help, MetricType::Counter);
        add_sample(family, {}, static_cast<double>(value));
        families.push_back(std::move(family));
    };
    add("vantage_thumbnails_written_total", "Thumbnails written beside footage", thumbnails.written);
    add("vantage_thumbnail_bytes_total", "Bytes of these", thumbnails.bytes);
    add("vantage_thumbnails_skipped_total", "Key frames passed over because decoding was late", thumbnails.skipped);
    add("vantage_thumbnails_failed_total", "Key frames in which nothing could be seen", thumbnails.failed);
    add("vantage_thumbnails_dropped_total", "Thumbnails without footage of their instant, or that a disk did not take",
        thumbnails.dropped);
}

void add_recordings(const record::RecordingStats& recordings, std::vector<MetricFamily>& families) {
    const auto add = [&](const char* name, const char* help, MetricType type, auto value) {
        add_sample(families.emplace_back(family_of(name, help, type)), {}, static_cast<double>(value));
    };
    add("vantage_recordings", "Recordings on demand, with those that run", MetricType::Gauge, recordings.all);
    add("vantage_recordings_running", "Recordings on demand that run", MetricType::Gauge, recordings.running);
    add("vantage_recordings_kept", "Recordings on demand that are kept", MetricType::Gauge, recordings.kept);
    add("vantage_recordings_bytes", "Bytes of all recordings on demand", MetricType::Gauge, recordings.bytes);
    add("vantage_recordings_written_bytes_total", "Bytes of recordings on demand written", MetricType::Counter,
        recordings.written);
    add("vantage_recordings_failed_total", "Recordings on demand that failed", MetricType::Counter, recordings.failed);
}

void add_influxdb(const SeriesView& series, std::vector<MetricFamily>& families) {
    const auto add = [&](const char* name, const char* help, MetricType type, std::uint64_t value) {
        add_sample(families.emplace_back(family_of(name, help, type)), {}, static_cast<double>(value));
    };
    add("vantage_influxdb_up", "1 when the last points were taken", MetricType::Gauge, series.sending ? 1 : 0);
    add("vantage_influxdb_sent_points_total", "Points that InfluxDB has taken", MetricType::Counter, series.sent);
    add("vantage_influxdb_dropped_points_total", "Points that it refused, or that waited too long", MetricType::Counter,
        series.dropped);
    add("vantage_influxdb_waiting_points", "Points that wait to be sent", MetricType::Gauge, series.waiting);
    add("vantage_influxdb_waiting_bytes", "Bytes of these on disk", MetricType::Gauge, series.waiting_bytes);
}

void add_live(const live::LiveStats& live, std::vector<MetricFamily>& families) {
    const auto add = [&](const char* name, const char* help, MetricType type, double value) {
        auto family = family_of(name, help, type);
        add_sample(family, {}, value);
        families.push_back(std::move(family));
    };
    add("vantage_live_windows", "Streams whose live segments are held for HLS and DASH", MetricType::Gauge,
        static_cast<double>(live.windows));
    add("vantage_live_window_bytes", "Bytes of these segments", MetricType::Gauge, static_cast<double>(live.bytes));
    add("vantage_live_waiting_requests", "Requests that wait for what comes next", MetricType::Gauge,
        static_cast<double>(live.waiting));
    add("vantage_live_refused_requests_total", "Requests that waited too long, or were too many to wait",
        MetricType::Counter, static_cast<double>(live.refused));
}

void add_http(const net::HttpStats& http, std::vector<MetricFamily>& families) {
    auto open = family_of("vantage_http_connections", "Open HTTP and WebSocket connections", MetricType::Gauge);
    add_sample(open, {}, static_cast<double>(http.connections));
    auto stalled = family_of("vantage_http_stalled_readers_total",
                             "HTTP and WebSocket readers that took nothing and were ended", MetricType::Counter);
    add_sample(stalled, {}, static_cast<double>(http.stalled));
    auto refused =
        family_of("vantage_http_refused_connections_total", "HTTP connections over the bound", MetricType::Counter);
    add_sample(refused, {}, static_cast<double>(http.refused));
    for (auto* family : {&open, &stalled, &refused}) families.push_back(std::move(*family));
}

}  // namespace

std::vector<std::pair<std::string, double>> stream_values(const StreamView& stream) {
    std::vector<std::pair<std::string, double>> out;
    for (const auto& metric : kStreamMetrics)
        out.emplace_back(std::string_view(metric.name).substr(kStreamPrefix.size()), metric.value(stream));
    return out;
}

std::string metrics_text(const std::vector<CameraView>& cameras, const std::vector<PushView>& pushes,
                         const SystemView& system, const live::LiveStats& live, const net::HttpStats& http) {
    std::vector<MetricFamily> families;
    add_cameras(cameras, families);
    add_pushes(pushes, families);
    add_disks(system, families);
    if (system.rtsp) add_rtsp(*system.rtsp, families);
    add_transcodes(system.transcodes, families);
    add_thumbnails(system.thumbnails, families);
    add_recordings(system.recordings, families);
    if (system.influxdb) add_influxdb(*system.influxdb, families);
    add_live(live, families);
    add_http(http, families);
    auto info = family_of("vantage_info", "Version of the program", MetricType::Gauge);
    add_sample(info, {{"version", system.version}}, 1);
    auto started = family_of("process_start_time_seconds", "Unix time of the start", MetricType::Gauge);
    add_sample(started, {}, in_seconds(system.started.time_since_epoch()));
    auto memory = family_of("process_resident_memory_bytes", "Resident memory", MetricType::Gauge);
    add_sample(memory, {}, static_cast<double>(system.memory_bytes));
    auto cpu = family_of("vantage_cpu_percent", "Percent of one core used by the process", MetricType::Gauge);
    add_sample(cpu, {}, system.cpu_percent);
    for (auto* family : {&info, &started, &memory, &cpu}) families.push_back(std::move(*family));
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace vantage::serve
