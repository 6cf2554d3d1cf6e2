#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time code in the picture to the frame on the page in Chromium (MSE); first picture after the socket opens"""
import argparse

from measure import SPREAD, finish, in_browser, median, percentile, spread, support, table


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="sim:?size=1280x720&fps=25&gop=50&bitrate=2000000")
    parser.add_argument("--settle", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--connections", type=int, default=15)
    args = parser.parse_args()
    with support.sim(("door", args.source)) as url, support.Server(f"  door: {url('door')}") as server:
        server.wait_state("door", "running")
        seen = in_browser("latency.mjs", server, "door", args.settle, args.seconds, args.connections, seconds=240)
    frames, first = seen["frames"], seen["first"]
    latency = [frame["latency"] for frame in frames]
    assert len(latency) > args.seconds * 5 and len(first) >= args.connections, (len(latency), len(first))

    table([(args.source, *SPREAD),
           spread("time code to frame on the page, ms", latency),
           spread("of it in the buffer, ms", [frame["ahead"] for frame in frames]),
           spread("age of the newest in the buffer, ms", [frame["newest"] for frame in frames]),
           spread("from one picture to the next, ms", [b["at"] - a["at"] for a, b in zip(frames, frames[1:])]),
           spread("playback rate, %", [frame["rate"] * 100 for frame in frames]),
           spread("socket open to the first picture, ms", [run["picture"] for run in first]),
           spread("of it until the first bytes, ms", [run["bytes"] for run in first]),
           ("frames dropped by the browser", seen["dropped"], "", "", "", ""),
           ("stalls of the picture", seen["stalls"], "", "", "", "")])
    finish(mse_ms_median=median(latency), mse_ms_p95=percentile(latency, 95), first_picture_ms_median=median([run["picture"] for run in first]))


main()
