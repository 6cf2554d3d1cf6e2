#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An hour of 1080p25 at 4 Mbit/s as one MP4: vantage export next to ffmpeg -f concat -c copy of the same segments"""
import argparse
import os
import pathlib
import subprocess
import time

from measure import SEGMENT, fill, finish, median, scratch, seed, support, table


def timed(command, output):
    """Seconds until the file is there (in the page cache, as neither program syncs), CPU seconds, and the peak of memory."""
    output.unlink(missing_ok=True)
    began = time.monotonic()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hours", type=float, default=1)
    args = parser.parse_args()
    with scratch() as folder:
        folder = pathlib.Path(folder)
        init, fragments = seed(folder)
        begins = 1_763_665_200
        files = fill(folder, init, fragments, begins, round(args.hours * 6))
        size = sum(f.stat().st_size for f in files)
        (folder / "list").write_text("".join(f"file '{f}'\n" for f in files))
        os.sync()
        subprocess.run(["cat", *files], stdout=subprocess.DEVNULL, check=True)  # warm
        out = folder / "out"
        out.mkdir()
        ours = [support.BINARY, "export", "--storage", folder, "--camera", "door", "--start", begins,
                "--end", begins + len(files) * SEGMENT, "--output", out / "ours.mp4", "--config", "/nowhere"]
        theirs = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "concat", "-safe", "0", "-i", folder / "list", "-c", "copy",
                  out / "theirs.mp4"]
        rounds = [(timed(ours, out / "ours.mp4"), timed(theirs, out / "theirs.mp4")) for _ in range(args.rounds)]
        for name in ("ours", "theirs"):
            facts, errors = support.ffprobe(out / f"{name}.mp4", "-select_streams", "v", "-show_entries", "stream=nb_frames")
            assert not errors and int(facts["streams"][0]["nb_frames"]) == len(files) * SEGMENT * 25, (name, facts, errors)
    mine, other = ([r[i] for r in rounds] for i in (0, 1))
    column = lambda runs, i, scale=1: f"{median([r[i] for r in runs]) / scale:.2f}"
    table([(f"{len(files) * SEGMENT / 3600:.2f} h, {size / 1e9:.2f} GB, warm, not synced", "seconds", "CPU seconds", "memory, MB"),
           ("vantage export", column(mine, 0), column(mine, 1), column(mine, 2, 1e6)),
           ("ffmpeg -f concat -c copy", column(other, 0), column(other, 1), column(other, 2, 1e6))])
    finish(time_ratio_to_ffmpeg=median([a[0] / b[0] for a, b in rounds]), seconds=median([r[0] for r in mine]),
           megabytes_per_second=size / 1e6 / median([r[0] for r in mine]))


main()
