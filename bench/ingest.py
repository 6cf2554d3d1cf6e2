#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU and memory of recording 16 cameras (1080p25, 4 Mbit/s, RTSP over TCP) next to ffmpeg -c copy; 64 cameras without loss"""
import argparse
import pathlib
import time

from measure import ROOT, clip, cpu_seconds, finish, holes, memory_bytes, metric, scratch, support, table

FLOOR = ROOT / "build/release/bench_floor"


def cameras(count):
    return [f"c{i:02}" for i in range(count)]


def steady(pids, settle, seconds):
    """Percent of a core over a window that begins when the start is over."""
    time.sleep(settle)
    before, began = cpu_seconds(*pids), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(*pids) - before) / (time.monotonic() - began) * 100


def measure_vantage(urls, args, thumbnails=False):
    config = "\n".join(f"  {name}: {{source: \"{url}\", record: {{flush: 1s}}}}" for name, url in urls.items())
    with support.Server(config, f"stills: {{thumbnails: {'true' if thumbnails else 'false'}}}") as server:
        for name in urls:
            server.wait_state(name, "running")
        percent = steady([server.process.pid], args.settle, args.seconds)
        metrics = server.api.get("/metrics").body.decode()
        memory = memory_bytes(server.process.pid) - metric(metrics, "vantage_stream_ring_bytes")
        lost = metric(metrics, "vantage_stream_lost_packets_total")
        return percent, memory, lost, holes(server, urls)


def measure_ffmpeg(urls, args, folder):
    commands = []
    for name, url in urls.items():
        out = pathlib.Path(folder) / name
        out.mkdir()
        commands.append(support.Process(
            ["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url, "-c", "copy", "-an", "-f", "hls",
             "-hls_time", "4", "-hls_segment_type", "fmp4", "-hls_list_size", "0", out / "index.m3u8"], folder, f"ffmpeg-{name}"))
    try:
        return steady([c.pid for c in commands], args.settle, args.seconds)
    finally:
        for command in commands:
            command.kill()


def measure_floor(urls, port, args, folder):
    raw = pathlib.Path(folder) / "floor"
    raw.mkdir()
    floor = support.Process([FLOOR, raw, port, *urls], folder, "floor")
    try:
        percent = steady([floor.pid], args.settle, args.seconds)
        assert floor.running(), floor.log()
        read = sum(p.stat().st_size for p in raw.iterdir())
        assert read > 0.8 * len(urls) * 500_000 * args.seconds, f"the floor read {read} bytes only"
        return percent
    finally:
        floor.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--settle", type=int, default=20)
    args = parser.parse_args()
    big, small = clip("1080p25-4m", "1920x1080", 25, 4_000_000, 50), clip("720p25-1m", "1280x720", 25, 1_000_000, 50)
    with scratch() as folder:
        with support.sim(*[(n, f"file:{big}") for n in cameras(16)]) as url:
            urls = {n: url(n) for n in cameras(16)}
            port = int(url("").split(":")[2].strip("/"))
            floor = measure_floor(urls, port, args, folder)
            # ffmpeg -c copy makes no thumbnails. The memory is told with them, as everybody has it.
            percent, *_ = measure_vantage(urls, args)
            with_thumbnails, memory, *_ = measure_vantage(urls, args, thumbnails=True)
            ffmpeg = measure_ffmpeg(urls, args, folder)
        with support.sim(*[(n, f"file:{small}") for n in cameras(64)]) as url:
            percent64, _, lost, broken = measure_vantage({n: url(n) for n in cameras(64)}, args)
    table([("16 cameras, 1080p25, 4 Mbit/s, TCP", "% of a core", "a camera"),
           ("vantage: record, ring, catalogue", f"{percent:.2f}", f"{percent / 16:.3f}"),
           ("vantage: and a thumbnail a second", f"{with_thumbnails:.2f}", f"{with_thumbnails / 16:.3f}"),
           ("ffmpeg -c copy, fMP4 and HLS playlist", f"{ffmpeg:.2f}", f"{ffmpeg / 16:.3f}"),
           ("floor: sockets to files", f"{floor:.2f}", f"{floor / 16:.3f}"),
           ("64 cameras of 1 Mbit/s: vantage", f"{percent64:.2f}", f"{percent64 / 64:.3f}"),
           ("64 cameras: lost packets, holes in the store", f"{lost:.0f}", f"{broken}")])
    finish(cpu_ratio_to_ffmpeg=percent / ffmpeg, core_percent_per_camera=percent / 16, cpu_ratio_to_floor=percent / floor,
           memory_mb_per_camera=memory / 16 / 1e6, lost_packets_64=int(lost) + broken)


main()
