# SPDX-License-Identifier: Apache-2.0
"""Moments of the real program: clip and GIF show, in their time code, the instants that they claim; they wait, survive restarts and
full disks, are refused to other sites, and play in players of others."""
import datetime
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from support import ROOT, SHORT, Client, Server, ffprobe, sim, wait_for
from test_disk import Mounted, can_mount
from test_export import SIZE, boxes, coded_clip, decodes, fetch, frames_of, make
from test_players import HOST_PYTHON, has_gstreamer, lines_of
from test_record import coverage, parse, recorded_seconds
from time_code import read_strip

EDGE = 0.0015  # a millisecond is the finest that the API tells
HUNDREDTH = 0.01  # and a hundredth of a second that a GIF knows


def generate(server, camera, path="", expect=200):
    answer = server.api.get(f"/{camera}/moment/generate{path}{'&' if '?' in path else '?'}wait=true", timeout=60)
    assert answer.status == expect, (answer.status, answer.body[:400])
    return answer.json


def moment(server, camera, ident):
    answer = server.api.get(f"/api/v1/cameras/{camera}/moments/{ident}")
    assert answer.status == 200, (answer.status, answer.body[:400])
    return answer.json


def ended(server, camera, ident, state="done"):
    seen = moment(server, camera, ident)
    assert seen["state"] in ("waiting", "making", state), seen
    return seen if seen["state"] == state else None


def asked_span(made):
    """What was asked for: a moment's `start` and `end` are those of its pictures, once it is done."""
    end = parse(made["created"]) + made["delay"]
    return end - made["length"], end


def claims(made, frames):
    """(claimed time, time code) of each picture."""
    return [(parse(made["start"]) + at, code) for at, code in frames]


def gif_frames(data):
    """(time of presentation, time code) of each picture of a GIF, which FFmpeg reads from files only."""
    width, height = SIZE
    high = 2 * (height // 30)
    with tempfile.NamedTemporaryFile(suffix=".gif") as file:
        pathlib.Path(file.name).write_bytes(data)
        facts, errors = ffprobe(file.name, "-show_entries", "frame=best_effort_timestamp_time:stream=width,height")
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", file.name, "-vsync", "passthrough", "-vf", f"format=gray,crop={width}:{high}:0:0:exact=1", "-f", "rawvideo", "-"],
                             capture_output=True, timeout=60, check=True).stdout
    assert not errors, errors
    assert (facts["streams"][0]["width"], facts["streams"][0]["height"]) == SIZE
    codes = [read_strip(raw[n:n + width * high], width, height) for n in range(0, len(raw), width * high)]
    times = [float(f["best_effort_timestamp_time"]) for f in facts["frames"]]
    assert len(times) == len(codes) and None not in codes, (len(times), len(codes), codes.count(None))
    return list(zip(times, codes))


class Instants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.far = sim(("far", "sim:?size=320x180&fps=25&gop=50"))
        url = cls.far.__enter__()
        cls.addClassCleanup(cls.far.__exit__, None, None, None)
        clip = lambda name, *encoder: coded_clip(cls.folder.name, name, *encoder)
        files = {
            "h265": clip("h265.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:bframes=3:keyint=50", "-tag:v", "hvc1"),
            "bframes": clip("bframes.mp4", "-c:v", "libx264", "-preset", "fast", "-bf", "3", "-g", "50"),
            "uneven": clip("uneven.mp4", "-vf", "select='not(eq(mod(n,7),3))*not(eq(mod(n,11),5))'", "-vsync", "vfr", "-c:v", "libx264", "-preset", "fast", "-bf", "2", "-g", "40"),
        }
        # Straight from the drawing board: media time is the time code, exactly.
        cls.exact = {"full": 25, "half": 12.5}
        cls.cameras = [*cls.exact, "far", *files]
        cls.began = time.time()
        cls.server = Server("  full: 'sim:?size=320x180&fps=25&gop=50'\n  half: 'sim:?size=320x180&fps=25/2&gop=25'\n" + f"  far: '{url('far')}'\n" +
                            "".join(f"  {name}: 'file:{path}'\n" for name, path in files.items())).start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        for camera in cls.cameras:
            wait_for(f"10 s of {camera}", lambda c=camera: recorded_seconds(cls.server, c, cls.began - 5) > 10, 90)

    def test_every_picture_shows_its_instant(self):
        for camera, fps in self.exact.items():
            for path in ("", "/7/2"):
                with self.subTest(camera=camera, path=path):
                    made = generate(self.server, camera, path)
                    start, end = asked_span(made)
                    self.assertLess(time.time() - end, 12, "it is made as soon as its footage is there")
                    self.assertEqual(made["gaps"], [])
                    self.assertTrue(made["exact"])
                    shown = claims(made, frames_of(fetch(self.server, made["mp4"])))
                    for claimed, code in shown:
                        self.assertAlmostEqual(claimed, code, delta=0.0015)
                    # All of the span, to the frame, and nothing else.
                    self.assertAlmostEqual(len(shown), made["length"] * fps, delta=0.6, msg="frames")
                    self.assertLess(shown[0][1] - start, 1 / fps + 0.0015)
                    self.assertGreater(shown[0][1] - start, -0.0015)
                    self.assertLess(shown[-1][1], end + 0.0015)
                    pictures = claims(made, gif_frames(fetch(self.server, made["gif"])))
                    self.assertGreater(len(pictures), 60)
                    for claimed, code in pictures:
                        self.assertAlmostEqual(claimed, code, delta=HUNDREDTH)

    def test_of_every_kind_of_camera(self):
        for camera in self.cameras:
            with self.subTest(camera=camera):
                made = generate(self.server, camera, "/5/1")
                start, end = asked_span(made)
                wait_for("what follows", lambda: parse(coverage(self.server, camera, start, end + 60)["footage"][-1]["end"]) > end + 3, 20)
                whole = make(self.server, cameras=[camera], start=start - 1, end=end + 1)
                truth = {code: parse(file["start"]) + at for file in whole["files"] for at, code in frames_of(fetch(self.server, file["url"]))}
                data = fetch(self.server, made["mp4"])
                self.assertEqual(boxes(data), ["ftyp", "moov", "mdat"])
                self.assertEqual(decodes(data), "")
                shown = frames_of(data)
                codes = [truth[code] for _, code in shown]
                self.assertEqual(codes, sorted(set(codes)))
                self.assertLess(start - EDGE, codes[0])
                self.assertLess(codes[-1], end + EDGE)
                self.assertLessEqual({at for at in truth.values() if start + EDGE < at < end - EDGE}, set(codes), "none is missing")
                for at, code in shown:
                    self.assertAlmostEqual(parse(made["start"]) + at, truth[code], delta=0.0025)
                for at, code in gif_frames(fetch(self.server, made["gif"])):
                    self.assertAlmostEqual(parse(made["start"]) + at, truth[code], delta=HUNDREDTH)

    def test_the_sound_is_kept(self):
        made = generate(self.server, "bframes", "/6/0")
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            pathlib.Path(file.name).write_bytes(fetch(self.server, made["mp4"]))
            out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", file.name],
                                 capture_output=True, text=True, timeout=60, check=True)
        times = [tuple(map(float, line.strip(",").split(","))) for line in out.stdout.split()]
        self.assertLess(times[0][0], 0.1)
        self.assertGreater(sum(times[-1]), 5.8)
        self.assertLess(max(b[0] - a[0] for a, b in zip(times, times[1:])), 0.1, "no hole in the sound")

    @unittest.skipUnless(has_gstreamer(), "no GStreamer for Python")
    def test_gstreamer_plays_it(self):
        paths = []
        for camera in ("full", "bframes", "h265"):
            paths.append(pathlib.Path(self.folder.name, f"moment-{camera}.mp4"))
            paths[-1].write_bytes(fetch(self.server, generate(self.server, camera)["mp4"]))
        for seen in lines_of(HOST_PYTHON, ROOT / "tests/system/gst_play_file.py", 1.3, *paths):
            self.assertNotIn("error", seen)
            self.assertAlmostEqual(seen["sought"], 1.3, delta=0.15)
            self.assertGreater(seen["end"], 4.5)

    def test_progress_while_it_waits(self):
        answer = self.server.api.get("/full/moment/generate/4/3")
        self.assertEqual(answer.status, 202)
        asked = answer.json
        self.assertEqual(answer.headers["Location"], f"/api/v1/cameras/full/moments/{asked['id']}")
        seen = []

        def done():
            now = self.server.api.get(answer.headers["Location"]).json
            seen.append((now["state"], now["progress"]))
            return now["state"] == "done" and now
        made = wait_for("the moment", done, 30)
        self.assertEqual([p for _, p in seen], sorted(p for _, p in seen))
        self.assertGreater(len({p for s, p in seen if s == "waiting"}), 5)
        self.assertGreater(time.time(), parse(made["created"]) + 3)
        self.assertEqual(made["progress"], 1)
        self.assertEqual(len(frames_of(fetch(self.server, made["mp4"]))), 100)

    def test_lists_files_and_removal(self):
        api = self.server.api
        first, second = generate(self.server, "half", "/4"), generate(self.server, "half", "/4")
        listed = api.get("/half/moment/list/").json["moments"]
        self.assertEqual([m["id"] for m in listed][:2], [second["id"], first["id"]])
        self.assertIsNone(listed[1]["gif"], "the newest replaces")
        self.assertEqual(api.get(first["gif"]).status, 404)
        self.assertEqual(api.get("/half/moment/gif").body, fetch(self.server, second["gif"]))
        local = datetime.datetime.fromtimestamp(asked_span(second)[0], datetime.timezone.utc)
        zone = api.get("/api/v1/system").json["time_zone"]
        if zone == "UTC":
            self.assertIn(local.strftime("/half/moment/list/%Y/%m/%d/%H/%M/%S"), second["mp4"])
        whole = fetch(self.server, second["mp4"])
        self.assertEqual(len(whole), second["bytes"])
        self.assertEqual(fetch(self.server, second["mp4"], headers={"Range": "bytes=100-199"}), whole[100:200])
        link = api.post("/api/v1/links", {"path": second["mp4"]}).json["url"]
        self.assertEqual(Client(self.server.port).get(link).body, whole)
        self.assertEqual(api.request("DELETE", f"/api/v1/cameras/half/moments/{second['id']}").status, 204)
        for gone in (second["mp4"], "/half/moment/gif", f"/api/v1/cameras/half/moments/{second['id']}"):
            self.assertEqual(api.get(gone).status, 404, gone)
        names = {p.name for p in (self.server.folder / "data/moments/half").iterdir()}
        self.assertFalse([n for n in names if n.startswith(second["id"] + ".")], names)
        self.assertIn(f"{first['id']}.mp4", names)

    def test_two_at_once_have_their_own_addresses(self):
        asked = [self.server.api.post("/api/v1/cameras/full/moments", {"length": 4}).json for _ in range(4)]
        self.assertEqual(len({a["id"] for a in asked}), 4)
        made = [wait_for("it", lambda a=a: ended(self.server, "full", a["id"]), 60) for a in asked]
        self.assertEqual(len({m["mp4"] for m in made}), 4)
        for each in made:
            self.assertEqual(len(fetch(self.server, each["mp4"])), each["bytes"])

    def test_who_may_and_from_where(self):
        api = self.server.api
        for path, range_ in (("/3", "4 to 20"), ("/21", "4 to 20"), ("/five", "4 to 20"), ("/5/11", "0 to 10"), ("/5/-1", "0 to 10")):
            answer = api.get(f"/full/moment/generate{path}")
            self.assertEqual(answer.status, 400, path)
            self.assertIn(range_, answer.json["detail"])
        api.post("/api/v1/users", {"name": "vera", "password": SHORT, "role": "viewer", "cameras": ["full"]})
        vera = Client(self.server.port)
        vera.login("vera", SHORT)
        own = {"Sec-Fetch-Site": "same-origin"}
        self.assertEqual(vera.get("/full/moment/generate", headers=own).status, 403)
        self.assertEqual(vera.get("/full/moment/list").status, 200)
        self.assertEqual(vera.get("/half/moment/list").status, 403)
        admin = Client(self.server.port)
        admin.login("admin", SHORT)
        here = f"http://127.0.0.1:{self.server.port}"
        for headers, status in (({}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403), ({"Origin": "http://evil.example"}, 403),
                                ({"Referer": "http://evil.example/"}, 403), ({"Sec-Fetch-Site": "none"}, 202), ({"Origin": here}, 202), ({"Referer": here + "/watch/full"}, 202)):
            self.assertEqual(admin.get("/full/moment/generate/4", headers=headers).status, status, headers)
        self.assertEqual(admin.request("HEAD", "/full/moment/generate", headers=own).status, 405)


class Faults(unittest.TestCase):
    def test_across_a_restart_two_segments_and_a_gap(self):
        with Server("  one: 'sim:?size=320x180&fps=25&gop=50'") as server:
            began = time.time()
            wait_for("8 s", lambda: recorded_seconds(server, "one", began) > 8, 60)
            asked = server.api.get("/one/moment/generate/20/10").json
            server.kill()
            (left,) = (server.folder / "data/moments/one").iterdir()
            self.assertEqual(left.name, asked["id"] + ".json")
            (left.parent / f"{asked['id']}.mp4.part").write_bytes(b"half")
            server.start()
            # And killed again while it is made.
            wait_for("its making", lambda: moment(server, "one", asked["id"])["state"] == "making", 60, every=0.005)
            server.kill()
            self.assertNotEqual(json.loads(left.read_text())["state"], "done")
            self.assertLessEqual({p.name for p in left.parent.iterdir()}, {asked["id"] + kind for kind in (".json", ".mp4.part", ".mp4")})
            # What has its name is whole, also while the GIF is still to come.
            for whole in left.parent.glob("*.mp4"):
                self.assertGreater(len(frames_of(whole.read_bytes())), 100)
            server.start()
            made = wait_for("it to be made", lambda: ended(server, "one", asked["id"]), 60)
            self.assertIn(len(server.segments("one")), (2, 3))
            start, end = asked_span(made)
            frames = claims(made, frames_of(fetch(server, made["mp4"])))
            for claimed, code in frames:
                self.assertAlmostEqual(claimed, code, delta=0.0015)
            for claimed, code in claims(made, gif_frames(fetch(server, made["gif"]))):
                self.assertAlmostEqual(claimed, code, delta=HUNDREDTH)
            # What was recorded of the span is there, before the gap and behind it; the gap is named. (The footage begins in the span.)
            gap = made["gaps"][-1]
            self.assertEqual(gap["reason"], "not running")
            before = [code for _, code in frames if code < parse(gap["start"]) + 0.001]
            behind = [code for _, code in frames if code > parse(gap["end"]) - 0.001]
            self.assertEqual(len(before) + len(behind), len(frames))
            self.assertGreater(len(before), 100)
            self.assertGreater(len(behind), 25)
            self.assertLess(end - behind[-1], 0.041)
            self.assertEqual(sorted(p.name for p in left.parent.iterdir()), sorted(f"{asked['id']}.{kind}" for kind in ("gif", "json", "mp4")))
            before_stop = server.api.get("/one/moment/list").json
            server.stop()
            server.start()
            self.assertEqual(server.api.get("/one/moment/list").json, before_stop)

    def test_a_camera_that_is_lost_while_it_waits(self):
        with Server("  gone: rtsp://127.0.0.1:9/none\n  shy: {source: 'sim:?size=320x180&fps=25&gop=25', record: false}") as server:
            with sim(("one", "sim:?size=320x180&fps=25&gop=25")) as url:
                server.write_config(f"  gone: rtsp://127.0.0.1:9/none\n  shy: {{source: 'sim:?size=320x180&fps=25&gop=25', record: false}}\n  one: '{url('one')}'")
                server.process.child.send_signal(__import__("signal").SIGHUP)
                began = time.time()
                wait_for("6 s", lambda: recorded_seconds(server, "one", began) > 6, 60)
                asked = server.api.get("/one/moment/generate/6/3").json
            made = wait_for("it to end", lambda: ended(server, "one", asked["id"]), 40)
            self.assertLess(time.time() - parse(made["created"]), 30)
            self.assertGreater(parse(made["gaps"][-1]["end"]) - parse(made["gaps"][-1]["start"]), 1)
            self.assertGreater(len(frames_of(fetch(server, made["mp4"]))), 50)
            never = generate(server, "gone", expect=404)
            self.assertIn("nothing was recorded of 'gone'", never["detail"])
            self.assertEqual(never["moment"]["state"], "failed")
            refused = server.api.get("/shy/moment/generate")
            self.assertEqual(refused.status, 409)
            self.assertIn("not recorded", refused.json["detail"])

    @unittest.skipUnless(can_mount(), "mounting needs root")
    def test_a_full_disk_fails_the_moment_alone(self):
        with Mounted("8m") as disk, Server("  one: 'sim:?size=640x360&fps=25&gop=25'") as server:
            began = time.time()
            (server.folder / "data/moments").rmdir()
            os.symlink(disk.folder, server.folder / "data/moments")
            ballast = pathlib.Path(disk.folder, "ballast")
            ballast.write_bytes(bytes(8_000_000))
            wait_for("8 s", lambda: recorded_seconds(server, "one", began) > 8, 60)
            failed = generate(server, "one", "/20", expect=507)
            self.assertIn("disk", failed["detail"])
            self.assertEqual([p.suffix for p in pathlib.Path(disk.folder, "one").iterdir()], [".json"])
            later = time.time()
            wait_for("recording to go on", lambda: recorded_seconds(server, "one", later) > 1, 20)
            ballast.unlink()
            self.assertEqual(generate(server, "one")["state"], "done")


if __name__ == "__main__":
    unittest.main()
