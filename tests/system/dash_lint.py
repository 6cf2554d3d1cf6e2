#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Watches a DASH presentation while it grows - every update of the manifest, every segment - and holds it against the rules
(dash_mpd.py), the media against the manifest, and the timeline against the time code in the picture.

    dash_lint.py http://127.0.0.1:8080/door/stream/live/manifest.mpd --token TOKEN --seconds 120 [--coded]
"""
import queue
import sys
import threading
import time
import urllib.parse

import dash_mpd
import fmp4
import lint
from dash_mpd import check_manifest, check_update, read_manifest
from lint import Coded, Faults, Http, read_codes


class DashLint:
    """A manifest, watched from start() to finish(); `coded`: its pictures carry the time code."""

    def __init__(self, address, token=None, coded=False):
        parts = urllib.parse.urlsplit(address)
        self.http = Http(f"{parts.scheme}://{parts.netloc}", token)
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.faults, self.ending, self.manifest = Faults(), threading.Event(), None
        self.eras = {}  # the representations of each Period that was seen
        self.inits, self.seen, self.codes = {}, set(), queue.Queue() if coded else None
        works = [self.watch, lambda: read_codes(self.codes, self.faults)] if coded else [self.watch]
        self.threads = [threading.Thread(target=self.guarded, args=(work,), daemon=True) for work in works]

    def fault(self, text):
        self.faults.add(self.path, text)

    def guarded(self, work):
        try:
            work()
        except Exception as error:  # the watcher's own end must be seen, too
            self.fault(f"the watch ended: {type(error).__name__}: {error}")

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def finish(self):
        """The faults, as lines."""
        self.ending.set()
        self.threads[0].join(60)
        if self.codes:
            self.codes.put(None)
        for thread in self.threads:
            thread.join(120)
            if thread.is_alive():
                self.fault("the watch hangs")
        return self.faults.lines()

    def watch(self):
        while not self.ending.is_set():
            self.update()
            dynamic = self.manifest and self.manifest.dynamic
            self.ending.wait(self.manifest.seconds("minimumUpdatePeriod") if dynamic else 0.5)
            if self.manifest and not dynamic:
                self.update()  # once more: it may not change
                return

    def update(self):
        answer = self.http.get(self.path)
        now = time.time()
        if answer.status != 200:
            if self.manifest or answer.status not in (404, 503):
                self.fault(f"{answer.status}")
            return
        if answer.headers.get_content_type() != "application/dash+xml":
            self.fault(f"Content-Type {answer.headers.get('Content-Type')}")
        self.faults.count("updates")
        try:
            fresh = read_manifest(answer.body.decode())
            for fault in check_manifest(fresh, now) + (check_update(self.manifest, fresh) if self.manifest else []):
                self.fault(fault)
        except dash_mpd.Malformed as error:
            self.fault(str(error))
            return
        if fresh.dynamic and not self.manifest:
            self.check_clock(fresh)
        self.manifest = fresh
        for period in fresh.periods:
            self.eras[period.id] = sorted(period.representations)
            for r in period.representations.values():
                self.look_at(fresh, period, r)

    def check_clock(self, manifest):
        answer = self.http.get(urllib.parse.urljoin(self.path, manifest.clock[1]))
        try:
            off = dash_mpd.moment(answer.body.decode().strip()) - time.time()
            if answer.status != 200 or abs(off) > 1 or "no-store" not in answer.headers.get("Cache-Control", ""):
                self.fault(f"{manifest.clock[1]}: {answer.status}, {off:.1f} s off, Cache-Control {answer.headers.get('Cache-Control')}")
        except dash_mpd.Malformed as error:
            self.fault(f"{manifest.clock[1]}: {error}")
        self.faults.count("clocks")

    def look_at(self, manifest, period, r):
        for at, duration in r.timeline:
            if (period.id, r.id, at) not in self.seen:
                self.seen.add((period.id, r.id, at))
                self.check_segment(manifest, period, r, at, duration)

    def fetch(self, uri):
        answer = self.http.get(urllib.parse.urljoin(self.path, uri))
        if answer.status == 200:
            return answer.body
        self.fault(f"{uri}: {answer.status}")
        return None

    def init(self, r):
        """(bytes, track)."""
        if r.init not in self.inits:
            self.inits[r.init] = None
            data = self.fetch(r.init)
            tracks = list(fmp4.read_init(data).values()) if data else []
            if len(tracks) != 1 or tracks[0].kind != {"video": "vide", "audio": "soun"}[r.kind]:
                self.fault(f"{r.init} has {[t.kind for t in tracks]}, {r.id} is {r.kind}")
                return None
            track = tracks[0]
            self.inits[r.init] = data, track
            if track.timescale != r.timescale or not r.attributes["codecs"].startswith(track.entry):
                self.fault(f"{r.id} is said to be {r.attributes['codecs']} at {r.timescale}, its init says {track.entry} at {track.timescale}")
            if r.kind == "video" and (str(track.width), str(track.height)) != (r.attributes["width"], r.attributes["height"]):
                self.fault(f"{r.id} is said to be {r.attributes['width']}x{r.attributes['height']}, its init says {track.width}x{track.height}")
        return self.inits[r.init]

    def check_segment(self, manifest, period, r, at, duration):
        init = self.init(r)
        data = self.fetch(r.media.replace("$Time$", str(at))) if init else None
        if data is None:
            return
        where, track = f"{r.id} at {at}", init[1]
        self.faults.count(f"{r.kind} segments")
        try:
            runs = fmp4.read_media(data, {track.id: track})
        except fmp4.Malformed as error:
            self.fault(f"{where}: {error}")
            return
        real = sum(run.duration_ticks for run in runs)
        if not runs or runs[0].ticks != at or real != duration:
            self.fault(f"{where} is said to last {duration} ticks; it begins at {runs[0].ticks if runs else None} and lasts {real}")
            return
        if not runs[0].key:
            self.fault(f"{where} does not begin with a key frame")
        if len(data) * 8 / (duration / r.timescale) > 1.5 * int(r.attributes["bandwidth"]) and duration >= r.timescale:
            self.fault(f"{where} has {len(data) * 8 * r.timescale / duration:.0f} bits a second, bandwidth is {r.attributes['bandwidth']}")
        if self.codes and r.kind == "video":
            begins = manifest.moment("availabilityStartTime") + period.at(r, 0) if manifest.dynamic else r.offset / r.timescale - period.start + period.at(r, 0)
            self.codes.put(Coded.of(self.path, where, init[0], data, track, runs, zero=begins))


if __name__ == "__main__":
    sys.exit(lint.run(DashLint, __doc__, "video segments"))
