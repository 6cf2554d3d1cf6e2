# SPDX-License-Identifier: Apache-2.0
"""What the measurements share: clips, a browser, CPU and memory of processes, tables, the closing line."""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/system"))
os.environ.setdefault("VANTAGE_BINARY", str(ROOT / "build/release/vantage"))
import support  # noqa: E402  (the path and the binary are set above)

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "vantage/bench"
TICK = os.sysconf("SC_CLK_TCK")
NTP_EPOCH = 2_208_988_800
SEGMENT = 600  # seconds


def cpu_seconds(*pids):
    """User and system time of the processes so far, by the scheduler's clock: the figures of /proc/PID/stat are sampled at each
    tick of the kernel, and who wakes with the tick pays for all of it."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)  # CPUCLOCK_SCHED, see clock_getcpuclockid(3)


def memory_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def clip(name, size, fps, bits, gop, seconds=20):
    """A camera-like clip of a constant bit rate, made once: no B-frames, closed GOPs."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{name}.mp4"
    if not path.exists():
        draft = path.with_suffix(".draft.mp4")
        rate = str(bits)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
                        f"testsrc2=size={size}:rate={fps},noise=alls=12:allf=t", "-t", str(seconds), "-c:v", "libx264",
                        "-preset", "ultrafast", "-bf", "0", "-g", str(gop), "-sc_threshold", "0", "-b:v", rate, "-minrate", rate,
                        "-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr", "-pix_fmt", "yuv420p", str(draft)],
                       check=True)
        draft.rename(path)
    return path


def seed(scratch_folder):
    """Some seconds of the clip as the recorder writes them: the init, and its whole fragments."""
    folder = scratch_folder / "seed"
    folder.mkdir()
    source = clip("1080p25-4m", "1920x1080", 25, 4_000_000, 50)
    with support.Server(f"  seed: 'file:{source}'", folder=folder) as server:
        support.wait_for("13 s", lambda: server.segments("seed") and server.segments("seed")[0].stat().st_size > 6_500_000, 60)
        server.stop()
        data = server.segments("seed")[0].read_bytes()
    starts = [m.start() - 4 for m in re.finditer(b"prft", data)]
    return data[:starts[0]], [data[a:b] for a, b in zip(starts[:-1], starts[1:])][:5]  # 2 s each


def shifted(fragment, ticks, unix):
    """The fragment as if it had begun `ticks` into its segment, which began at `unix`."""
    out = bytearray(fragment)
    base = None
    at = 0
    while at < len(out):
        size, kind = int.from_bytes(out[at:at + 4], "big"), bytes(out[at + 4:at + 8])
        if kind == b"prft":
            base = int.from_bytes(out[at + 24:at + 32], "big")
            out[at + 16:at + 24] = int((unix + ticks / 90000 + NTP_EPOCH) * (1 << 32)).to_bytes(8, "big")
            out[at + 24:at + 32] = ticks.to_bytes(8, "big")
        if kind == b"moof":
            time_at = at + 60  # tfdt
            moved = int.from_bytes(out[time_at:time_at + 8], "big") - base + ticks
            out[time_at:time_at + 8] = moved.to_bytes(8, "big")
        at += size
    return out


def fill(storage, init, fragments, begins, count):
    """`count` segments of ten minutes, one after the other."""
    files = []
    for number in range(count):
        unix = begins + number * SEGMENT
        stamp = time.gmtime(unix)
        folder = pathlib.Path(storage, "footage/door/main", time.strftime("%Y-%m-%d", stamp))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{time.strftime('%H%M%S', stamp)}.000Z.mp4"
        with open(path, "wb") as out:
            out.write(init)
            for i in range(SEGMENT // 2):
                out.write(shifted(fragments[i % len(fragments)], i * 180_000, unix))
        files.append(path)
    return files


def in_browser(script, server, *args, seconds):
    """What bench/SCRIPT finds out in a headless Chromium within so many seconds, logged in as the server's admin."""
    page = ROOT / "tests/page"
    if not all((page / "node_modules" / module).exists() for module in ("playwright-core", "hls.js")):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=page, check=True, stdout=sys.stderr)
    done = subprocess.run(["node", ROOT / "bench" / script, f"http://127.0.0.1:{server.port}", *map(str, args)],
                          input=json.dumps({"name": "admin", "password": support.SHORT}), stdout=subprocess.PIPE, text=True, timeout=seconds)
    assert done.returncode == 0, f"{script} ended with {done.returncode}"
    return json.loads(done.stdout)


def metric(text, name):
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + "{"))


def holes(server, urls):
    """Breaks in what is stored since the first footage of each camera."""
    now = time.time()
    return sum(len(server.api.get(f"/api/v1/cameras/{n}/coverage?stream=main&start={now - 3600}&end={now}").json["footage"]) - 1
               for n in urls)


def median(values):
    return statistics.median(values) if values else float("nan")


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))] if ordered else float("nan")


SPREAD = ("samples", "least", "median", "p95", "most")


def spread(name, values):
    """A row of a table that has SPREAD in its first."""
    return (name, len(values), *(f"{percentile(values, percent):.0f}" for percent in (0, 50, 95, 100)))


def table(rows):
    """Rows of cells, aligned, on stderr."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)), file=sys.stderr)


def finish(**keys):
    """The last line: JSON with the keys of the figure."""
    print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in keys.items()}), flush=True)


def scratch():
    return tempfile.TemporaryDirectory(prefix="vantage-bench-")
