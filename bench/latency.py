#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time code in the picture to the frame on the page in Chromium (MSE); first picture after the socket opens"""
import argparse
import json
import subprocess
import sys

from measure import ROOT, finish, median, percentile, support, table

PAGE = ROOT / "tests/page"


def drive(server, camera, args):
    """The page of the recorder in a headless Chromium; see latency.mjs."""
    if not (PAGE / "node_modules/playwright-core").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PAGE, check=True, stdout=sys.stderr)
    done = subprocess.run(["node", ROOT / "bench/latency.mjs", f"http://127.0.0.1:{server.port}", camera, str(args.settle),
                           str(args.seconds), str(args.connections)],
                          input=json.dumps({"name": "admin", "password": support.SHORT}), stdout=subprocess.PIPE, text=True,
                          timeout=240)
    assert done.returncode == 0, "the page could not be driven"
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="sim:?size=1280x720&fps=25&gop=50&bitrate=2000000")
    parser.add_argument("--settle", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--connections", type=int, default=15)
    args = parser.parse_args()
    with support.sim(("door", args.source)) as url, support.Server(f"  door: {url('door')}") as server:
        server.wait_state("door", "running")
        seen = drive(server, "door", args)
    frames, first = seen["frames"], seen["first"]
    latency = [frame["latency"] for frame in frames]
    assert len(latency) > args.seconds * 5 and len(first) >= args.connections, (len(latency), len(first))

    def row(name, values):
        return (name, len(values), *(f"{percentile(values, percent):.0f}" for percent in (0, 50, 95, 100)))

    table([(args.source, "samples", "least", "median", "p95", "most"),
           row("time code to frame on the page, ms", latency),
           row("of it in the buffer, ms", [frame["ahead"] for frame in frames]),
           row("age of the newest in the buffer, ms", [frame["newest"] for frame in frames]),
           row("from one picture to the next, ms", [b["at"] - a["at"] for a, b in zip(frames, frames[1:])]),
           row("playback rate, %", [frame["rate"] * 100 for frame in frames]),
           row("socket open to the first picture, ms", [run["picture"] for run in first]),
           row("of it until the first bytes, ms", [run["bytes"] for run in first]),
           ("frames dropped by the browser", seen["dropped"], "", "", "", ""),
           ("stalls of the picture", seen["stalls"], "", "", "", "")])
    finish(mse_ms_median=median(latency), mse_ms_p95=percentile(latency, 95), first_picture_ms_median=median([run["picture"] for run in first]))


main()
