# SPDX-License-Identifier: Apache-2.0
"""Cameras pushed to nginx's RTMP module as the platform, read back by ffmpeg: picture, sound or silence, refusals, losses, TLS.
The stream key must never be seen anywhere but at the server."""
import contextlib
import pathlib
import re
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from support import Process, Server, ffprobe, free_port, listening, sim, wait_for
from test_rtsps import tls_proxy

KEY = "k3y-4f9c-22aa-door"
NGINX = """
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; user root; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
rtmp {{
    access_log off;
    server {{
        listen 127.0.0.1:{port};
        application live {{ live on; notify_method get; on_publish http://127.0.0.1:{check}/check; }}
    }}
}}
http {{
    access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{ listen 127.0.0.1:{check}; location /check {{ if ($arg_name !~ "^k3y-") {{ return 403; }} return 200; }} }}
}}
"""


class RtmpServer:
    """Takes streams whose key begins with k3y-; refuses others, as platforms do: by hanging up."""

    def __init__(self, folder):
        self.folder, self.port, self.check, self.starts = pathlib.Path(folder), free_port(), free_port(), 0

    def start(self):
        self.starts += 1
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, port=self.port, check=self.check))
        self.process = Process(["/usr/sbin/nginx", "-p", self.folder, "-e", "error.log", "-c", self.folder / "nginx.conf"],
                               self.folder, f"nginx{self.starts}")
        wait_for("the RTMP server", lambda: listening(self.port) and listening(self.check))
        return self

    def url(self, key=KEY):
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.process.kill()


class ThinLine:
    """A line of so many bytes a second to the RTMP server, until it is made wide."""

    def __init__(self, to, bytes_per_second):
        self.to, self.rate = to, bytes_per_second
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self.pump, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self.pump, args=(far, near, False), daemon=True).start()

    def pump(self, source, sink, thin):
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(4096):
                sink.sendall(data)
                if thin and self.rate:
                    time.sleep(len(data) / self.rate)

    def close(self):
        self.listener.close()


def pushes(server, camera="one"):
    return server.api.get(f"/api/v1/cameras/{camera}/pushes").json["pushes"]


def add_push(server, camera="one", **push):
    answer = server.api.post(f"/api/v1/cameras/{camera}/pushes", push)
    assert answer.status == 201, answer.body
    return answer.json["id"]


def change(server, push, camera="one", **fields):
    answer = server.api.request("PUT", f"/api/v1/cameras/{camera}/pushes/{push}", fields)
    assert answer.status == 200, answer.body
    return answer.json


def wait_push(server, state, push=None, camera="one", seconds=30):
    def reached():
        found = next(p for p in pushes(server, camera) if push in (None, p["id"]))
        return found if found["state"] == state else None
    return wait_for(f"a push that is {state}", reached, seconds)


def read_packets(url, seconds=4):
    """Packets of both tracks as the platform's viewers get them."""
    facts, _ = ffprobe(url, "-show_streams", "-show_packets", "-read_intervals", f"%+{seconds}")
    return facts["streams"], [p for p in facts["packets"] if "dts_time" in p]


def distinct_pictures(url, frames=25):
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", url, "-map", "0:v", "-frames:v", str(frames), "-f", "framemd5", "-"],
                         capture_output=True, text=True, timeout=60)
    return len({line.split(",")[-1].strip() for line in out.stdout.splitlines() if line and line[0] != "#"})


def mean_volume(url):
    out = subprocess.run(["ffmpeg", "-nostdin", "-i", url, "-map", "0:a", "-t", "3", "-af", "volumedetect", "-f", "null", "-"],
                         capture_output=True, text=True, timeout=60)
    found = re.search(r"mean_volume: (-?[\d.]+) dB", out.stderr)
    assert found, out.stderr[-2000:]
    return float(found[1])


def assert_key_unseen(test, server, key=KEY):
    """In no log line, no answer, no metric, and not in the settings either."""
    seen = {"log": server.process.log(), "pushes": str(pushes(server)), "metrics": server.api.get("/metrics").body.decode(),
            "kept log": server.api.get("/api/v1/system/log?lines=1000").body.decode(),
            "audit": server.api.get("/api/v1/audit?limit=100").body.decode(),
            "camera": server.api.get("/api/v1/cameras").body.decode()}
    for place, text in seen.items():
        test.assertNotIn(key, text, place)
    for file in (server.folder / "data").glob("settings.db*"):
        test.assertNotIn(key.encode(), file.read_bytes(), file.name)


class Push(unittest.TestCase):
    def test_a_camera_reaches_the_platform_with_silence_and_comes_back(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            camera = stack.enter_context(sim(("one", "sim:?size=320x180&fps=25&gop=25")))
            nginx = stack.enter_context(RtmpServer(folder))
            server = stack.enter_context(Server(f"  one: {camera('one')}"))
            server.wait_state("one", "running")
            push = add_push(server, name="Tube", url=nginx.url())
            running = wait_push(server, "running")
            self.assertEqual(running["url"], f"rtmp://127.0.0.1:{nginx.port}/live/***")
            self.assertEqual(running["detail"], "")
            self.read_back(nginx.url())
            wait_for("a rate", lambda: pushes(server)[0]["bits_per_second"] > 10_000)

            nginx.process.kill()
            lost = wait_push(server, "waiting")
            self.assertRegex(lost["detail"], "next attempt after")
            self.assertGreaterEqual(lost["reconnects"], 1)
            wait_for("the reason", lambda: "Connection refused" in pushes(server)[0]["detail"], 10)
            nginx.start()
            wait_push(server, "running", seconds=40)
            self.assertGreater(distinct_pictures(nginx.url()), 10)

            self.assertEqual(change(server, push, enabled=False)["state"], "off")
            self.assertNotIn("streams", ffprobe(nginx.url(), "-show_streams", "-rw_timeout", "2000000")[0])
            change(server, push, enabled=True)
            wait_push(server, "running")

            server.stop()
            server.start()
            wait_push(server, "running")
            self.assertIn('vantage_push_state{camera="one"', server.api.get("/metrics").body.decode())
            self.assertEqual(stat.S_IMODE((server.folder / "data/sealed.key").stat().st_mode), 0o600)
            assert_key_unseen(self, server)
            self.assertEqual(server.api.request("DELETE", f"/api/v1/cameras/one/pushes/{push}").status, 204)
            self.assertEqual(pushes(server), [])
            actions = [e["action"] for e in server.api.get("/api/v1/audit?limit=100").json["entries"]]
            self.assertEqual([a for a in actions if a.startswith("push")],
                             ["push removed", "push changed", "push changed", "push added"])

    def read_back(self, url):
        streams, packets = read_packets(url)
        self.assertEqual(sorted(s["codec_name"] for s in streams), ["aac", "h264"])
        times = [float(p["dts_time"]) for p in packets]
        self.assertEqual(times, sorted(times), "times over both tracks never go back")
        for kind in ("audio", "video"):
            own = [float(p["dts_time"]) for p in packets if p["codec_type"] == kind]
            self.assertGreater(own[-1] - own[0], 2)
            self.assertLess(max(b - a for a, b in zip(own, own[1:])), 0.1, kind)
        self.assertGreater(distinct_pictures(url), 10)
        self.assertLess(mean_volume(url), -80)

    def test_the_cameras_own_sound_goes_along_and_silence_can_be_left_out(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            clip = pathlib.Path(folder, "tone.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=8", "-f", "lavfi",
                            "-i", "sine=frequency=440:duration=8", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt",
                            "yuv420p", "-c:a", "aac", clip], check=True)
            nginx = stack.enter_context(RtmpServer(folder))
            cameras = f"  tone: file:{clip}\n  mute:\n    source: file:{clip}\n    audio: false"
            server = stack.enter_context(Server(cameras))
            for name in ("tone", "mute"):
                add_push(server, name, url=nginx.url(f"k3y-{name}"), silence=False)
                wait_push(server, "running", camera=name)
            self.assertGreater(mean_volume(nginx.url("k3y-tone")), -40)
            streams, _ = read_packets(nginx.url("k3y-mute"), 2)
            self.assertEqual([s["codec_name"] for s in streams], ["h264"])

    def test_h265_arrives_as_h264_and_a_smaller_picture_as_asked(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            clip = pathlib.Path(folder, "roof.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x480:rate=10:duration=6", "-c:v", "libx265",
                            "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=10:bframes=0", "-tag:v", "hvc1", clip],
                           check=True)
            nginx = stack.enter_context(RtmpServer(folder))
            server = stack.enter_context(Server(f"  one: file:{clip}"))
            add_push(server, url=nginx.url())
            running = wait_push(server, "running", seconds=60)
            self.assertEqual(running["detail"], "the camera sends H.265; it is pushed as H.264")
            small = add_push(server, url=nginx.url("k3y-small"), stream="360p")
            wait_push(server, "running", small, seconds=60)
            for key, height in ((KEY, 480), ("k3y-small", 360)):
                streams, _ = read_packets(nginx.url(key), 2)
                video = next(s for s in streams if s["codec_type"] == "video")
                self.assertEqual((video["codec_name"], video["height"]), ("h264", height))
                self.assertGreater(distinct_pictures(nginx.url(key), 10), 5)

    def test_a_thin_line_loses_parts_and_recording_nothing(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            camera = stack.enter_context(sim(("one", "sim:?size=640x360&fps=25&gop=25&bitrate=6000000")))
            nginx = stack.enter_context(RtmpServer(folder))
            line = ThinLine(nginx.port, 40_000)
            stack.callback(line.close)
            server = stack.enter_context(Server(f"  one: {camera('one')}"))
            server.wait_state("one", "running")
            add_push(server, url=f"rtmp://127.0.0.1:{line.port}/live/{KEY}")
            wait_push(server, "running")
            wait_for("dropped parts", lambda: pushes(server)[0]["dropped_parts"] > 20, 90)
            stream = server.stream("one")
            self.assertEqual(stream["gap_seconds"], 0)
            self.assertLess(stream["write_lag_ms"], 3000)
            line.rate = None
            before = wait_push(server, "running")
            self.assertEqual(before["reconnects"], 0)
            self.assertGreater(distinct_pictures(nginx.url()), 10)

    def test_why_it_does_not_work_is_told(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            camera = stack.enter_context(sim(("one", "sim:?size=320x180&fps=10&gop=10")))
            nginx = stack.enter_context(RtmpServer(folder))
            declared = f"push:\n      - {{url: 'rtmp://127.0.0.1:{nginx.port}/live/${{TUBE}}', name: Declared}}"
            server = Server(f"  one:\n    source: {camera('one')}\n    {declared}", env={"TUBE": KEY})
            stack.enter_context(server)
            wait_push(server, "running", "file-1")
            self.assertEqual(server.api.request("PUT", "/api/v1/cameras/one/pushes/file-1", {"enabled": False}).status, 409)

            wrong = add_push(server, url=nginx.url("wrong-5ecret"))
            detail = wait_push(server, "refused", wrong)["detail"]
            self.assertIn("stream key", detail)
            closed = add_push(server, url=f"rtmp://127.0.0.1:{free_port()}/live/5ecret")
            self.assertIn("Connection refused", wait_push(server, "waiting", closed)["detail"])
            nowhere = add_push(server, url="rtmp://no-such-host.invalid/live/5ecret")
            self.assertIn("cannot be resolved", wait_push(server, "waiting", nowhere)["detail"])
            self.check_tls(stack, server, nginx, folder)
            for url in ("http://host/live/5ecret", "rtmp://host/5ecret", "rtmp://other:1/live/***"):
                answer = server.api.post("/api/v1/cameras/one/pushes", {"url": url})
                self.assertEqual((answer.status, answer.json["code"]), (400, "invalid_argument"))
                self.assertNotIn(b"5ecret", answer.body)
            began = time.monotonic()
            server.stop()
            self.assertLess(time.monotonic() - began, 8)
            server.start()
            wait_push(server, "running", "file-1")
            for key in (KEY, "5ecret"):
                assert_key_unseen(self, server, key)

    def check_tls(self, stack, server, nginx, folder):
        certificate = pathlib.Path(folder, "tls.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=tube", "-days", "2", "-keyout",
                        certificate, "-out", pathlib.Path(folder, "c.pem")], check=True, capture_output=True)
        certificate.write_text(certificate.read_text() + pathlib.Path(folder, "c.pem").read_text())
        port = free_port()
        stack.callback(tls_proxy(port, nginx.port, certificate))
        push = add_push(server, url=f"rtmps://127.0.0.1:{port}/live/k3y-tls-5ecret")
        self.assertIn("certificate", wait_push(server, "refused", push)["detail"])
        change(server, push, verify=False, url=f"rtmps://127.0.0.1:{port}/live/***")
        wait_push(server, "running", push)
        self.assertGreater(distinct_pictures(nginx.url("k3y-tls-5ecret")), 10)
        plain = add_push(server, url=f"rtmps://127.0.0.1:{nginx.port}/live/k3y-5ecret")
        self.assertRegex(wait_push(server, "waiting", plain)["detail"], "TLS")
