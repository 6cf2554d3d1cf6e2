#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU of thumbnails above recording, next to ffmpeg that decodes key frames and writes a JPEG a second of each camera"""
import argparse
import pathlib
import subprocess
import time

import measure
from measure import finish, median, memory_bytes, scratch, support, table

CAMERAS = 16


def written(server):
    text = server.api.get("/metrics").body.decode()
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith("vantage_thumbnails_written_total "))


def fleet(mains, subs, extra):
    cameras = "\n".join(f"  c{i:02}: {{source: '{main}'{f', sub: {{source: {sub!r}, record: false}}' if sub else ''}}}"
                        for i, (main, sub) in enumerate(zip(mains, subs)))
    return support.Server(cameras, extra)


def cost_of(mains, subs, seconds, thumbnails):
    """CPU seconds a second of the recorder, its memory, and thumbnails a second and camera."""
    with fleet(mains, subs, f"stills: {{thumbnails: {'true' if thumbnails else 'false'}}}") as server:
        for i in range(len(mains)):
            server.wait_state(f"c{i:02}", "running")
        time.sleep(5)
        pid = server.process.pid
        pictures = written(server)
        before = measure.cpu_seconds(pid)
        began = time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        spent = measure.cpu_seconds(pid) - before
        rate = (written(server) - pictures) / took / len(mains)
        return spent / took, memory_bytes(pid), rate


PICTURES = ("-an", "-vf", "fps=1,scale=320:-2", "-q:v", "4", "-y")


def ffmpeg_cost(mains, seconds, *output):
    """CPU seconds a second of one ffmpeg a camera, which reads main and decodes key frames alone, and pictures a second and camera."""
    with scratch() as folder:
        children = [subprocess.Popen(["ffmpeg", "-v", "error", "-skip_frame", "nokey", "-rtsp_transport", "tcp", "-i", url,
                                      *(output or (*PICTURES, str(pathlib.Path(folder) / f"{i}-%06d.jpg")))], stdin=subprocess.DEVNULL)
                    for i, url in enumerate(mains)]
        try:
            time.sleep(8)
            pids = [child.pid for child in children]
            made = len(list(pathlib.Path(folder).glob("*.jpg")))
            before = measure.cpu_seconds(*pids)
            began = time.monotonic()
            time.sleep(seconds)
            took = time.monotonic() - began
            spent = measure.cpu_seconds(*pids) - before
            made = len(list(pathlib.Path(folder).glob("*.jpg"))) - made
            return spent / took, made / took / len(mains)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cameras", type=int, default=CAMERAS)
    args = parser.parse_args()
    big = measure.clip("1080p25-4M-gop25", "1920x1080", 25, 4_000_000, 25)
    small = measure.clip("640x360-500k-gop25", "640x360", 25, 500_000, 25)
    with support.sim(("big", f"file:{big}"), ("small", f"file:{small}")) as url:
        mains, subs, none = [url("big")] * args.cameras, [url("small")] * args.cameras, [None] * args.cameras
        read, _ = ffmpeg_cost(mains, args.seconds / 2, "-an", "-c", "copy", "-f", "null", "-")
        decoded, _ = ffmpeg_cost(mains, args.seconds / 2, "-an", "-f", "null", "-")
        rounds = []
        for _ in range(args.rounds):
            ffmpeg, made = ffmpeg_cost(mains, args.seconds)
            plain, _, _ = cost_of(mains, none, args.seconds, False)
            alone, memory, rate = cost_of(mains, none, args.seconds, True)
            plain_sub, _, _ = cost_of(mains, subs, args.seconds, False)
            with_sub, memory_sub, rate_sub = cost_of(mains, subs, args.seconds, True)
            rounds.append((ffmpeg, alone - plain, with_sub - plain_sub, memory, memory_sub, rate, rate_sub, made))
    ffmpeg, main_cost, sub_cost, memory, memory_sub, rate, rate_sub, made = (median(values) for values in zip(*rounds))
    a_camera = lambda cost: f"{cost / args.cameras * 100:.2f}"  # noqa: E731
    table([("percent of a core a camera", "", ""), ("ffmpeg -skip_frame nokey", a_camera(ffmpeg), f"{made:.2f} pictures a second"),
           ("  of it reading", a_camera(read), ""), ("  of it decoding", a_camera(decoded - read), ""),
           ("from main", a_camera(main_cost), f"{rate:.2f} pictures a second, {memory / 1e6:.0f} MB"),
           ("from sub", a_camera(sub_cost), f"{rate_sub:.2f} pictures a second, {memory_sub / 1e6:.0f} MB")])
    # By the picture: on a machine without a core to spare key frames are passed over, which is no merit.
    of_ffmpeg = ffmpeg / made
    finish(cpu_ratio_to_ffmpeg_sub=sub_cost / rate_sub / of_ffmpeg, cpu_ratio_to_ffmpeg_main=main_cost / rate / of_ffmpeg,
           core_percent_per_camera_main=main_cost / rate / args.cameras * 100)


main()
