# SPDX-License-Identifier: Apache-2.0
"""From a camera to files that play: the promises about recording, with the real program."""
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest

from support import MEDIA, ROOT, Process, Server, duration_of, ffprobe, free_port, listening, needs, sim, wait_for

# Another team's RTSP server (GStreamer's) as the camera; the tool lies beside the test media.
RTSPCAM = MEDIA.parent / "tools/rtspcam.py"


def parse(time_text):
    import datetime
    return datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00")).timestamp()


def coverage(server, camera, start, end, kind="main"):
    answer = server.api.get(f"/api/v1/cameras/{camera}/coverage?stream={kind}&start={start}&end={end}")
    assert answer.status == 200, answer.body
    return answer.json


def recorded_seconds(server, camera, since):
    spans = coverage(server, camera, since, time.time() + 60)["footage"]
    return sum(parse(s["end"]) - parse(s["start"]) for s in spans)


def record_around_a_stop(server, before, stopped, after):
    """Footage with a hole in it: so many seconds, then the program is stopped for some, then more. Gives when it was started again."""
    began = time.time()
    wait_for(f"{before} s", lambda: recorded_seconds(server, "one", began) > before, 60)
    server.stop()
    time.sleep(stopped)
    back = time.time()
    server.start()
    wait_for(f"{after} s", lambda: recorded_seconds(server, "one", back) > after, 60)
    return back


class Recording(unittest.TestCase):
    def test_every_file_plays_from_zero_with_its_duration(self):
        with sim(("one", "sim:?size=320x180&fps=25&gop=25"), ("two", "sim:?size=320x180&fps=25/2&gop=50")) as url:
            began = time.time()
            with Server(f"  one: {url('one')}\n  two: {url('two')}") as server:
                for camera in ("one", "two"):
                    wait_for(f"5 s of {camera}", lambda c=camera: recorded_seconds(server, c, began) > 5)
                spans = coverage(server, "one", began - 10, time.time())
                self.assertEqual(len(spans["footage"]), 1, spans)
                server.stop()
                for camera in ("one", "two"):
                    (path,) = server.segments(camera)
                    duration, start = duration_of(path)
                    self.assertEqual(start, 0.0)
                    self.assertGreater(duration, 4.5)
                    facts, errors = ffprobe(path, "-count_frames", "-show_entries", "stream=nb_read_frames,codec_name")
                    self.assertEqual(errors, "")
                    frames = int(facts["streams"][0]["nb_read_frames"])
                    self.assertAlmostEqual(frames / duration, 25 if camera == "one" else 12.5, delta=0.6)

    def test_kill_loses_at_most_a_second_and_nothing_that_plays(self):
        with sim(("one", "sim:?size=320x180&fps=25&gop=25")) as url:
            with Server(f"  one: {url('one')}") as server:
                for _ in range(3):
                    began = time.time()
                    wait_for("3 s of footage", lambda: recorded_seconds(server, "one", began) > 3)
                    time.sleep(random.random())
                    killed = time.time()
                    server.kill()
                    server.start()
                    spans = [s for s in coverage(server, "one", killed - 600, killed + 1)["footage"] if parse(s["start"]) < killed]
                    lost = killed - max(parse(s["end"]) for s in spans)
                    self.assertLess(lost, 1.0)
                    server.wait_state("one", "running")
                gaps = coverage(server, "one", time.time() - 600, time.time())["gaps"]
                self.assertGreaterEqual(len(gaps), 3, gaps)
                server.stop()
                for path in server.segments("one"):
                    duration, start = duration_of(path)
                    self.assertEqual(start, 0.0)
                    self.assertGreater(duration, 0.0)

    def test_a_lost_camera_is_a_gap_and_comes_back(self):
        with tempfile.TemporaryDirectory() as folder, sim(("two", "sim:?size=320x180&fps=10&gop=10")) as url:
            port = free_port()
            from support import BINARY
            camera = [BINARY, "sim", "--port", port, "--camera=one=sim:?size=320x180&fps=10&gop=10"]
            process = Process(camera, folder, "camera")
            wait_for("the camera", lambda: listening(port))
            try:
                began = time.time()
                with Server(f"  one: rtsp://127.0.0.1:{port}/one\n  two: {url('two')}") as server:
                    wait_for("2 s", lambda: recorded_seconds(server, "one", began) > 2)
                    process.kill()
                    server.wait_state("one", "lost", seconds=15)
                    self.assertEqual(server.stream("two")["state"], "running")
                    process = Process(camera, folder, "camera2")
                    server.wait_state("one", "running", seconds=40)
                    wait_for("footage again", lambda: len(coverage(server, "one", began, time.time() + 1)["footage"]) == 2)
                    seen = coverage(server, "one", began, time.time() + 1)
                    self.assertEqual(len([g for g in seen["gaps"] if "lost" in g["reason"]]), 1, seen)
                    self.assertEqual(len(coverage(server, "two", began, time.time() + 1)["footage"]), 1)
            finally:
                process.kill()

    def test_a_changed_file_touches_only_the_changed_camera(self):
        with sim(("one", "sim:?size=320x180&fps=10&gop=10"), ("two", "sim:?size=320x180&fps=10&gop=10")) as url:
            with Server(f"  one: {url('one')}") as server:
                first = server.wait_state("one", "running")
                server.write_config(f"  one: {url('one')}\n  two: {url('two')}")
                os.kill(server.process.pid, signal.SIGHUP)
                server.wait_for_camera = wait_for("two", lambda: server.api.get("/api/v1/cameras/two").status == 200)
                server.wait_state("two", "running")
                self.assertEqual(server.stream("one")["since"], first["since"])
                server.config.write_text("cameras: {one: [}")
                os.kill(server.process.pid, signal.SIGHUP)
                wait_for("the refusal", lambda: "vantage.yaml" in server.process.log() and server.stream("two"))
                server.write_config(f"  one: {url('one')}")
                wait_for("two to go", lambda: server.api.get("/api/v1/cameras/two").status == 404)
                self.assertEqual(server.stream("one")["since"], first["since"])


class ForeignCamera(unittest.TestCase):
    def record(self, *mounts, camera_arguments=(), seconds=4, login=""):
        """Records GStreamer's cameras for a while; returns the facts of each segment file by camera."""
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            process = Process(["/usr/bin/python3", RTSPCAM, "--port", port, *camera_arguments, *mounts], folder, "rtspcam")
            try:
                wait_for("GStreamer's cameras", lambda: listening(port) or not process.running(), 60)
                self.assertTrue(process.running(), process.log())
                names = [m.split("=")[0].strip("/") for m in mounts]
                cameras = "\n".join(f"  {n}: rtsp://{login}127.0.0.1:{port}/{n}" for n in names)
                began = time.time()
                with Server(cameras) as server:
                    for name in names:
                        wait_for(f"footage of {name}", lambda n=name: recorded_seconds(server, n, began) > seconds, 40)
                    streams = {n: server.stream(n) for n in names}
                    server.stop()
                    return {n: (streams[n], [ffprobe(p, "-count_packets", "-show_entries",
                                                     "stream=codec_name,codec_tag_string,nb_read_packets:format=duration,start_time")
                                             for p in server.segments(n)]) for n in names}
            finally:
                process.kill()

    def check(self, recorded, name, video, audio=None, tag=None):
        stream, files = recorded[name]
        self.assertTrue(files)
        for facts, errors in files:
            self.assertEqual(errors, "")
            self.assertEqual(float(facts["format"]["start_time"]), 0.0)
        streams = {s["codec_name"]: s for s in files[-1][0]["streams"]}
        self.assertIn(video, streams)
        if audio:
            self.assertIn(audio, streams)
        if tag:
            self.assertEqual(streams[video]["codec_tag_string"], tag)
        self.assertEqual(stream["timing"]["source"], "sender reports")

    @needs("footage/intel_pbc_cam.mp4", "odd/made/ipcam_like_h265.mp4")
    def test_h264_and_h265_with_audio(self):
        clip, h265 = MEDIA / "footage/intel_pbc_cam.mp4", MEDIA / "odd/made/ipcam_like_h265.mp4"
        recorded = self.record(f"/plain={clip}", f"/pcma={clip},audio=pcma", f"/aac={clip},audio=aac", f"/hevc={h265}", seconds=6)
        self.check(recorded, "plain", "h264")
        self.check(recorded, "pcma", "h264", "aac")
        self.check(recorded, "aac", "h264", "aac")
        self.check(recorded, "hevc", "hevc", tag="hvc1")

    @needs("footage/intel_pbc_cam.mp4")
    def test_digest(self):
        clip = MEDIA / "footage/intel_pbc_cam.mp4"
        recorded = self.record(f"/one={clip}", camera_arguments=("--user", "u", "--password", "p@ss"), login="u:p%40ss@")
        self.check(recorded, "one", "h264")
