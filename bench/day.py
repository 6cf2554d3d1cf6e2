#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Playlist of a full day (2 s GOP) warm and cold, a seek to a random instant of it in hls.js in Chromium, and the day as one file"""
import argparse
import datetime
import gzip
import http.client
import pathlib
import re
import subprocess
import sys
import time

from measure import clip, finish, in_browser, median, percentile, support, table

NTP_EPOCH = 2_208_988_800
GOP, FILE = 2, 600  # seconds
TICKS = 90_000


def seed():
    """Ten whole fragments as the recorder writes them, and the init before them."""
    path = clip("day", "640x360", 25, 250_000, GOP * 25, 24)
    with support.sim(("door", f"file:{path}")) as url, support.Server(f"  door: {url('door')}") as server:
        support.wait_for("a file", lambda: server.segments("door"))
        time.sleep(26)
        server.stop()
        data = server.segments("door")[0].read_bytes()
    starts = [m.start() - 4 for m in re.finditer(b"prft", data)]
    fragments = [data[a:b] for a, b in zip(starts, starts[1:])]
    whole = [f for f in fragments if f.count(b"moof") == fragments[1].count(b"moof")][:10]
    assert len(whole) >= 8, len(whole)
    return data[:starts[0]], whole


def set_u64(data, at, value):
    data[at:at + 8] = int(value).to_bytes(8, "big")


def segment(head, fragments, unix, seconds):
    """A segment file that begins at `unix`: the fragments again and again, each with its own times. Also the seconds it lasts."""
    out = bytearray(head)
    at = count = 0
    while at < (seconds - GOP / 2) * TICKS:
        piece = bytearray(fragments[count % len(fragments)])
        set_u64(piece, 16, int((unix + at / TICKS + NTP_EPOCH) * (1 << 32)))
        set_u64(piece, 24, at)
        for box in re.finditer(b"tfdt", bytes(piece)):
            first = box.start() + 8
            set_u64(piece, first, at)
            samples = int.from_bytes(piece[first + 20:first + 24], "big")  # in trun
            at += sum(int.from_bytes(piece[first + 28 + 16 * i:first + 32 + 16 * i], "big") for i in range(samples))
        out += piece
        count += 1
    set_u64(out, head.index(b"mehd") + 8, at)
    return bytes(out), at / TICKS, count


def fill(storage, head, fragments, begins, ends):
    count, unix = 0, float(begins)
    while ends - unix > GOP:
        data, lasts, gops = segment(head, fragments, unix, min(FILE, ends - unix))
        stamp = time.gmtime(unix)
        folder = pathlib.Path(storage, "footage", "door", "main", time.strftime("%Y-%m-%d", stamp))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{time.strftime('%H%M%S', stamp)}.{int(unix % 1 * 1000):03}Z.mp4").write_bytes(data)
        unix += lasts
        count += gops
    return count


def late_zone(now):
    """A zone in which this day is nearly over: the zone and the day's beginning."""
    hours = (23 - time.gmtime(now).tm_hour) % 24
    offset = hours if hours <= 14 else hours - 24
    begins = (int(now) + offset * 3600) // 86400 * 86400 - offset * 3600
    return f"Etc/GMT{-offset:+d}" if offset else "UTC", begins


def ask(server, path):
    began = time.monotonic()
    answer = server.api.get(path, headers={"Accept-Encoding": "gzip"}, timeout=60)
    took = (time.monotonic() - began) * 1000
    assert answer.status == 200, (answer.status, answer.body[:300])
    return took, answer


def playlists(server, path, starts):
    """Cold: the first request after a start. Warm: while the day grows."""
    cold, warm = [], []
    for _ in range(starts):
        server.stop()
        server.start()
        server.api.get("/api/v1/me")
        took, answer = ask(server, path)
        cold.append(took)
    for _ in range(40):
        took, answer = ask(server, path)
        warm.append(took)
        time.sleep(0.25)
    return cold, warm, answer


def download(server, path):
    """The day as one file: seconds until its first byte when it is not laid out yet, bytes, and seconds of the whole download."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    began = time.monotonic()
    connection.request("GET", path, headers={"Authorization": f"Bearer {server.api.token}"})
    reply = connection.getresponse()
    assert reply.status == 200, (reply.status, reply.read(300))
    first = time.monotonic() - began
    size, buffer = 0, bytearray(1 << 20)
    while count := reply.readinto(buffer):
        size += count
    connection.close()
    assert size == int(reply.headers["Content-Length"]), size
    return first, size, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--seeks", type=int, default=40)
    args = parser.parse_args()
    head, fragments = seed()
    zone, begins = late_zone(time.time())
    with support.sim(("door", "sim:?size=320x180&fps=10&gop=20")) as url, \
            support.Server(f"  door: {url('door')}", f"time_zone: {zone}") as server:
        server.stop()
        # Yesterday whole, for the seeks; today up to now, and growing.
        yesterday = fill(server.storage, head, fragments, begins - 86400, begins)
        today = fill(server.storage, head, fragments, begins, time.time() - 90)
        done = subprocess.run([server.binary, "reindex", "--config", server.config], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        server.start()
        cold, warm, answer = playlists(server, "/door/stream/today/playlist.m3u8", args.starts)
        plain = gzip.decompress(answer.body)
        name = datetime.datetime.fromtimestamp(begins - 43200, datetime.timezone.utc).strftime("%Y-%m-%d")
        _, of_yesterday = ask(server, f"/door/stream/{name}/playlist.m3u8")
        first, size, whole = download(server, f"/door/day/{name}.mp4")
        seen = in_browser("day.mjs", server, f"/door/stream/{name}/index.m3u8", args.seeks, seconds=400)
    table([("GOPs of yesterday, of today", f"{yesterday} {today}"),
           ("entries of today, bytes, bytes as gzip", f"{plain.count(b'#EXTINF')} {len(plain)} {len(answer.body)}"),
           ("entries of yesterday", gzip.decompress(of_yesterday.body).count(b"#EXTINF")),
           ("playlist cold, ms (median, most)", f"{median(cold):.1f} {max(cold):.1f}"),
           ("playlist warm, ms (median, p95)", f"{median(warm):.1f} {percentile(warm, 95):.1f}"),
           ("as one file: GB, seconds to the first byte, in all", f"{size / 1e9:.2f} {first:.2f} {whole:.2f}"),
           ("hls.js: start, ms", seen["start"]), ("hls.js: length of the day, s", f"{seen['duration']:.0f}"),
           ("hls.js: seek, ms (median, p95, most)",
            f"{median(seen['seeks']):.0f} {percentile(seen['seeks'], 95):.0f} {max(seen['seeks']):.0f}"),
           ("hls.js: errors", len(seen["errors"]))])
    for error in seen["errors"]:
        print(error, file=sys.stderr)
    finish(playlist_warm_ms=median(warm), playlist_cold_ms=median(cold), seek_ms_median=median(seen["seeks"]),
           day_file_first_byte_s=first)


main()
