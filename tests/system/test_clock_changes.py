# SPDX-License-Identifier: Apache-2.0
"""Days of 23 and 25 hours, with the real program: what is asked for across the change of the clocks shows the instant that it claims,
and the hour that comes twice is told apart."""
import bisect
import datetime
import email
import json
import pathlib
import subprocess
import tempfile
import time
import unittest
import zoneinfo

from made_footage import moved
from support import Server, ffprobe, quote, wait_for
from test_commands import vantage
from test_export import SIZE, fetch, frames_of, make
from test_moments import moment
from test_pictures import codes_of
from test_record import parse, recorded_seconds
from test_thumbnails import stored
from test_timelapse import ask, ended, film_of
from time_code import times_of

EXACT = 0.0015  # answers tell milliseconds
ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = datetime.date(2025, 3, 30), datetime.date(2025, 10, 26)
HOURS = {SPRING: 23, AUTUMN: 25}
EVERY = 600  # seconds from one piece of footage to the next, about


def midnight(date):
    return datetime.datetime.combine(date, datetime.time(), ZONE).timestamp()


def change(date):
    return datetime.datetime.combine(date, datetime.time(1), datetime.timezone.utc).timestamp()


def wall(at, offset=None):
    """RFC 3339 with the offset of the zone then, or with another number of hours."""
    zone = ZONE if offset is None else datetime.timezone(datetime.timedelta(hours=offset))
    return datetime.datetime.fromtimestamp(at, zone).isoformat(timespec="milliseconds")


class ClockChanges(unittest.TestCase):
    """Four seconds of footage were recorded, and lie there again and again over both days and a little more. No two pieces lie whole
    hours apart, so a picture out of the wrong one does not show what it claims."""

    @classmethod
    def setUpClass(cls):
        zone = f"time_zone: {ZONE.key}"
        cls.server = server = Server("  door: {source: 'sim:?size=320x180&fps=25&gop=25', timelapse: off}", zone).start()
        cls.addClassCleanup(server.__exit__, None, None, None)
        began = time.time()
        wait_for("4 s", lambda: recorded_seconds(server, "door", began - 5) > 4, 60)
        asked = [server.api.post("/api/v1/cameras/door/moments", {"length": length}).json["id"] for length in (4, 5)]
        cls.moments = [wait_for("the moment", lambda i=ident: (m := moment(server, "door", i))["state"] == "done" and m, 30) for ident in asked]
        server.stop()
        (source,) = server.segments("door")
        cls.pieces = []
        for date, hours in HOURS.items():
            for n in range(-1, hours * 3600 // EVERY + 1):
                begins = midnight(date) + n * EVERY + (n * 37 + 5) % 97
                cls.pieces.append((begins, moved(source, server.storage, "door", begins, thumbnails=n % 2 == 0)))
            # A day that long ago is made when it was begun. Nothing is left of what was.
            work = server.folder / f"data/timelapses/door/{date}.work"
            work.parent.mkdir(exist_ok=True)
            work.write_bytes(b"torn")
        cls.move_moments()
        server.write_config("  door: {source: 'rtsp://127.0.0.1:9/none', timelapse: {seconds: 10, fps: 5}}", zone)
        done = vantage("reindex", "--config", server.config)
        assert done.returncode == 0, done.stderr
        server.start()

    @classmethod
    def move_moments(cls):
        """To 02:30:00 and, an hour later, to 02:30:00."""
        folder = cls.server.folder / "data/moments/door"
        for made, to in zip(cls.moments, (change(AUTUMN) - 1800, change(AUTUMN) + 1800)):
            record = json.loads((folder / f"{made['id']}.json").read_text())
            back = record["from"] // 1_000_000 - round(to)
            record["id"] = f"{datetime.datetime.fromtimestamp(to, datetime.timezone.utc):%Y%m%dT%H%M%SZ}"
            for time_of in ("from", "to", "start", "end", "created"):
                record[time_of] -= back * 1_000_000
            for file in folder.glob(f"{made['id']}.*"):
                file.rename(folder / f"{record['id']}{file.suffix}")
            (folder / f"{record['id']}.json").write_text(json.dumps(record))

    def shift(self, at):
        """How much earlier than it was recorded the piece lies that this instant is in."""
        return self.pieces[bisect.bisect([begins for begins, _ in self.pieces], at + 1.5) - 1][1]

    def expect_shown(self, claims, codes):
        for at, code in zip(claims, codes, strict=True):
            self.assertAlmostEqual(code - self.shift(at), at, delta=EXACT)

    def around(self, date, seconds):
        return [begins for begins, _ in self.pieces if abs(begins - change(date)) < seconds]

    def test_frames(self):
        for date in HOURS:
            said, pictures = [], []
            for n, begins in enumerate(self.around(date, 3 * EVERY)):
                at = round(begins + 1.51 + n * 0.13, 3)
                told = {f"{at:.3f}", wall(at), wall(at, 0), wall(at, 1), wall(at, 2), wall(at, -7)}
                answers = [self.server.api.get(f"/door/frame/?ts={quote(text)}") for text in told]
                self.assertEqual({a.status for a in answers}, {200}, answers[0].body[:300])
                self.assertEqual(len({(a.headers["Vantage-Time"], a.body) for a in answers}), 1, told)
                said.append(parse(answers[0].headers["Vantage-Time"]))
                self.assertTrue(0 <= at - said[-1] + EXACT < 0.04 + 2 * EXACT, (at, said[-1]))
                pictures.append(answers[0].body)
            self.assertGreaterEqual(len(said), 5)
            self.expect_shown(said, codes_of(pictures)[0])

    def test_a_time_on_the_wall_needs_its_offset(self):
        piece = self.around(AUTUMN, EVERY)[0] + 2
        first = wall(piece)
        self.assertTrue(first.endswith("+02:00"))
        self.assertEqual(self.server.api.get(f"/door/frame/?ts={quote(first)}").status, 200)
        for told, status in ((first.replace("+02:00", "+01:00"), 404), (first[:-6], 400)):
            answer = self.server.api.get(f"/door/frame/?ts={quote(told)}")
            self.assertEqual(answer.status, status, told)
        later = [begins for begins, _ in self.pieces if begins > piece + 3600][0]
        far = self.server.api.get(f"/door/frame/?ts={quote(first.replace('+02:00', '+01:00'))}").json
        self.assertLess(abs(parse(far["after"]) - later), 1.5)
        self.assertTrue(parse(far["before"]) < piece + 3600)

    def test_thumbnails(self):
        for date in HOURS:
            after = change(date) - EVERY
            for told in (f"{after:.0f}", wall(after)):
                answer = self.server.api.get(f"/door/thumbnailGroup?ts={quote(told)}&minutes={2 * EVERY // 60}")
                self.assertEqual(answer.status, 200, answer.body[:300])
                self.assertEqual((parse(answer.json["after"]), parse(answer.json["until"])), (after, after + 2 * EVERY))
                listed = answer.json["thumbnails"]
                times = [parse(one["time"]) for one in listed]
                self.assertEqual(times, sorted(set(times)))
                self.assertTrue(after < times[0] and times[-1] <= after + 2 * EVERY)
                for begins in (b for b in self.around(date, EVERY - 10)):
                    self.assertGreaterEqual(sum(begins < at < begins + 6 for at in times), 4, "a picture of each second")
            self.assertTrue(0 < len(stored(listed)) < len(listed), "of both kinds")
            whole = self.server.api.get(f"/door/thumbnailGroup?ts={after:.0f}&minutes={2 * EVERY // 60}&format=multipart")
            parts = email.message_from_bytes(f"Content-Type: {whole.headers['Content-Type']}\r\n\r\n".encode() + whole.body).get_payload()
            self.assertEqual(len(parts), len(listed))
            self.expect_shown([parse(part["Vantage-Time"]) for part in parts], codes_of([part.get_payload(decode=True) for part in parts])[0])
            for begins in self.around(date, EVERY):
                near = self.server.api.get(f"/door/thumbnail?ts={quote(wall(begins + 2.3))}")
                self.assertEqual(near.status, 200, near.body[:300])
                self.assertLess(abs(float(near.headers["Vantage-Delta"])), 0.6)

    def test_timelapses_of_the_days(self):
        for date, hours in HOURS.items():
            item = wait_for(f"the timelapse of {date}", lambda d=date: next((t for t in self.server.api.get("/door/timelapse/").json["timelapses"]
                                                                             if (t["day"], t["state"]) == (str(d), "done")), None), 120)
            self.assertEqual(item["url"], f"/door/timelapse/{date:%Y/%m/%d}")
            start, end = midnight(date), midnight(date) + hours * 3600
            self.assertEqual((parse(item["start"]), parse(item["end"])), (start, end))
            self.assertEqual((item["frames"], item["complete"], item["gaps"], item["seconds"]), (50, True, [], 10))
            _, times, shown, texts = film_of(self.server, item)
            self.expect_shown(times, shown)
            self.assertEqual(times, sorted(set(times)))
            for n, at in enumerate(times):
                self.assertTrue(start + n * (end - start) / 50 <= at + EXACT and at < start + (n + 1) * (end - start) / 50, (n, at))
                self.assertIn(f"{datetime.datetime.fromtimestamp(at, ZONE):%Y-%m-%d %H:%M:%S} {wall(at)[-6:]}", texts)

    def test_timelapses_of_hours_and_of_days(self):
        for date, length in ((SPRING, 1), (AUTUMN, 3)):
            job = ended(self.server, ask(self.server, "door", midnight(date), midnight(date) + HOURS[date] * 3600, seconds=2, fps=5, hours="01:30-03:30"))
            self.assertEqual((job["state"], job["error"]), ("done", None))
            _, times, shown, _ = film_of(self.server, job)
            self.expect_shown(times, shown)
            begin = midnight(date) + 5400
            steps = [int((at - begin) / (length * 360)) for at in times]
            self.assertTrue(steps == sorted(set(steps)) and steps[-1] <= 9 and begin <= times[0], (times, steps))
            self.assertGreaterEqual(len(times), min(10, length * 3600 // EVERY - 1))
        job = ended(self.server, ask(self.server, "door", wall(midnight(SPRING)), wall(midnight(AUTUMN) + 25 * 3600), seconds=2, fps=5, every="day"))
        _, times, shown, texts = film_of(self.server, job)
        self.expect_shown(times, shown)
        self.assertEqual(len(times), 2)
        self.assertIn(f"{SPRING} 12:", texts)
        self.assertIn(f"{AUTUMN} 12:", texts)

    def test_the_day_as_one_file(self):
        date, before = AUTUMN, midnight(AUTUMN)
        whole = self.server.api.get(f"/door/day/{date}.mp4")
        self.assertEqual(whole.status, 200, whole.body[:300])
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            pathlib.Path(file.name).write_bytes(whole.body)
            facts, errors = ffprobe(file.name, "-select_streams", "v", "-skip_frame", "nokey", "-show_entries", "frame=best_effort_timestamp_time")
        self.assertEqual(errors, "")
        start = parse(whole.headers["Vantage-Time"])
        times = [start + float(f["best_effort_timestamp_time"]) for f in facts["frames"]]
        codes = times_of(whole.body, *SIZE, keys=True)
        self.expect_shown(times, codes)
        pieces = [begins for begins, _ in self.pieces if before <= begins < before + 25 * 3600]
        self.assertEqual(len(pieces), 150)
        for begins in pieces:
            self.assertGreaterEqual(sum(begins - 1 < at < begins + 6 for at in times), 4)
        self.assertTrue(before <= times[0] and times[-1] < before + 25 * 3600)
        self.assertEqual(self.server.api.get(f"/door/day/{SPRING - datetime.timedelta(days=1)}.mp4").status, 200, "the piece of the evening before")
        self.assertEqual(self.server.api.get(f"/door/day/{SPRING - datetime.timedelta(days=2)}.mp4").status, 404)

    def test_an_export_from_an_hour_into_its_return(self):
        pieces = [begins for begins, _ in self.pieces if change(AUTUMN) - 1900 < begins < change(AUTUMN) + 1900]
        start, end = pieces[0] + 1.37, pieces[-1] + 2.13
        self.assertGreater(end - start, 3000)
        (file,) = make(self.server, cameras=["door"], start=wall(start), end=wall(end), exact=True)["files"]
        first = parse(file["start"])
        data = fetch(self.server, file["url"])
        frames = frames_of(data)
        self.expect_shown([first + at for at, _ in frames], [code for _, code in frames])
        self.assertTrue(0 <= first - start < 0.042 and 0 <= end - first - frames[-1][0] < 0.042, (start, first, end))
        texts = subprocess.run(["ffmpeg", "-v", "error", "-i", "pipe:0", "-map", "0:s", "-f", "srt", "-"], input=data, capture_output=True, timeout=60)
        for at in (start + 1, end - 1):
            self.assertIn(f"{datetime.datetime.fromtimestamp(at, ZONE):%H:%M:%S} {wall(at)[-6:]}", texts.stdout.decode())

    def test_moments_of_the_hour_that_comes_twice(self):
        listed = self.server.api.get("/door/moment/list").json["moments"]
        first, again = "/door/moment/list/2025/10/26/02/30/00", "/door/moment/list/2025/10/26/02/30/00+0100"
        self.assertEqual([m["mp4"] for m in listed], [again, first])
        self.assertEqual([m["length"] for m in listed], [5, 4])
        for made, one in zip(self.moments, reversed(listed)):
            data = fetch(self.server, one["mp4"])
            self.assertEqual(len(data), made["bytes"])
            self.assertEqual(round(parse(made["start"]) - parse(one["start"]), 2) % 1, 0)
            back = parse(made["start"]) - parse(one["start"])
            for at, code in frames_of(data):
                self.assertAlmostEqual(code - back, parse(one["start"]) + at, delta=EXACT)
        self.assertEqual(self.server.api.get(first + "+0200").status, 200)
        self.assertEqual(self.server.api.request("DELETE", f"/api/v1/cameras/door/moments/{listed[1]['id']}").status, 204)
        self.assertEqual(len(fetch(self.server, first)), listed[0]["bytes"], "that second is plain now")
        self.assertEqual(self.server.api.get(first + "+0200").status, 404)


if __name__ == "__main__":
    unittest.main()
