# SPDX-License-Identifier: Apache-2.0
"""RTSP out: foreign players over every transport, the camera's true time, rights, readers that are slow, cameras that go."""
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest

from rtsp_client import AnnexB, LossyProxy, RtspClient, has_bye, parse_rtp, parse_sender_report
from support import Client, Process, Server, ffprobe, free_port, listening, sim, wait_for
from time_code import read_strip

CAMERA = "sim:?size=320x180&fps=25&gop=25"
WIDTH, HEIGHT = 320, 180


def password_of(server, user="admin", token=None):
    api = server.api if token is None else Client(server.port, token)
    answer = api.get("/api/v1/me/stream-password")
    assert answer.status == 200, answer.body
    assert answer.json["user"] == user
    return answer.json["password"]


def make_viewer(server, name, cameras):
    """The user and a client logged in as it."""
    password = "a-password-for-" + name
    made = server.api.post("/api/v1/users", {"name": name, "password": password, "role": "viewer", "cameras": cameras})
    assert made.status == 201, made.body
    viewer = Client(server.port)
    assert viewer.login(name, password).status == 200
    return viewer


def metric(server, name):
    found = re.search(rf"^{name} (\S+)$", server.api.get("/metrics").body.decode(), re.M)
    return float(found[1])


def run(command, seconds=60, **kwargs):
    out = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL,
                         **kwargs)
    return out.returncode, out.stdout + out.stderr


def decoded_by_ffmpeg(url, pictures=50, transport="tcp"):
    """How many pictures ffmpeg decodes, and what it complains about."""
    code, text = run(["ffmpeg", "-v", "error", "-stats", "-rtsp_transport", transport, "-i", url, "-map", "0:v", "-frames:v",
                      pictures, "-vsync", "passthrough", "-f", "null", "-"])
    frames = re.findall(r"frame=\s*(\d+)", text)
    complaints = [line for line in text.splitlines() if line.strip() and not line.startswith("frame=")]
    return (int(frames[-1]) if frames and code == 0 else 0), complaints


def played_by_gstreamer(url, user, password, protocols, pictures=50, extra=()):
    return run(["gst-launch-1.0", "-q", "rtspsrc", f"location={url}", f"user-id={user}", f"user-pw={password}",
                f"protocols={protocols}", "latency=200", *extra, "!", "application/x-rtp,media=video", "!", "rtph264depay", "!",
                "h264parse", "!", "avdec_h264", "!", "fakesink", "sync=true", f"num-buffers={pictures}"])


def vlc_plays_rtsp():
    """Debian's VLC is built without its RTSP client (live555); that of other systems and of videolan.org has it."""
    return any(pathlib.Path("/usr/lib").glob("*/vlc/plugins/access/liblive555_plugin.so"))


def recorded_by_vlc(url, folder, tcp, size=60_000):
    """The facts of the streams that VLC has written of an address."""
    out = pathlib.Path(folder) / "out.ts"
    # VLC refuses to run as root.
    os.chmod(folder, 0o777)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    process = Process([*as_nobody, "cvlc", "-I", "dummy", "--no-dbus", "--network-caching=300",
                       *(["--rtsp-tcp"] if tcp else []), url, "--sout", f"#std{{access=file,mux=ts,dst={out}}}"], folder, "vlc",
                      {"HOME": str(folder)})
    try:
        wait_for("VLC's recording", lambda: out.exists() and out.stat().st_size > size or not process.running(), 40)
    finally:
        process.stop()
    facts, _ = ffprobe(out, "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames")
    return {stream["codec_name"]: int(stream.get("nb_read_frames", 0)) for stream in facts["streams"]}


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
                code, text = played_by_gstreamer(f"rtsp://127.0.0.1:{self.server.rtsp_port}/one", "admin", self.password, protocols)
                self.assertEqual(code, 0, text)
                self.assertNotIn("ERROR", text)

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
            code, text = played_by_gstreamer(f"rtsp://127.0.0.1:{proxy.port}/one", "admin", self.password, "udp", 100)
            self.assertEqual(code, 0, text)
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


class Rights(unittest.TestCase):
    def test_who_may_see_what(self):
        with sim(("one", CAMERA), ("two", CAMERA)) as url, Server(f"  one: {url('one')}\n  two: {url('two')}") as server:
            server.wait_state("one", "running")
            viewer = make_viewer(server, "vera", ["one"])
            password = viewer.get("/api/v1/me/stream-password").json["password"]

            def describe(path, user, secret):
                with contextlib.closing(RtspClient(server.rtsp_port, path, user, secret)) as client:
                    return client.log_in().status

            self.assertEqual(describe("one", "vera", password), 200)
            self.assertEqual(describe("two", "vera", password), 403)
            self.assertEqual(describe("three", "vera", password), 403)
            self.assertEqual(describe("three", "admin", password_of(server)), 404)
            self.assertEqual(describe("one/dance", "vera", password), 404)
            self.assertEqual(describe("one", "vera", "a-password-for-vera"), 401, "the login's password is no stream password")
            self.assertEqual(describe("one", "nobody", password), 401)
            pictures, complaints = decoded_by_ffmpeg(f"rtsp://vera:wrong@127.0.0.1:{server.rtsp_port}/one")
            self.assertEqual(pictures, 0)
            self.assertIn("401", " ".join(complaints))
            self.assertGreaterEqual(metric(server, "vantage_rtsp_refused_total"), 3)

            # A right that is taken away, and a password made anew, end what runs within seconds.
            for change in (lambda: server.api.request("PUT", "/api/v1/users/vera", {"cameras": ["two"]}),
                           lambda: viewer.post("/api/v1/me/stream-password", {})):
                client = RtspClient(server.rtsp_port, "one", "vera", password)
                client.play()
                next(client.frames())
                self.assertIn(change().status, (200, 204))
                changed = time.monotonic()
                with self.assertRaises(EOFError):
                    for _ in client.frames():
                        self.assertLess(time.monotonic() - changed, 5, "still playing")
                server.api.request("PUT", "/api/v1/users/vera", {"cameras": ["one"]})
                wait_for("the right", lambda: describe("one", "vera", password) == 200 or
                         viewer.get("/api/v1/me/stream-password").json["password"] != password)
            self.assertEqual(describe("one", "vera", password), 401)
            self.assertEqual(describe("one", "vera", viewer.get("/api/v1/me/stream-password").json["password"]), 200)
            actions = [e["action"] for e in server.api.get("/api/v1/audit").json["entries"]]
            self.assertIn("stream password made", actions)
            for secret in (password, password_of(server)):
                self.assertNotIn(secret, server.process.log())
                for path in (server.folder / "data").glob("settings.db*"):
                    self.assertNotIn(secret.encode(), path.read_bytes())

    def test_guessing_is_locked_out_across_connections(self):
        with Server() as server:
            answers = []
            for n in range(8):
                with contextlib.closing(RtspClient(server.rtsp_port, "one", "admin", f"guess{n}")) as client:
                    answers.append(client.log_in())
            self.assertEqual([a.status for a in answers], [401] * 5 + [403] * 3)
            self.assertGreater(int(answers[-1].headers["Retry-After"]), 0)
            self.assertEqual(metric(server, "vantage_rtsp_refused_total"), 8)

    def test_rtsps(self):
        with sim(("one", CAMERA)) as url, tempfile.TemporaryDirectory() as folder:
            server = Server(f"  one: {url('one')}", folder=folder)
            with server:
                password = password_of(server)
            server.config.write_text(server.config.read_text().replace("bind: 127.0.0.1}", "bind: 127.0.0.1, tls: self_signed}"))
            server.start(wait=False)
            try:
                wait_for("the port", lambda: listening(server.rtsps_port) or not server.process.running())
                address = f"127.0.0.1:{server.rtsps_port}/one"

                def played():
                    return decoded_by_ffmpeg(f"rtsps://admin:{password}@{address}", 40)
                wait_for("the camera", lambda: played()[0])
                pictures, complaints = played()
                self.assertEqual((pictures, complaints), (40, []))
                code, text = played_by_gstreamer(f"rtsps://{address}", "admin", password, "tcp", extra=("tls-validation-flags=0",))
                self.assertEqual(code, 0, text)
                # In the clear on the port of TLS: no answer, and nobody else is harmed.
                with socket.create_connection(("127.0.0.1", server.rtsps_port), timeout=20) as plain:
                    plain.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
                    self.assertNotIn(b"RTSP/1.0", plain.recv(100))
                self.assertEqual(played()[0], 40)
            finally:
                self.assertEqual(server.stop(), 0)


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
            from support import BINARY
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


@contextlib.contextmanager
def server_running(server):
    """As `with server`, for one that has been started."""
    try:
        yield server
    finally:
        server.__exit__(None, None, None)
