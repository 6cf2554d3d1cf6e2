#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time code in the picture to the decoded frame in hls.js in Chromium, low-latency mode"""
import argparse
import json
import subprocess
import sys

from measure import ROOT, finish, median, percentile, support, table

PAGE = ROOT / "tests/page"


def drive(server, args):
    """hls.js in a headless Chromium; see hls_latency.mjs."""
    if not (PAGE / "node_modules/hls.js").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PAGE, check=True, stdout=sys.stderr)
    done = subprocess.run(["node", ROOT / "bench/hls_latency.mjs", f"http://127.0.0.1:{server.port}", "door", str(args.settle), str(args.seconds)],
                          input=json.dumps({"name": "admin", "password": support.SHORT}), stdout=subprocess.PIPE, text=True, timeout=args.settle + args.seconds + 90)
    assert done.returncode == 0, "the player could not be driven"
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="sim:?size=1280x720&fps=25&gop=50&bitrate=2000000")
    parser.add_argument("--settle", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    with support.sim(("door", args.source)) as url, support.Server(f"  door: {url('door')}") as server:
        server.wait_state("door", "running")
        seen = drive(server, args)
    latency = [frame["latency"] for frame in seen["frames"]]
    assert len(latency) > args.seconds * 5, f"only {len(latency)} pictures were read; {seen['errors']}"

    def row(name, values):
        return (name, len(values), *(f"{percentile(values, percent):.0f}" for percent in (0, 50, 95, 100)))

    table([(args.source, "samples", "least", "median", "p95", "most"),
           row("time code to decoded frame, ms", latency),
           row("of it in the buffer, ms", [frame["ahead"] for frame in seen["frames"]]),
           row("age of the newest in the buffer, ms", [frame["newest"] for frame in seen["frames"]]),
           row("playback rate, %", [frame["rate"] * 100 for frame in seen["frames"]]),
           ("frames dropped by the browser", seen["dropped"], "", "", "", ""),
           ("stalls of the picture", seen["stalls"], "", "", "", ""),
           ("errors of the player", len(seen["errors"]), "", "", "", "")])
    for error in seen["errors"]:
        print(error, file=sys.stderr)
    finish(hls_ms_median=median(latency), hls_ms_p95=percentile(latency, 95))


main()
