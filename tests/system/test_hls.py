# SPDX-License-Identifier: Apache-2.0
"""HLS in the real program: what FFmpeg and GStreamer make of live and of footage, and how requests wait."""
import subprocess
import tempfile
import threading
import unittest

import support



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


def ffmpeg(address, seconds=4, *arguments):
    """Decodes some seconds; returns frames of video, and what FFmpeg complained about."""
    done = subprocess.run(["ffmpeg", "-v", "warning", "-t", str(seconds), "-i", address, *arguments, "-f", "null", "-progress", "-", "-"],
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

    def test_the_index_says_what_there_is(self):
        index = "\n".join(lines(self.server, "/door/stream/live/index.m3u8"))
        self.assertIn("RESOLUTION=320x180,FRAME-RATE=25.000", index)
        self.assertIn("RESOLUTION=160x90,FRAME-RATE=10.000", index)
        self.assertIn('TYPE=AUDIO,GROUP-ID="audio"', index)
        self.assertRegex(index, r'CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"')

    def test_a_request_waits_for_the_part_it_names(self):
        playlist = lines(self.server, "/door/stream/live/main/playlist.m3u8")
        hint = next(line for line in playlist if line.startswith("#EXT-X-PRELOAD-HINT"))
        name = hint.split('"')[1]
        number, part = name[1:].split(".")[:2]
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
                             ("main/s1.m4s", 404), ("main/s1.x.m4s", 404), ("main/init-0000000000000000.mp4", 404),
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


if __name__ == "__main__":
    unittest.main()
