# SPDX-License-Identifier: Apache-2.0
"""Transcodes for viewers: the same pictures at the same times, live and in footage, one for all, capped, ended with the last."""
import contextlib
import re
import subprocess
import tempfile
import threading
import time
import unittest

import feed_client
from rtsp_client import AnnexB, RtspClient, parse_rtp
from rtsp_players import decoded_by_ffmpeg, password_of
from support import Server, ffprobe, sim, wait_for
from test_record import recorded_seconds
from time_code import draw, times_of

WIDTH, HEIGHT, RATE = 640, 480, 10  # the smallest that shows something: tests share their machine


def make_h265(folder):
    """Ten seconds of pictures with time code as H.265 with B-frames, and sound."""
    path = f"{folder}/h265.mp4"
    pictures = b"".join(draw(1_763_632_800_000_000 + n * 1_000_000 // RATE, 1, WIDTH, HEIGHT) for n in range(10 * RATE))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "pipe:0",
                    "-f", "lavfi", "-i", "sine=440:sample_rate=16000", "-t", "10", "-pix_fmt", "yuv420p", "-c:v", "libx265", "-preset", "ultrafast",
                    "-x265-params", "log-level=none:keyint=10:min-keyint=10:scenecut=0:open-gop=0:bframes=3:b-adapt=0:pools=none:frame-threads=1", "-tag:v", "hvc1", "-c:a", "aac", path],
                   input=pictures, check=True, timeout=120)
    return path


def metric(server, name):
    found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", server.api.get("/metrics").body.decode(), re.M)
    return float(found[1])


def running(server):
    return server.api.get("/api/v1/system").json["transcodes"]["running"]


class Transcodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        clip = make_h265(folder.name)
        cls.cameras = sim(("new", f"file:{clip}"), ("old", "sim:?size=640x480&fps=10&gop=20"))
        address = cls.cameras.__enter__()
        cls.addClassCleanup(cls.cameras.__exit__, None, None, None)
        cls.server = Server(f"  new: {address('new')}\n  old: {address('old')}", "transcode: {most: 2}\nlive: {close_after: 10s}").start()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.began = time.time()
        for camera in ("new", "old"):
            cls.server.wait_state(camera, "running")

    def setUp(self):
        wait_for("the transcodes of the test before to end", lambda: running(self.server) == 0, 30)

    def check_same(self, main, other):
        """Pictures of both at the same time are the same picture, and the other one has no more (but where the last B-frames of main are still to come)."""
        common = sorted(set(main) & set(other))
        self.assertGreater(len(common), 15)
        self.assertEqual([other[t] for t in common], [main[t] for t in common])
        self.assertEqual([t for t in other if min(main) <= t < max(main) - 1 and t not in main], [])

    def test_the_picture_is_that_of_its_time(self):
        got = {}
        threads = [threading.Thread(target=lambda s=s: got.update({s: feed_client.live(self.server, "new", s, 5)})) for s in ("main", "h264", "360p")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertIn("hvc1", got["main"].texts[0]["mime"])
        main = got["main"].codes()
        for stream, size in (("h264", (640, 480)), ("360p", (480, 360))):
            with self.subTest(stream):
                init = got[stream].texts[0]
                self.assertEqual((init["type"], init["stream"], init["width"], init["height"]), ("init", stream, *size))
                self.assertIn("avc1", init["mime"])
                self.check_same(main, got[stream].codes())

    def test_h264_of_h264_is_the_stream_itself(self):
        got = feed_client.live(self.server, "old", "h264", 3)
        offsets = [abs(shown - claimed) for claimed, shown in got.codes().items()]
        self.assertLess(max(offsets), 0.05)
        self.assertEqual(running(self.server), 0)

    def test_two_viewers_one_transcode_which_ends_after_the_last(self):
        before = self.server.stream("new")["readers"]
        with feed_client.WebSocket(self.server, "/new/feed") as one, feed_client.WebSocket(self.server, "/new/feed") as two:
            for socket in (one, two):
                socket.send(type="live", request=1, stream="h264", audio=True)
            for socket in (one, two):
                watched = feed_client.Watched(socket, lambda w: w.seconds() >= 1)
                self.assertIn("mp4a", watched.texts[0]["mime"])
            self.assertEqual(running(self.server), 1)
            self.assertEqual(self.server.stream("new")["readers"], before + 1)
            self.assertEqual(metric(self.server, "vantage_transcodes"), 1)
        wait_for("the end", lambda: running(self.server) == 0 and self.server.stream("new")["readers"] == before, 15)

    def test_one_too_many_is_told_so(self):
        with feed_client.WebSocket(self.server, "/new/feed") as one, feed_client.WebSocket(self.server, "/old/feed") as two:
            one.send(type="live", request=1, stream="h264")
            two.send(type="live", request=1, stream="360p")
            for socket in (one, two):
                feed_client.Watched(socket, lambda w: w.media)
            refused = feed_client.live(self.server, "new", "360p", 1)
            self.assertEqual(refused.texts[-1]["code"], "overloaded")
            self.assertIn("transcode.most", refused.texts[-1]["detail"])
            # Not 404, after which a player never asks again.
            for path in ("live/720p/playlist.m3u8", "live/480p-video/playlist.m3u8"):
                answer = self.server.api.get(f"/new/stream/{path}")
                self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "10"), path)
                self.assertIn("transcode.most", answer.json["detail"])
            shared = feed_client.live(self.server, "new", "h264", 1)
            self.assertEqual(shared.types()[0], "init")

    def play(self, stream, at, seconds, speed=1):
        with feed_client.WebSocket(self.server, "/new/feed") as socket:
            socket.send(type="play", request=1, stream=stream, audio=False, at=at, until=at + seconds, speed=speed)
            return feed_client.Watched(socket, lambda w: w.seconds() >= seconds or "error" in w.types())

    def test_footage_is_the_same_at_the_same_times(self):
        wait_for("footage", lambda: recorded_seconds(self.server, "new", self.began) > 9, 60)
        at = time.time() - 8
        main = self.play("main", at, 4)
        self.assertIn("hvc1", main.texts[0]["mime"])
        small = self.play("360p", at, 4)
        self.assertEqual(small.texts[0]["height"], 360)
        self.assertEqual(small.types().count("init"), 1, "the parameters of all fragments are the same")
        self.check_same(main.codes(), small.codes())
        fast = self.play("h264", at, 4, speed=8)
        for run in fast.video()[0]:
            self.assertTrue(run.key)
        wait_for("the place to be given back", lambda: running(self.server) == 0, 20)

    def test_hls_of_footage_for_players_without_its_codec(self):
        """Rewound in a player that plays H.264 alone: the same list, transcoded where it is asked for."""
        wait_for("footage", lambda: recorded_seconds(self.server, "new", self.began) > 9, 60)
        address = f"http://any:{self.server.api.token}@127.0.0.1:{self.server.port}"
        def listed():
            answer = self.server.api.get("/new/stream/today/h264/playlist.m3u8")
            return answer.status == 200 and answer.body.decode()
        playlist = wait_for("a list", listed, 30)
        names = [line for line in playlist.splitlines() if line.endswith(".m4s")]
        self.assertIn(names[0], self.server.api.get("/new/stream/today/main/playlist.m3u8").body.decode())
        for period in ("live", "today"):
            index = self.server.api.get(f"/new/stream/{period}/index.m3u8").body.decode()
            self.assertRegex(index, r'CODECS="hvc1[^"]*"', period)
            self.assertRegex(index, r'CODECS="avc1[^"]*",RESOLUTION=640x480[^\n]*\nh264-video/playlist.m3u8', period)
        got = []
        threads = [threading.Thread(target=lambda: got.append(self.server.api.get(f"/new/stream/today/h264-video/{names[0]}"))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual([answer.status for answer in got], [200] * 3)
        self.assertEqual(len({answer.body for answer in got}), 1)
        self.assertEqual(running(self.server), 1)
        for path in ("today/h264/playlist.m3u8", "today/360p/playlist.m3u8"):
            facts, errors = ffprobe(f"{address}/new/stream/{path}", "-select_streams", "v", "-show_entries", "stream=codec_name,height:packet=pts_time", "-read_intervals", "%+#100")
            self.assertEqual(errors, "", path)
            self.assertEqual(facts["streams"][0]["codec_name"], "h264")
            times = [float(p["pts_time"]) for p in facts["packets"]]
            self.assertGreater(len(times), 40)
            self.assertLess(max(b - a for a, b in zip(times, times[1:])), 0.5, path)
        wait_for("the place to be given back", lambda: running(self.server) == 0, 20)

    def test_hls_of_a_transcode(self):
        playlist = self.server.api.get("/new/stream/live/360p/playlist.m3u8")
        self.assertEqual(playlist.status, 200, playlist.body[:300])
        url = f"http://any:{self.server.api.token}@127.0.0.1:{self.server.port}/new/stream/live/360p/playlist.m3u8"
        out = subprocess.run(["ffmpeg", "-v", "error", "-t", "4", "-i", url, "-map", "0:v", "-f", "null", "-progress", "-", "-"], capture_output=True, text=True, timeout=60)
        self.assertEqual(out.returncode, 0, out.stderr)
        frames = [int(line.split("=")[1]) for line in out.stdout.splitlines() if line.startswith("frame=")]
        self.assertGreater(frames[-1], 10)

    def test_rtsp_of_a_transcode(self):
        url = f"rtsp://admin:{password_of(self.server)}@127.0.0.1:{self.server.rtsp_port}/new"
        for transport in ("tcp", "udp"):
            with self.subTest(transport=transport):
                facts, errors = ffprobe(f"{url}/360p", "-rtsp_transport", transport, "-show_entries", "stream=codec_name,width,height")
                self.assertEqual(errors, "")
                self.assertEqual({(s["codec_name"], s.get("width"), s.get("height")) for s in facts["streams"]}, {("h264", 480, 360), ("aac", None, None)})
                pictures, complaints = decoded_by_ffmpeg(f"{url}/360p", 30, transport)
                self.assertEqual((pictures, complaints), (30, []))
                self.assertEqual(running(self.server), 1, "one for both")
        with contextlib.closing(RtspClient(self.server.rtsp_port, "new/360p", "admin", password_of(self.server))) as client:
            client.play()
            stream, marks = AnnexB(), 0
            for channel, frame in client.frames():
                if channel == 0:
                    marker, _, _, _, payload = parse_rtp(frame)
                    stream.add(payload)
                    marks += marker
                if marks > 20:
                    break
        shown = times_of(bytes(stream.data), 480, 360)
        self.assertGreater(len(shown), 15)
        self.assertNotIn(None, shown, "its pictures are those of the camera, with their time code")
        wait_for("the end", lambda: running(self.server) == 0, 20)

    def test_rtsp_of_one_too_many_is_refused(self):
        with feed_client.WebSocket(self.server, "/new/feed") as one, feed_client.WebSocket(self.server, "/old/feed") as two:
            one.send(type="live", request=1, stream="h264")
            two.send(type="live", request=1, stream="360p")
            for socket in (one, two):
                feed_client.Watched(socket, lambda w: w.media)
            with contextlib.closing(RtspClient(self.server.rtsp_port, "new/480p", "admin", password_of(self.server))) as client:
                client.log_in()
                self.assertEqual(client.ask("DESCRIBE").status, 453)
            self.assertEqual(running(self.server), 2)


if __name__ == "__main__":
    unittest.main()
