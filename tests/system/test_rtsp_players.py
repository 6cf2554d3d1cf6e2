# SPDX-License-Identifier: Apache-2.0
"""RTSP out: foreign players over every transport, and the camera's true time."""
import contextlib
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

from rtsp_client import AnnexB, LossyProxy, RtspClient, parse_rtp, parse_sender_report
from rtsp_players import CAMERA, decoded_by_ffmpeg, password_of, played_by_gstreamer, recorded_by_vlc, run, vlc_plays_rtsp
from support import Server, sim, wait_for
from time_code import read_strip

WIDTH, HEIGHT = 320, 180


class Players(unittest.TestCase):
    """One server with a camera that has sound, and its small stream."""

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.folder = stack.enter_context(tempfile.TemporaryDirectory())
            # A white picture and a tone, both for the first 200 ms of every second.
            cls.clip = pathlib.Path(cls.folder, "clip.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=black:size=320x180:rate=25", "-f", "lavfi", "-i",
                            "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.2)':sample_rate=48000", "-vf",
                            "drawbox=c=white:t=fill:enable='lt(mod(t,1),0.2)'", "-t", "20", "-c:v", "libx264", "-bf", "0", "-g",
                            "25", "-pix_fmt", "yuv420p", "-c:a", "aac", cls.clip], check=True)
            url = stack.enter_context(sim(("one", f"file:{cls.clip}"), ("small", CAMERA)))
            cls.server = stack.enter_context(Server(f"  one: {{source: '{url('one')}', sub: '{url('small')}'}}"))
            cls.server.wait_state("one", "running")
            cls.server.wait_state("one", "running", "sub")
            cls.password = password_of(cls.server)
            cls.addClassCleanup(stack.pop_all().close)

    def url(self, path="one", port=None):
        return f"rtsp://admin:{self.password}@127.0.0.1:{port or self.server.rtsp_port}/{path}"

    def test_ffmpeg(self):
        for path in ("one", "one/sub", "one/", "one?x=1"):
            for transport in ("tcp", "udp"):
                with self.subTest(path=path, transport=transport):
                    pictures, complaints = decoded_by_ffmpeg(self.url(path), 40, transport)
                    self.assertEqual(pictures, 40, complaints)
                    self.assertEqual(complaints, [])

    def test_gstreamer(self):
        for protocols in ("tcp", "udp"):
            with self.subTest(protocols=protocols):
                pictures, text = played_by_gstreamer(f"rtsp://127.0.0.1:{self.server.rtsp_port}/one", "admin", self.password, protocols)
                self.assertEqual(pictures, 50, text)

    @unittest.skipUnless(vlc_plays_rtsp(), "this VLC has no RTSP client")
    def test_vlc(self):
        for tcp in (True, False):
            with self.subTest(tcp=tcp), tempfile.TemporaryDirectory() as folder:
                streams = recorded_by_vlc(self.url(), folder, tcp)
                self.assertGreater(streams.get("h264", 0), 20, streams)
                self.assertGreater(streams.get("aac", 0), 20, streams)

    def test_picture_and_sound_stay_together(self):
        for transport in ("tcp", "udp"):
            with self.subTest(transport=transport), tempfile.TemporaryDirectory() as folder:
                out = pathlib.Path(folder, "out.mkv")
                code, text = run(["ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", self.url(), "-t", 6, "-c", "copy", out])
                self.assertEqual(code, 0, text)
                # Where it gets bright, and where the silence ends.
                _, light = run(["ffmpeg", "-v", "info", "-i", out, "-vf", "negate,blackdetect=d=0.1:pix_th=0.2", "-an", "-f",
                                "null", "-"])
                _, tone = run(["ffmpeg", "-v", "info", "-i", out, "-af", "silencedetect=noise=-30dB:d=0.4", "-vn", "-f", "null", "-"])
                flashes = [float(t) for t in re.findall(r"black_start:([\d.]+)", light)]
                beeps = [float(t) for t in re.findall(r"silence_end: ([\d.]+)", tone)]
                pairs = [(flash, min(beeps, key=lambda t, f=flash: abs(t - f))) for flash in flashes[1:-1]]
                self.assertGreaterEqual(len(pairs), 2, (flashes, beeps))
                for flash, beep in pairs:
                    self.assertAlmostEqual(flash, beep, delta=0.06, msg=f"{flashes} {beeps}")

    def test_datagrams_that_are_lost(self):
        with contextlib.closing(LossyProxy(self.server.rtsp_port, 0.03)) as proxy:
            pictures, _ = decoded_by_ffmpeg(self.url(port=proxy.port), 100, "udp")
            self.assertEqual(pictures, 100)
            self.assertGreater(proxy.lost, 3)
        with contextlib.closing(LossyProxy(self.server.rtsp_port, 0.03)) as proxy:
            pictures, text = played_by_gstreamer(f"rtsp://127.0.0.1:{proxy.port}/one", "admin", self.password, "udp", 100)
            self.assertEqual(pictures, 100, text)
            self.assertGreater(proxy.lost, 3)
        if vlc_plays_rtsp():
            with contextlib.closing(LossyProxy(self.server.rtsp_port, 0.03)) as proxy, tempfile.TemporaryDirectory() as folder:
                streams = recorded_by_vlc(self.url(port=proxy.port), folder, False)
                self.assertGreater(streams.get("h264", 0), 20, streams)
                self.assertGreater(proxy.lost, 3)

    def test_the_first_picture_is_immediate(self):
        # The key frame interval of the clip is a second: without the pictures held it would take half of that.
        waits = []
        for _ in range(5):
            with contextlib.closing(RtspClient(self.server.rtsp_port, "one", "admin", self.password)) as client:
                client.log_in()
                began = time.monotonic()
                client.play()
                next(frame for channel, frame in client.frames() if channel == 0)
                waits.append(time.monotonic() - began)
        self.assertLess(sorted(waits)[2], 0.2, waits)


class Truth(unittest.TestCase):
    def test_sender_reports_tell_the_time_of_the_picture(self):
        with sim(("one", CAMERA)) as url, Server(f"  one: {url('one')}") as server:
            server.wait_state("one", "running")
            # The camera's own reports come every five seconds: from then on its clock is known.
            wait_for("the camera's clock", lambda: server.stream("one")["timing"]["source"] == "sender reports")
            client = RtspClient(server.rtsp_port, "one", "admin", password_of(server))
            client.play()
            stream, reports, stamps = AnnexB(), [], []
            for channel, frame in client.frames():
                if channel == 1 and (report := parse_sender_report(frame)):
                    reports.append(report)
                if channel == 0:
                    marker, _, timestamp, ssrc, payload = parse_rtp(frame)
                    stream.add(payload)
                    if marker:
                        stamps.append(timestamp)
                if len(stamps) >= 180:
                    break
            client.close()
            self.assertGreaterEqual(len(reports), 2)
            self.assertEqual({ssrc for _, _, ssrc in reports}, {ssrc})
            high = 2 * (HEIGHT // 30)
            out = subprocess.run(["ffmpeg", "-v", "error", "-f", "h264", "-i", "pipe:0", "-vsync", "passthrough", "-vf",
                                  f"format=gray,crop={WIDTH}:{high}:0:0:exact=1", "-f", "rawvideo", "pipe:1"],
                                 input=bytes(stream.data), capture_output=True, timeout=60)
            size = WIDTH * high
            codes = [read_strip(out.stdout[n:n + size], WIDTH, HEIGHT) for n in range(0, len(out.stdout), size)]
            self.assertEqual(len(codes), len(stamps))
            worst = 0
            for utc, rtp, _ in reports:
                for stamp, code in zip(stamps, codes):
                    told = utc + ((stamp - rtp + 2**31) % 2**32 - 2**31) / 90000
                    worst = max(worst, abs(told - code))
            self.assertLess(worst, 0.04, "a frame")
