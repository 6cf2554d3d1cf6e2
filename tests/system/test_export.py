# SPDX-License-Identifier: Apache-2.0
"""Exports of the real program: which frames are in them, at which times, and that players of others play them."""
import array
import io
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile

from support import BINARY, ROOT, SHORT, Client, Server, ffprobe, sim, wait_for
from test_disk import Mounted, can_mount
from test_players import HOST_PYTHON, PAGE, has_chromium, has_gstreamer, lines_of
from test_record import coverage, parse, record_around_a_stop, recorded_seconds
from time_code import times_of

SIZE = (320, 180)
HALF = 0.0005  # a millisecond is the finest that the API tells


def coded_clip(folder, name, *encoder):
    """20 s of synthetic pictures with time code, as another encoder makes them, with sound."""
    path = pathlib.Path(folder, name)
    with sim(("one", "sim:?size=320x180&fps=25&gop=25"), extra=()) as url:
        raw = pathlib.Path(folder, "raw.mkv")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-rtsp_transport", "tcp", "-i", url("one"), "-t", "12", "-c", "copy", raw],
                       check=True, timeout=60)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", raw, "-f", "lavfi", "-i", "sine=440:r=16000", "-shortest", *encoder,
                    "-c:a", "aac", "-b:a", "32k", path], check=True, timeout=120)
    return path


def make(server, expect="done", **body):
    body = {"cameras": ["one"], **body}
    made = server.api.post("/api/v1/exports", body)
    assert made.status == 201, made.body
    return wait_for(f"the export to be {expect}", lambda: ended(server, made.json["id"], expect), 60)


def ended(server, ident, expect):
    job = server.api.get(f"/api/v1/exports/{ident}").json
    assert job["state"] in ("queued", "running", expect), job
    return job if job["state"] == expect else None


def fetch(server, url, **kwargs):
    answer = server.api.get(url, **kwargs)
    assert answer.status in (200, 206), answer.body
    return answer.body


def frames_of(data):
    """(time of presentation, time code) of each picture that a player shows."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(data)
        file.flush()
        facts, errors = ffprobe(file.name, "-select_streams", "v", "-show_entries", "frame=best_effort_timestamp_time")
    assert not errors, errors
    times = [float(f["best_effort_timestamp_time"]) for f in facts["frames"]]
    codes = times_of(data, *SIZE)
    assert len(times) == len(codes) and None not in codes, (len(times), len(codes), codes.count(None))
    return list(zip(times, codes))


def key_frames(data):
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(data)
        file.flush()
        facts, errors = ffprobe(file.name, "-select_streams", "v", "-show_entries", "packet=pts_time,flags")
    assert not errors, errors
    return [packet for packet in facts["packets"] if packet["flags"].startswith("K")]


def decodes(data):
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(data)
        file.flush()
        done = subprocess.run(["ffmpeg", "-v", "warning", "-i", file.name, "-map", "0:v", "-map", "0:a?", "-f", "null", "-"],
                              capture_output=True, text=True, timeout=60)
    return done.stderr


def boxes(data):
    at, out = 0, []
    while at < len(data):
        out.append(data[at + 4:at + 8].decode())
        size = int.from_bytes(data[at:at + 4], "big")
        at += size if size != 1 else int.from_bytes(data[at + 8:at + 16], "big")
    return out


class Frames(unittest.TestCase):
    """Which frames are in, by the time code in the pictures, which says when each was made."""

    def check_exact(self, server, camera, start, length):
        whole = make(server, cameras=[camera], start=start - 4, end=start + length + 4)
        exact = make(server, cameras=[camera], start=start, end=start + length, exact=True)
        (reference,), (file,) = whole["files"], exact["files"]
        self.assertTrue(file["exact"])
        base, begins = parse(reference["start"]), parse(file["start"])
        truth = {code: base + at for at, code in frames_of(fetch(server, reference["url"]))}
        data = fetch(server, file["url"])
        self.assertEqual(boxes(data), ["ftyp", "moov", "mdat"])
        self.assertEqual(decodes(data), "")
        shown = frames_of(data)
        wanted = sorted(code for code, at in truth.items() if start - HALF <= at < start + length - HALF)
        self.assertEqual([code for _, code in shown], wanted)
        self.assertAlmostEqual(shown[0][0], 0, delta=0.001)
        for at, code in shown:
            self.assertAlmostEqual(begins + at, truth[code], delta=0.0025)
        return data

    def test_to_the_frame_and_to_the_group(self):
        with sim(("one", "sim:?size=320x180&fps=25&gop=50"), ("slow", "sim:?size=320x180&fps=25/2&gop=25")) as url:
            with Server(f"  one: {url('one')}\n  slow: {url('slow')}") as server:
                began = time.time()
                for camera in ("one", "slow"):
                    wait_for("14 s", lambda c=camera: recorded_seconds(server, c, began) > 14, 60)
                start = round(began) + 6
                for camera in ("one", "slow"):
                    for offset, length in ((0.37, 3.11), (1.2, 0.4), (0.0, 2.0)):
                        with self.subTest(camera=camera, offset=offset):
                            self.check_exact(server, camera, start + offset, length)
                    job = make(server, cameras=[camera], start=start + 0.5, end=start + 2.5)
                    (file,) = job["files"]
                    frames = frames_of(fetch(server, file["url"]))
                    fps = 25 if camera == "one" else 12.5
                    first, end = parse(file["start"]), parse(file["end"])
                    self.assertLessEqual(first, start + 0.5)
                    self.assertGreaterEqual(end, start + 2.5)
                    # Whole groups of 2 s and no more than are asked for: it begins with the last key frame before the start.
                    whole = [f["pts_time"] for f in key_frames(fetch(server, file["url"]))]
                    self.assertEqual(len(frames) % round(2 * fps), 0, f"{len(frames)} frames, key frames at {whole}")
                    self.assertEqual(len(whole), len(frames) // round(2 * fps))
                    self.assertEqual(float(whole[0]), 0)
                    self.assertGreater(first, start + 0.5 - 2 - 1 / fps)
                    self.assertLess(end, start + 2.5 + 2 + 1 / fps)
                    for at, code in frames:
                        self.assertAlmostEqual(first + at, code, delta=1.5 / fps)

    def test_b_frames_and_h265_with_sound(self):
        with tempfile.TemporaryDirectory() as folder:
            clips = {"b": coded_clip(folder, "b.mp4", "-c:v", "libx264", "-bf", "3", "-g", "50", "-crf", "20", "-preset", "fast"),
                     "h265": coded_clip(folder, "h265.mp4", "-c:v", "libx265", "-x265-params", "log-level=none:bframes=0:keyint=50",
                                        "-crf", "20", "-preset", "ultrafast", "-tag:v", "hvc1"),
                     "open": coded_clip(folder, "open.mp4", "-c:v", "libx265", "-x265-params",
                                        "log-level=none:bframes=3:keyint=50:min-keyint=50:open-gop=1", "-crf", "20", "-preset",
                                        "fast", "-tag:v", "hvc1")}
            cameras = "\n".join(f"  {name}: 'file:{path}'" for name, path in clips.items())
            with Server(cameras) as server:
                began = time.time()
                for camera in clips:
                    wait_for(f"10 s of {camera}", lambda c=camera: recorded_seconds(server, c, began) > 10, 60)
                for camera in clips:
                    with self.subTest(camera=camera):
                        data = self.check_exact(server, camera, round(began) + 4.37, 2.2)
                        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
                            file.write(data)
                            file.flush()
                            facts, _ = ffprobe(file.name, "-show_entries", "stream=codec_type,start_time,duration")
                            times = {s["codec_type"]: s for s in facts["streams"]}
                            self.assertAlmostEqual(float(times["audio"]["duration"]), 2.2, delta=0.1)
                            self.assertLess(abs(float(times["audio"]["start_time"])), 0.08)


class Jobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = sim(("one", "sim:?size=320x180&fps=10&gop=10"), ("two", "sim:?size=320x180&fps=10&gop=10"))
        url = cls.sim.__enter__()
        cls.addClassCleanup(cls.sim.__exit__, None, None, None)
        cls.server = Server(f"  one: {url('one')}\n  two: {url('two')}").__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.began = time.time()
        for camera in ("one", "two"):
            wait_for("8 s", lambda c=camera: recorded_seconds(cls.server, c, cls.began) > 8, 60)

    def span(self):
        return {"start": round(self.began) + 2, "end": round(self.began) + 6}

    def test_several_cameras_are_files_and_one_archive(self):
        job = make(self.server, cameras=["one", "two"], name="Front yard", **self.span())
        self.assertEqual([f["camera"] for f in job["files"]], ["one", "two"])
        self.assertEqual((job["progress"], job["error"], job["gaps"]), (1, None, []))
        self.assertEqual(job["zip"]["name"], "Front_yard.zip")
        data = fetch(self.server, job["zip"]["url"])
        self.assertEqual(len(data), job["zip"]["bytes"])
        archive = zipfile.ZipFile(io.BytesIO(data))
        self.assertIsNone(archive.testzip())
        for file in job["files"]:
            self.assertEqual(archive.read(file["name"]), fetch(self.server, file["url"]))

    def test_the_true_time_is_a_subtitle(self):
        job = make(self.server, **self.span())
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            file.write(fetch(self.server, job["files"][0]["url"]))
            file.flush()
            out = subprocess.run(["ffmpeg", "-v", "error", "-i", file.name, "-map", "0:s", "-f", "srt", "-"], capture_output=True,
                                 text=True, timeout=30)
        self.assertEqual(out.stderr, "")
        told = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.span()["start"] + 1))
        self.assertIn(told, out.stdout)

    def test_ranges_and_links(self):
        job = make(self.server, **self.span())
        url = job["files"][0]["url"]
        whole = self.server.api.get(url)
        part = self.server.api.get(url, headers={"Range": "bytes=1000-", "If-Range": whole.headers["ETag"]})
        self.assertEqual((part.status, part.body), (206, whole.body[1000:]))
        link = self.server.api.post("/api/v1/links", {"path": url, "seconds": 60})
        self.assertEqual(link.status, 200, link.body)
        stranger = Client(self.server.port)
        self.assertEqual(stranger.get(url).status, 401)
        self.assertEqual(stranger.get(link.json["url"]).body, whole.body)

    def test_a_viewer_has_its_own_and_what_it_sees(self):
        api = self.server.api
        api.post("/api/v1/users", {"name": "vera", "password": SHORT, "role": "viewer", "cameras": ["one"]})
        vera = Client(self.server.port)
        vera.login("vera", SHORT)
        of_admin = make(self.server, **self.span())
        self.assertEqual(vera.post("/api/v1/exports", {"cameras": ["two"], **self.span()}).status, 403)
        own = vera.post("/api/v1/exports", {"cameras": ["one"], **self.span()})
        self.assertEqual(own.status, 201, own.body)
        self.assertEqual([j["id"] for j in vera.get("/api/v1/exports").json["exports"]], [own.json["id"]])
        self.assertEqual(vera.get(f"/api/v1/exports/{of_admin['id']}").status, 404)
        self.assertEqual(vera.get(of_admin["files"][0]["url"]).status, 404)
        self.assertEqual(vera.post("/api/v1/links", {"path": of_admin["files"][0]["url"]}).status, 404)
        self.assertIn(own.json["id"], [j["id"] for j in api.get("/api/v1/exports").json["exports"]])

    def test_what_cannot_be_is_refused(self):
        for wrong in ({"cameras": []}, {"start": time.time() + 100, "end": time.time() + 200}, {"end": 0}, {"exact": "yes"},
                      {"start": "noon"}, {"stream": "third"}, {"cameras": ["../x"]}):
            body = {"cameras": ["one"], **self.span(), **wrong}
            self.assertEqual(self.server.api.post("/api/v1/exports", body).status, 400, wrong)
        none = make(self.server, "failed", start=100, end=200)
        self.assertIn("no footage", none["error"])
        self.assertEqual(self.server.api.get("/exports/nothing/at-all.mp4").status, 404)

    def test_removed_is_gone(self):
        job = make(self.server, **self.span())
        folder = self.server.folder / "data/exports" / job["id"]
        self.assertTrue(folder.is_dir())
        self.assertEqual(self.server.api.request("DELETE", f"/api/v1/exports/{job['id']}").status, 204)
        self.assertFalse(folder.exists())
        self.assertEqual(self.server.api.get(job["files"][0]["url"]).status, 404)

    @unittest.skipUnless(has_gstreamer(), "no GStreamer for Python")
    def test_gstreamer_plays_it(self):
        for seen in lines_of(HOST_PYTHON, ROOT / "tests/system/gst_play_file.py", 1.3, *self.files()):
            self.assertNotIn("error", seen)
            self.assertAlmostEqual(seen["sought"], 1.3, delta=0.15)
            self.assertGreater(seen["end"], 3.5)

    @unittest.skipUnless(has_chromium(), "no Chromium, or no modules in tests/page")
    def test_chromium_plays_it(self):
        for seen in lines_of("node", PAGE / "play_file.mjs", 1.3, *self.files()):
            self.assertIsNone(seen["error"])
            self.assertEqual(seen["start"], 0)
            self.assertAlmostEqual(seen["sought"]["time"], 1.3, delta=0.01)
            self.assertTrue(seen["ended"])

    def files(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(subprocess.run, ["rm", "-r", folder])
        paths = []
        for exact in (False, True):
            job = make(self.server, start=round(self.began) + 2.35, end=round(self.began) + 6.35, exact=exact)
            paths.append(pathlib.Path(folder, f"{exact}.mp4"))
            paths[-1].write_bytes(fetch(self.server, job["files"][0]["url"]))
        return paths

    def test_the_command_beside_the_recorder(self):
        with tempfile.TemporaryDirectory() as folder:
            start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in self.span().values())
            done = subprocess.run([BINARY, "export", "--config", self.server.config, "--camera", "one", "--camera", "two", "--start",
                                   start, "--end", end, "--output", folder], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(p.name.split("_")[0] for p in pathlib.Path(folder).iterdir()), ["one", "two"])
            for path in pathlib.Path(folder).iterdir():
                self.assertEqual(decodes(path.read_bytes()), "")
                self.assertIn(path.name, done.stdout)
            wrong = subprocess.run([BINARY, "export", "--config", self.server.config, "--camera", "nobody", "--start", start, "--end",
                                    end, "--output", folder], capture_output=True, text=True, timeout=60)
            self.assertEqual(wrong.returncode, 1)
            self.assertIn("no footage", wrong.stderr)


class Faults(unittest.TestCase):
    def test_a_gap_stays_as_long_as_it_was(self):
        with sim(("one", "sim:?size=320x180&fps=10&gop=10")) as url:
            with Server(f"  one: {url('one')}") as server:
                began = time.time()
                record_around_a_stop(server, 5, 3, 4)
                job = make(server, start=began, end=time.time())
                (file,) = job["files"]
                self.assertEqual([g["reason"] for g in job["gaps"] if parse(g["start"]) > parse(file["start"])], ["not running"])
                first = parse(file["start"])
                frames = frames_of(fetch(server, file["url"]))
                longest = max(b[0] - a[0] for a, b in zip(frames, frames[1:]))
                self.assertGreater(longest, 3)
                for at, code in frames:
                    self.assertAlmostEqual(first + at, code, delta=0.15)

    def test_sound_goes_on_in_silence_through_a_gap(self):
        """Players take sound as the clock: without it there what follows would be heard too early."""
        with tempfile.TemporaryDirectory() as folder:
            clip = coded_clip(folder, "sound.mp4", "-c:v", "copy")
            with sim(("one", f"file:{clip}")) as url, Server(f"  one: {url('one')}") as server:
                began = time.time()
                record_around_a_stop(server, 5, 3, 4)
                (file,) = make(server, start=began, end=time.time())["files"]
                path = pathlib.Path(folder, "out.mp4")
                path.write_bytes(fetch(server, file["url"]))
            facts, errors = ffprobe(path, "-select_streams", "v", "-show_entries", "packet=pts_time")
            self.assertEqual(errors, "")
            times = sorted(float(p["pts_time"]) for p in facts["packets"])
            gap = max(b - a for a, b in zip(times, times[1:]))
            self.assertGreater(gap, 3)
            done = subprocess.run(["ffmpeg", "-v", "warning", "-i", path, "-map", "0:a", "-f", "s16le", "-ac", "1", "-ar", "16000", "-"],
                                  capture_output=True, timeout=60, check=True)
            self.assertEqual(done.stderr, b"")
            heard = array.array("h", done.stdout)
            self.assertAlmostEqual(len(heard) / 16000, times[-1], delta=0.5)
            quiet = [max(map(abs, heard[n:n + 1600])) < 50 for n in range(0, len(heard) - 1600, 1600)]
            self.assertAlmostEqual(sum(quiet) / 10, gap, delta=0.6)

    def test_half_files_never_look_done(self):
        with sim(("one", "sim:?size=320x180&fps=10&gop=10")) as url:
            with Server(f"  one: {url('one')}") as server:
                began = time.time()
                wait_for("5 s", lambda: recorded_seconds(server, "one", began) > 5, 60)
                job = make(server, start=began, end=time.time())
                server.kill()
                # As a crash in the middle leaves it.
                folder = server.folder / "data/exports" / job["id"]
                record = json.loads((folder / "job.json").read_text())
                name = job["files"][0]["name"]
                whole = (folder / name).read_bytes()
                os.truncate(folder / name, 1000)
                (folder / "job.json").write_text(json.dumps({**record, "state": "running", "files": [], "expires": None}))
                (folder / "job.json.new").write_text("{")
                server.start()
                again = wait_for("it to be done again", lambda: ended(server, job["id"], "done"), 30)
                self.assertEqual(fetch(server, again["files"][0]["url"]), whole)
                self.assertEqual(sorted(p.name for p in folder.iterdir()), sorted([name, "job.json"]))

    @unittest.skipUnless(can_mount(), "mounting needs root")
    def test_a_full_disk_fails_the_export_alone(self):
        with Mounted("8m") as disk, sim(("one", "sim:?size=640x360&fps=25&gop=25")) as url:
            with Server(f"  one: {url('one')}") as server:
                began = time.time()
                (server.folder / "data/exports").rmdir()
                os.symlink(disk.folder, server.folder / "data/exports")
                pathlib.Path(disk.folder, "ballast").write_bytes(bytes(7_600_000))
                wait_for("8 s", lambda: recorded_seconds(server, "one", began) > 8, 60)
                job = make(server, "failed", start=began, end=time.time())
                self.assertIn("disk", job["error"])
                self.assertEqual([p.name for p in pathlib.Path(disk.folder, job["id"]).iterdir()], ["job.json"])
                self.assertEqual(job["files"], [])
                later = time.time()
                wait_for("recording to go on", lambda: recorded_seconds(server, "one", later) > 1, 20)

    def test_it_can_be_had_while_it_is_written_given_up_and_cut_off(self):
        # A pipe in place of the disk would be needed to stop the writing in the middle. Three seconds and a half of 720p that are
        # encoded again are slow enough.
        with Server("  one: 'sim:?size=1280x720&fps=25&gop=100'") as server:
            began = time.time()
            wait_for("8 s", lambda: recorded_seconds(server, "one", began - 5) > 8, 60)
            start = parse(coverage(server, "one", began - 5, time.time())["footage"][0]["start"]) + 0.5
            body = {"cameras": ["one"], "start": start, "end": start + 7, "exact": True}
            made = server.api.post("/api/v1/exports", body).json
            seen = wait_for("a file", lambda: server.api.get(f"/api/v1/exports/{made['id']}").json["files"], 30, every=0.01)
            begin = {"Range": "bytes=0-0"}
            wait_for("its first byte", lambda: server.api.get(seen[0]["url"], headers=begin).status == 206, 10, every=0.01)
            taken = {}
            reader = threading.Thread(target=lambda: taken.update(data=fetch(server, seen[0]["url"])))
            reader.start()
            job = wait_for("done", lambda: ended(server, made["id"], "done"), 60)
            reader.join(30)
            self.assertEqual(len(taken["data"]), job["files"][0]["bytes"])
            self.assertEqual(taken["data"], fetch(server, job["files"][0]["url"]))
            # Behind more than are made at a time, so that it is cancelled for certain before it is done.
            others = [server.api.post("/api/v1/exports", body).json["id"] for _ in range(5)]
            self.assertEqual(server.api.post(f"/api/v1/exports/{others[-1]}/cancel").status, 204)
            given_up = wait_for("its end", lambda: ended(server, others[-1], "cancelled"), 20)
            self.assertEqual([file["written"] for file in given_up["files"] if file["written"]], [])
            self.assertEqual(self.files_of(server, others[-1]), [])
            # Killed in the middle of one; it and those behind it are made after the next start.
            wait_for("one that is being made", lambda: server.api.get(f"/api/v1/exports/{others[-2]}").json["state"] == "running", 60, every=0.005)
            server.kill()
            self.assertLess(sum(p.stat().st_size for p in self.files_of(server, others[-2])), len(taken["data"]))
            server.start()
            for ident in others[:-1]:
                job = wait_for("the others", lambda i=ident: ended(server, i, "done"), 60)
                self.assertEqual(fetch(server, job["files"][0]["url"]), taken["data"])
                self.assertEqual([p.stat().st_size for p in self.files_of(server, ident)], [len(taken["data"])])

    def files_of(self, server, ident):
        return [p for p in (server.folder / "data/exports" / ident).iterdir() if p.name != "job.json"]


if __name__ == "__main__":
    unittest.main()
