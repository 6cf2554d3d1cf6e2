# SPDX-License-Identifier: Apache-2.0
"""Moving pictures and snapshots as JPEG in FFmpeg, GStreamer and Chromium; rates, widths, times; viewers that do not read."""
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import time_code
from support import ROOT, Server, sim, wait_for
from test_record import parse as parse_time

PAGE = ROOT / "tests/page"


def codes_of(jpegs):
    """The time that each picture shows, and the size that all of them have."""
    data = b"".join(jpegs)
    out = subprocess.run(["ffprobe", "-v", "error", "-f", "image2pipe", "-show_entries", "stream=width,height", "-of", "csv=p=0", "-"], input=jpegs[0],
                         capture_output=True, timeout=30)
    width, height = map(int, out.stdout.decode().strip().split(",")[:2])
    high = 2 * (height // 30)
    luma = subprocess.run(["ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "-", "-vf", f"scale=out_range=tv,format=gray,crop={width}:{high}:0:0:exact=1",
                           "-vsync", "passthrough", "-f", "rawvideo", "-"], input=data, capture_output=True, timeout=30).stdout
    return [time_code.read_strip(luma[n:n + width * high], width, height) for n in range(0, len(luma), width * high)], width, height


def code_of(jpeg):
    """The time that the picture shows, and its size."""
    (code,), width, height = codes_of([jpeg])
    return code, width, height


def parts(server, path, count, seconds=30):
    """(time header, JPEG) of each picture of a Motion JPEG stream."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {server.api.token}\r\n\r\n".encode())
        stream = connection.makefile("rb")
        assert b" 200 " in stream.readline()
        while stream.readline().strip():
            pass
        out = []
        while len(out) < count:
            assert stream.readline() == b"--vantage-picture\r\n"
            head = {}
            while line := stream.readline().strip():
                name, value = line.decode().split(": ")
                head[name] = value
            out.append((parse_time(head["Vantage-Time"]), stream.read(int(head["Content-Length"]))))
            assert stream.readline() == b"\r\n"
        return out


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cameras = sim(("door", "sim:?size=1280x720&fps=20&gop=40"), ("small", "sim:?size=640x360&fps=10&gop=20"))
        address = cls.cameras.__enter__()
        cls.addClassCleanup(cls.cameras.__exit__, None, None, None)
        cls.server = Server(f"  door: {{source: '{address('door')}', sub: '{address('small')}'}}\n  shy: {{source: '{address('small')}', on_demand: true}}\n"
                            "  gone: rtsp://127.0.0.1:9/none").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        for kind in ("main", "sub"):
            cls.server.wait_state("door", "running", kind)

    def url(self, path):
        return f"http://any:{self.server.api.token}@127.0.0.1:{self.server.port}{path}"

    def test_a_snapshot_is_of_now_and_says_its_time(self):
        for query, size, source in (("", (1280, 720), "main"), ("?width=640", (640, 360), "sub"), ("?width=800", (800, 450), "main")):
            with self.subTest(query):
                asked = time.time()
                answer = self.server.api.get(f"/door/snapshot.jpg{query}")
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer.body[:200])
                said = parse_time(answer.headers["Vantage-Time"])
                self.assertLess(abs(asked - said), 3)
                shown, *found = code_of(answer.body)
                self.assertEqual(tuple(found), size)
                self.assertAlmostEqual(shown, said, delta=0.05)

    def test_a_camera_on_demand_is_connected_for_it(self):
        self.assertEqual(self.server.stream("shy")["state"], "idle")
        self.assertEqual(self.server.api.get("/shy/snapshot.jpg").status, 200)

    def test_a_camera_that_is_away_is_said(self):
        self.server.wait_state("gone", "lost")
        answer = self.server.api.get("/gone/snapshot.jpg")
        self.assertEqual(answer.status, 503)
        self.assertIn("lost", answer.json["detail"])
        self.assertEqual(self.server.api.get("/nobody/snapshot.jpg").status, 404)

    def test_moving_pictures_have_their_rate_and_true_times(self):
        pictures = parts(self.server, "/door/mjpeg?fps=4&width=320", 12)
        spaces = [b[0] - a[0] for a, b in zip(pictures[1:], pictures[2:])]
        self.assertAlmostEqual(sum(spaces) / len(spaces), 0.25, delta=0.06)
        for said, jpeg in pictures[-3:]:
            shown, width, height = code_of(jpeg)
            self.assertEqual((width, height), (320, 180))
            self.assertAlmostEqual(shown, said, delta=0.05)

    def test_decoding_ends_with_the_last_viewer(self):
        before = self.server.stream("door")["readers"]
        parts(self.server, "/door/mjpeg", 2)
        wait_for("the decoder to go", lambda: self.server.stream("door")["readers"] == before)

    def test_ffmpeg_and_gstreamer_read_it(self):
        out = subprocess.run(["ffmpeg", "-v", "error", "-f", "mpjpeg", "-strict_mime_boundary", "1", "-i", self.url("/door/mjpeg?fps=10"), "-frames:v", "15", "-f", "null", "-progress", "-", "-"],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertIn("frame=15", out.stdout)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["gst-launch-1.0", "-q", "souphttpsrc", f"location=http://127.0.0.1:{self.server.port}/door/mjpeg?fps=10", "user-id=any",
                            f"user-pw={self.server.api.token}", "do-timestamp=true", "!", "multipartdemux", "!", "image/jpeg", "!", "jpegdec", "!", "jpegenc", "!",
                            "identity", "eos-after=8", "!", "multifilesink", f"location={folder}/%03d.jpg"], timeout=60, check=True, capture_output=True)
            made = sorted(pathlib.Path(folder).iterdir())
            self.assertGreaterEqual(len(made), 7)
            times = [code_of(path.read_bytes())[0] for path in made]
            self.assertEqual(times, sorted(set(times)), "the picture moves")

    @unittest.skipUnless((PAGE / "node_modules/playwright-core").exists() and shutil.which("node") and shutil.which("chromium"), "no Chromium or playwright-core")
    def test_chromium_shows_it_in_an_img(self):
        made = self.server.api.post("/api/v1/links", {"path": "/door/mjpeg", "seconds": 600})
        self.assertEqual(made.status, 200, made.body)
        address = made.json["url"]
        address = address if address.startswith("http") else f"http://127.0.0.1:{self.server.port}{address}"
        out = subprocess.run(["node", PAGE / "watch_img.mjs", address], capture_output=True, text=True, timeout=90)
        self.assertEqual(out.returncode, 0, out.stderr)
        first, second = map(float, out.stdout.split())
        self.assertGreater(second, first, "the picture moves")
        self.assertLess(abs(time.time() - second), 10, "and shows about now")

    def test_who_does_not_read_holds_up_nobody(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            silent.sendall(f"GET /door/mjpeg?fps=20 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.api.token}\r\n\r\n".encode())
            began = time.monotonic()
            pictures = parts(self.server, "/door/mjpeg?fps=20", 60)
            self.assertLess(time.monotonic() - began, 20)
            self.assertLess(time.time() - pictures[-1][0], 3)


if __name__ == "__main__":
    unittest.main()
