# SPDX-License-Identifier: Apache-2.0
"""Closed by default: who gets what, and what malformed, slow and oversized requests get."""
import contextlib
import re
import socket
import time
import unittest

from support import SHORT, Client, Server, basic, quote, sim, wait_for

CAMERA = "sim:?size=320x180&fps=10&gop=10"


def raw(port, data, seconds=5.0, pieces=None):
    """Sends bytes as they are; returns what comes back until the server closes or the time is over."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as s:
        try:
            for piece in pieces or [data]:
                s.sendall(piece)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        out = b""
        try:
            while chunk := s.recv(65536):
                out += chunk
        except OSError:
            pass
        return out


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = sim(("door", CAMERA), ("safe", CAMERA))
        cls.url = cls.sim.__enter__()
        cls.server = Server(f"  door: {cls.url('door')}\n  safe: {cls.url('safe')}").start()
        for name, role, cameras in (("op", "operator", None), ("guest", "viewer", ["door"])):
            made = cls.server.api.post("/api/v1/users", {"name": name, "password": SHORT, "role": role, "cameras": cameras})
            assert made.status == 201, made.body

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)
        cls.sim.__exit__(None, None, None)

    def login(self, name):
        client = Client(self.server.port)
        self.assertEqual(client.login(name, SHORT).status, 200)
        return client

    def segment(self):
        now = time.time()
        found = wait_for("a segment", lambda: self.server.api.get(
            f"/api/v1/cameras/door/segments?stream=main&start={now - 600}&end={now + 600}").json["segments"])
        return found[0]["url"]

    def test_every_route_of_the_description_refuses_strangers(self):
        stranger = Client(self.server.port)
        described = stranger.get("/api/openapi.json").json
        closed = 0
        for path, methods in described["paths"].items():
            for method, route in methods.items():
                answer = stranger.request(method.upper(), re.sub(r"\{camera\}|\{id\}", "door", path).replace("{name}", "admin"),
                                          {} if method in ("post", "put") else None)
                if route.get("security") == []:
                    self.assertNotEqual(answer.status, 401, (method, path))
                else:
                    closed += 1
                    self.assertIn(answer.status, (401, 403), (method, path, answer.status))
        self.assertGreater(closed, 15)

    def test_a_viewer_sees_only_the_cameras_of_the_list(self):
        guest = self.login("guest")
        self.assertEqual([c["id"] for c in guest.get("/api/v1/cameras").json["cameras"]], ["door"])
        self.assertIn(guest.get("/api/v1/cameras/safe").status, (403, 404))
        self.assertIn(guest.get(f"/api/v1/cameras/safe/coverage?stream=main&start=0&end=10").status, (403, 404))
        self.assertIn(guest.get(self.segment().replace("/door/", "/safe/")).status, (403, 404))
        self.assertEqual(guest.get("/api/v1/users").status, 403)
        self.assertEqual(guest.post("/api/v1/cameras", {"id": "x", "config": {"source": "sim:"}}).status, 403)
        self.assertNotIn("config", {k: v for k, v in guest.get("/api/v1/cameras/door").json.items() if v})

    def test_cookies_need_the_csrf_token(self):
        operator = self.login("op")
        operator.csrf = "wrong"
        self.assertEqual(operator.post("/api/v1/tokens", {"name": "t"}).status, 403)

    def test_wrong_passwords_lock_the_account_for_a_while_and_say_nothing_else(self):
        made = self.server.api.post("/api/v1/users", {"name": "victim", "password": SHORT, "role": "viewer", "cameras": None})
        self.assertEqual(made.status, 201)
        answers = [Client(self.server.port).login("victim", "wrong-password") for _ in range(12)]
        self.assertEqual(answers[0].status, 401)
        self.assertEqual(answers[-1].status, 429)
        self.assertGreater(int(answers[-1].headers["Retry-After"]), 0)
        self.assertEqual(Client(self.server.port).login("victim", SHORT).status, 429)

    def test_media_takes_bearer_basic_and_signed_links(self):
        path, token = self.segment(), self.server.api.token
        stranger = Client(self.server.port)
        self.assertEqual(stranger.get(path).status, 401)
        self.assertEqual(stranger.get(path, headers={"Authorization": f"Bearer {token}"}).status, 200)
        self.assertEqual(stranger.get(path, headers={"Authorization": basic("any", token)}).status, 200)
        part = stranger.get(path, headers={"Authorization": f"Bearer {token}", "Range": "bytes=4-7"})
        self.assertEqual((part.status, part.body), (206, b"ftyp"))
        link = self.server.api.post("/api/v1/links", {"path": path, "seconds": 60}).json["url"]
        self.assertEqual(stranger.get(link).status, 200)
        self.assertEqual(stranger.get(link.replace(".mp4", ".mp")).status, 401)
        self.assertEqual(stranger.get(link.replace("/door/", "/safe/")).status, 401)
        self.assertEqual(stranger.get(re.sub(r"(/link/\d+\.)(.)", lambda m: m[1] + ("B" if m[2] == "A" else "A"), link)).status, 401, "another signature")
        self.assertEqual(stranger.get(re.sub(r"/link/\d+", "/link/99999999999", link)).status, 401)

    def test_no_path_leads_out(self):
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/door/main/..%2f..%2f..%2fetc/passwd",
                     "/door/main/2026-11-20/..%2f..%2fcatalog.db", "/assets/../../../etc/passwd", "//etc/passwd", "/door/main/%00/x.mp4"):
            answer = self.server.api.get(path)
            self.assertNotIn(b"root:", answer.body, path)
            self.assertIn(answer.status, (400, 401, 404, 200), path)
            if answer.status == 200:
                self.assertIn(b"<!doctype html>", answer.body.lower(), path)

    def test_malformed_requests_get_an_answer_or_are_closed(self):
        port = self.server.port
        for data in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"POST /api/v1/login HTTP/1.1\r\n"
                     b"Host: x\r\nContent-Length: -5\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 50000 + b"\r\n",
                     b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"nam\":"):
            reply = raw(port, data)
            self.assertTrue(reply == b"" or reply.startswith(b"HTTP/1.1 4"), (data[:40], reply[:60]))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
            big = Client(port).post("/api/v1/login", b"{\"name\":\"" + b"a" * 8_000_000 + b"\"}")
            self.assertIn(big.status, (400, 413))
        self.assertEqual(Client(port).get("/healthz").status, 200)

    def test_slow_requests_do_not_hold_up_others(self):
        idle = []
        try:
            for _ in range(200):
                s = socket.create_connection(("127.0.0.1", self.server.port), timeout=5)
                s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ")
                idle.append(s)
            began = time.monotonic()
            self.assertEqual(Client(self.server.port).get("/healthz").status, 200)
            self.assertLess(time.monotonic() - began, 2)
        finally:
            for s in idle:
                s.close()

    def test_no_secret_in_answers_or_log(self):
        added = self.server.api.post("/api/v1/cameras", {"id": "hidden", "config": {"source": "rtsp://root:hunter2hunter2@127.0.0.1:9/x"}})
        self.assertEqual(added.status, 201, added.body)
        wait_for("a first failure", lambda: self.server.stream("hidden")["detail"])
        self.assertNotIn("hunter2", self.server.api.get("/api/v1/cameras").body.decode())
        self.assertNotIn("hunter2", self.server.process.log())
        self.assertEqual(self.server.api.request("DELETE", "/api/v1/cameras/hidden").status, 204)

    def test_what_the_file_declares_is_read_only(self):
        answer = self.server.api.request("PUT", "/api/v1/cameras/door", {"config": {"source": "sim:"}})
        self.assertEqual((answer.status, answer.json["code"]), (409, "read_only"))

    def test_metrics_name_each_camera(self):
        text = self.server.api.get("/metrics").body.decode()
        for name in ("state", "fps", "bits_per_second", "lost_packets_total", "gap_seconds_total", "write_lag_seconds",
                     "clock_offset_seconds", "clock_drift_ppm", "ring_bytes", "readers"):
            self.assertRegex(text, f"vantage_stream_{name}" + r'\{[^}]*camera="door"')
        for name in ("vantage_disk_free_bytes", "vantage_cpu_percent"):
            self.assertIn(name, text)
