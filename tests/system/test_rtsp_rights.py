# SPDX-License-Identifier: Apache-2.0
"""RTSP out: who may see what, guessing, and RTSPS."""
import contextlib
import socket
import tempfile
import time
import unittest

from rtsp_client import RtspClient
from rtsp_players import CAMERA, decoded_by_ffmpeg, metric, password_of, played_by_gstreamer
from support import Client, Server, listening, sim, wait_for


def make_viewer(server, name, cameras):
    """The user and a client logged in as it."""
    password = "a-password-for-" + name
    made = server.api.post("/api/v1/users", {"name": name, "password": password, "role": "viewer", "cameras": cameras})
    assert made.status == 201, made.body
    viewer = Client(server.port)
    assert viewer.login(name, password).status == 200
    return viewer


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
                pictures, text = played_by_gstreamer(f"rtsps://{address}", "admin", password, "tcp", extra=("tls-validation-flags=0",))
                self.assertEqual(pictures, 50, text)
                # In the clear on the port of TLS: no answer, and nobody else is harmed.
                with socket.create_connection(("127.0.0.1", server.rtsps_port), timeout=20) as plain:
                    plain.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
                    self.assertNotIn(b"RTSP/1.0", plain.recv(100))
                self.assertEqual(played()[0], 40)
            finally:
                self.assertEqual(server.stop(), 0)
