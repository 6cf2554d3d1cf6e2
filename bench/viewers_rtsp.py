#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU of 200 RTSP readers over TCP of one camera (720p25, 1 Mbit/s), next to GStreamer's RTSP server"""
import argparse
import json
import sys
import time

from measure import ROOT, clip, cpu_seconds, finish, scratch, support, table

READERS = ROOT / "bench/rtsp/readers.py"
GSTREAMER = ROOT / "bench/rtsp/gst_server.py"


class Readers:
    """So many readers in a process of their own, which only read."""

    def __init__(self, folder, name, port, path, count, user="", password=""):
        self.process = support.Process([sys.executable, READERS, port, path, count, user], folder, name,
                                       {"RTSP_PASSWORD": password})
        support.wait_for(f"{count} readers", lambda: self.seen() or not self.process.running(), 120)
        assert self.process.running(), self.process.log()[-2000:]

    def seen(self):
        """Bytes of each reader so far, as told last, and when that was."""
        lines = self.process.log_path.read_text().splitlines(keepends=True)
        return json.loads(lines[-1]) if lines and lines[-1].endswith("\n") and lines[-1].startswith("{") else None

    def end(self):
        self.process.kill()


def watch(pid, readers, settle, seconds):
    """Percent of a core of the server, bytes a second to all readers, and the least that one got of the mean."""
    time.sleep(settle)
    before, cpu = readers.seen(), cpu_seconds(pid)
    began = time.monotonic()
    time.sleep(seconds)
    after, used = readers.seen(), cpu_seconds(pid) - cpu
    elapsed = time.monotonic() - began
    assert len(after["bytes"]) == len(before["bytes"]), "readers were lost"
    got = [b - a for a, b in zip(before["bytes"], after["bytes"])]
    return used / elapsed * 100, sum(got) / (after["at"] - before["at"]), min(got) / (sum(got) / len(got))


def measure_vantage(url, count, settle, seconds, folder):
    with support.Server(f"  one: {{source: '{url}', record: false}}") as server:
        server.wait_state("one", "running")
        password = server.api.get("/api/v1/me/stream-password").json["password"]
        readers = Readers(folder, "readers-vantage", server.rtsp_port, "one", count, "admin", password)
        try:
            return watch(server.process.pid, readers, settle, seconds)
        finally:
            readers.end()


def measure_gstreamer(url, count, settle, seconds, folder):
    port = support.free_port()
    # Debian's Python, which has its bindings.
    server = support.Process(["/usr/bin/python3", GSTREAMER, port, url], folder, "gstreamer")
    try:
        support.wait_for("GStreamer's server", lambda: support.listening(port) or not server.running())
        readers = Readers(folder, "readers-gstreamer", port, "one", count)
        try:
            return watch(server.pid, readers, settle, seconds)
        finally:
            readers.end()
    finally:
        server.kill()


def measure(count=200, settle=10, seconds=25):
    """The whole process of each server, which pulls the same camera over RTSP itself and serves it to `count` readers."""
    video = clip("720p25-1m", "1280x720", 25, 1_000_000, 50)
    with scratch() as folder, support.sim(("one", f"file:{video}")) as url:
        ours, our_bytes, our_least = measure_vantage(url("one"), count, settle, seconds, folder)
        theirs, their_bytes, their_least = measure_gstreamer(url("one"), count, settle, seconds, folder)
    table([(f"{count} RTSP readers over TCP, 1 Mbit/s", "% of a core", "Mbit/s to all", "least of the mean"),
           ("vantage serve", f"{ours:.1f}", f"{our_bytes * 8 / 1e6:.1f}", f"{our_least:.3f}"),
           ("GStreamer's RTSP server", f"{theirs:.1f}", f"{their_bytes * 8 / 1e6:.1f}", f"{their_least:.3f}")])
    for bytes_a_second, least in ((our_bytes, our_least), (their_bytes, their_least)):
        assert bytes_a_second * 8 > 0.9e6 * count and least > 0.9, "not every reader got the whole stream"
    # For the same bytes: both packetise for themselves.
    return {"rtsp_cpu_ratio_to_gstreamer": (ours / our_bytes) / (theirs / their_bytes), "rtsp_percent_of_core": ours}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=25)
    parser.add_argument("--settle", type=int, default=10)
    args = parser.parse_args()
    finish(**measure(args.readers, args.settle, args.seconds))


if __name__ == "__main__":
    main()
