# SPDX-License-Identifier: Apache-2.0
"""HLS in the real program: what FFmpeg and GStreamer make of live and of footage, and how requests wait."""
import datetime
import gzip
import re
import subprocess
import tempfile
import threading
import time
import unittest

import support
from hls_playlist import check_reload, read_playlist
from support import ROOT
from test_record import recorded_seconds

HOST_PYTHON = "/usr/bin/python3"



def make_clip(folder):
    """Pictures and sound, a key frame every two seconds."""
    path = f"{folder}/clip.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=440:sample_rate=48000",
                    "-t", "20", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", path],
                   check=True)
    return path


def lines(server, path):
    answer = server.api.get(path)
    assert answer.status == 200, (path, answer.status, answer.body[:300])
    return answer.body.decode().splitlines()


def value(playlist, tag):
    return next(line.split(":", 1)[1] for line in playlist if line.startswith(tag + ":"))


def url(server, path):
    return f"http://any:{server.api.token}@127.0.0.1:{server.port}{path}"


def ffmpeg(address, seconds=4, before=()):
    """Decodes some seconds; returns frames of video, and what FFmpeg complained about."""
    done = subprocess.run(["ffmpeg", "-v", "warning", *before, "-t", str(seconds), "-i", address, "-f", "null", "-progress", "-", "-"],
                          capture_output=True, text=True, timeout=60)
    frames = [int(line.split("=")[1]) for line in done.stdout.splitlines() if line.startswith("frame=")]
    assert done.returncode == 0, done.stderr
    return frames[-1] if frames else 0, done.stderr


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cameras = support.sim(("door", f"file:{make_clip(folder.name)}"), ("small", "sim:?size=160x90&fps=10&gop=20"))
        address = cls.cameras.__enter__()
        cls.addClassCleanup(cls.cameras.__exit__, None, None, None)
        cls.server = support.Server(f"  door: {{source: '{address('door')}', sub: '{address('small')}'}}\n"
                                    f"  shy: {{source: '{address('small')}', on_demand: true}}").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.wait_state("door", "running")

    def test_ffmpeg_decodes_every_form(self):
        for path in ("playlist.m3u8", "index.m3u8", "main/playlist.m3u8", "main-video/playlist.m3u8", "sub/playlist.m3u8"):
            with self.subTest(path):
                frames, errors = ffmpeg(url(self.server, f"/door/stream/live/{path}"))
                self.assertGreaterEqual(frames, 38, errors)
        facts, errors = support.ffprobe(url(self.server, "/door/stream/live/main-audio/playlist.m3u8"), "-show_streams")
        self.assertEqual([s["codec_name"] for s in facts["streams"]], ["aac"], errors)
        facts, errors = support.ffprobe(url(self.server, "/door/stream/live/playlist.m3u8"), "-show_streams")
        self.assertEqual(sorted(s["codec_name"] for s in facts["streams"]), ["aac", "h264"], errors)

    def test_gstreamer_plays_live_and_today(self):
        support.wait_for("footage", lambda: self.server.api.get("/door/stream/today/playlist.m3u8").status == 200, 40)
        for demuxer in ("hlsdemux", "hlsdemux2"):
            if subprocess.run(["gst-inspect-1.0", demuxer], capture_output=True).returncode:
                continue
            for path in ("live/playlist.m3u8", "live/index.m3u8", "today/playlist.m3u8"):
                with self.subTest(f"{demuxer} {path}"):
                    done = subprocess.run([HOST_PYTHON, ROOT / "tests/system/gst_play_hls.py", demuxer, url(self.server, f"/door/stream/{path}"), "3"],
                                          capture_output=True, text=True, timeout=60)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr[-2000:])

    def test_the_index_says_what_there_is(self):
        index = "\n".join(lines(self.server, "/door/stream/live/index.m3u8"))
        self.assertIn("RESOLUTION=320x180,FRAME-RATE=25.000", index)
        self.assertIn("RESOLUTION=160x90,FRAME-RATE=10.000", index)
        self.assertIn('TYPE=AUDIO,GROUP-ID="audio"', index)
        self.assertRegex(index, r'CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"')

    def test_a_request_waits_for_the_part_it_names(self):
        playlist = read_playlist("\n".join(lines(self.server, "/door/stream/live/main/playlist.m3u8")) + "\n")
        name = playlist.hints[0]["URI"]
        number, part = playlist.newest()
        number, part = (number + 1, 0) if part is None else (number, part + 1)
        got = {}

        def fetch(key, path):
            got[key] = self.server.api.get(path)

        asked = [threading.Thread(target=fetch, args=("playlist", f"/door/stream/live/main/playlist.m3u8?_HLS_msn={number}&_HLS_part={part}")),
                 threading.Thread(target=fetch, args=("part", f"/door/stream/live/main/{name}"))]
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join(10)
        self.assertIn(name, got["playlist"].body.decode())
        self.assertEqual((got["part"].status, got["part"].headers["Content-Type"]), (200, "video/mp4"))
        self.assertEqual(got["part"].body[4:8], b"moof")
        self.assertIn("immutable", got["part"].headers["Cache-Control"])

    def test_what_cannot_be_is_refused(self):
        newest = int(value(lines(self.server, "/door/stream/live/main/playlist.m3u8"), "#EXT-X-MEDIA-SEQUENCE"))
        for path, status in ((f"main/playlist.m3u8?_HLS_msn={newest + 100}", 400), ("main/playlist.m3u8?_HLS_part=1", 400),
                             ("main/playlist.m3u8?_HLS_msn=x", 400), ("main/playlist.m3u8?_HLS_msn=1", 200),
                             ("main/s1.m4s", 404), ("main/s1.x.m4s", 404), ("main/p1.m4s", 404), ("main/p999999999999999.m4s", 404), ("main/init-0000000000000000.mp4", 404),
                             ("other/playlist.m3u8", 404), ("sub-audio/playlist.m3u8", 404)):
            with self.subTest(path):
                self.assertEqual(self.server.api.get(f"/door/stream/live/{path}").status, status)
        self.assertEqual(support.Client(self.server.port).get("/door/stream/live/playlist.m3u8").status, 401)

    def test_gzip(self):
        answer = self.server.api.get("/door/stream/live/main/playlist.m3u8", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertEqual(answer.body[:2], b"\x1f\x8b")

    def test_a_camera_on_demand_connects_with_the_first_request(self):
        self.assertEqual(self.server.stream("shy")["state"], "idle")
        playlist = lines(self.server, "/shy/stream/live/playlist.m3u8")
        self.assertTrue(any(line.startswith("#EXTINF") for line in playlist))
        self.assertEqual(self.server.stream("shy")["state"], "running")

class Footage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cameras = support.sim(("door", f"file:{make_clip(folder.name)}"))
        address = cls.cameras.__enter__()
        cls.addClassCleanup(cls.cameras.__exit__, None, None, None)
        cls.server = support.Server(f"  door: {address('door')}").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.began = time.time()
        cls.wait_recorded(14, cls.began)
        # A restart makes a hole, and another segment.
        cls.server.stop()
        cls.server.start()
        cls.again = time.time()
        cls.wait_recorded(14, cls.again)

    @classmethod
    def wait_recorded(cls, seconds, since):
        support.wait_for(f"{seconds} s of footage", lambda: recorded_seconds(cls.server, "door", since) > seconds, 60)

    def test_today_grows_and_keeps_its_history(self):
        before = lines(self.server, "/door/stream/today/playlist.m3u8")
        self.assertIn("#EXT-X-PLAYLIST-TYPE:EVENT", before)
        self.assertEqual(before.count("#EXT-X-DISCONTINUITY"), 1)
        self.assertEqual(sum(line.startswith("#EXT-X-MAP") for line in before), 2)
        after = support.wait_for("more", lambda: (now := lines(self.server, "/door/stream/today/playlist.m3u8")) != before and now, 30)
        self.assertEqual(after[:len(before)], before)
        for line in after:
            if line.endswith(".m4s"):
                media = self.server.api.get(f"/door/stream/today/{line}")
                self.assertEqual((media.status, media.body[4:8]), (200, b"moof"))

    def test_dates_are_those_of_the_video(self):
        """The date of a segment is its decode time, which is Unix time."""
        playlist = lines(self.server, "/door/stream/today/main/playlist.m3u8")
        for date, name in zip((l for l in playlist if l.startswith("#EXT-X-PROGRAM")), (l for l in playlist if l.endswith(".m4s"))):
            said = datetime.datetime.fromisoformat(date.split(":", 1)[1].replace("Z", "+00:00")).timestamp()
            body = self.server.api.get(f"/door/stream/today/main/{name}").body
            at = body.index(b"tfdt") + 8
            self.assertAlmostEqual(int.from_bytes(body[at:at + 8], "big") / 90000, said, delta=0.3)  # the first part may be sound
            self.assertEqual(int(name[1:-4]) // 90, int(said * 1000))

    def test_ffmpeg_decodes_days_and_ranges(self):
        day = datetime.datetime.now().strftime("%Y-%m-%d")
        start, end = int(self.again + 3), int(self.again + 13)
        for path, least in (("today/playlist.m3u8?", 300), (f"{day}/index.m3u8?", 300),
                            (f"{datetime.datetime.now().weekday()}/main-video/playlist.m3u8?", 300),
                            (f"range/playlist.m3u8?start={start}&end={end}", 240), (f"{start}000-{end}000/index.m3u8?", 240)):
            with self.subTest(path):
                frames, errors = ffmpeg(url(self.server, f"/door/stream/{path}"), 12, before=("-live_start_index", "0"))
                self.assertGreaterEqual(frames, least, errors)
        facts, _ = support.ffprobe(url(self.server, f"/door/stream/{start}000-{end}000/main-audio/playlist.m3u8"), "-show_streams", "-show_format")
        self.assertEqual([s["codec_name"] for s in facts["streams"]], ["aac"])
        self.assertAlmostEqual(float(facts["format"]["duration"]), 12, delta=2.5)

    def test_bit_rates_are_bounds_with_the_sound(self):
        start = int(self.again + 3)
        folder = f"/door/stream/{start}000-{start + 9}000"
        index = "\n".join(lines(self.server, f"{folder}/index.m3u8"))
        peak, average = (int(n) for n in re.search(r"BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+)", index).groups())
        bits, seconds, rates = 0, 0.0, []
        video, sound = (read_playlist("\n".join(lines(self.server, f"{folder}/{name}/playlist.m3u8")) + "\n").segments for name in ("main-video", "main-audio"))
        for picture, heard in zip(video, sound, strict=True):
            size = 8 * sum(len(self.server.api.get(f"{folder}/{name}/{s.uri}").body) for name, s in (("main-video", picture), ("main-audio", heard)))
            bits, seconds = bits + size, seconds + picture.duration
            if picture.duration >= 6:  # half the target duration (RFC 8216 4.3.4.2); a rest counts with its neighbour
                rates.append(size / picture.duration)
        self.assertLessEqual(bits / seconds, average)
        self.assertGreater(bits / seconds, average * 0.9)
        self.assertLessEqual(max(rates), peak)
        manifest = self.server.api.get(f"{folder}/manifest.mpd").body.decode()
        said = int(re.search(r'<Representation id="main-audio" bandwidth="(\d+)"', manifest)[1])
        heard = 8 * sum(len(self.server.api.get(f"{folder}/main-audio/{s.uri}").body) for s in sound) / sum(s.duration for s in sound)
        self.assertTrue(heard <= said < 2 * heard, (heard, said))

    def test_an_unchanged_playlist_is_not_sent_again(self):
        start = int(self.again + 3)
        path = f"/door/stream/{start}000-{start + 5}000/playlist.m3u8"
        first = self.server.api.get(path, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(first.headers["Content-Encoding"], "gzip")
        plain = self.server.api.get(path)
        self.assertEqual(gzip.decompress(first.body), plain.body)
        self.assertTrue(plain.body.endswith(b"#EXT-X-ENDLIST\n"))
        self.assertEqual(self.server.api.get(path, headers={"If-None-Match": first.headers["ETag"]}).status, 304)

    def test_what_is_not_there(self):
        newest = next(line for line in lines(self.server, "/door/stream/today/main/playlist.m3u8") if line.endswith(".m4s"))
        for path, status in (("2001-01-01/playlist.m3u8", 404), ("yesterday/playlist.m3u8", 404), ("2999-01-01/playlist.m3u8", 404),
                             ("today/sub/playlist.m3u8", 404), ("today/dance/playlist.m3u8", 404), ("2-1/playlist.m3u8", 400),
                             ("range/playlist.m3u8", 400), (f"2001-01-01/main/{newest}", 404), ("today/main/t1.m4s", 404)):
            with self.subTest(path):
                answer = self.server.api.get(f"/door/stream/{path}")
                self.assertEqual(answer.status, status)
                self.assertTrue(answer.json["detail"])


class Numbers(unittest.TestCase):
    """What a player sees that reloads over a restart of the program, and while retention takes the day's beginning."""

    def playlist(self, server, path):
        return read_playlist("\n".join(lines(server, path)) + "\n")

    def listed(self, server, since, entries):
        def long_enough():
            answer = server.api.get("/door/stream/today/playlist.m3u8")
            if answer.status != 200:
                return None
            now = read_playlist(answer.body.decode())
            return now if sum(s.date >= since for s in now.segments) >= entries else None
        return support.wait_for("today's list", long_enough, 60)

    def test_numbers_outlast_a_restart_and_retention(self):
        with support.sim(("door", "sim:?size=160x90&fps=10&gop=10")) as address:
            camera = f"  door: {{source: '{address('door')}'"
            with support.Server(camera + "}") as server:
                self.listed(server, 0, 2)
                live = self.playlist(server, "/door/stream/live/main/playlist.m3u8")
                server.stop()
                again = time.time()
                server.start()
                before = self.listed(server, again, 2)
                after = self.playlist(server, "/door/stream/live/main/playlist.m3u8")
                self.assertGreater(after.sequence, live.newest()[0])
                self.assertGreater(after.discontinuity_sequence, live.discontinuity_sequence)
                first, second = server.segments("door")
                server.stop()
                # Room for the second file and what comes, not for the first.
                server.write_config(camera + f", record: {{bytes: {second.stat().st_size + first.stat().st_size // 2}}}}}")
                server.start()
                support.wait_for("retention", lambda: not first.exists(), 30)
                now = self.playlist(server, "/door/stream/today/playlist.m3u8")
                gone = next(i for i, s in enumerate(before.segments) if s.uri == now.segments[0].uri)
                self.assertGreaterEqual(gone, 2)
                self.assertEqual(now.sequence, before.sequence + gone)
                # Nobody could say any more that a hole was in front of what is now the first: its tag is counted.
                self.assertEqual(now.discontinuity_sequence, before.discontinuity_sequence + 1)
                self.assertEqual((before.kind, now.kind), ("EVENT", None))
                # What retention does to a list of seconds is more than it may do to one of hours.
                unlike = ("kind changed", "lost segments", "discontinuity changed", "segments were removed")
                self.assertEqual([f for f in check_reload(before, now) if not any(word in f for word in unlike)], [])


if __name__ == "__main__":
    unittest.main()
