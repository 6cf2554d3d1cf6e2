#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How soon a recorder with 70,000 segments answers and records, how fast a day's coverage is, how fast reindex reads"""
import argparse
import pathlib
import re
import subprocess
import time

from measure import finish, median, percentile, support, table

CAMERAS, DAYS, A_DAY = 16, 30, 146  # 16 x 30 x 146 = 70,080 segments, ten minutes apart
NTP_EPOCH = 2_208_988_800


def seed(url):
    """A small segment of a second or two, recorded for real."""
    with support.Server(f"  seed: {url('seed')}") as server:
        support.wait_for("a file", lambda: server.segments("seed") and server.segments("seed")[0].stat().st_size > 3000)
        server.stop()
        return server.segments("seed")[0].read_bytes()


def at_time(data, unix):
    """The same segment as if it had begun at `unix`: its prft boxes tell the time."""
    out = bytearray(data)
    boxes = [m.start() for m in re.finditer(b"prft", data)]
    first = int.from_bytes(data[boxes[0] + 12:boxes[0] + 20], "big")
    shift = int((unix + NTP_EPOCH) * (1 << 32)) - first
    for at in boxes:
        moved = int.from_bytes(data[at + 12:at + 20], "big") + shift
        out[at + 12:at + 20] = moved.to_bytes(8, "big")
    return bytes(out)


def fill(storage, data, until):
    count = 0
    for camera in range(CAMERAS):
        for day in range(DAYS):
            for slot in range(A_DAY):
                begins = until - (day + 1) * 86400 + slot * (86400 / A_DAY) + camera
                stamp = time.gmtime(begins)
                millis = int(begins % 1 * 1000)
                folder = pathlib.Path(storage, "footage", f"c{camera:02}", "main", time.strftime("%Y-%m-%d", stamp))
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{time.strftime('%H%M%S', stamp)}.{millis:03}Z.mp4").write_bytes(at_time(data, begins))
                count += 1
    return count


def reindex(server):
    began = time.monotonic()
    done = subprocess.run([server.binary, "reindex", "--config", server.config], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return time.monotonic() - began


def ready(server):
    """Milliseconds from exec to an answer over HTTP, and to every camera running."""
    began = time.monotonic()
    server.start(wait=False)
    def answers():
        try:
            return support.Client(server.port, server.api.token).get("/api/v1/cameras").status == 200
        except OSError:
            return False
    support.wait_for("an answer", answers, 60, every=0.005)
    answered = (time.monotonic() - began) * 1000
    def connecting():
        cameras = server.api.get("/api/v1/cameras").json["cameras"]
        return len(cameras) == CAMERAS and all(c["streams"][0]["state"] in ("connecting", "running") for c in cameras)
    support.wait_for("cameras connecting", connecting, 60, every=0.005)
    return answered, (time.monotonic() - began) * 1000


def coverages(server, until, count):
    out = []
    for i in range(count):
        start = until - (1 + i % DAYS) * 86400
        began = time.monotonic()
        answer = server.api.get(f"/api/v1/cameras/c{i % CAMERAS:02}/coverage?stream=main&start={start}&end={start + 86400}")
        out.append((time.monotonic() - began) * 1000)
        assert answer.status == 200 and len(answer.json["footage"]) >= A_DAY - 2, len(answer.json["footage"])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    args = parser.parse_args()
    with support.sim(("seed", "sim:?size=160x90&fps=5&gop=5"), *[(f"c{i:02}", "sim:?size=160x90&fps=5&gop=5") for i in range(CAMERAS)]) as url:
        data = seed(url)
        with support.Server("\n".join(f"  c{i:02}: {url(f'c{i:02}')}" for i in range(CAMERAS))) as server:
            server.stop()
            until = time.time() - 3600
            files = fill(server.storage, data, until)
            took = reindex(server)
            starts = []
            for _ in range(args.starts):
                starts.append(ready(server))
                times = coverages(server, until, 200)
                server.stop()
    answered, connecting = zip(*starts)
    table([("segments in the catalogue", files), ("HTTP answers after, ms (median)", f"{median(answered):.0f}"),
           ("cameras connecting after, ms (median)", f"{median(connecting):.0f}"),
           ("coverage of a day, ms (median, p99)", f"{median(times):.1f} {percentile(times, 99):.1f}"),
           ("reindex, files a second", f"{files / took:.0f}")])
    finish(ready_ms=median(connecting), coverage_ms_p99=percentile(times, 99), reindex_files_per_s=files / took)


main()
