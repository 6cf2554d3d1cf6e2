# SPDX-License-Identifier: Apache-2.0
"""Frames of now and of recorded instants, with the real program: each picture shows, in its time code, the instant that it claims."""
import concurrent.futures
import pathlib
import random
import subprocess
import tempfile
import time
import unittest

from support import BINARY, Process, Server, free_port, listening, sim, wait_for
from test_pictures import code_of
from test_record import coverage, parse

EXACT = 0.0015  # answers tell milliseconds


def coded_clip(folder, name, *encoder):
    """Ten seconds of a drawn camera, coded again so that it is what is asked for; its time code stays."""
    raw, out = pathlib.Path(folder, "raw.mp4"), pathlib.Path(folder, name)
    if not raw.exists():
        port = free_port()
        process = Process([BINARY, "sim", "--port", port, "--camera=one=sim:?size=640x360&fps=25&gop=25"], folder, "camera")
        try:
            wait_for("the camera", lambda: listening(port))
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-rtsp_transport", "tcp", "-i", f"rtsp://127.0.0.1:{port}/one", "-t", "10.5", "-c", "copy", str(raw)],
                           check=True, timeout=60)
        finally:
            process.stop()
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(raw), "-frames:v", "250", *encoder, str(out)], check=True, timeout=120)
    return out


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Straight from the drawing board: media time is the time code, exactly.
        cls.began = time.time()
        cls.server = Server("  full: 'sim:?size=640x360&fps=25&gop=50'\n  half: 'sim:?size=640x360&fps=25/2&gop=25'\n").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        for camera in ("full", "half"):
            wait_for(f"8 s of {camera}", lambda c=camera: sum(parse(s["end"]) - parse(s["start"]) for s in coverage(cls.server, c, cls.began, time.time())["footage"]) > 8, 60)

    def frame(self, camera, at, query="", server=None):
        answer = (server or self.server).api.get(f"/{camera}/frame/?ts={at:.6f}{query}")
        self.assertEqual(answer.status, 200, answer.body[:300])
        said = parse(answer.headers["Vantage-Time"])
        self.assertAlmostEqual(float(answer.headers["Vantage-Delta"]), said - at, delta=EXACT)
        return answer.body, said

    def test_random_instants_show_the_frame_of_then(self):
        for camera, interval in (("full", 0.04), ("half", 0.08)):
            span = coverage(self.server, camera, self.began, time.time())["footage"][-1]
            for _ in range(15):
                at = random.uniform(parse(span["start"]) + 0.1, parse(span["end"]) - 0.1)
                with self.subTest(camera=camera, at=at):
                    body, said = self.frame(camera, at)
                    shown, width, height = code_of(body)
                    self.assertEqual((width, height), (640, 360))
                    self.assertAlmostEqual(shown, said, delta=EXACT)
                    self.assertLess(said - at, EXACT)
                    self.assertLess(at - said, interval + EXACT)

    def test_rfc_3339_and_what_was_told_is_the_same_frame(self):
        span = coverage(self.server, "full", self.began, time.time())["footage"][-1]
        body, said = self.frame("full", parse(span["start"]) + 3)
        told = self.server.api.get(f"/full/frame/?ts={said:.3f}")
        self.assertEqual((told.status, told.headers["Vantage-Delta"], told.body), (200, "0.000", body))
        text = self.server.api.get("/full/frame/?ts=" + told.headers["Vantage-Time"])
        self.assertEqual((text.status, text.body), (200, body))

    def test_the_frame_of_now(self):
        for path in ("/full/frame/", "/full/frame", "/full/frame/?stream=main"):
            asked = time.time()
            answer = self.server.api.get(path)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer.body[:300])
            shown, width, height = code_of(answer.body)
            self.assertEqual((width, height), (640, 360))
            self.assertAlmostEqual(shown, parse(answer.headers["Vantage-Time"]), delta=EXACT)
            self.assertLess(abs(asked - shown), 2, "not older than a group of pictures")
        self.assertEqual(self.server.api.get("/full/frame/?stream=sub").status, 404)
        self.assertEqual(self.server.api.get("/nobody/frame/").status, 404)

    def test_sizes_formats_and_wrong_wishes(self):
        at = parse(coverage(self.server, "full", self.began, time.time())["footage"][-1]["start"]) + 2
        small, said = self.frame("full", at, "&width=320")
        shown, width, height = code_of(small)
        self.assertEqual((width, height), (320, 180))
        self.assertAlmostEqual(shown, said, delta=EXACT)
        self.assertEqual(code_of(self.frame("full", at, "&width=4000")[0])[1], 640)
        for how in ({"path": f"/full/frame/?ts={at}&format=png"}, {"path": f"/full/frame/?ts={at}", "headers": {"Accept": "image/png"}}):
            answer = self.server.api.get(**how)
            self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body[:4]), (200, "image/png", b"\x89PNG"))
            with tempfile.NamedTemporaryFile(suffix=".png") as file:
                pathlib.Path(file.name).write_bytes(answer.body)
                size = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file.name], capture_output=True, text=True)
            self.assertEqual((size.stdout.strip(), size.stderr), ("640,360", ""))
        for query, word in (("width=31", "from 32 to 7680"), ("ts=yesterday", "RFC 3339"), ("ts=", "RFC 3339"), ("format=gif", "jpeg or png"), ("stream=third", "main")):
            answer = self.server.api.get(f"/full/frame/?{query}")
            self.assertEqual(answer.status, 400, query)
            self.assertIn(word, answer.json["detail"])

    def test_many_at_once(self):
        span = coverage(self.server, "full", self.began, time.time())["footage"][-1]
        at = parse(span["start"]) + 4.01
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            bodies = set(pool.map(lambda n: self.frame("full", at + n % 3 / 1000)[0], range(48)))
        self.assertEqual(len(bodies), 1)

    def test_a_stranger_gets_nothing(self):
        from support import Client
        self.assertEqual(Client(self.server.port).get("/full/frame/").status, 401)


class OddFootage(unittest.TestCase):
    def test_beside_a_gap_and_over_the_borders_of_segments(self):
        with Server("  one: 'sim:?size=320x180&fps=25&gop=25'") as server:
            began = time.time()
            covered = lambda: coverage(server, "one", began - 60, time.time())["footage"]
            long = lambda least: (s := covered()) and parse(s[-1]["end"]) - parse(s[-1]["start"]) > least
            wait_for("footage", lambda: long(3), 60)
            server.stop()
            server.start()
            wait_for("a second segment", lambda: len(covered()) == 2 and long(3), 60)
            first, second = covered()[:2]
            end, start = parse(first["end"]), parse(second["start"])
            for at, inside in ((end - 0.001, True), (end - 0.05, True), (start + 0.001, True), (start + 0.05, True), (end + 0.05, False), (start - 0.05, False),
                               ((start + end) / 2, False)):
                answer = server.api.get(f"/one/frame/?ts={at:.6f}")
                self.assertEqual(answer.status, 200 if inside else 404, (at, answer.body[:300]))
                if inside:
                    said = parse(answer.headers["Vantage-Time"])
                    self.assertAlmostEqual(code_of(answer.body)[0], said, delta=EXACT)
                    self.assertLess(abs(said - at), 0.042)
                    continue
                before, after = answer.json["before"], answer.json["after"]
                self.assertAlmostEqual(parse(before), end - 0.04, delta=0.005)
                self.assertAlmostEqual(parse(after), start, delta=0.005)
                for told in (before, after):
                    near = server.api.get(f"/one/frame/?ts={told}")
                    self.assertEqual((near.status, near.headers["Vantage-Time"]), (200, told))
            none = server.api.get(f"/one/frame/?ts={began - 1e6}")
            self.assertEqual((none.status, none.json["before"]), (404, None))

    def test_h265_b_frames_and_cameras_over_rtsp(self):
        with tempfile.TemporaryDirectory() as folder, sim(("far", "sim:?size=640x360&fps=25&gop=50")) as url:
            h265 = coded_clip(folder, "h265.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:bframes=3:keyint=50", "-tag:v", "hvc1")
            bframes = coded_clip(folder, "bframes.mp4", "-c:v", "libx264", "-preset", "fast", "-bf", "3", "-g", "50")
            with Server(f"  h265: 'file:{h265}'\n  bframes: 'file:{bframes}'\n  far: '{url('far')}'") as server:
                began = time.time()
                for camera in ("h265", "bframes", "far"):
                    wait_for(f"8 s of {camera}", lambda c=camera: (s := coverage(server, c, began - 5, time.time())["footage"]) and parse(s[-1]["end"]) - parse(s[-1]["start"]) > 8, 90)
                for camera in ("h265", "bframes", "far"):
                    span = coverage(server, camera, began - 5, time.time())["footage"][-1]
                    # The clip's time code is that of its making: what is exact are the steps between the frames.
                    start = parse(span["start"]) + 1
                    first = server.api.get(f"/{camera}/frame/?ts={start:.6f}")
                    self.assertEqual(first.status, 200, first.body[:300])
                    offset = code_of(first.body)[0] - parse(first.headers["Vantage-Time"])
                    if camera == "far":
                        self.assertLess(abs(offset), 0.05)
                    for _ in range(12):
                        at = start + random.uniform(0, 5)
                        with self.subTest(camera=camera, at=at):
                            answer = server.api.get(f"/{camera}/frame/?ts={at:.6f}")
                            self.assertEqual(answer.status, 200, answer.body[:300])
                            said = parse(answer.headers["Vantage-Time"])
                            self.assertAlmostEqual(code_of(answer.body)[0] - said, offset, delta=0.015)
                            self.assertLess(said - at, EXACT)
                            self.assertLess(at - said, 0.05)


if __name__ == "__main__":
    unittest.main()
