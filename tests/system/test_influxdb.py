# SPDX-License-Identifier: Apache-2.0
"""Time series to InfluxDB: version 1 as the real server, that goes away and comes back; version 2 by its documented requests."""
import base64
import contextlib
import gzip
import http.client
import http.server
import json
import pathlib
import re
import shutil
import tempfile
import threading
import time
import unittest
import urllib.parse

from support import Process, Server, free_port, listening, sim, wait_for
from test_thumbnails import group, stored

CAMERAS = (("fine", "sim:?size=320x240&fps=10&gop=10"), ("other", "sim:?size=320x240&fps=10&gop=5"))
PASSWORD = "s3cret-of-influx"


class Influx:
    """Debian's influxd in a temporary folder, with a user and a database."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.config = self.folder / "influx.conf"
        self.config.write_text(f"""reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
  dir = "{self.folder}/meta"
[data]
  dir = "{self.folder}/data"
  wal-dir = "{self.folder}/wal"
[http]
  bind-address = "127.0.0.1:{self.port}"
  auth-enabled = true
  log-enabled = false
[monitor]
  store-enabled = false
""")
        self.process = None

    def start(self):
        self.process = Process(["influxd", "-config", self.config], self.folder, "influxd")
        wait_for("influxd", lambda: listening(self.port) and self.ping(), 60)

    def ping(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.request("/ping")[0] == 204

    def request(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers={"Authorization": "Basic " + base64.b64encode(f"vantage:{PASSWORD}".encode()).decode()})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def query(self, text, database=""):
        where = urllib.parse.urlencode({"q": text, "epoch": "u", "db": database})
        status, body = self.request(f"/query?{where}", "GET" if text.startswith(("SELECT", "SHOW")) else "POST")
        assert status == 200, body
        result = json.loads(body)["results"][0]
        assert "error" not in result, result
        return [dict(zip(s["columns"], row), **s.get("tags", {})) for s in result.get("series", []) for row in s["values"]]

    def stop(self):
        if self.process:
            self.process.stop(60)
        self.process = None


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", server.api.get("/metrics").body.decode(), re.M)[1])


def told(server):
    """(camera, microseconds) of each stored thumbnail, as its address says."""
    begin = time.time() - 3000
    return {(camera, one["url"].split("ts=")[1]) for camera in ("door", "yard") for one in stored(group(server, camera, begin, 60))}


def cameras(address):
    return (f"  door: {{source: '{address('fine')}', location: {{place: 'Gate, \"North\"=1', latitude: 52.5, longitude: -13.25}}}}\n"
            f"  yard: {{source: '{address('other')}'}}")


@unittest.skipUnless(shutil.which("influxd"), "no influxd here")
class InfluxOne(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="vantage-influx-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.influx = Influx(folder)
        cls.influx.start()
        cls.addClassCleanup(cls.influx.stop)
        cls.influx.query(f"CREATE USER vantage WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES")
        cls.influx.query('CREATE DATABASE "cam eras"')

    def config(self, database):
        return (f"influxdb: {{url: 'http://127.0.0.1:{self.influx.port}', database: {database}, user: vantage, password: '${{INFLUX_PASSWORD}}',"
                " public_url: 'https://cctv.example.org/v/', interval: 1s}")

    def test_every_thumbnail_is_a_point_over_an_outage_and_a_restart(self):
        influx = self.influx
        with sim(*CAMERAS) as address, Server(cameras(address), self.config("cam eras"), env={"INFLUX_PASSWORD": PASSWORD}) as server:
            points = lambda: influx.query("SELECT * FROM filepaths", "cam eras")  # noqa: E731
            wait_for("points", lambda: len(points()) >= 10, 60)
            influx.stop()
            count = len(told(server))
            wait_for("thumbnails meanwhile", lambda: len(told(server)) >= count + 10, 60)
            wait_for("the fault to be told", lambda: server.api.get("/api/v1/system").json["influxdb"]["fault"], 60)
            self.assertGreater(metric(server, "vantage_influxdb_waiting_points"), 0)
            server.stop()
            server.start()
            count = len(told(server))
            wait_for("thumbnails after a restart", lambda: len(told(server)) >= count + 10, 60)
            influx.start()
            wait_for("all points", lambda: metric(server, "vantage_influxdb_up") == 1 and metric(server, "vantage_influxdb_waiting_points") < 20, 90)
            # The cameras go, so that both can be counted.
            server.write_config("", self.config("cam eras"))
            server.process.child.send_signal(1)
            wait_for("no cameras", lambda: not server.api.get("/api/v1/cameras").json["cameras"], 30)
            of_points = lambda: {(p["camera"], p["url"].split("ts=")[1]) for p in points()}  # noqa: E731
            with contextlib.suppress(AssertionError):  # told below, with both sides
                wait_for("the last points", lambda: of_points() == self.told_by_files(server), 60, 0.5)
            self.assertEqual(of_points(), self.told_by_files(server))
            found = points()
            self.assertEqual(len(found), len(of_points()), "none twice")
            self.check_points(found)
            self.assertEqual(metric(server, "vantage_influxdb_dropped_points_total"), 0)
            figures = influx.query("SELECT * FROM vantage_streams", "cam eras")
            self.assertTrue({"door", "yard"} <= {p["camera"] for p in figures})
            self.assertTrue(any(p["up"] == 1 and p["fps"] > 5 and p["state"] == "running" and p["stream"] == "main" for p in figures), figures[-1])
            for text in (server.process.log(), server.api.get("/api/v1/system/log").body.decode(), server.api.get("/api/v1/system").body.decode()):
                self.assertNotIn(PASSWORD, text)
            self.assertFalse(list((server.folder / "data/influxdb").glob("*.lines")))

    def told_by_files(self, server):
        """What the packs on disk hold: headers of 24 bytes, each in front of a JPEG."""
        out = set()
        for pack in server.storage.rglob("*.thumbs"):
            data, at = pack.read_bytes(), 0
            while at < len(data):
                self.assertEqual(data[at:at + 4], b"VTHB")
                us, size = int.from_bytes(data[at + 8:at + 16], "big"), int.from_bytes(data[at + 16:at + 20], "big")
                out.add((pack.parts[-4], f"{us // 1_000_000}.{us % 1_000_000:06}"))
                at += 24 + size
        return out

    def check_points(self, found):
        for point in found:
            self.assertRegex(point["url"], rf"^https://cctv\.example\.org/v/{point['camera']}/thumbnail\?ts=\d+\.\d{{6}}$")
            self.assertEqual(point["time"], int(point["url"].split("ts=")[1].replace(".", "")))
            where = (point["place"] or None, point["latitude"], point["longitude"])
            self.assertEqual(where, ('Gate, "North"=1', 52.5, -13.25) if point["camera"] == "door" else (None, None, None))

    def test_a_database_that_is_not_there_is_told_and_hurts_nothing(self):
        with sim(CAMERAS[0]) as address, Server(f"  door: '{address('fine')}'", self.config("nowhere"), env={"INFLUX_PASSWORD": PASSWORD}) as server:
            fault = wait_for("the fault", lambda: server.api.get("/api/v1/system").json["influxdb"]["fault"], 60)
            self.assertIn('status 404: database not found: "nowhere"', fault)
            wait_for("thumbnails", lambda: metric(server, "vantage_thumbnails_written_total") >= 5, 60)
            self.assertEqual(metric(server, "vantage_influxdb_up"), 0)
            self.assertEqual(server.process.log().count("database not found"), 1, "once, not every minute")

    def test_a_wrong_password_is_told_without_it(self):
        with sim(CAMERAS[0]) as address, Server(f"  door: '{address('fine')}'", self.config("cam eras"), env={"INFLUX_PASSWORD": "wr0ng-secret"}) as server:
            fault = wait_for("the fault", lambda: server.api.get("/api/v1/system").json["influxdb"]["fault"], 60)
            self.assertIn("status 401", fault)
            self.assertNotIn("wr0ng-secret", server.process.log() + fault)


class InfluxTwo(unittest.TestCase):
    def test_requests_are_as_documented(self):
        requests, status = [], [503]

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((status[0], self.path, dict(self.headers), gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body))
                self.send_response(status[0])
                self.send_header("Content-Length", "0")
                if status[0] == 503:
                    self.send_header("Retry-After", "1")
                self.end_headers()

            def log_message(self, *_):
                pass

        other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        extra = (f"influxdb: {{url: 'http://127.0.0.1:{other.server_port}/base', version: 2, org: My Org, bucket: cams, token: '${{INFLUX_TOKEN}}', metrics: no,"
                 " measurement: 'my pictures'}")
        with sim(CAMERAS[0]) as address, Server(f"  door: '{address('fine')}'", extra, env={"INFLUX_TOKEN": "t0ken-secret"}) as server:
            wait_for("requests that are put off", lambda: len(requests) >= 2, 60)
            status[0] = 204
            taken = lambda: [r for r in requests if r[0] == 204]  # noqa: E731
            wait_for("requests that are taken", lambda: len(taken()) >= 3, 60)
            for _, path, headers, _ in requests:
                target = urllib.parse.urlsplit(path)
                self.assertEqual(target.path, "/base/api/v2/write")
                self.assertEqual(urllib.parse.parse_qs(target.query), {"org": ["My Org"], "bucket": ["cams"], "precision": ["us"]})
                self.assertEqual(headers["Authorization"], "Token t0ken-secret")
                self.assertEqual(headers["Content-Encoding"], "gzip")
            lines = b"".join(r[3] for r in taken()).decode().splitlines()
            for line in lines:
                self.assertRegex(line, r'^my\\ pictures,camera=door url="http://[^"/ ]+:\d+/door/thumbnail\?ts=\d+\.\d{6}" \d{16}$')
            self.assertEqual(len(lines), len(set(lines)))
            self.assertNotIn("t0ken-secret", server.process.log() + server.api.get("/api/v1/system").body.decode())


if __name__ == "__main__":
    unittest.main()
