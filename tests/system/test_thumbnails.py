# SPDX-License-Identifier: Apache-2.0
"""Thumbnails of real cameras: each shows the instant it claims; they outlive a kill and a lost catalogue; groups, sprites and WebVTT agree."""
import email
import subprocess
import tempfile
import time
import unittest

from support import BINARY, Process, Server, free_port, listening, sim, wait_for
from test_commands import vantage
from test_pictures import code_of
from test_record import parse as parse_time


def group(server, camera, after, minutes=10):
    answer = server.api.get(f"/{camera}/thumbnailGroup?ts={after:.6f}&minutes={minutes}")
    assert answer.status == 200, answer.body
    return answer.json["thumbnails"]


def group_of(server, camera):
    return server.api.get(f"/{camera}/thumbnailGroup?ts={time.time() - 60:.3f}").json


def size_of(jpeg):
    return subprocess.run(["ffprobe", "-v", "error", "-f", "image2pipe", "-show_entries", "stream=width,height", "-of", "csv=p=0", "-"],
                          input=jpeg, capture_output=True, timeout=30).stdout.decode().strip()


def stored(list_of_them):
    return [one for one in list_of_them if one["bytes"]]


CAMERAS = (("fine", "sim:?size=640x360&fps=25&gop=25"), ("slow", "sim:?size=640x360&fps=10&gop=40"), ("odd", "sim:?size=1280x720&fps=25&gop=10"))


class Thumbnails(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cameras = sim(*CAMERAS)
        cls.address = cls.cameras.__enter__()
        cls.addClassCleanup(cls.cameras.__exit__, None, None, None)
        address = cls.address
        cls.address = staticmethod(address)
        cls.server = Server(f"  door: {{source: '{address('odd')}', sub: {{source: '{address('fine')}', record: false}},"
                            " location: {place: Gate, latitude: 52.5, longitude: 13.25}}\n"
                            f"  long: '{address('slow')}'\n  unseen: {{source: '{address('fine')}', record: false}}\n").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.begin = time.time() - 60
        for name in ("door", "long"):
            wait_for(f"thumbnails of {name}", lambda camera=name: len(stored(group(cls.server, camera, cls.begin))) >= 8, 60)

    def expect_true(self, camera, least):
        """Every stored thumbnail shows the instant that its header claims."""
        found = stored(group(self.server, camera, self.begin))
        self.assertGreaterEqual(len(found), least)
        for one in found[-8:]:
            answer = self.server.api.get(one["url"])
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer.body[:200])
            self.assertEqual(float(answer.headers["Vantage-Delta"]), 0)
            shown, width, _ = code_of(answer.body)
            self.assertEqual(width, 320)
            self.assertAlmostEqual(shown, parse_time(answer.headers["Vantage-Time"]), delta=0.05)
        return found

    def test_one_a_second_from_the_sub_stream_shows_its_instant(self):
        times = [parse_time(one["time"]) for one in self.expect_true("door", 8)]
        steps = [b - a for a, b in zip(times, times[1:])]
        self.assertTrue(all(0.85 < step < 1.15 for step in steps), steps)
        packs = list(self.server.storage.rglob("*.thumbs"))
        self.assertTrue(packs and all((pack.with_suffix(".mp4")).exists() for pack in packs), packs)
        self.assertFalse([pack for pack in packs if "/unseen/" in str(pack)])

    def test_a_long_gop_gives_one_a_key_frame(self):
        times = [parse_time(one["time"]) for one in self.expect_true("long", 8)]
        self.assertTrue(all(3.8 < b - a < 4.2 for a, b in zip(times, times[1:])), times)

    def test_of_a_long_gop_every_second_has_its_picture(self):
        found = group(self.server, "long", self.begin)
        times = [parse_time(one["time"]) for one in found]
        self.assertTrue(all(0.8 < b - a < 1.2 for a, b in zip(times, times[1:])), times)
        decoded = [one for one in found if not one["bytes"]]
        self.assertGreater(len(decoded), 2 * len(stored(found)))
        for one in decoded[-7:]:
            answer = self.server.api.get(one["url"])
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer.body[:200])
            shown, width, _ = code_of(answer.body)
            true = parse_time(answer.headers["Vantage-Time"])
            self.assertEqual(width, 320)
            self.assertAlmostEqual(shown, true, delta=0.05)
            self.assertTrue(-0.11 < true - parse_time(one["time"]) <= 0.001, (one, answer.headers["Vantage-Time"]))
        start = times[0] - 0.5
        until = f"ts={start:.6f}&minutes=0.25"
        least = len(group(self.server, "long", start, 0.25))
        whole = self.server.api.get(f"/long/thumbnailGroup?{until}&format=multipart")
        parts = email.message_from_bytes(f"Content-Type: {whole.headers['Content-Type']}\r\n\r\n".encode() + whole.body).get_payload()
        self.assertEqual(len(parts), least)
        for part in parts:
            self.assertAlmostEqual(code_of(part.get_payload(decode=True))[0], parse_time(part["Vantage-Time"]), delta=0.05)
        vtt = self.server.api.get(f"/long/thumbnailGroup?{until}&format=webvtt").body.decode()
        self.assertEqual(vtt.count("#xywh="), least)
        sheet = self.server.api.get(f"/long/thumbnailGroup?{until}&format=sprite")
        self.assertEqual((sheet.status, size_of(sheet.body)), (200, f"{least * 160},90"))

    def test_nearest_near_and_far(self):
        found = stored(group(self.server, "door", self.begin))
        asked = parse_time(found[3]["time"]) + 0.3
        near = self.server.api.get(f"/door/thumbnail?ts={asked:.3f}")
        self.assertEqual((near.status, near.headers["Vantage-Time"], near.headers["Vantage-Place"]), (200, found[3]["time"], "Gate"))
        self.assertAlmostEqual(float(near.headers["Vantage-Delta"]), -0.3, delta=0.002)
        far = self.server.api.get(f"/door/thumbnail?ts={self.begin - 3600:.3f}")
        self.assertEqual((far.status, far.json["before"], far.json["after"]), (404, None, found[0]["time"]))
        self.assertEqual(self.server.api.get(f"/unseen/thumbnail?ts={asked:.3f}").status, 404)
        named = self.server.api.get(f"/thumbnail?ts={asked:.3f}&camera=door")
        self.assertEqual(named.headers["Vantage-Time"], found[3]["time"])

    def test_where_a_camera_of_the_page_stands_is_kept_changed_and_told(self):
        address = self.address("fine")
        for place in ({"place": "Gate", "latitude": 52.5, "longitude": -13.25}, {"place": "Hof \u00e4", "latitude": 0, "longitude": 180}, None):
            config = {"source": address, "location": place} if place else {"source": address}
            if place and place["place"] == "Gate":
                answer = self.server.api.post("/api/v1/cameras", {"id": "page", "config": config})
            else:
                answer = self.server.api.request("PUT", "/api/v1/cameras/page", {"config": config})
            self.assertIn(answer.status, (200, 201), answer.body)
            self.assertEqual(answer.json["location"], place)
            self.assertEqual(self.server.camera("page")["location"], place)
            # What handlers of media know may be two seconds old.
            wait_for("the place to be told", lambda: group_of(self.server, "page")["location"] == place, 10)
        wrong = self.server.api.request("PUT", "/api/v1/cameras/page", {"config": {"source": address, "location": {"latitude": 91, "longitude": 1}}})
        self.assertEqual(wrong.status, 400)
        self.assertEqual(self.server.api.request("DELETE", "/api/v1/cameras/page").status, 204)

    def test_sprite_webvtt_and_multipart_hold_the_same_pictures(self):
        start = parse_time(stored(group(self.server, "door", self.begin))[0]["time"]) - 0.5
        found = group(self.server, "door", start, 0.1)
        self.assertGreaterEqual(len(found), 5)
        until = f"ts={start:.6f}&minutes=0.1"
        vtt = self.server.api.get(f"/door/thumbnailGroup?{until}&format=webvtt")
        cues = [line for line in vtt.body.decode().splitlines() if "#xywh=" in line]
        self.assertEqual(len(cues), len(found))
        sheet = self.server.api.get(cues[0].split("#")[0])
        self.assertEqual(sheet.headers["Content-Type"], "image/jpeg")
        self.assertEqual(size_of(sheet.body), f"{len(found) * 160},90")
        whole = self.server.api.get(f"/door/thumbnailGroup?{until}&format=multipart")
        parts = email.message_from_bytes(f"Content-Type: {whole.headers['Content-Type']}\r\n\r\n".encode() + whole.body).get_payload()
        self.assertEqual([part["Vantage-Time"] for part in parts], [one["time"] for one in found])
        for part in parts[:3]:
            self.assertAlmostEqual(code_of(part.get_payload(decode=True))[0], parse_time(part["Vantage-Time"]), delta=0.05)


class ThumbnailsOutlive(unittest.TestCase):
    def test_a_kill_and_a_lost_catalogue(self):
        with sim(("fine", "sim:?size=640x360&fps=25&gop=25")) as address, Server(f"  door: '{address('fine')}'") as server:
            begin = time.time() - 60
            times = lambda: [one["time"] for one in stored(group(server, "door", begin))]  # noqa: E731
            wait_for("thumbnails", lambda: len(times()) >= 6, 60)
            before = times()
            server.kill()
            pack = next(server.storage.rglob("*.thumbs"))
            whole = pack.stat().st_size
            with open(pack, "ab") as file:
                file.write(b"VTHB torn")
            server.start()
            wait_for("those from before the kill", lambda: times()[:len(before)] == before, 30)
            self.assertEqual(pack.stat().st_size, whole)
            server.stop()
            for file in (server.folder / "data").glob("catalog.db*"):
                file.unlink()
            done = vantage("reindex", "--config", server.config)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("files of thumbnails", done.stdout)
            server.start()
            self.assertEqual(times()[:len(before)], before)

    def test_their_video_where_they_are_kept_longer(self):
        with sim(("fine", "sim:?size=640x360&fps=25&gop=25")) as address:
            camera = f"  door: {{source: '{address('fine')}', record: RECORD}}"
            with Server(camera.replace("RECORD", "true"), "stills: {keep_days: 1}") as server:
                begin = time.time() - 60
                times = lambda: [one["time"] for one in stored(group(server, "door", begin))]  # noqa: E731
                wait_for("thumbnails", lambda: len(times()) >= 6, 60)
                server.stop()
                before = server.segments("door")[0]
                server.write_config(camera.replace("RECORD", "{days: 0.0001}"), "stills: {keep_days: 1}")
                server.start()
                kept = times()
                self.assertGreaterEqual(len(kept), 6)
                kept = kept[:6]
                wait_for("the video to go", lambda: not before.exists(), 60)
                self.assertTrue(before.with_suffix(".thumbs").exists())
                self.assertEqual(times()[:6], kept)
                answer = server.api.get(f"/door/thumbnail?ts={parse_time(kept[2]):.6f}")
                self.assertEqual((answer.status, answer.headers["Vantage-Time"]), (200, kept[2]))
                self.assertAlmostEqual(code_of(answer.body)[0], parse_time(kept[2]), delta=0.05)
                self.assertEqual(server.api.get(f"/door/frame/?ts={parse_time(kept[2]):.3f}").status, 404)
                server.stop()
                server.write_config(camera.replace("RECORD", "{days: 0.0001}"), "stills: {keep_days: 0.0001}")
                server.start()
                wait_for("the thumbnails to go", lambda: not before.with_suffix(".thumbs").exists(), 60)
                self.assertFalse(set(kept) & set(times()))


class ThumbnailsOfTwoStreams(unittest.TestCase):
    def test_they_come_from_main_while_sub_is_lost(self):
        with sim(("large", "sim:?size=1280x720&fps=10&gop=10")) as address, tempfile.TemporaryDirectory() as folder:
            port = free_port()
            small = [BINARY, "sim", "--port", port, "--camera=small=sim:?size=640x480&fps=10&gop=10"]
            sub = Process(small, folder, "sub")
            self.addCleanup(lambda: sub.kill())
            wait_for("the sub stream", lambda: listening(port))
            camera = f"  door: {{source: '{address('large')}', sub: {{source: 'rtsp://127.0.0.1:{port}/small', record: false}}}}"
            with Server(camera) as server:
                begin = time.time() - 60

                def newest():
                    found = stored(group(server, "door", begin))
                    return size_of(server.api.get(found[-1]["url"]).body) if found else None
                wait_for("pictures of the sub stream", lambda: newest() == "320,240", 60)
                sub.kill()
                wait_for("pictures of the main stream", lambda: newest() == "320,180", 60)
                sub = Process(small, folder, "sub")
                wait_for("pictures of the sub stream again", lambda: newest() == "320,240", 90)


if __name__ == "__main__":
    unittest.main()
