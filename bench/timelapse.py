#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU of a timelapse, an hour of 1080p25 scaled to a day, next to ffmpeg making it from all frames and from key frames alone"""
import argparse
import datetime
import os
import pathlib
import subprocess
import time

import measure
from measure import SEGMENT, fill, finish, median, scratch, seed, support, table

FRAMES, FPS = 63, 21  # an hour's share of 1500 a day is 62.5


def yesterday(hours):
    """The beginning of such a stretch of yesterday, UTC, and the words for the hours it takes."""
    noon = datetime.datetime.now(datetime.timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
    end = noon + datetime.timedelta(hours=hours)
    return noon, f"{noon:%H:%M}-{end:%H:%M}"


def ours(server, noon, hours, cameras):
    """CPU seconds of the recorder from the moment timelapses are switched on to the film, above what it takes anyway."""
    film = server.folder / "data/timelapses/door" / f"{noon:%Y-%m-%d}.mp4"
    for file in (film, film.with_suffix(".json")):
        file.unlink(missing_ok=True)
    server.write_config(cameras.format("off"), "time_zone: UTC\nstills: {thumbnails: false}")
    server.start()
    time.sleep(3)
    pid = server.process.pid
    before, began = measure.cpu_seconds(pid), time.monotonic()
    time.sleep(10)
    idle = (measure.cpu_seconds(pid) - before) / (time.monotonic() - began)
    before, began = measure.cpu_seconds(pid), time.monotonic()
    server.write_config(cameras.format(f"{{hours: '{hours}', seconds: {FRAMES // FPS}, fps: {FPS}}}"), "time_zone: UTC\nstills: {thumbnails: false}")
    support.wait_for("the film", film.with_suffix(".json").exists, 600)
    spent = measure.cpu_seconds(pid) - before - idle * (time.monotonic() - began)
    done = server.api.get("/door/timelapse/").json["timelapses"]
    assert any(t["state"] == "done" and t["complete"] and t["frames"] == FRAMES for t in done), done
    size = film.stat().st_size
    server.stop()
    return spent, size


def ffmpeg(files, out, span, *before):
    """The same number of pictures with the same encoder settings."""
    listed = out.with_suffix(".txt")
    listed.write_text("".join(f"file '{f}'\n" for f in files))
    child = subprocess.Popen([str(c) for c in ("ffmpeg", "-v", "error", "-nostdin", "-y", *before, "-f", "concat", "-safe", "0", "-i", listed, "-an", "-vf",
                                               f"fps={FRAMES}/{span},settb=1/{FPS},setpts=N", "-vsync", "passthrough", "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-bf", "0", out)])
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0
    facts, _ = support.ffprobe(out, "-select_streams", "v", "-show_entries", "stream=nb_frames")
    assert abs(int(facts["streams"][0]["nb_frames"]) - FRAMES) <= 1, facts
    return usage.ru_utime + usage.ru_stime, out.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--segments", type=int, default=6, help="of ten minutes; 6 are the hour")
    args = parser.parse_args()
    span = args.segments * SEGMENT
    a_day = 86400 / span
    noon, hours = yesterday(span / 3600)
    with scratch() as folder:
        folder = pathlib.Path(folder)
        head, fragments = seed(folder)
        cameras = "  door: {{source: 'rtsp://127.0.0.1:9/none', timelapse: {}}}"
        server = support.Server(cameras.format("off"), "time_zone: UTC\nstills: {thumbnails: false}", folder=folder)
        with server:
            server.stop()
            files = fill(server.storage, head, fragments, int(noon.timestamp()), args.segments)
            done = subprocess.run([server.binary, "reindex", "--config", server.config], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-2000:]
            subprocess.run(["cat", *files], stdout=subprocess.DEVNULL, check=True)  # warm
            mine = [ours(server, noon, hours, cameras) for _ in range(args.rounds)]
            keys = [ffmpeg(files, folder / "keys.mp4", span, "-skip_frame", "nokey") for _ in range(args.rounds)]
            whole = ffmpeg(files, folder / "all.mp4", span)
    made, from_keys = median([m[0] for m in mine]), median([k[0] for k in keys])
    row = lambda name, spent, size: (name, f"{spent:.2f}", f"{spent * a_day:.0f}", f"{spent / span * 100:.3f}", f"{size / 1e6:.1f}")  # noqa: E731
    table([(f"{FRAMES} pictures of {span / 3600:.2g} h", "CPU seconds", "CPU seconds a day", "% of a core", "MB"),
           row("vantage", made, mine[-1][1]), row("ffmpeg -skip_frame nokey", from_keys, keys[-1][1]), row("ffmpeg, all frames", *whole)])
    finish(cpu_ratio_to_ffmpeg_all=made / whole[0], cpu_ratio_to_ffmpeg_keys=made / from_keys, cpu_seconds_a_day=made * a_day)


main()
