#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What 50 kill -9 and 200 simulated power cuts lose of 4 cameras, and whether every file still plays"""
import argparse
import datetime
import json
import random
import subprocess
import time

from measure import ROOT, finish, support, table

POWER_CUT = ROOT / "build/release/bench_power_cut"
CAMERAS = ("c0", "c1", "c2", "c3")


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def footage(server, camera, start, end):
    spans = server.api.get(f"/api/v1/cameras/{camera}/coverage?stream=main&start={start}&end={end}").json["footage"]
    return [(seconds_of(s["start"]), seconds_of(s["end"])) for s in spans]


def recording(server, camera, since):
    return any(end - max(start, since) > 1.5 for start, end in footage(server, camera, since, time.time() + 5))


def lost_by(server, killed):
    """Milliseconds between the kill and the end of what is left of each camera."""
    losses = []
    for camera in CAMERAS:
        ends = [end for start, end in footage(server, camera, killed - 3600, killed + 60) if start < killed]
        losses.append((killed - min(max(ends), killed)) * 1000)
    return losses


def plays(path):
    """A decoder must get through the whole file, from 0:00, without a word."""
    facts, errors = support.ffprobe(path, "-count_frames", "-show_entries", "stream=nb_read_frames:format=duration,start_time")
    return not errors and float(facts["format"]["start_time"]) == 0 and int(facts["streams"][0]["nb_read_frames"]) > 0


def mismatches(server):
    """Rows without their file or with another size, and files without a row."""
    wrong = 0
    for camera in CAMERAS:
        now = time.time()
        rows = server.api.get(f"/api/v1/cameras/{camera}/segments?stream=main&start={now - 7200}&end={now + 60}").json["segments"]
        files = {p.name: p for p in server.segments(camera)}
        named = {r["url"].rsplit("/", 1)[1]: r for r in rows}
        wrong += len(set(files) ^ set(named))
        wrong += sum(1 for n, r in named.items() if n in files and r["state"] != "open" and files[n].stat().st_size != r["bytes"])
    return wrong


def kill_loop(kills, url):
    losses = []
    with support.Server("\n".join(f"  {c}: {url(c)}" for c in CAMERAS)) as server:
        for _ in range(kills):
            since = time.time()
            for camera in CAMERAS:
                support.wait_for(f"{camera} to record", lambda c=camera: recording(server, c, since), 40, every=0.1)
            time.sleep(random.random() * 1.5)
            killed = time.time()
            server.kill()
            server.start()
            losses += lost_by(server, killed)
        wrong = mismatches(server)
        server.stop()
        unplayable = [p for c in CAMERAS for p in server.segments(c) if not plays(p)]
        files = sum(len(server.segments(c)) for c in CAMERAS)
    return losses, unplayable, files, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--cuts", type=int, default=200)
    args = parser.parse_args()
    with support.sim(*[(c, "sim:?size=640x360&fps=25&gop=25") for c in CAMERAS]) as url:
        losses, unplayable, files, wrong = kill_loop(args.kills, url)
    cut = json.loads(subprocess.run([POWER_CUT, str(args.cuts)], capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    table([("kill -9 of the recorder", args.kills), ("cameras", len(CAMERAS)), ("files left", files),
           ("files that do not play", len(unplayable)), ("lost at most, ms", f"{max(losses):.0f}"),
           ("lost on average, ms", f"{sum(losses) / len(losses):.0f}"), ("rows and files that disagree", wrong),
           ("power cuts", cut["cuts"]), ("lost at most by a cut, ms", cut["max_cut_loss_ms"]),
           ("files that do not play after a cut", cut["unplayable_files"])])
    finish(kills=args.kills, max_loss_ms=max(losses), unplayable_files=len(unplayable) + cut["unplayable_files"],
           catalogue_mismatches=wrong + cut["catalogue_mismatches"], max_cut_loss_ms=cut["max_cut_loss_ms"])


main()
