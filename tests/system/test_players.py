# SPDX-License-Identifier: Apache-2.0
"""Segment files in players of others, as they lie on disk: finished, left by a crash, and recovered. Each plays from 0:00, has its
true duration and can be sought in FFmpeg, GStreamer and Chromium."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from support import MEDIA, ROOT, Server, duration_of, sim, wait_for
from test_record import recorded_seconds

HOST_PYTHON = "/usr/bin/python3"  # the one that has gi
PAGE = ROOT / "tests/page"
CLIPS = {"sound": MEDIA / "odd/made/h264_aac16k.mp4", "bframes": MEDIA / "odd/made/bpyramid_h264.mp4"}
SEEK = 3.3
END = 0.5  # a file that ends within a group of B-frames: the last picture's time lies up to five frames after the sum of durations


def times_of_frames(path):
    """What the frames themselves say: the first one's time, and the last one's and one frame more."""
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path],
                         capture_output=True, text=True, timeout=60, check=True)
    times = sorted(float(line.strip(",")) for line in out.stdout.split())
    return times[0], times[-1] + (times[-1] - times[0]) / (len(times) - 1)


def lines_of(*command):
    out = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr
    return [json.loads(line) for line in out.stdout.splitlines()]


def has_gstreamer():
    return subprocess.run([HOST_PYTHON, "-c", "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst"],
                          capture_output=True).returncode == 0


def has_chromium():
    return (PAGE / "node_modules/playwright-core").exists() and shutil.which("node") and shutil.which("chromium")


class Players(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        sources = [("drawn", "sim:?size=320x180&fps=25&gop=25")] + [(name, f"file:{clip}") for name, clip in CLIPS.items() if clip.exists()]
        cls.files = []  # (kind, path, first and last second by its frames)
        with sim(*sources) as url, Server("\n".join(f"  {n}: {url(n)}" for n, _ in sources)) as server:
            for kind in ("finished", "crashed"):
                began = time.time()
                for name, _ in sources:
                    wait_for(f"footage of {name}", lambda n=name: recorded_seconds(server, n, began) > 6, 40)
                server.stop() if kind == "finished" else server.kill()
                newest = [server.segments(name)[-1] for name, _ in sources]
                cls.keep(kind, newest)
                server.start()
            wait_for("recovery", lambda: all(cls.state(server, path) == "recovered" for path in newest))
            cls.keep("recovered", newest)

    @classmethod
    def state(cls, server, path):
        camera = path.parents[2].name
        rows = server.api.get(f"/api/v1/cameras/{camera}/segments?stream=main&start={time.time() - 600}&end={time.time()}").json["segments"]
        return next((row["state"] for row in rows if row["url"].endswith(path.name)), None)

    @classmethod
    def keep(cls, kind, paths):
        for path in paths:
            kept = pathlib.Path(cls.folder.name, kind, path.parents[2].name, path.name)
            kept.parent.mkdir(parents=True)
            shutil.copy(path, kept)
            cls.files.append((kind, kept, *times_of_frames(kept)))

    def check_each(self, played, check):
        """One sub-test a file: `check` takes its kind, first and last second, and what the player saw."""
        self.assertEqual(len(played), len(self.files))
        for (kind, path, first, seconds), seen in zip(self.files, played):
            with self.subTest(kind=kind, camera=path.parent.name, first=first, seconds=seconds, seen=seen):
                check(kind, first, seconds, seen)

    def paths(self):
        return [path for _, path, _, _ in self.files]

    def test_ffmpeg(self):
        for kind, path, first, seconds in self.files:
            with self.subTest(kind=kind, camera=path.parent.name):
                # Decoding starts at 0; a camera with B-frames shows its first picture by the depth of their order later.
                self.assertLess(first, 0.2 if path.parent.name == "bframes" else 0.001)
                self.assertGreater(seconds, 5.0)
                duration, start = duration_of(path)
                self.assertAlmostEqual(start, first, delta=0.001)
                self.assertAlmostEqual(duration, seconds, delta=END)
                decoded = subprocess.run(["ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-"], capture_output=True, text=True, timeout=60)
                self.assertEqual((decoded.returncode, decoded.stderr), (0, ""))
                self.assertAlmostEqual(self.first_frame_from(path, SEEK), SEEK, delta=0.2)  # two frames

    def first_frame_from(self, path, second):
        out = subprocess.run(["ffmpeg", "-v", "error", "-copyts", "-ss", str(second), "-i", path, "-map", "0:v", "-frames:v", "1",
                              "-vf", "settb=1/90000", "-enc_time_base", "1:90000", "-vsync", "passthrough", "-f", "framecrc", "-"],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(out.stderr, "")
        (frame,) = [line for line in out.stdout.splitlines() if not line.startswith("#")]
        return int(frame.split(",")[2]) / 90000

    @unittest.skipUnless(has_gstreamer(), "no GStreamer for Python")
    def test_gstreamer(self):
        def check(kind, first, seconds, seen):
            self.assertNotIn("error", seen)
            self.assertAlmostEqual(seen["start"], first, delta=0.1)
            self.assertAlmostEqual(seen["sought"], SEEK, delta=0.1)
            self.assertAlmostEqual(seen["end"], seconds, delta=END)
            # GStreamer takes the duration from moov's mehd alone, which is written at close and at recovery.
            if kind != "crashed":
                self.assertAlmostEqual(seen["duration"], seconds, delta=END)

        self.check_each(lines_of(HOST_PYTHON, ROOT / "tests/system/gst_play_file.py", SEEK, *self.paths()), check)

    @unittest.skipUnless(has_chromium(), "no Chromium, or no modules in tests/page")
    def test_chromium(self):
        def check(_, first, seconds, seen):
            self.assertIsNone(seen["error"])
            self.assertAlmostEqual(seen["start"], first, delta=0.001)
            self.assertAlmostEqual(seen["duration"], seconds, delta=END)
            self.assertGreater(seen["played"]["time"], 0.3)
            self.assertGreater(seen["played"]["frames"], 1)
            self.assertAlmostEqual(seen["sought"]["time"], SEEK, delta=0.01)
            self.assertGreaterEqual(seen["sought"]["ready"], 2)
            self.assertTrue(seen["ended"])
            self.assertAlmostEqual(seen["end"], seconds, delta=END)

        self.check_each(lines_of("node", PAGE / "play_file.mjs", SEEK, *self.paths()), check)
