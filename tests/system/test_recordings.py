# SPDX-License-Identifier: Apache-2.0
"""Recordings on demand and days as one file, with the real program: the time code in the pictures says which are in them."""
import datetime
import pathlib
import shutil
import tempfile
import time
import unittest

from support import BINARY, ROOT, Process, Server, free_port, listening, sim, wait_for
from test_disk import Mounted, can_mount
from test_export import boxes, decodes, fetch, frames_of
from test_players import HOST_PYTHON, has_gstreamer, lines_of
from test_record import parse, record_around_a_stop, recorded_seconds

CAMERA = "sim:?size=320x180&fps=25&gop=50"
OFF = f"  one: {{source: '{CAMERA}', record: false}}\n"


def begin(server, camera="one", **body):
    made = server.api.post(f"/api/v1/cameras/{camera}/recordings", body)
    assert made.status == 201, made.body
    return made.json


def find(server, ident):
    return server.api.get(f"/api/v1/recordings/{ident}").json


def listed(server):
    return [r["id"] for r in server.api.get("/api/v1/recordings").json["recordings"]]


def wait_length(server, ident, length):
    return wait_for(f"{length} s of {ident}", lambda: (r := find(server, ident))["seconds"] >= length and r, 60)


def end(server, ident):
    answer = server.api.post(f"/api/v1/recordings/{ident}/stop", {})
    assert answer.status == 200, answer.body
    assert answer.json["state"] == "done", answer.json
    return answer.json


class OnDemand(unittest.TestCase):
    def check_pictures(self, data, start, delta=0.0005):
        """Each picture is shown at the instant that it was made."""
        self.assertEqual(decodes(data), "")
        shown = frames_of(data)
        for at, code in shown:
            self.assertAlmostEqual(start + at, code, delta=delta)
        return shown

    def test_a_camera_that_is_not_recorded(self):
        with Server(OFF) as server:
            server.wait_state("one", "running")
            time.sleep(2.5)
            asked = time.time()
            made = begin(server, name="the parcel")
            self.assertEqual((made["state"], made["name"], made["camera"]), ("starting", "the parcel", "one"))
            self.assertEqual(server.api.post("/api/v1/cameras/one/recordings", {}).status, 409)
            running = wait_length(server, made["id"], 4)
            self.assertEqual(running["state"], "recording")
            self.assertLess(parse(running["start"]), asked, "begins with the key frame before")
            self.assertGreater(parse(running["start"]), asked - 2.5)
            # While it grows it is whole in itself, and what was begun can be ended later.
            url = running["files"][0]["url"]
            early = server.api.get(url)
            tag = early.headers["ETag"]
            self.check_pictures(early.body, parse(running["start"]))
            wait_length(server, made["id"], running["seconds"] + 1.5)
            half = len(early.body) // 2
            rest = server.api.get(url, headers={"Range": f"bytes={half}-", "If-Range": tag})
            self.assertEqual((rest.status, rest.headers["ETag"]), (206, tag))
            self.assertEqual(early.body[:half] + rest.body, early.body)
            more = server.api.get(url, headers={"Range": f"bytes={len(early.body)}-"})
            self.assertEqual(more.status, 206)
            self.assertEqual(decodes(early.body + more.body), "")
            one = fetch(server, running["url"])
            self.assertEqual(boxes(one), ["ftyp", "moov", "mdat"])
            self.check_pictures(one, parse(running["start"]))

            stopped = time.time()
            ended = end(server, made["id"])
            (file,) = ended["files"]
            data = fetch(server, file["url"])
            self.assertEqual(len(data), file["bytes"])
            shown = self.check_pictures(data, parse(file["start"]))
            self.assertAlmostEqual(parse(file["start"]) + shown[-1][0] + 0.04, parse(ended["end"]), delta=0.001)
            self.assertGreater(parse(ended["end"]), stopped - 2)
            self.assertEqual(ended["gaps"], [])
            whole = self.check_pictures(fetch(server, ended["url"]), parse(file["start"]))
            self.assertEqual([code for _, code in whole], [code for _, code in shown])
            self.assertEqual(server.segments("one"), [], "it is no footage")
            metrics = server.api.get("/metrics").body.decode()
            self.assertIn("vantage_recordings 1\n", metrics)
            self.assertIn("vantage_recordings_running 0\n", metrics)

    def test_a_camera_that_is_connected_on_demand(self):
        with sim(("one", "sim:?size=320x180&fps=10&gop=10")) as url, \
                Server(f"  one: {{source: '{url('one')}', record: false, on_demand: true}}\n") as server:
            server.wait_state("one", "idle")
            made = begin(server)
            wait_length(server, made["id"], 3)
            self.assertEqual(server.stream("one")["state"], "running")
            ended = end(server, made["id"])
            self.check_pictures(fetch(server, ended["files"][0]["url"]), parse(ended["start"]), 0.15)
            server.wait_state("one", "idle", seconds=60)

    def test_replaced_kept_and_removed(self):
        with Server(OFF) as server:
            server.wait_state("one", "running")

            def make():
                made = begin(server)
                wait_length(server, made["id"], 1)
                return end(server, made["id"])["id"]
            first = make()
            second = make()
            self.assertEqual(listed(server), [second], "the new one took its place")
            self.assertFalse(any((server.folder / "data/recordings/one").glob(first.split("_")[1])))
            kept = server.api.request("PUT", f"/api/v1/recordings/{second}", {"kept": True})
            self.assertEqual((kept.status, kept.json["kept"]), (200, True))
            third = make()
            self.assertEqual(listed(server), [third, second])
            server.write_config(OFF, "recordings: {replace: false}")
            wait_for("the changed file", lambda: server.process.log().count("read again") > 0)
            fourth = make()
            self.assertEqual(listed(server), [fourth, third, second])
            self.assertEqual(server.api.request("DELETE", f"/api/v1/recordings/{third}").status, 204)
            self.assertEqual(server.api.request("DELETE", f"/api/v1/recordings/{third}").status, 404)
            server.stop()
            server.start()
            self.assertEqual(listed(server), [fourth, second])
            self.assertEqual([find(server, i)["state"] for i in (second, fourth)], ["done", "done"])

    def test_kill_9_loses_the_last_second_at_most(self):
        with Server(OFF) as server:
            server.wait_state("one", "running")
            before = begin(server)
            wait_length(server, before["id"], 1)
            end(server, before["id"])
            server.api.request("PUT", f"/api/v1/recordings/{before['id']}", {"kept": True})
            made = begin(server)
            wait_length(server, made["id"], 5)
            killed = time.time()
            server.kill()
            server.start()
            found = wait_for("its recovery", lambda: (r := find(server, made["id"]))["state"] == "done" and r)
            self.assertTrue(found["recovered"])
            self.assertGreater(parse(found["end"]), killed - 1.1)
            (file,) = found["files"]
            shown = self.check_pictures(fetch(server, file["url"]), parse(file["start"]))
            self.assertAlmostEqual(parse(file["start"]) + shown[-1][0] + 0.04, parse(found["end"]), delta=0.001)
            self.check_pictures(fetch(server, found["url"]), parse(file["start"]))
            self.assertEqual(listed(server), [made["id"], before["id"]])
            self.check_pictures(fetch(server, find(server, before["id"])["url"]), parse(find(server, before["id"])["start"]))

    def test_a_camera_that_is_away_is_a_gap(self):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()

            def camera(name):
                process = Process([BINARY, "sim", "--port", port, "--camera=one=sim:?size=320x180&fps=10&gop=10"], folder, name)
                wait_for("the camera", lambda: listening(port))
                return process
            source = camera("first")
            try:
                with Server(f"  one: {{source: 'rtsp://127.0.0.1:{port}/one', record: false}}\n") as server:
                    server.wait_state("one", "running")
                    made = begin(server)
                    wait_length(server, made["id"], 3)
                    source.kill()
                    wait_for("the gap", lambda: any(g["end"] is None for g in find(server, made["id"])["gaps"]), 60)
                    time.sleep(2)
                    source = camera("second")
                    wait_for("its return", lambda: len(find(server, made["id"])["files"]) > 1, 60)
                    wait_length(server, made["id"], find(server, made["id"])["seconds"] + 2)
                    ended = end(server, made["id"])
                    self.assertEqual([g["reason"] for g in ended["gaps"]], ["camera lost"])
                    for file in ended["files"]:
                        self.check_pictures(fetch(server, file["url"]), parse(file["start"]), 0.15)
                    self.assertEqual(ended["gaps"][0]["start"], ended["files"][0]["end"])
                    self.assertEqual(ended["gaps"][0]["end"], ended["files"][1]["start"])
                    whole = server.api.get(ended["url"])
                    if whole.status == 200:
                        self.check_pictures(whole.body, parse(ended["start"]), 0.15)
                    else:  # the camera came back with other parameters
                        self.assertEqual((whole.status, len(whole.json["parts"])), (300, 2))
            finally:
                source.kill()

    @unittest.skipUnless(can_mount(), "mounting needs root")
    def test_a_full_disk(self):
        with Mounted("40m") as disk, tempfile.TemporaryDirectory() as storage:
            server = Server(OFF, folder=disk.folder, storage=storage)
            with server:
                server.wait_state("one", "running")
                made = begin(server)
                wait_length(server, made["id"], 3)
                free = shutil.disk_usage(disk.folder).free
                with open(f"{disk.folder}/ballast", "wb") as ballast:
                    ballast.write(bytes(free - (400 << 10)))
                failed = wait_for("its end", lambda: (r := find(server, made["id"]))["state"] == "failed" and r)
                self.assertIn("full", failed["error"])
                self.assertGreaterEqual(failed["seconds"], 3)
                self.check_pictures(fetch(server, failed["files"][0]["url"]), parse(failed["start"]))
                self.assertEqual(server.api.post("/api/v1/cameras/one/recordings", {}).status, 507)
                pathlib.Path(f"{disk.folder}/ballast").unlink()
                again = begin(server)
                wait_length(server, again["id"], 1)
                end(server, again["id"])


def zone_of_noon():
    """A zone where it is about noon, so that no midnight passes during a test."""
    hours = 12 - datetime.datetime.now(datetime.timezone.utc).hour
    return f"time_zone: Etc/GMT{-hours:+d}", (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).date()


class Days(unittest.TestCase):
    def test_today_with_a_gap(self):
        zone, date = zone_of_noon()
        with Server(f"  one: '{CAMERA}'\n", extra=zone) as server, tempfile.TemporaryDirectory() as folder:
            began = time.time()
            back = record_around_a_stop(server, 6, 4, 8)
            url = f"/one/day/{date}.mp4"
            first = server.api.get(url)
            self.assertEqual(first.status, 200, first.body[:300])
            self.assertEqual(boxes(first.body), ["ftyp", "moov", "mdat"])
            start = parse(first.headers["Vantage-Time"])
            self.assertLess(abs(start - began), 5)
            self.assertEqual(decodes(first.body), "")
            shown = frames_of(first.body)
            for at, code in shown:
                self.assertAlmostEqual(start + at, code, delta=0.0005)
            self.assertGreater(max(b[0] - a[0] for a, b in zip(shown, shown[1:])), 4, "the gap is as long as it was")
            self.assertGreater(start + shown[-1][0], back + 2)

            # The day goes on; the download goes on with what it began.
            tag = first.headers["ETag"]
            wait_for("4 s more", lambda: recorded_seconds(server, "one", back) > 13, 60)
            later = server.api.get(url)
            self.assertGreater(len(later.body), len(first.body))
            self.assertNotEqual(later.headers["ETag"], tag)
            for at in (1, len(first.body) // 3, len(first.body) - 10):
                rest = server.api.get(url, headers={"Range": f"bytes={at}-", "If-Range": tag})
                self.assertEqual((rest.status, rest.headers["ETag"]), (206, tag))
                self.assertEqual(rest.body, first.body[at:])
            # Also after a restart, when nothing of it is in memory.
            server.stop()
            server.start()
            rest = server.api.get(url, headers={"Range": "bytes=1000-", "If-Range": tag})
            self.assertEqual((rest.status, rest.body), (206, first.body[1000:]))
            head = server.api.request("HEAD", url)
            self.assertGreater(int(head.headers["Content-Length"]), len(first.body))
            self.assertEqual(server.api.get(f"/one/day/{date + datetime.timedelta(days=1)}.mp4").status, 404)
            self.assertEqual(server.api.get(f"/one/day/{date - datetime.timedelta(days=1)}.mp4").status, 404)
            self.assertEqual(server.api.get("/one/day/yesterday.mp4").status, 400)
            if has_gstreamer():
                path = pathlib.Path(folder, "day.mp4")
                path.write_bytes(first.body)
                for seen in lines_of(HOST_PYTHON, ROOT / "tests/system/gst_play_file.py", 2, path):
                    self.assertNotIn("error", seen)
                    self.assertAlmostEqual(seen["sought"], 2, delta=0.15)
                    self.assertGreater(seen["end"], shown[-1][0] - 0.1)


if __name__ == "__main__":
    unittest.main()
