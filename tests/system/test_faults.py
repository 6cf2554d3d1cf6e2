# SPDX-License-Identifier: Apache-2.0
"""Another team's camera (GStreamer's) behind a network that damages its stream, one fault a camera, all in one recorder: each is
recorded or says why not, the camera beside them is not disturbed, no hole is silent, and every file plays."""
import contextlib
import subprocess
import tempfile
import time
import unittest

from support import MEDIA, Process, Server, duration_of, ffprobe, free_port, listening, needs, sim, wait_for
from test_record import RTSPCAM, coverage, parse, recorded_seconds

RTSPFAULT = RTSPCAM.with_name("rtspfault.py")
HOST_PYTHON = "/usr/bin/python3"
CLIP = MEDIA / "footage/intel_pbc_cam.mp4"  # 12 frames a second, a key frame every two seconds
FPS = 12
FAULTS = {
    "loss": ["--loss", "0.03"],
    "swap": ["--swap", "0.1"],
    "corrupt": ["--corrupt", "0.02"],
    "chunk": ["--chunk", "7"],
    "nosr": ["--no-sr"],
    "ssrc": ["--ssrc-change", "4"],
    "jump": ["--ts-jump", "4:3600"],
    "stall": ["--stall", "3:3"],
    "cut": ["--cut", "5"],
    "half": ["--half", "4"],
}


def spans_of(seen, kind):
    return [(parse(s["start"]), parse(s["end"])) for s in seen[kind]]


@unittest.skipUnless(RTSPFAULT.exists(), f"no {RTSPFAULT}")
@needs("footage/intel_pbc_cam.mp4")
class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Records all of them until each has shown what it does; the tests look at what came of it."""
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            origin = cls.camera(stack, folder, "origin", RTSPCAM, "--port", f"/one={CLIP}")
            ports = {name: cls.camera(stack, folder, name, RTSPFAULT, "--listen", "--to", f"127.0.0.1:{origin}", *faults)
                     for name, faults in FAULTS.items()}
            calm = stack.enter_context(sim(("calm", "sim:?size=320x180&fps=10&gop=10")))
            lines = [f"  {name}: rtsp://127.0.0.1:{port}/one" for name, port in ports.items()]
            lines += [f"  calm: {calm('calm')}", f"  udp: {{source: 'rtsp://127.0.0.1:{origin}/one', transport: udp}}"]
            cls.server = Server("\n".join(lines))
            cls.addClassCleanup(cls.server.__exit__, None, None, None)
            cls.began = time.time()
            cls.server.start()
            cls.halves = cls.server.wait_state("half", "running", seconds=40)
            cls.halted = cls.server.wait_state("half", "lost", seconds=60)
            for name in ("calm", "udp", *FAULTS):
                wait_for(f"8 s of {name}", lambda n=name: recorded_seconds(cls.server, n, cls.began) > 8, 60, every=0.2)
            wait_for("the cut camera twice", lambda: len(cls.coverage("cut")["footage"]) >= 2, 60, every=0.2)
            cls.streams = {name: cls.server.stream(name) for name in ("calm", "udp", *FAULTS)}
            cls.seen = {name: cls.coverage(name) for name in cls.streams}
            assert cls.server.stop() == 0, cls.server.process.log()[-3000:]

    @staticmethod
    def camera(stack, folder, name, tool, port_option, *arguments):
        port = free_port()
        process = Process([HOST_PYTHON, tool, port_option, port, *arguments], folder, name)
        stack.callback(process.kill)
        wait_for(f"the camera {name}", lambda: listening(port) or not process.running(), 60)
        assert process.running(), process.log()
        return port

    @classmethod
    def coverage(cls, name):
        return coverage(cls.server, name, cls.began, time.time() + 1)

    def gaps(self, name):
        return [g["reason"] for g in self.seen[name]["gaps"]]

    def test_the_camera_beside_them_is_not_disturbed(self):
        self.assertEqual(self.streams["calm"]["state"], "running")
        self.assertEqual(len(self.seen["calm"]["footage"]), 1, self.seen["calm"])
        self.assertEqual(self.streams["calm"]["lost_packets"], 0)

    def test_every_camera_runs_or_says_why_not(self):
        for name, stream in self.streams.items():
            with self.subTest(camera=name, stream=stream):
                self.assertTrue(stream["state"] == "running" or stream["detail"], stream)

    def test_every_hole_has_a_reason(self):
        for name, seen in self.seen.items():
            with self.subTest(camera=name, seen=seen):
                spans, gaps = spans_of(seen, "footage"), spans_of(seen, "gaps")
                for (_, end), (start, _) in zip(spans, spans[1:]):
                    self.assertTrue(any(first <= end + 0.1 and last >= start - 0.1 for first, last in gaps))

    def test_every_file_plays(self):
        for name in self.streams:
            for path in self.server.segments(name):
                with self.subTest(file=str(path.relative_to(self.server.storage))):
                    duration, start = duration_of(path)
                    self.assertEqual(start, 0.0)
                    self.assertGreater(duration, 0.0)
                    facts, errors = ffprobe(path, "-count_packets", "-show_entries", "stream=nb_read_packets")
                    self.assertEqual(errors, "")
                    self.assertGreater(int(facts["streams"][0]["nb_read_packets"]), 0)
                    if name not in ("loss", "corrupt", "udp"):
                        decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True, timeout=60)
                        self.assertEqual(decoded.stderr, "")

    def test_harmless_faults_lose_nothing(self):
        for name in ("swap", "chunk", "nosr", "udp"):
            with self.subTest(camera=name, seen=self.seen[name]):
                self.assertEqual(len(self.seen[name]["footage"]), 1)
                self.assertEqual(self.streams[name]["lost_packets"], 0)
                self.assertEqual(self.missing_frames(name), 0)
        self.assertNotEqual(self.streams["nosr"]["timing"]["source"], "sender reports")
        self.assertEqual(self.streams["chunk"]["timing"]["source"], "sender reports")

    def missing_frames(self, name):
        """How many frames of this camera's files, by their times, have no successor where it belongs."""
        missing = 0
        for path in self.server.segments(name):
            facts, _ = ffprobe(path, "-select_streams", "v", "-show_entries", "packet=pts_time")
            times = [float(p["pts_time"]) for p in facts["packets"]]
            missing += sum(round((b - a) * FPS) - 1 for a, b in zip(times, times[1:]))
        return missing

    def test_lost_packets_are_counted(self):
        self.assertGreater(self.streams["loss"]["lost_packets"], 0)

    def test_a_jump_of_time_stamps_is_a_new_segment_without_loss(self):
        for name in ("jump", "ssrc"):
            with self.subTest(camera=name, seen=self.seen[name]):
                spans = spans_of(self.seen[name], "footage")
                self.assertLess(sum(start - end for (_, end), (start, _) in zip(spans, spans[1:])), 0.5)
                self.assertEqual(self.missing_frames(name), 0)
        self.assertGreaterEqual(len(self.server.segments("jump")), 2)

    def test_a_stalled_network_loses_nothing(self):
        spans = spans_of(self.seen["stall"], "footage")
        self.assertLess(sum(start - end for (_, end), (start, _) in zip(spans, spans[1:])), 0.5, self.seen["stall"])
        self.assertEqual(self.missing_frames("stall"), 0)

    def test_a_cut_connection_is_a_gap_and_comes_back(self):
        self.assertIn("camera lost", self.gaps("cut"))
        self.assertGreaterEqual(len(self.seen["cut"]["footage"]), 2)

    def test_a_camera_that_falls_silent_is_lost_with_a_reason(self):
        self.assertTrue(self.halted["detail"])
        self.assertIn("camera lost", self.gaps("half"))
