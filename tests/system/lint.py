# SPDX-License-Identifier: Apache-2.0
"""What the watching linters share: asking over HTTP, the list of faults, the time code in pictures, the command line."""
import argparse
import contextlib
import dataclasses
import http.client
import queue
import sys
import threading
import time
import urllib.parse

import time_code


@dataclasses.dataclass
class Answer:
    status: int
    headers: object
    body: bytes
    sent: float  # time.monotonic()
    got: float

    @property
    def seconds(self):
        return self.got - self.sent


class Http:
    """GET with a connection kept a thread."""

    def __init__(self, origin, token=None, timeout=60):
        self.origin, self.timeout, self.local = urllib.parse.urlsplit(origin), timeout, threading.local()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path, **headers):
        for attempt in (0, 1):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = http.client.HTTPConnection(self.origin.hostname, self.origin.port, timeout=self.timeout)
            sent = time.monotonic()
            try:
                connection.request("GET", path, headers={**self.headers, **headers})
                reply = connection.getresponse()
                return Answer(reply.status, reply.headers, reply.read(), sent, time.monotonic())
            except (http.client.HTTPException, ConnectionError):
                self.local.connection = None  # it may have been closed since the last answer
                if attempt:
                    raise


class Faults:
    """What was found, by all threads, with how often; and how much was looked at, so that a test sees that it was."""

    def __init__(self):
        self.lock, self.found, self.counts = threading.Lock(), {}, {}

    def add(self, where, text):
        with self.lock:
            times, first = self.found.get((where, text), (0, time.time()))
            self.found[(where, text)] = (times + 1, first)

    def count(self, what, by=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + by

    def lines(self):
        with self.lock:
            return [f"{time.strftime('%H:%M:%S', time.gmtime(first))} {where}: {text}" + (f" ({times} times)" if times > 1 else "")
                    for (where, text), (times, first) in self.found.items()]


@dataclasses.dataclass
class Coded:
    """A segment whose pictures carry the time code."""
    name: str      # of the playlist
    where: str     # in it
    init: bytes
    data: bytes
    track: object  # of video
    zero: float    # the Unix time of presentation time 0, as the playlist has it
    shown: list    # presentation times, in order
    frame: float   # seconds
    whole: int     # so many pictures come before a lost frame, if there was one: those behind it build on it, up to the next key frame

    @staticmethod
    def of(name, where, init, data, track, runs, zero=None, date=None):
        """`date`: of the first picture, in place of `zero`."""
        shown = sorted(at for run in runs for at in run.presentations)
        lengths = [length for run in runs for length in run.durations]
        whole = next((n + 1 for n, length in enumerate(lengths) if length > 1.5 * min(lengths)), len(lengths))
        return Coded(name, where, init, data, track, zero if date is None else date - shown[0], shown, max(runs[0].durations), whole)


def read_codes(segments, faults):
    """Holds the pictures of each segment of a queue against its time, until None comes. Those that wait with one init are decoded together:
    it is the start of a decoder that costs."""
    ends, waiting = False, []
    while not ends or waiting:
        if not waiting:
            waiting.append(segments.get())
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(segments.get_nowait())
        ends = ends or None in waiting
        waiting = [one for one in waiting if one is not None]
        together = [one for one in waiting if (one.name, one.init) == (waiting[0].name, waiting[0].init)][:16]
        waiting = [one for one in waiting if one not in together]
        if together:
            check_codes(together, faults)


def check_codes(segments, faults):
    first = segments[0]
    times = time_code.times_of(first.init + b"".join(one.data for one in segments), first.track.width, first.track.height)
    if len(times) != sum(len(one.shown) for one in segments) and len(segments) > 1:
        for one in segments:  # which of them?
            check_codes([one], faults)
        return
    for one in segments:
        codes, times = times[:len(one.shown)], times[len(one.shown):]
        if len(codes) != len(one.shown) or times and len(segments) == 1 or None in codes[:one.whole]:
            faults.add(one.name, f"{one.where}: {len(one.shown)} samples, {len(codes) + len(times)} pictures, {codes.count(None)} of them without time code")
            continue
        off = max((one.zero + at - code for at, code in zip(one.shown, codes) if code is not None), key=abs)
        if abs(off) > one.frame + 0.001:
            faults.add(one.name, f"{one.where} lies {off * 1000:.0f} ms off the time code in the picture")
        faults.count("pictures", len(codes))


def run(lint, description, segments):
    """The command line of a linter; `segments`: what it counts, of which there must have been some."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--token")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--coded", action="store_true", help="the pictures carry the time code of docs/time-code.md")
    args = parser.parse_args()
    watching = lint(args.address, args.token, args.coded).start()
    time.sleep(args.seconds)
    lines = watching.finish()
    print("\n".join(lines))
    print(f"{len(lines)} faults; looked at {watching.faults.counts}", file=sys.stderr)
    return 1 if lines or not watching.faults.counts.get(segments) else 0
