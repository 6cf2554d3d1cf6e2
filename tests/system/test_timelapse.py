# SPDX-License-Identifier: Apache-2.0
"""Timelapses with the real program: of any range, of yesterday after the fact, of today while it goes; each frame shows the instant it claims."""
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import time_code
from made_footage import moved
from support import ROOT, Client, Server, ffprobe, wait_for
from test_commands import vantage
from test_disk import Mounted, can_mount, fill
from test_frame import coded_clip
from test_record import coverage, parse, recorded_seconds

EXACT = 0.0015  # answers tell milliseconds
DAY = 86400
LOOP = 10  # seconds of a clip


def recorded(server, camera, least, seconds=60):
    """The newest stretch of footage, once it is long enough."""
    def long():
        spans = coverage(server, camera, time.time() - 600, time.time())["footage"]
        return spans and parse(spans[-1]["end"]) - parse(spans[-1]["start"]) > least and (parse(spans[-1]["start"]), parse(spans[-1]["end"]))
    return wait_for(f"{least} s of {camera}", long, seconds)


def ask(server, camera, start, end, **more):
    made = server.api.post("/api/v1/timelapses", {"camera": camera, "start": start, "end": end, **more})
    assert made.status == 201, made.body
    return made.json


def ended(server, job, seconds=240):
    return wait_for("the timelapse", lambda: (j := server.api.get(f"/api/v1/timelapses/{job['id']}").json)["state"] not in ("queued", "running") and j, seconds)


def film_of(server, item):
    """The MP4, when its frames were, and what they show."""
    film = server.api.get(item["url"])
    assert (film.status, film.headers["Content-Type"]) == (200, "video/mp4"), film.body[:300]
    times = [parse(t) for t in server.api.get(item["times"]).json["times"]]
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        pathlib.Path(file.name).write_bytes(film.body)
        facts, errors = ffprobe(file.name, "-show_streams", "-show_format", "-count_frames")
        video = next(s for s in facts["streams"] if s["codec_type"] == "video")
        assert not errors and int(video["nb_read_frames"]) == len(times), (errors, video)
        texts = subprocess.run(["ffmpeg", "-v", "error", "-i", file.name, "-map", "0:s", "-f", "srt", "-"], capture_output=True, text=True, timeout=60)
        assert texts.returncode == 0 and not texts.stderr, texts.stderr
        played = subprocess.run(["/usr/bin/python3", ROOT / "tests/system/gst_play_file.py", "0", file.name], capture_output=True, text=True, timeout=60)
        assert played.returncode == 0 and abs(json.loads(played.stdout)["end"] - float(facts["format"]["duration"])) < 0.2, played.stdout + played.stderr
    return film.body, times, time_code.times_of(film.body, video["width"], video["height"]), texts.stdout


class Ranges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        clips = {"h265": coded_clip(folder.name, "h265.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=50", "-tag:v", "hvc1"),
                 "bframes": coded_clip(folder.name, "bframes.mp4", "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "50")}
        cls.server = Server("  full: 'sim:?size=640x360&fps=25&gop=25'\n  half: 'sim:?size=640x360&fps=25/2&gop=25'\n"
                            f"  h265: 'file:{clips['h265']}'\n  bframes: 'file:{clips['bframes']}'\n", "time_zone: Europe/Berlin").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        for camera in ("full", "half", "h265", "bframes"):
            recorded(cls.server, camera, 9)

    def made(self, camera, **more):
        start, end = recorded(self.server, camera, 9)
        job = ended(self.server, ask(self.server, camera, end - 8, end, **more))
        self.assertEqual((job["state"], job["error"]), ("done", None))
        return job, end - 8

    def test_each_frame_shows_the_instant_it_claims(self):
        # From the drawing board media time is the time code; of coded clips the steps between frames are exact.
        for camera, interval in (("full", 0.04), ("half", 0.08), ("h265", 0.04), ("bframes", 0.04)):
            for seconds, fps, step in ((2, 20, 0.2), (1, 2, 4.0)):
                with self.subTest(camera=camera, step=step):
                    job, start = self.made(camera, seconds=seconds, fps=fps)
                    _, times, shown, texts = film_of(self.server, job)
                    self.assertIn(len(times), (seconds * fps, seconds * fps - 1))
                    self.assertEqual((job["frames"], job["progress"], job["complete"] or len(job["gaps"]) <= 1), (len(times), 1, True))
                    self.assertNotIn(None, shown)
                    drawn = camera in ("full", "half")
                    for claim, code in zip(times, shown):
                        off = code - claim if drawn else code - claim - shown[0] + times[0]
                        if not drawn:
                            off -= round(off / LOOP) * LOOP  # the clip begins again
                        self.assertLess(abs(off), EXACT if drawn else 0.02)
                    for i, claim in enumerate(times):
                        self.assertLess(abs(claim - start - i * step), 2.1 if step > 1 else step + interval)
                    self.assertEqual(times, sorted(set(times)))
                    local = datetime.datetime.fromtimestamp(times[0], datetime.timezone.utc)
                    self.assertIn(f"{local:%M:%S}", texts, "the subtitles tell the time")

    def test_the_file_is_served_with_ranges_and_to_those_who_may(self):
        job, _ = self.made("full", seconds=1, fps=10)
        whole = self.server.api.get(job["url"])
        part = self.server.api.get(job["url"], headers={"Range": "bytes=100-199"})
        self.assertEqual((part.status, part.body), (206, whole.body[100:200]))
        self.assertEqual(int(whole.headers["Content-Length"]), job["bytes"])
        self.assertEqual(Client(self.server.port).get(job["url"]).status, 401)
        link = self.server.api.post("/api/v1/links", {"path": job["url"], "seconds": 60})
        self.assertEqual(Client(self.server.port).get(link.json["url"]).body, whole.body)
        listed = self.server.api.get("/api/v1/timelapses").json["timelapses"]
        self.assertEqual(listed[0]["id"], job["id"])
        self.assertEqual(self.server.api.request("DELETE", f"/api/v1/timelapses/{job['id']}").status, 204)
        self.assertEqual(self.server.api.get(job["url"]).status, 404)
        for path in ("/api/v1/timelapses/nobody", "/timelapses/nobody.mp4", "/full/timelapse/2020/1/1", "/full/timelapse/2020/01/01", "/full/timelapse/2020/13/01"):
            self.assertEqual(self.server.api.get(path).status, 404, path)

    def test_wrong_wishes_are_told_what_may_be(self):
        now = time.time()
        for body, word in (({"seconds": 0}, "from 1 to 3600"), ({"fps": 100}, "from 1 to 60"), ({"hours": "6-22"}, "06:00-22:00"), ({"every": "week"}, "fit or day"),
                           ({"seconds": "long"}, "whole number"), ({"start": now + 60, "end": now + 90}, "future"), ({"start": now, "end": now - 60}, "after")):
            answer = self.server.api.post("/api/v1/timelapses", {"camera": "full", "start": now - 60, "end": now, **body})
            self.assertEqual(answer.status, 400, body)
            self.assertIn(word, answer.json["detail"])
        empty = ended(self.server, ask(self.server, "full", now - 9 * DAY, now - 8 * DAY))
        self.assertEqual(empty["state"], "failed")
        self.assertIn("neither footage nor a thumbnail", empty["error"])

    def test_a_kill_in_the_middle(self):
        start, end = recorded(self.server, "full", 9)
        job = ask(self.server, "full", start, end, seconds=6, fps=30)
        wait_for("a piece of it", lambda: self.server.api.get(f"/api/v1/timelapses/{job['id']}").json["progress"] > 0, 120, every=0.01)
        self.server.kill()
        self.server.start()
        done = ended(self.server, job)
        self.assertEqual((done["state"], done["error"]), ("done", None))
        _, times, shown, _ = film_of(self.server, done)
        self.assertGreater(len(times), 150)
        for claim, code in zip(times, shown):
            self.assertAlmostEqual(code, claim, delta=EXACT)
        folder = self.server.folder / "data/timelapses/.jobs" / job["id"]
        self.assertEqual(sorted(f.name for f in folder.iterdir()), ["film.json", "film.mp4", "job.json"])


class Yesterday(unittest.TestCase):
    """A day that was over before the program looked: twice twelve seconds of it were recorded."""

    @classmethod
    def setUpClass(cls):
        zone = datetime.timezone(datetime.timedelta(hours=2))
        cls.server = server = Server("  door: {source: 'sim:?size=640x360&fps=25&gop=25', timelapse: {hours: '12:00-12:10', seconds: 30, fps: 10}}\n",
                                     "time_zone: Etc/GMT-2\nstills: {thumbnails: false}").start()
        cls.addClassCleanup(server.__exit__, None, None, None)
        recorded(server, "door", 12)
        server.stop()
        cls.noon = datetime.datetime.now(zone).replace(hour=12, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
        cls.day = f"{cls.noon:%Y-%m-%d}"
        source = server.segments("door")[0]
        cls.shifts = [(begins, moved(source, server.storage, "door", begins, thumbnails=False)) for begins in (cls.noon.timestamp() + 60, cls.noon.timestamp() + 300)]
        done = vantage("reindex", "--config", server.config)
        assert done.returncode == 0, done.stderr

    def listed(self, state="done"):
        return [t for t in self.server.api.get("/door/timelapse/").json["timelapses"] if (t["day"], t["state"]) == (self.day, state)]

    def expect_true(self, item):
        _, times, shown, _ = film_of(self.server, item)
        self.assertGreaterEqual(len(times), 10, "every two seconds of twice twelve")
        for claim, code in zip(times, shown):
            shift = next(back for begins, back in reversed(self.shifts) if claim > begins - 5)
            self.assertAlmostEqual(code - shift, claim, delta=EXACT)

    def test_it_is_made_after_the_fact(self):
        server = self.server
        server.start()
        item = wait_for("the timelapse of yesterday", self.listed, 240)[0]
        self.assertEqual(item["url"], f"/door/timelapse/{self.noon:%Y/%m/%d}")
        self.assertEqual((item["fps"], item["width"], item["height"], item["complete"]), (10, 640, 360, False))
        self.assertEqual((parse(item["start"]), parse(item["end"])), (self.noon.timestamp(), self.noon.timestamp() + 600))
        self.assertEqual(len(item["gaps"]), 3, item["gaps"])
        self.expect_true(item)
        # It survives the loss of the catalogue, and is not made again.
        film = server.folder / f"data/timelapses/door/{self.day}.mp4"
        before = film.stat().st_mtime
        server.stop()
        for file in (server.folder / "data").glob("catalog.db*"):
            file.unlink()
        server.start()
        self.assertEqual(len(self.listed()), 1)
        self.assertEqual(film.stat().st_mtime, before)
        self.assertEqual(sorted(f.suffix for f in film.parent.glob(f"{self.day}*")), [".json", ".mp4"])
        server.stop()

    def test_one_that_is_removed_is_not_made_again(self):
        server = self.server
        server.start()
        item = wait_for("the timelapse of yesterday", self.listed, 240)[0]
        self.assertEqual(server.api.request("DELETE", f"/api/v1/cameras/door/timelapses/{self.day}").status, 204)
        self.assertEqual((self.listed(), server.api.get(item["url"]).status), ([], 404))
        server.stop()
        server.start()
        # One on request is made of the same footage meanwhile.
        made = ended(server, ask(server, "door", self.noon.timestamp(), self.noon.timestamp() + 600, seconds=2))
        self.assertEqual((made["state"], self.listed(), self.listed("running")), ("done", [], []))
        self.assertEqual([f.suffix for f in (server.folder / "data/timelapses/door").glob(f"{self.day}*")], [".removed"])
        (server.folder / f"data/timelapses/door/{self.day}.removed").unlink()
        server.stop()

    @unittest.skipUnless(can_mount(), "mounting needs root")
    def test_a_full_disk_is_told_and_waited_for(self):
        server, api = self.server, self.server.api
        folder = server.folder / "data/timelapses"
        with Mounted("4m") as disk:
            for name in ("door", ".jobs"):
                shutil.rmtree(folder / name, ignore_errors=True)
                pathlib.Path(disk.folder, name).mkdir()
                os.symlink(f"{disk.folder}/{name}", folder / name)
                self.addCleanup(os.unlink, folder / name)
            fill(disk.folder, leave=40 << 10)
            server.start()
            waits = wait_for("the day to wait", lambda: [t for t in self.listed("running") if t["error"]], 60)[0]
            self.assertIn("No space left", waits["error"])
            self.assertEqual((waits["url"], api.get(f"/door/timelapse/{self.noon:%Y/%m/%d}").status), (None, 404))
            wish = {"camera": "door", "start": self.shifts[0][0], "end": self.shifts[0][0] + 12, "seconds": 2, "fps": 20}
            failed = ended(server, ask(server, **wish))
            self.assertEqual((failed["state"], failed["url"]), ("failed", None))
            self.assertIn("No space left", failed["error"])
            self.assertEqual(api.get(f"/timelapses/{failed['id']}.mp4").status, 404)
            left = sorted(str(p.relative_to(disk.folder)) for p in pathlib.Path(disk.folder).rglob("*") if p.is_file() and p.name != "ballast")
            self.assertIn(left, ([f".jobs/{failed['id']}/job.json"], [f".jobs/{failed['id']}/job.json", f"door/{self.day}.work"]))
            fill(disk.folder, leave=0)
            refused = api.post("/api/v1/timelapses", wish)
            self.assertEqual((refused.status, refused.json["code"]), (507, "disk_full"), refused.body)
            self.assertEqual([j["id"] for j in api.get("/api/v1/timelapses").json["timelapses"]], [failed["id"]])
            later = time.time()
            wait_for("recording to go on", lambda: recorded_seconds(server, "door", later) > 1, 20)
            # Killed while it waits. With room both are made.
            server.kill()
            pathlib.Path(disk.folder, "ballast").unlink()
            server.start()
            # The word of its failure may have found no room either: then it is made now.
            self.assertIn(ended(server, failed)["state"], ("failed", "done"))
            again = ended(server, ask(server, **wish))
            self.assertEqual((again["state"], again["error"]), ("done", None))
            self.expect_true(again)
            self.expect_true(wait_for("the timelapse of yesterday", self.listed, 240)[0])
            server.stop()


class Today(unittest.TestCase):
    def test_today_grows_beside_the_footage(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        hours = f"{now - datetime.timedelta(minutes=2):%H:%M}-{now + datetime.timedelta(minutes=58):%H:%M}"
        with Server("  door: {source: 'sim:?size=640x360&fps=25&gop=25', timelapse: {hours: '" + hours + "', seconds: 360, fps: 10}}\n  still: {source: 'sim:?size=320x180', timelapse: off}\n",
                    "time_zone: UTC") as server:
            running = lambda: (t := server.api.get("/door/timelapse/").json["timelapses"]) and t[0]["frames"] >= 10 and t[0]  # noqa: E731
            item = wait_for("ten frames of today", running, 240)
            self.assertEqual((item["state"], item["url"], item["complete"], item["error"]), ("running", None, False, None))
            self.assertTrue(0 < item["progress"] < 0.5, item)
            self.assertEqual(server.api.get("/still/timelapse").json, {"timelapses": []})
            self.assertEqual(server.api.get(f"/door/timelapse/{item['day'].replace('-', '/')}").status, 404)
            frames = item["frames"]
            server.kill()
            server.start()
            wait_for("it to go on", lambda: (t := running()) and t["frames"] > frames, 240)


if __name__ == "__main__":
    unittest.main()
