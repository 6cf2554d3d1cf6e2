# SPDX-License-Identifier: Apache-2.0
"""What the watching linters share: asking over HTTP, the list of faults, the time code in pictures, the command line."""
import argparse
import dataclasses
import http.client
import sys
import threading
import time
import urllib.parse

import time_code

DECODED = 3  # of so many segments one is decoded for the time code


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


def read_codes(codes, faults):
    """Decodes what comes out of a queue until None comes: (name of the playlist, where in it, init and media, its video track, the
    Unix time of presentation time 0 as the playlist has it, runs)."""
    while (item := codes.get()) is not None:
        name, where, data, track, zero, runs = item
        frame = max(runs[0].durations)
        shown = sorted(at for run in runs for at in run.presentations)
        times = time_code.times_of(data, track.width, track.height)
        if len(times) != len(shown) or None in times:
            faults.add(name, f"{where}: {len(shown)} samples, {len(times)} pictures, {times.count(None)} of them without time code")
            continue
        off = max((zero + at - code for at, code in zip(shown, times)), key=abs)
        if abs(off) > frame + 0.001:
            faults.add(name, f"{where} lies {off * 1000:.0f} ms off the time code in the picture")
        faults.count("pictures", len(times))


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
