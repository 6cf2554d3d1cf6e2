#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A full frame of a random recorded instant, 1080p with a 2 s GOP: GET /door/frame/?ts= next to ffmpeg -ss T -frames:v 1"""
import argparse
import pathlib
import random
import subprocess
import sys
import time

from measure import SEGMENT, SPREAD, fill, finish, median, scratch, seed, spread, support, table


def ask(server, begins, at):
    path = f"/door/frame/?ts={begins + at:.3f}"
    began = time.monotonic()
    answer = server.api.get(path)
    took = time.monotonic() - began
    assert answer.status == 200 and answer.body[:2] == b"\xff\xd8", (answer.status, answer.body[:300])
    return took, len(answer.body)


def ffmpeg(file, at, out):
    began = time.monotonic()
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-ss", f"{at:.3f}", "-i", file, "-frames:v", "1", out], check=True)
    return time.monotonic() - began, out.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instants", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with scratch() as folder:
        folder = pathlib.Path(folder)
        head, fragments = seed(folder)
        begins = 1_763_665_200
        server = support.Server("  door: rtsp://127.0.0.1:9/none")
        with server:
            server.stop()
            file, = fill(server.storage, head, fragments, begins, 1)
            done = subprocess.run([server.binary, "reindex", "--config", server.config], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-2000:]
            server.start()
            instants = random.Random(args.seed).sample(range(SEGMENT * 25), args.instants + 3)
            pairs = [(ask(server, begins, n / 25 + 0.02), ffmpeg(file, n / 25, folder / "out.jpg")) for n in instants][3:]
    mine, other = ([p[i][0] * 1000 for p in pairs] for i in (0, 1))
    table([("one frame of 1920x1080, warm, ms", *SPREAD), spread("GET /door/frame/?ts=", mine), spread("ffmpeg -ss T -i file -frames:v 1", other)])
    print(f"JPEG of {median([p[0][1] for p in pairs]) / 1e3:.0f} and {median([p[1][1] for p in pairs]) / 1e3:.0f} kB", file=sys.stderr)
    finish(time_ratio_to_ffmpeg=median(mine) / median(other), frame_ms=median(mine), ffmpeg_ms=median(other))


main()
