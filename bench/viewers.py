#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""500 browser feeds, 500 low-latency HLS readers and 200 RTSP readers of one camera (1 Mbit/s): CPU next to nginx and GStreamer"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import time

from measure import ROOT, clip, cpu_seconds, finish, holes, metric, scratch, support, table
from viewers_rtsp import measure as measure_rtsp

LOAD = ROOT / "build/release/bench_viewer_load"
NGINX = """
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    default_type application/octet-stream;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


class Load:
    """A run of the load client. CPU is that of the server's processes, between "begin" and "end"."""

    def __init__(self, kind, port, path, token, args, pids, record=""):
        command = [LOAD, kind, port, path, token, args.readers, args.settle, args.seconds, record]
        child = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True)
        try:
            self.expect(child, "begin")
            before = cpu_seconds(*pids)
            self.expect(child, "end")
            self.cpu = cpu_seconds(*pids) - before
            self.seen = json.loads(child.stdout.readline())
            assert child.wait(10) == 0
        finally:
            child.kill()
            child.wait()
        self.per_cpu_second = self.seen["bytes"] / self.cpu
        self.percent = self.cpu / args.seconds * 100
        if self.seen["stalled"]:
            support.log(f"{kind}: {self.seen['stalled']} stalled, the first: {self.seen['why']}")

    @staticmethod
    def expect(child, word):
        line = child.stdout.readline().strip()
        assert line == word, f"the load client said {line!r}"


@contextlib.contextmanager
def nginx(folder, root):
    """Serves a folder; gives the port and the process of the worker."""
    port = support.free_port()
    config = pathlib.Path(folder) / "nginx.conf"
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    config.write_text(NGINX.format(user=user, folder=folder, port=port, root=root))
    process = support.Process(["nginx", "-c", config, "-g", "daemon off;"], folder, "nginx")
    try:
        support.wait_for("nginx", lambda: support.listening(port))
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 1, children
        yield port, int(children[0])
    finally:
        process.stop()


def compare(kind, path, server, args, folder):
    """Readers of Vantage and, of the very same bytes at the same pace, of nginx, in turn."""
    ours, theirs = [], []
    for turn in range(args.turns):
        record = pathlib.Path(folder) / f"{kind}{turn}"
        record.mkdir()
        ours.append(Load(kind, server.port, path, server.api.token, args, [server.process.pid], record))
        with nginx(folder, record) as (port, worker):
            theirs.append(Load("files", port, record, "-", args, [worker]))
    return ours, theirs


def rate(runs):
    return sum(r.seen["bytes"] for r in runs) / sum(r.cpu for r in runs)


def rows(name, runs):
    return (name, f"{rate(runs) / 1e6:.1f}", f"{sum(r.seen['bytes'] for r in runs) / 1e6:.0f}",
            f"{sum(r.percent for r in runs) / len(runs):.1f}", f"{max(r.seen['late'] for r in runs):.2f}",
            sum(r.seen["stalled"] for r in runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--settle", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=25)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", choices=["mse", "hls", "rtsp"])
    args = parser.parse_args()
    small = clip("720p25-1m", "1280x720", 25, 1_000_000, 50)
    lines = [("1 camera, 1 Mbit/s", "MB per CPU second", "MB read", "% of a core", "latest, s", "stalled")]
    keys = {}
    stalled = 0
    # Without thumbnails: nginx makes none either.
    with scratch() as folder, support.sim(("door", f"file:{small}")) as url, \
            support.Server(f"  door: {url('door')}", "stills: {thumbnails: false}") as server:
        server.wait_state("door", "running")
        time.sleep(5)
        for kind, path in (("mse", "/door/feed"), ("hls", "/door/stream/live/playlist.m3u8")):
            if args.only not in (None, kind):
                continue
            ours, theirs = compare(kind, path, server, args, folder)
            lines += [rows(f"{args.readers} {kind}: vantage", ours), rows(f"{args.readers} {kind}: nginx, files", theirs)]
            keys[f"{kind}_bytes_per_cpu_s_ratio_to_nginx"] = rate(ours) / rate(theirs)
            stalled += sum(run.seen["stalled"] for run in ours)
        lost = metric(server.api.get("/metrics").body.decode(), "vantage_stream_lost_packets_total")
        broken = holes(server, ["door"])
        assert lost == 0 and broken == 0, f"ingest was harmed: {lost} packets lost, {broken} holes"
    if args.only in (None, "rtsp"):  # fails when a reader did not get the whole stream
        keys["rtsp_cpu_ratio_to_gstreamer"] = measure_rtsp()["rtsp_cpu_ratio_to_gstreamer"]
    table(lines)
    support.log(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    finish(**keys, stalled_readers=stalled)


main()
