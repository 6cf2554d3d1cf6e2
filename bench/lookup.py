#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The thumbnail next to a random time, and ten minutes of them, over HTTP in a catalogue of a year of 16 cameras; 10 million next to InfluxDB"""
import argparse
import base64
import contextlib
import http.client
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import zlib

import measure
from measure import finish, median, percentile, scratch, support, table

CAMERAS, SECONDS, HEADER = 16, 600, 24
TABLES = 64  # different ones; a pack has one of them
BEGINS = 1_735_689_600  # 2025-01-01
DAY = 86400


def varint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


class Packs:
    """A thumbnail a second, a few ms early or late, of some 12 kB; what the catalogue holds of a pack of ten minutes."""

    def __init__(self, generator):
        self.kinds = []
        for _ in range(TABLES):
            times = [i * 1_000_000 + generator.randint(-3000, 3000) for i in range(SECONDS)]
            sizes = [max(2000, int(generator.gauss(12_000, 1500))) for _ in range(SECONDS)]
            offsets, rest, at, step, size = [], bytearray(), 0, 0, 0
            for i in range(SECONDS):
                if i > 0:
                    rest += signed(times[i] - times[i - 1] - step)
                    step = times[i] - times[i - 1]
                rest += signed(sizes[i] - size) + varint(0)
                size = sizes[i]
                offsets.append(at + HEADER)
                at += HEADER + size
            self.kinds.append((times, sizes, offsets, bytes(rest), at))

    def row(self, kind, camera, begins):
        times, _, _, rest, size = self.kinds[kind]
        stamp = time.gmtime(begins)
        path = f"footage/c{camera:02}/main/{time.strftime('%Y-%m-%d', stamp)}/{time.strftime('%H%M%S', stamp)}.000Z.thumbs"
        first = begins * 1_000_000
        data = varint(1) + varint(SECONDS) + signed(first + times[0]) + rest
        return path, first + times[0], first + times[-1], size, base64.b64encode(data).decode()


def kind_of(camera, number):
    return (camera * 7919 + number) % TABLES


def generate(server, packs, count):
    """`count` packs a camera, in the order of time, as they would have been written."""
    with contextlib.closing(sqlite3.connect(server.folder / "data/catalog.db", isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = OFF")  # the recorder sets it again
        volume, generation = db.execute("SELECT id, generation FROM volumes").fetchone()
        db.execute("BEGIN")
        row_id = 0
        for number in range(count):
            for camera in range(CAMERAS):
                row_id += 1
                path, first, last, size, data = packs.row(kind_of(camera, number), camera, BEGINS + number * SECONDS)
                db.execute("INSERT INTO thumb_packs (id, camera, stream, volume, path, start_us, end_us, bytes, generation) VALUES (?,?,?,?,?,?,?,?,?)",
                           (row_id, f"c{camera:02}", "main", volume, path, first, last, size, generation))
                db.execute("INSERT INTO thumb_tables (pack_id, data) VALUES (?,?)", (row_id, data))
        db.execute("COMMIT")


class Instant:
    """A random time, the thumbnail next to it, and its bytes in a pack that has holes everywhere else."""

    def __init__(self, generator, packs, place, storage):
        self.camera, number, place = place
        times, sizes, offsets, _, _ = packs.kinds[kind_of(self.camera, number)]
        path, *_ = packs.row(kind_of(self.camera, number), self.camera, BEGINS + number * SECONDS)
        self.us = (BEGINS + number * SECONDS) * 1_000_000 + times[place]
        self.asked = self.us + generator.randint(-490_000, 490_000)
        self.pack = storage / path
        jpeg = generator.randbytes(sizes[place])
        head = b"VTHB\x01\0\0\0" + self.us.to_bytes(8, "big") + len(jpeg).to_bytes(4, "big")
        self.pack.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(self.pack, os.O_RDWR | os.O_CREAT), "r+b") as file:
            file.seek(offsets[place] - HEADER)
            file.write(head + zlib.crc32(head + jpeg).to_bytes(4, "big") + jpeg)
        self.jpeg = jpeg

    @property
    def path(self):
        return f"/c{self.camera:02}/thumbnail?ts={self.asked // 1_000_000}.{self.asked % 1_000_000:06}"

    @property
    def group_path(self):
        return f"/c{self.camera:02}/thumbnailGroup?ts={self.asked // 1_000_000}&minutes=10"


def instants_of(generator, packs, count, storage, wanted):
    """`wanted` of them, no two of one thumbnail."""
    places = set()
    while len(places) < wanted:
        places.add((generator.randrange(CAMERAS), generator.randrange(count), generator.randrange(SECONDS)))
    return [Instant(generator, packs, place, storage) for place in generator.sample(sorted(places), wanted)]


class Asker:
    """Requests on one connection; milliseconds of each from its first byte to the last of the answer."""

    def __init__(self, port, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.connection.connect()

    def get(self, path):
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, (answer.status, path, body[:300])
        return took, body


def ask(asker, instant):
    took, body = asker.get(instant.path)
    assert body == instant.jpeg, f"not the picture next to {instant.asked}"
    return took


def ask_group(asker, instant):
    took, body = asker.get(instant.group_path)
    assert 599 <= len(json.loads(body)["thumbnails"]) <= 601, body[-300:]
    return took


def recorder():
    cameras = "\n".join(f"  c{i:02}: {{source: 'rtsp://127.0.0.1:9/none', on_demand: true, record: false}}" for i in range(CAMERAS))
    server = support.Server(cameras)
    server.config.write_text(server.config.read_text().replace(f"storage: {server.storage}", f"storage: {{path: {server.storage}, keep_free: 0%}}"))
    return server


def empty_catalogue(server):
    """Its volume is known, and nothing else."""
    support.wait_for("the volume", lambda: next(iter(server.storage.glob("volume.json")), None))
    server.stop()


def drop_cache(*files):
    """Nothing of these is in memory any more."""
    for file in files:
        if file.exists():
            handle = os.open(file, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("1")


def cold(server, instants, a_start):
    """Each on a connection of its own with nothing in the page cache; the program is started anew every so often, since it keeps pages too."""
    times = []
    data = server.folder / "data"
    for number, instant in enumerate(instants):
        if number % a_start == 0:
            server.stop()
            drop_cache(*data.glob("*.db*"))
            server.start()
            server.api.get("/api/v1/cameras")
        drop_cache(instant.pack, *data.glob("*.db*"))
        times.append(ask(Asker(server.port, server.api.token), instant))
    return times


def year(args, generator):
    packs = Packs(generator)
    count = args.days * DAY // SECONDS
    with recorder() as server:
        empty_catalogue(server)
        began = time.monotonic()
        generate(server, packs, count)
        size = (server.folder / "data/catalog.db").stat().st_size
        print(f"{count * CAMERAS} packs, {count * CAMERAS * SECONDS / 1e6:.0f} million thumbnails, {size / 1e9:.2f} GB of catalogue, "
              f"generated in {time.monotonic() - began:.0f} s", file=sys.stderr)
        instants = instants_of(generator, packs, count, server.storage, args.instants + args.cold)
        os.sync()  # what was generated is not written while requests are timed
        began = time.monotonic()
        server.start()
        print(f"started in {time.monotonic() - began:.1f} s", file=sys.stderr)
        asker = Asker(server.port, server.api.token)
        asked = instants[:args.instants]
        for instant in asked:
            ask(asker, instant)
        near = [ask(asker, instant) for instant in asked]
        last = (BEGINS + args.days * DAY - 2 * SECONDS) * 1_000_000
        groups = [ask_group(asker, instant) for instant in asked[:args.instants // 4] if instant.us < last]
        return near, groups, cold(server, instants[args.instants:], args.a_start)


class Influx:
    def __init__(self, folder):
        self.port = support.free_port()
        config = folder / "influx.conf"
        config.write_text(f"""reporting-disabled = true
bind-address = "127.0.0.1:{support.free_port()}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{self.port}"
  log-enabled = false
[monitor]
  store-enabled = false
""")
        self.process = support.Process(["influxd", "-config", config], folder, "influxd")
        support.wait_for("influxd", lambda: support.listening(self.port), 60)

    def post(self, path, body=b""):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request("POST", path, body)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 204), said
        connection.close()

    def fill(self, packs, count):
        self.post("/query?" + urllib.parse.urlencode({"q": "CREATE DATABASE bench"}))
        lines = []
        for number in range(count):
            begins = BEGINS + number * SECONDS
            for camera in range(CAMERAS):
                name = f"c{camera:02}"
                for offset in packs.kinds[kind_of(camera, number)][0]:
                    us = begins * 1_000_000 + offset
                    lines.append(f'filepaths,camera={name} url="http://box:6478/{name}/thumbnail?ts={us // 1_000_000}.{us % 1_000_000:06}" {us}')
            if len(lines) >= 20_000:
                self.post("/write?db=bench&precision=u", "\n".join(lines).encode())
                lines.clear()
        if lines:
            self.post("/write?db=bench&precision=u", "\n".join(lines).encode())

    @staticmethod
    def path(instant):
        """The nearest before and the nearest after, within ten seconds, as the recorder looks for them."""
        what, t, ten = f"SELECT url FROM filepaths WHERE camera='c{instant.camera:02}' AND", instant.asked * 1000, 10**10
        text = f"{what} time <= {t} AND time >= {t - ten} ORDER BY time DESC LIMIT 1; {what} time > {t} AND time <= {t + ten} ORDER BY time ASC LIMIT 1"
        return "/query?" + urllib.parse.urlencode({"q": text, "db": "bench", "epoch": "u"})


def ask_influx(asker, instant):
    took, body = asker.get(Influx.path(instant))
    rows = [row for result in json.loads(body)["results"] for series in result.get("series", []) for row in series["values"]]
    nearest = min(rows, key=lambda row: abs(row[0] - instant.asked))
    assert nearest[0] == instant.us, (nearest, instant.us)
    return took


def next_to_influx(args, generator, folder):
    packs = Packs(generator)
    count = args.points // (CAMERAS * SECONDS)
    influx = Influx(folder)
    try:
        began = time.monotonic()
        influx.fill(packs, count)
        print(f"{count * CAMERAS * SECONDS / 1e6:.1f} million points into InfluxDB in {time.monotonic() - began:.0f} s", file=sys.stderr)
        with recorder() as server:
            empty_catalogue(server)
            generate(server, packs, count)
            instants = instants_of(generator, packs, count, server.storage, args.instants // 3)
            server.start()
            mine, other = Asker(server.port, server.api.token), Asker(influx.port)
            for instant in instants:
                ask(mine, instant), ask_influx(other, instant)
            pairs = [(ask(mine, instant), ask_influx(other, instant)) for instant in instants]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    finally:
        influx.process.stop(60)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--instants", type=int, default=3000)
    parser.add_argument("--cold", type=int, default=600)
    parser.add_argument("--a-start", type=int, default=8, help="cold requests from one start of the program to the next")
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    generator = random.Random(args.seed)
    near, groups, fresh = year(args, generator)
    with scratch() as folder:
        mine, other = next_to_influx(args, generator, pathlib.Path(folder))
    rows = [("ms over HTTP", "requests", "median", "p99", "most")]
    for name, values in (("nearest of a year, warm", near), ("nearest of a year, cold", fresh), ("ten minutes of a year, warm", groups),
                         ("nearest of 10 million", mine), ("InfluxDB, nearest of the same", other)):
        rows.append((name, len(values), f"{median(values):.2f}", f"{percentile(values, 99):.2f}", f"{max(values):.2f}"))
    table(rows)
    finish(nearest_p99_ms_warm=percentile(near, 99), nearest_p99_ms_cold=percentile(fresh, 99), group_ms_p99=percentile(groups, 99),
           ratio_to_influxdb=median(mine) / median(other))


main()
