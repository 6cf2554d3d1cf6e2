# SPDX-License-Identifier: Apache-2.0
"""Live HLS and DASH of the real program through what cameras do: restart, another size, a jump of their clock, sound that comes and
goes - while the linters watch every playlist, manifest, part and segment, and the time code in the pictures. VANTAGE_LIVE_SECONDS: how long,
for a long watch; the faults come again and again."""
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from dash_lint import DashLint
from hls_lint import HlsLint
from support import BINARY, Process, Server, free_port, listening, log, wait_for
from test_faults import HOST_PYTHON, RTSPFAULT

SECONDS = float(os.environ.get("VANTAGE_LIVE_SECONDS", "55"))
DOOR = "sim:?size=640x360&fps=25&gop=50&bitrate=1000000"
OTHER = "sim:?size=480x270&fps=20&gop=20&bitrate=700000&seed=2"
SMALL = "sim:?size=320x180&fps=10&gop=20&bitrate=200000"
LOOKED_AT = ("reloads", "parts", "segments", "hints", "pictures", "removed", "blocking rules")


class Simulator:
    """`vantage sim` that goes and comes back on the same port."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None

    def start(self, **cameras):
        self.process = Process([BINARY, "sim", "--port", self.port, *(f"--camera={name}={source}" for name, source in cameras.items())], self.folder, "sim")
        wait_for("the simulated cameras", lambda: listening(self.port) or not self.process.running())

    def stop(self):
        self.process.kill()

    def url(self, name):
        return f"rtsp://127.0.0.1:{self.port}/{name}"


def make_clip(path):
    """14 s of a picture, with sound in the first 6: looped, sound comes and goes."""
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=6",
                    "-t", "14", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", str(path)], check=True)


class LiveOutputs(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory()))

    def simulator(self, **cameras):
        made = Simulator(self.folder)
        made.start(**cameras)
        self.stack.callback(lambda: made.stop())
        return made

    def jumping(self, origin):
        """A proxy whose RTP time stamps leap an hour ahead after 15 s."""
        port = free_port()
        process = Process([HOST_PYTHON, RTSPFAULT, "--listen", port, "--to", f"127.0.0.1:{origin.port}", "--ts-jump", "15:3600"], self.folder, "jumping")
        self.stack.callback(process.kill)
        wait_for("the jumping camera", lambda: listening(port) or not process.running())
        return f"rtsp://127.0.0.1:{port}/steady"

    def watch(self, server, camera, coded):
        base = f"http://127.0.0.1:{server.port}/{camera}/stream/live"
        return [HlsLint(f"{base}/index.m3u8", server.api.token, coded, extra=["playlist.m3u8"]).start(), DashLint(f"{base}/manifest.mpd", server.api.token, coded).start()]

    def test_live_obeys_the_rules_whatever_the_camera_does(self):
        make_clip(self.folder / "sound.mp4")
        steady = self.simulator(steady=DOOR, small=SMALL, hall=f"file:{self.folder / 'sound.mp4'}")
        door = Simulator(self.folder)
        door.start(door=DOOR)
        self.stack.callback(lambda: door.stop())
        cameras = {"door": f"{{source: '{door.url('door')}', sub: {{source: '{steady.url('small')}'}}}}", "hall": steady.url("hall"), "steady": steady.url("steady")}
        if RTSPFAULT.exists():
            cameras["jumping"] = self.jumping(steady)
        with Server("\n".join(f"  {name}: {source}" for name, source in cameras.items())) as server:
            for name in cameras:
                server.wait_state(name, "running")
            lints = {name: self.watch(server, name, coded=name != "hall") for name in cameras}
            self.trouble(door, server, lints["door"][0])
            lines = {name: [line for lint in both for line in lint.finish()] for name, both in lints.items()}
        for name, (hls, dash) in lints.items():
            with self.subTest(camera=name):
                log(f"{name}: {hls.faults.counts} {dash.faults.counts}")
                self.assertEqual(lines[name], [], "\n".join(lines[name]))
                for what in LOOKED_AT if name != "hall" else LOOKED_AT[:4]:
                    self.assertGreater(hls.faults.counts.get(what, 0), 0, what)
                for what in ("updates", "video segments", "clocks"):
                    self.assertGreater(dash.faults.counts.get(what, 0), 0, what)
        self.check_that_it_happened(lints)

    def trouble(self, door, server, lint):
        ends = time.monotonic() + SECONDS
        sources = [DOOR, OTHER]
        while time.monotonic() < ends:
            self.see(lint, 8)
            for source in (sources[0], sources[1]):
                door.stop()
                server.wait_state("door", "lost")
                door.start(door=source)
                server.wait_state("door", "running")
                self.see(lint, 8)
            sources.reverse()

    @staticmethod
    def see(lint, seconds):
        """Waits until so much of video was looked at."""
        watch = next(watch for watch in lint.watches if watch.path.endswith("main-video/playlist.m3u8"))
        until = watch.media.seconds + seconds
        wait_for(f"{seconds} s of video", lambda: watch.media.seconds >= until or not watch.is_alive(), 60)

    def check_that_it_happened(self, lints):
        """The faults were really there: breaks in the door's playlists, another size, sound that came and went."""
        hls, dash = lints["door"]
        main = next(watch for watch in hls.watches if watch.path.endswith("main-video/playlist.m3u8"))
        self.assertGreaterEqual(len({m for m in main.media.inits}), 2)
        self.assertGreaterEqual(len(dash.eras), 3)
        self.assertGreaterEqual(len(lints["hall"][1].eras), 3)
        if "jumping" in lints:
            self.assertGreaterEqual(len(lints["jumping"][1].eras), 2)
