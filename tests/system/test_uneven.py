# SPDX-License-Identifier: Apache-2.0
"""A camera whose frames come unevenly, in bursts and after pauses, with the real program: frames, thumbnails, moments, exports and
timelapses show the frame that was shown at the instant, and tell its true time."""
import bisect
import email
import math
import pathlib
import random
import tempfile
import time
import unittest

from made_footage import uneven_clip
from support import Process, Server, free_port, listening, wait_for
from test_export import SIZE, decodes, fetch, frames_of, make
from test_moments import HUNDREDTH, claims, gif_frames, moment
from test_pictures import codes_of
from test_players import has_gstreamer
from test_record import RTSPCAM, parse, recorded_seconds
from test_thumbnails import stored
from test_timelapse import ask, ended, film_of

EXACT = 0.0015  # answers tell milliseconds
# Milliseconds from each frame to the next: 25 a second, with pauses up to 400 ms and bursts of 100 a second. Half a second to two for
# twenty of them, which is a group of pictures; 1.72 s in all.
STEPS = [40, 40, 40, 200, 10, 10, 20, 40, 40, 130, 10, 10, 10, 10, 160, 40, 40, 40, 400, 20, 60, 30, 40, 40, 10, 190, 40]


class Uneven(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        clip = uneven_clip(pathlib.Path(folder.name, "clip.mp4"), 1_763_632_800, STEPS, 11, *SIZE, "-c:v", "libx264", "-preset", "fast", "-bf", "2", "-g", "20", "-crf", "20")
        cameras = {"near": f"file:{clip}"}
        if RTSPCAM.exists() and has_gstreamer():
            port = free_port()
            process = Process(["/usr/bin/python3", RTSPCAM, "--port", port, f"/far={clip}"], folder.name, "rtspcam")
            cls.addClassCleanup(process.kill)
            wait_for("GStreamer's camera", lambda: listening(port) or not process.running(), 60)
            cameras["far"] = f"rtsp://127.0.0.1:{port}/far"
        cls.cameras = list(cameras)
        cls.server = server = Server("".join(f"  {name}: '{source}'\n" for name, source in cameras.items())).start()
        cls.addClassCleanup(server.__exit__, None, None, None)
        began = time.time()
        for name in cameras:
            wait_for(f"9 s of {name}", lambda n=name: recorded_seconds(server, n, began - 5) > 9, 60)
        asked = {name: server.api.post(f"/api/v1/cameras/{name}/moments", {"length": 4}).json["id"] for name in cameras}
        cls.moments = {name: wait_for("the moment", lambda n=name: (m := moment(server, n, asked[n]))["state"] == "done" and m, 30) for name in cameras}
        server.stop()
        server.write_config("".join(f"  {name}: 'rtsp://127.0.0.1:9/none'\n" for name in cameras))
        cls.truth = {name: cls.frames_on_disk(name) for name in cameras}
        server.start()

    @classmethod
    def frames_on_disk(cls, camera):
        """(time, time code) of each frame of its last segment, whose prft box tells UTC."""
        data = cls.server.segments(camera)[-1].read_bytes()
        at = data.index(b"prft") - 4
        start = int.from_bytes(data[at + 16:at + 24], "big") / (1 << 32) - 2_208_988_800 - int.from_bytes(data[at + 24:at + 32], "big") / 90000
        return [(start + shown, code) for shown, code in frames_of(data)]

    def expect_shown(self, camera, claimed, codes, delta=EXACT):
        """Each picture is the one that footage shows at the time that is claimed for it."""
        truth = self.truth[camera]
        for at, code in zip(claimed, codes, strict=True):
            time_of, right = min(truth, key=lambda frame: abs(frame[0] - at))
            self.assertAlmostEqual(time_of, at, delta=delta)
            if delta > 0.005:  # what claims so little may mean a neighbour of a burst
                self.assertIn(code, [c for t, c in truth if abs(t - at) <= delta])
            else:
                self.assertEqual(code, right, (at, time_of))

    def standing(self, camera, at):
        """The number of the frame that is shown then."""
        return bisect.bisect([time for time, _ in self.truth[camera]], at) - 1

    def span(self, camera, seconds):
        """The last `seconds` of what was recorded, but for a second."""
        end = math.floor(self.truth[camera][-1][0]) - 1
        return end - seconds, end

    def test_footage_keeps_the_rhythm_of_the_camera(self):
        for camera in self.cameras:
            truth = self.truth[camera][:-3]  # at the end of a recording a frame between two others may lack
            self.assertGreater(len(truth), 120)
            steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(truth, truth[1:]) if b[1] > a[1]]  # a clip begins again
            self.assertGreaterEqual(len(steps), len(truth) - 3)
            self.assertEqual({round(coded * 1000) for _, coded in steps}, set(STEPS), "none was lost")
            for lasts, coded in steps:
                self.assertAlmostEqual(lasts, coded, delta=0.001)

    def test_each_frame_until_the_next(self):
        chance = random.Random(4)
        for camera in self.cameras:
            times = [at for at, _ in self.truth[camera]]
            some = chance.sample(range(10, len(times) - 10), 12)
            asked = [edge for n in some for edge in (math.ceil(times[n] * 1000) / 1000, math.floor(times[n + 1] * 1000) / 1000 - 0.001)]
            asked += [chance.uniform(times[10], times[-10]) for _ in range(8)]
            pictures, said = [], []
            for at in asked:
                answer = self.server.api.get(f"/{camera}/frame/?ts={at:.6f}")
                self.assertEqual(answer.status, 200, answer.body[:300])
                pictures.append(answer.body)
                said.append(parse(answer.headers["Vantage-Time"]))
            self.expect_shown(camera, said, codes_of(pictures)[0])
            for at, told in zip(asked, said):
                shown = times[bisect.bisect([math.floor(t * 1000) / 1000 for t in times], at + 1e-6) - 1]
                self.assertAlmostEqual(told, shown, delta=EXACT, msg=f"the newest at {at}")

    def test_thumbnails(self):
        for camera in self.cameras:
            start, _ = self.span(camera, 8)
            listed = self.server.api.get(f"/{camera}/thumbnailGroup?ts={start}&minutes=0.1").json["thumbnails"]
            edges = [start, *(parse(one["time"]) for one in listed), start + 6]
            self.assertLess(max(b - a for a, b in zip(edges, edges[1:])), 1.6, "one and a half intervals")
            self.assertGreaterEqual(len(stored(listed)), 3)
            whole = self.server.api.get(f"/{camera}/thumbnailGroup?ts={start}&minutes=0.1&format=multipart")
            parts = email.message_from_bytes(f"Content-Type: {whole.headers['Content-Type']}\r\n\r\n".encode() + whole.body).get_payload()
            self.expect_shown(camera, [parse(p["Vantage-Time"]) for p in parts], codes_of([p.get_payload(decode=True) for p in parts])[0])

    def expect_all_shown(self, camera, frames, start, end):
        """Those of the span, and no others."""
        self.expect_shown(camera, [at for at, _ in frames], [code for _, code in frames], delta=0.0025)
        wanted = [code for at, code in self.truth[camera] if start + EXACT < at < end - EXACT]
        self.assertLessEqual(set(wanted), {code for _, code in frames})
        self.assertLessEqual(len(frames), len(wanted) + 2)

    def test_moments_and_exports(self):
        for camera in self.cameras:
            made = self.moments[camera]
            end = parse(made["created"])
            self.expect_all_shown(camera, claims(made, frames_of(fetch(self.server, made["mp4"]))), end - 4, end)
            pictures = claims(made, gif_frames(fetch(self.server, made["gif"])))
            self.assertGreater(len(pictures), 20)
            self.expect_shown(camera, [at for at, _ in pictures], [code for _, code in pictures], HUNDREDTH + EXACT)
            start, end = (at + 0.37 for at in self.span(camera, 3))
            (file,) = make(self.server, cameras=[camera], start=start, end=end, exact=True)["files"]
            data = fetch(self.server, file["url"])
            self.assertEqual(decodes(data), "")
            self.expect_all_shown(camera, [(parse(file["start"]) + at, code) for at, code in frames_of(data)], start, end)

    def test_timelapses(self):
        for camera in self.cameras:
            start, end = self.span(camera, 6)
            for seconds, fps in ((2, 20), (1, 3)):
                job = ended(self.server, ask(self.server, camera, start, end, seconds=seconds, fps=fps))
                self.assertEqual((job["state"], job["error"]), ("done", None))
                _, times, shown, _ = film_of(self.server, job)
                self.expect_shown(camera, times, shown)
                self.assertEqual(times, sorted(set(times)))
                if fps == 20:
                    # Slots shorter than a group of pictures: what stands when one begins is shown, a pause once.
                    begins = [start + n * (end - start) / (seconds * fps) for n in range(seconds * fps)]
                    edges = [(self.standing(camera, at - EXACT), self.standing(camera, at + EXACT)) for at in begins]
                    least, most = {a for a, b in edges if a == b}, {n for edge in edges for n in edge}
                    self.assertTrue(len(least) <= len(times) <= len(most), (len(least), len(times), len(most)))
                else:
                    self.assertEqual(len(times), seconds * fps)


if __name__ == "__main__":
    unittest.main()
