#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time code in the picture to the decoded frame in hls.js in Chromium, low-latency mode"""
import argparse
import sys

from measure import SPREAD, finish, in_browser, median, percentile, spread, support, table


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="sim:?size=1280x720&fps=25&gop=50&bitrate=2000000")
    parser.add_argument("--settle", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    with support.sim(("door", args.source)) as url, support.Server(f"  door: {url('door')}") as server:
        server.wait_state("door", "running")
        seen = in_browser("hls_latency.mjs", server, "door", args.settle, args.seconds, seconds=args.settle + args.seconds + 90)
    latency = [frame["latency"] for frame in seen["frames"]]
    assert len(latency) > args.seconds * 5, f"only {len(latency)} pictures were read; {seen['errors']}"

    table([(args.source, *SPREAD),
           spread("time code to decoded frame, ms", latency),
           spread("of it in the buffer, ms", [frame["ahead"] for frame in seen["frames"]]),
           spread("age of the newest in the buffer, ms", [frame["newest"] for frame in seen["frames"]]),
           spread("playback rate, %", [frame["rate"] * 100 for frame in seen["frames"]]),
           ("frames dropped by the browser", seen["dropped"], "", "", "", ""),
           ("stalls of the picture", seen["stalls"], "", "", "", ""),
           ("errors of the player", len(seen["errors"]), "", "", "", "")])
    for error in seen["errors"]:
        print(error, file=sys.stderr)
    finish(hls_ms_median=median(latency), hls_ms_p95=percentile(latency, 95))


main()
