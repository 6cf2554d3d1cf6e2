#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Watches a live HLS presentation as a low-latency client does - blocking reloads, hinted parts, every segment - and holds each answer
against RFC 8216bis: the playlists (hls_playlist.py), how the server answers, what the media really contains, and dates against the
time code in the picture.

    hls_lint.py http://127.0.0.1:8080/door/stream/live/index.m3u8 --token TOKEN --seconds 120 [--coded]
"""
import bisect
import concurrent.futures
import gzip
import itertools
import math
import queue
import sys
import threading
import time
import urllib.parse

import fmp4
import hls_playlist
import lint
from hls_playlist import check_multivariant, check_playlist, check_reload, read_multivariant, read_playlist, short_parts, wrong_hint
from lint import Coded, Faults, Http, read_codes

PROBED = 5  # each time after so many reloads the renditions that are reported are looked at, too
PLAYLIST_TYPES = ("application/vnd.apple.mpegurl", "audio/mpegurl")


def with_query(path, **values):
    query = "&".join(f"{name}={value}" for name, value in values.items())
    return f"{path}{'&' if '?' in path else '?'}{query}"


class MediaCheck:
    """What a rendition's parts and segments contain, against what its playlist says of them."""

    def __init__(self, http, base, name, faults, codes):
        self.http, self.base, self.name, self.faults, self.codes = http, base, name, faults, codes
        self.inits = {}       # by URI: (bytes, tracks)
        self.samples = {}     # by MSN: of its parts, while all were seen
        self.next_ticks = {}  # by track kind: where the next one must begin
        self.offset = {}      # by discontinuity number: date minus presentation time
        self.peak = 0.0       # bits a second of the densest whole segment
        self.seconds = 0.0    # in whole segments, so far
        self.last_map = None
        self.irregular = set()  # (MSN, part): the camera lost a frame in it

    def fault(self, text):
        self.faults.add(self.name, text)

    def fetch(self, uri, kind=None):
        answer = self.http.get(urllib.parse.urljoin(self.base, uri))
        if answer.status != 200:
            self.fault(f"{uri}: {answer.status}")
            return None
        if kind and answer.headers.get_content_maintype() != kind and answer.headers.get_content_maintype() != "audio":
            self.fault(f"{uri}: Content-Type {answer.headers.get('Content-Type')}")
        return answer.body

    def init(self, uri):
        if uri not in self.inits:
            data = self.fetch(uri, "video")
            if data is None:
                return None
            try:
                self.inits[uri] = data, fmp4.read_init(data)
            except fmp4.Malformed as error:
                self.fault(f"{uri}: {error}")
                self.inits[uri] = None
        return self.inits[uri]

    def runs(self, uri, segment):
        """(bytes, runs of the track that the durations are about, runs of the other one)."""
        init = self.init(segment.map) if segment.map else None
        data = self.fetch(uri, "video") if init else None
        if data is None:
            return None
        tracks = init[1]
        try:
            runs = fmp4.read_media(data, tracks)
        except fmp4.Malformed as error:
            self.fault(f"{uri}: {error}")
            return None
        kinds = {track.kind for track in tracks.values()}
        main = "vide" if "vide" in kinds else "soun"
        return data, [r for r in runs if tracks[r.track].kind == main], [r for r in runs if tracks[r.track].kind != main]

    def part(self, msn, n, segment, number):
        part = segment.parts[n]
        got = self.runs(part.uri, segment)
        if got is None:
            return None
        data, runs, _ = got
        where = f"part {msn}.{n}"
        self.faults.count("parts")
        if not runs:
            self.fault(f"{where} ({part.uri}) has no samples of the main track")
            return data
        self.claim(where, part.duration, runs, segment.discontinuity and n == 0, segment.map)
        lengths = [d for run in runs for d in run.durations]
        if max(lengths) > 1.5 * min(lengths):
            self.irregular.add((msn, n))
        if part.independent and not any(run.key for run in runs):
            self.fault(f"{where} is marked INDEPENDENT and has no key frame (4.4.4.9)")
        begins = segment.date + sum(p.duration for p in segment.parts[:n]) if segment.date is not None else None
        self.dated(where, begins, runs, number)
        if n == 0:
            self.samples[msn] = []
        if msn in self.samples:
            self.samples[msn] += [d for run in runs for d in run.durations]
        return data

    def claim(self, where, duration, runs, may_jump, init):
        real = sum(run.duration for run in runs)
        if abs(real - duration) > 0.0011:
            self.fault(f"{where} is said to last {duration} s and lasts {real:.4f} s")
        for run in runs:
            expected = self.next_ticks.get(run.track) if init == self.last_map else None
            if expected is not None and not may_jump and run.ticks != expected:
                self.fault(f"{where} begins {run.ticks - expected} ticks off the end of what was before, without a discontinuity")
            self.next_ticks[run.track], may_jump, self.last_map = run.ticks + run.duration_ticks, False, init

    def dated(self, where, begins, runs, number):
        if begins is None:
            return
        frame = max(runs[0].durations)
        first = min(runs[0].presentations)
        if abs(begins - first) > frame + 0.002:
            self.fault(f"{where} is dated {1000 * (begins - first):.0f} ms off its decode times, which are Unix time")
        offset = self.offset.setdefault(number, begins - first)
        if abs(begins - first - offset) > frame + 0.002:
            self.fault(f"{where}: dates and times of the media drift apart by {1000 * (begins - first - offset):.0f} ms")

    def segment(self, msn, segment, number, independent):
        got = self.runs(segment.uri, segment)
        if got is None:
            return
        data, runs, _ = got
        where = f"segment {msn}"
        self.faults.count("segments")
        if not runs:
            self.fault(f"{where} has no samples of the main track")
            return
        real = sum(run.duration for run in runs)
        if abs(real - segment.duration) > 0.0011:
            self.fault(f"{where} is said to last {segment.duration} s and lasts {real:.4f} s")
        for run, following in zip(runs, runs[1:]):
            if following.ticks != run.ticks + run.duration_ticks:
                self.fault(f"{where} has a hole of {following.ticks - run.ticks - run.duration_ticks} ticks inside")
        if independent and not runs[0].key:
            self.fault(f"{where} does not begin with a key frame, against EXT-X-INDEPENDENT-SEGMENTS")
        parts = self.samples.pop(msn, None)
        if parts is not None and segment.parts and [d for run in runs for d in run.durations] != parts:
            self.fault(f"{where} has {sum(len(r.durations) for r in runs)} samples, its parts {len(parts)}, or others")
        self.dated(where, segment.date, runs, number)
        self.seconds += real
        if segment.duration >= 1:
            self.peak = max(self.peak, len(data) * 8 / segment.duration)
        init, tracks = self.inits[segment.map]
        video = next((t for t in tracks.values() if t.kind == "vide"), None)
        if self.codes is not None and video and segment.date is not None:
            self.codes.put(Coded.of(self.name, where, init, data, video, runs, date=segment.date))


class Watch(threading.Thread):
    """One rendition."""

    def __init__(self, lint, path):
        super().__init__(name=path, daemon=True)
        self.lint, self.path, self.faults = lint, path, lint.faults
        self.media = MediaCheck(lint.http, path, path, lint.faults, lint.codes)
        self.playlist = None
        self.seen = set()       # (MSN, part) and (MSN, None), whose media was looked at
        self.asked = None       # when, for the playlist that we have
        self.reloads = 0
        self.reports = []       # (after, before, path, (MSN, part)): the playlist with it was made in between
        self.partless = []      # (path, MSN) of reports without LAST-PART
        self.with_parts = set() # MSNs that listed parts
        self.hints = {}         # URI: future of its answer
        self.short = {}         # (MSN, part): the sentence, unless a frame was lost there
        self.given_up = 0

    def fault(self, text):
        self.faults.add(self.path, text)

    def run(self):
        try:
            self.first()
            while not self.lint.ending.is_set():
                self.reload()
        except Exception as error:  # the watcher's own end must be seen, too
            self.fault(f"the watch ended: {type(error).__name__}: {error}")

    def first(self):
        while not self.lint.ending.is_set():
            answer = self.lint.http.get(self.path)
            if answer.status == 200:
                return self.take(answer, None)
            if answer.status not in (404, 503):
                self.fault(f"{answer.status} at first")
            time.sleep(0.2)

    def reload(self):
        self.reloads += 1
        if self.reloads % PROBED == 0:
            self.probe()
        msn, part = self.playlist.newest()
        wanted = (msn + 1, 0) if part is None else (msn, part + 1)
        answer = self.lint.http.get(with_query(self.path, _HLS_msn=wanted[0], _HLS_part=wanted[1]), **{"Accept-Encoding": "gzip"})
        self.faults.count("reloads")
        limit = 3 * self.playlist.target
        if answer.seconds > limit + 2:
            self.fault(f"a reload was held for {answer.seconds:.1f} s, over three target durations (6.2.5.2)")
        if answer.status == 503 and answer.seconds > 2.5 * self.playlist.target:
            self.given_up += 1  # the camera does not send: allowed after so long
            return
        if answer.status == 404 and not self.lint.lists(self.path):
            self.faults.count("renditions gone")  # the camera sends no sound any more
            time.sleep(0.5)
            return
        if answer.status != 200:
            self.fault(f"a blocking reload of {wanted[0]}.{wanted[1]} was answered with {answer.status} after {answer.seconds:.1f} s")
            time.sleep(0.5)
            return
        self.take(answer, wanted)

    def probe(self):
        """Where the reported renditions are now: the next playlist cannot be behind that."""
        for about in {urllib.parse.urljoin(self.path, report["URI"]) for report in self.playlist.reports}:
            answer = self.lint.http.get(about)
            if answer.status == 200:
                self.lint.saw(about, answer, read_playlist(answer.body.decode()))

    def take(self, answer, wanted):
        self.check_headers(answer)
        text = gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body
        try:
            fresh = read_playlist(text.decode())
        except hls_playlist.Malformed as error:
            self.fault(str(error))
            time.sleep(0.5)
            return
        for fault in check_playlist(fresh, live=True, short=False) + (check_reload(self.playlist, fresh) if self.playlist else []):
            self.fault(fault)
        self.short.update(short_parts(fresh) if fresh.part_target else [])
        if self.playlist and (wrong := wrong_hint(self.playlist, fresh)):
            self.fault(wrong)
        if wanted and not reaches(fresh, wanted):
            self.fault(f"a reload that waits for {wanted[0]}.{wanted[1]} was answered with {fresh.newest()} (6.2.5.2)")
            time.sleep(0.2)
        self.note(answer, fresh)
        removed = self.playlist.segments[:fresh.sequence - self.playlist.sequence] if self.playlist else []
        self.playlist = fresh
        self.look_at_media(fresh)
        for segment in removed[-1:]:
            if segment.complete and not segment.gap and self.lint.http.get(urllib.parse.urljoin(self.path, segment.uri)).status != 200:
                self.fault(f"{segment.uri} is gone as soon as it is not listed (6.2.2)")
            self.faults.count("removed")

    def conclude(self):
        """What only the end shows."""
        for uri, future in self.hints.items():
            if future.done() and not future.cancelled() and future.result().status != 200:
                self.fault(f"the hinted {uri} was answered with {future.result().status}")
        for (msn, n), text in self.short.items():
            # A frame that lasts longer than the others, since one was lost, may not fit any more: that part, or the one before it, is short.
            following = (msn, n + 1) if (msn, n + 1) in self.seen else (msn + 1, 0)
            if not {(msn, n), following} & self.media.irregular:
                self.fault(text)

    def check_headers(self, answer):
        if answer.headers.get_content_type() not in PLAYLIST_TYPES:
            self.fault(f"Content-Type {answer.headers.get('Content-Type')}")
        self.faults.count("gzip" if answer.headers.get("Content-Encoding") == "gzip" else "plain")

    def note(self, answer, fresh):
        self.lint.saw(self.path, answer, fresh)
        self.with_parts |= {msn for msn, segment in fresh.numbered() if segment.parts}
        for report in fresh.reports:
            about, last = urllib.parse.urljoin(self.path, report["URI"]), int(report.get("LAST-MSN", -1))
            if "LAST-PART" not in report:
                self.partless.append((about, last))
            self.reports.append((self.asked, answer.got, about, (last, int(report.get("LAST-PART", -1)))))
        # When we asked for this one, the next one had not been made.
        self.asked = answer.sent
        for hint in fresh.hints:
            if hint.get("TYPE") == "PART" and hint["URI"] not in self.hints:
                self.hints[hint["URI"]] = self.lint.workers.submit(self.lint.http.get, urllib.parse.urljoin(self.path, hint["URI"]))

    def look_at_media(self, fresh):
        numbers = hls_playlist.discontinuity_numbers(fresh)
        lengths = {msn: len(segment.parts) for msn, segment in fresh.numbered()}
        for msn, segment in fresh.numbered():
            for n, part in enumerate(segment.parts):
                if (msn, n) in self.seen or (msn, None) in self.seen:
                    continue
                self.seen.add((msn, n))
                if (msn, n - 1) not in self.seen and (n or (msn - 1, None) not in self.seen or (msn - 1, lengths.get(msn - 1, 0) - 1) not in self.seen):
                    self.media.next_ticks.clear()  # what was before it was not looked at
                data = self.media.part(msn, n, segment, numbers[msn])
                self.check_hinted(part.uri, data)
            if segment.complete and (msn, None) not in self.seen:
                self.seen.add((msn, None))
                if segment.gap:
                    self.media.next_ticks.clear()
                    self.faults.count("gaps")
                    continue
                self.media.segment(msn, segment, numbers[msn], fresh.independent)

    def check_hinted(self, uri, data):
        future = self.hints.pop(uri, None)
        if future is None:
            return
        answer = future.result(timeout=60)
        self.faults.count("hints")
        if answer.status != 200 or answer.body != data:
            self.fault(f"the hinted {uri} was answered with {answer.status} and {len(answer.body)} bytes, the part has {len(data or b'')}")


def position(playlist):
    """(MSN, part) of the newest part; a part of -1 where its segment lists none."""
    return playlist.newest()[0], len(playlist.segments[-1].parts) - 1 if playlist.segments else -1


def reaches(playlist, wanted):
    msn, part = playlist.newest()
    if msn != wanted[0]:
        return msn > wanted[0]
    return part is None or part >= wanted[1]


def check_blocking_rules(http, path, faults):
    """What a server must answer to each kind of request (6.2.5.2)."""
    answer = http.get(path)
    if answer.status != 200:
        return faults.add(path, f"{answer.status} where the rules of blocking were to be tried")
    playlist = read_playlist(answer.body.decode())
    newest = playlist.newest()[0]
    refused = {"a part without MSN": lambda _: {"_HLS_part": 0}, "an MSN far ahead": lambda last: {"_HLS_msn": last + 10},
               "an MSN that is no number": lambda _: {"_HLS_msn": "x"}, "a part far ahead": lambda last: {"_HLS_msn": last + 1, "_HLS_part": 500},
               "a negative MSN": lambda _: {"_HLS_msn": -1}}
    for name, query in refused.items():
        for _ in range(5):
            got, asked = http.get(with_query(path, **query(newest))), newest
            # What was ahead may have come whole while it was asked for: then it is no longer ahead.
            came = got.status == 200 and reaches(read_playlist(got.body.decode()), (asked + 1, 500))
            if not came:
                break
            newest = read_playlist(got.body.decode()).newest()[0]
        if got.status != 400:
            faults.add(path, f"{name} ({query(asked)}) was answered with {got.status}, not 400 (6.2.5.2)")
    playlist = read_playlist(http.get(path).body.decode())
    newest = playlist.newest()[0]
    at_once = {"the oldest listed": {"_HLS_msn": playlist.sequence}, "one that is gone": {"_HLS_msn": 0}, "one that is gone, with a part": {"_HLS_msn": 0, "_HLS_part": 3},
               "a part beyond the end of a whole segment": {"_HLS_msn": playlist.sequence, "_HLS_part": 2}, "an unknown directive": {"_HLS_unknown": 1}}
    for name, query in at_once.items():
        got = http.get(with_query(path, **query))
        if got.status != 200 or got.seconds > playlist.target / 2:
            faults.add(path, f"{name} ({query}) was answered with {got.status} after {got.seconds:.2f} s, not at once (6.2.5.2)")
    whole = http.get(with_query(path, _HLS_msn=newest + 1))
    if whole.status == 200 and not reaches(read_playlist(whole.body.decode()), (newest + 1, math.inf)):
        faults.add(path, f"a reload for the whole segment {newest + 1} was answered before it was complete (6.2.5.2)")
    faults.count("blocking rules")


class Sights:
    """What was seen of a rendition, by anybody."""

    def __init__(self, sights):
        sights = list(sights)
        by_got = sorted((got, at) for _, got, at in sights)
        by_sent = sorted((sent, at) for sent, _, at in sights)
        self.got, self.most = [when for when, _ in by_got], list(itertools.accumulate((at for _, at in by_got), max))
        self.sent, self.least = [when for when, _ in by_sent], list(itertools.accumulate((at for _, at in reversed(by_sent)), min))[::-1]

    def until(self, when):
        """The newest that had been answered by then."""
        n = bisect.bisect_right(self.got, when) if when is not None else 0
        return self.most[n - 1] if n else None

    def since(self, when):
        """The oldest that was asked for from then on."""
        n = bisect.bisect_left(self.sent, when)
        return self.least[n] if n < len(self.least) else None


class HlsLint:
    """A presentation, watched from start() to finish(). `coded`: its pictures carry the time code. `extra`: playlists that are not in
    the multivariant one, relative to it."""

    def __init__(self, address, token=None, coded=False, extra=()):
        parts = urllib.parse.urlsplit(address)
        self.http = Http(f"{parts.scheme}://{parts.netloc}", token)
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.faults, self.ending, self.watches = Faults(), threading.Event(), []
        self.codes = queue.Queue() if coded else None
        self.reader = threading.Thread(target=read_codes, args=(self.codes, self.faults), daemon=True) if coded else None
        self.workers = concurrent.futures.ThreadPoolExecutor(32)
        self.extra = list(extra)
        self.sights = {}  # by path: (asked, got, (MSN, part)); each list is added to by any thread

    def saw(self, path, answer, playlist):
        self.sights.setdefault(path, []).append((answer.sent, answer.got, position(playlist)))

    def multivariant(self):
        answer = self.http.get(self.path)
        if answer.status != 200:
            self.faults.add(self.path, f"{answer.status}")
            return None
        try:
            found = read_multivariant(answer.body.decode())
            for fault in check_multivariant(found):
                self.faults.add(self.path, fault)
            return found
        except hls_playlist.Malformed as error:
            self.faults.add(self.path, str(error))

    def lists(self, path):
        """Whether the multivariant playlist has this rendition now."""
        found = self.multivariant()
        names = [uri for _, uri in found.variants] + [r["URI"] for r in found.renditions if "URI" in r] if found else []
        return path in [urllib.parse.urljoin(self.path, name) for name in names + self.extra]

    def start(self):
        found = self.multivariant()
        names = [uri for _, uri in found.variants] + [r["URI"] for r in found.renditions if "URI" in r] if found else []
        for name in dict.fromkeys(names + self.extra):
            self.watches.append(Watch(self, urllib.parse.urljoin(self.path, name)))
        for watch in self.watches:
            watch.start()
        if self.reader:
            self.reader.start()
        return self

    def finish(self):
        """The faults, as lines."""
        for watch in self.watches[:1]:
            check_blocking_rules(self.http, watch.path, self.faults)
        self.ending.set()
        for watch in self.watches:
            watch.join(60)
            if watch.is_alive():
                self.faults.add(watch.path, "the watch hangs")
            watch.conclude()
        if self.reader:
            self.codes.put(None)
            self.reader.join(120)
        self.check_reports()
        self.check_together()
        self.workers.shutdown(wait=False, cancel_futures=True)
        return self.faults.lines()

    def check_reports(self):
        """A report is as up to date as the playlist that contains it (4.4.5.4): not behind what its rendition had shown to anybody before
        that was made, not ahead of what it showed after."""
        bounds = {path: Sights(sights) for path, sights in self.sights.items()}
        with_parts = {watch.path: watch.with_parts for watch in self.watches}
        for watch in self.watches:
            for after, before, about, at in watch.reports:
                if about not in bounds:
                    continue
                least, most = bounds[about].until(after), bounds[about].since(before)
                self.faults.count("reports", int(least is not None and most is not None))
                if most is not None and at > most:
                    self.faults.add(watch.path, f"reports {about} at {at}, where it only was at {most} (4.4.5.4)")
                if least is not None and at < least:
                    self.faults.add(watch.path, f"reports {about} at {at}, where it had been at {least} before (4.4.5.4)")
            listed = {about for _, _, about, _ in watch.reports}
            if not listed <= set(with_parts) - {watch.path}:
                self.faults.add(watch.path, f"reports {sorted(listed - set(with_parts) | listed & {watch.path})}, which is no other rendition")
            missing = [msn for about, msn in watch.partless if msn in with_parts.get(about, ())]
            if missing:
                self.faults.add(watch.path, f"{len(missing)} of {len(watch.reports)} reports have no LAST-PART (4.4.5.4)")

    def check_together(self):
        """Renditions of one presentation agree (6.2.4), and are what the multivariant playlist says of them. PART-TARGET is each one's own
        (4.4.3.7): at few frames a second not every target can be filled to 85 %."""
        known = {watch.path: watch for watch in self.watches if watch.playlist}
        for name in ("target", "control"):
            values = {path: getattr(watch.playlist, name) for path, watch in known.items()}
            if len({str(v) for v in values.values()}) > 1:
                self.faults.add(self.path, f"{name} differs between renditions: {values} (6.2.4)")
        found = self.multivariant()
        for given, uri in found.variants if found else []:
            watch = known.get(urllib.parse.urljoin(self.path, uri))
            segments = [s for s in watch.playlist.segments if s.map] if watch else []
            init = watch.media.init(segments[-1].map) if segments else None
            if not init:
                continue
            for track in init[1].values():
                if track.kind == "vide" and (not given["CODECS"].startswith(track.entry) or given.get("RESOLUTION") != f"{track.width}x{track.height}"):
                    self.faults.add(self.path, f"{uri} is said to be {given['CODECS']} {given.get('RESOLUTION')}, and is {track.entry} {track.width}x{track.height}")
            if watch.media.peak > 1.1 * float(given["BANDWIDTH"]):
                self.faults.add(self.path, f"{uri}: BANDWIDTH {given['BANDWIDTH']}, its densest segment has {watch.media.peak:.0f} bits a second (4.4.6.2)")


if __name__ == "__main__":
    sys.exit(lint.run(HlsLint, __doc__, "segments"))
