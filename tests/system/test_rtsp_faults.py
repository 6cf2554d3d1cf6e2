# SPDX-License-Identifier: Apache-2.0
"""RTSP out: readers that are slow, cameras that go and return, ports that are taken."""
import contextlib
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest

from rtsp_client import RtspClient, has_bye, parse_rtp
from rtsp_players import CAMERA, decoded_by_ffmpeg, metric, password_of
from support import BINARY, Process, Server, free_port, sim, wait_for


@contextlib.contextmanager
def server_running(server):
    """As `with server`, for one that has been started."""
    try:
        yield server
    finally:
        server.__exit__(None, None, None)


class Faults(unittest.TestCase):
    def test_who_never_reads_harms_nobody_and_is_ended(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            clip = pathlib.Path(folder, "noise.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25,noise=alls=40:allf=t", "-t",
                            "8", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "25", "-b:v", "4M", "-pix_fmt",
                            "yuv420p", clip], check=True)
            url = stack.enter_context(sim(("one", f"file:{clip}")))
            server = stack.enter_context(Server(f"  one: {url('one')}"))
            server.wait_state("one", "running")
            password = password_of(server)
            deaf = [RtspClient(server.rtsp_port, "one", "admin", password, receive_buffer=4096) for _ in range(5)]
            good = RtspClient(server.rtsp_port, "one", "admin", password)
            for client in (*deaf, good):
                client.play()
            began, pictures, gaps, last = time.monotonic(), 0, 0, None
            for channel, frame in good.frames():
                if channel != 0:
                    continue
                marker, sequence, *_ = parse_rtp(frame)
                gaps += last is not None and sequence != (last + 1) % 65536
                last, pictures = sequence, pictures + marker
                if pictures % 25 == 0 and marker and metric(server, "vantage_rtsp_stalled_readers_total") == 5:
                    break
                self.assertLess(time.monotonic() - began, 90, "those who never read are still there")
            self.assertEqual(gaps, 0)
            self.assertGreater(pictures / (time.monotonic() - began), 24)
            self.assertGreater(metric(server, "vantage_rtsp_dropped_frames_total"), 0)
            self.assertEqual(metric(server, "vantage_rtsp_readers"), 1)
            self.assertEqual(server.stream("one")["gap_seconds"], 0)
            for client in (*deaf, good):
                client.close()

    def test_a_camera_that_goes_and_returns(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            def camera(n):
                return Process([BINARY, "sim", "--port", port, f"--camera=one={CAMERA}"], folder, f"sim{n}")
            process = camera(1)
            try:
                with Server(f"  one: rtsp://127.0.0.1:{port}/one") as server:
                    server.wait_state("one", "running")
                    client = RtspClient(server.rtsp_port, "one", "admin", password_of(server))
                    client.play()
                    frames = (parse_rtp(frame) for channel, frame in client.frames() if channel == 0)
                    before = [next(frames) for _ in range(30)]
                    process.kill()
                    server.wait_state("one", "lost")
                    self.assertEqual(metric(server, "vantage_rtsp_readers"), 1)
                    # Who asks now waits for it, and is told.
                    with contextlib.closing(RtspClient(server.rtsp_port, "one", "admin", client.password)) as late:
                        self.assertEqual(late.log_in().status, 503)
                    process = camera(2)
                    until = time.monotonic() + 25
                    last = before[-1]
                    for packet in frames:
                        self.assertEqual(packet[1], (last[1] + 1) % 65536, "numbered as if nothing had been")
                        self.assertEqual(packet[3], last[3])
                        away = ((packet[2] - last[2]) % 2**32) / 90000
                        last = packet
                        if 1 < away < 60:
                            break
                        self.assertLess(time.monotonic(), until)
                    # It returns with a key frame, and the time that has passed is the time that has passed.
                    self.assertEqual(last[4][0] & 0x1F, 24, "parameter sets first")
                    client.close()
            finally:
                process.kill()

    def test_an_on_demand_camera_connects_with_describe_and_leaves(self):
        with sim(("one", CAMERA)) as url, Server(f"  one: {{source: '{url('one')}', on_demand: true}}") as server:
            server.wait_state("one", "idle")
            client = RtspClient(server.rtsp_port, "one", "admin", password_of(server))
            self.assertEqual(client.log_in().status, 200)
            server.wait_state("one", "running")
            client.play()
            next(client.frames())
            client.close()
            server.wait_state("one", "idle")

    def test_a_port_that_is_taken_is_told_and_taken_when_it_is_free(self):
        with sim(("one", CAMERA)) as url:
            server = Server(f"  one: {url('one')}")
            with socket.create_server(("127.0.0.1", server.rtsp_port)):
                server.start()
                try:
                    server.wait_state("one", "running")
                    fault = server.api.get("/api/v1/system").json["rtsp"]["fault"]
                    self.assertIn(f"port {server.rtsp_port}", fault)
                    self.assertIn("rtsp.port", server.process.log())
                except BaseException:
                    server.kill()
                    raise
            with server_running(server):
                wait_for("the port", lambda: server.api.get("/api/v1/system").json["rtsp"]["fault"] is None, 30)
                pictures, complaints = decoded_by_ffmpeg(
                    f"rtsp://admin:{password_of(server)}@127.0.0.1:{server.rtsp_port}/one", 20)
                self.assertEqual(pictures, 20, complaints)

    def test_off_is_off(self):
        with Server(extra="rtsp: off") as server:
            self.assertIsNone(server.api.get("/api/v1/system").json["rtsp"])
            self.assertNotIn("vantage_rtsp", server.api.get("/metrics").body.decode())

    def test_the_server_ends_its_sessions_when_it_stops(self):
        with sim(("one", CAMERA)) as url, Server(f"  one: {url('one')}") as server:
            server.wait_state("one", "running")
            client = RtspClient(server.rtsp_port, "one", "admin", password_of(server))
            client.play()
            next(client.frames())
            self.assertEqual(server.stop(), 0)
            bye = False
            with contextlib.suppress(EOFError):
                for channel, frame in client.frames():
                    bye = bye or channel == 1 and has_bye(frame)
            self.assertTrue(bye)
            client.close()
