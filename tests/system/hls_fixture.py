# SPDX-License-Identifier: Apache-2.0
"""A small low-latency HLS and DASH server in Python, which is right, or wrong in exactly one way: what the linters' own tests watch. Each
fault is a presentation of its own under /<fault>/index.m3u8 or /<fault>/manifest.mpd; all show the same pictures with time code."""
import functools
import http.server
import struct
import subprocess
import threading
import time
import urllib.parse

import fmp4
from time_code import draw

WIDTH, HEIGHT, RATE = 320, 180, 25
PART, PARTS = 5, 5  # frames a part, parts a segment: 0.2 s and 1 s
SECONDS = PART / RATE
FIRST = 1_763_632_800  # when the first picture was made; Unix seconds
WINDOW = 5             # segments listed
RIGHT = "right"
# What is wrong, and a word of what the linter must say.
FAULTS = {
    "early": "was answered with", "old-is-400": "not at once", "takes-anything": "not 400", "whole-too-early": "before it was complete",
    "dates": "off its decode times", "code": "off the time code", "hint-404": "the hinted", "hint-other": "the hinted", "shorter": "is said to last",
    "not-a-key": "has no key frame", "hole": "ticks off the end", "gone": "is gone as soon", "samples": "samples, its parts",
    "type": "Content-Type", "ahead": "where it only was", "behind": "where it had been", "codecs": "is said to be", "bandwidth": "its densest segment", "part-404": "404",
    "broken-media": "bytes behind the last box", "hangs": "was held for", "hints": "the hint said", "short-parts": "under 85 %", "partless": "have no LAST-PART", "503-at-once": "was answered with 503",
}
DASH_FAULTS = {
    "short": "is said to last", "late": "it begins at", "code": "off the time code", "clock": "s off, Cache-Control", "type": "Content-Type", "missing": ": 404",
    "codecs": "is said to be", "size": "is said to be", "bandwidth": "bits a second", "rewritten": "segments that were listed changed", "start": "its start changed",
    "publish": "and publishTime went from", "future": "in the future", "broken-media": "bytes behind the last box",
}


@functools.cache
def material(seconds=30):
    """(init, parts): pictures with time code, encoded once."""
    pictures = b"".join(draw(FIRST * 1_000_000 + n * 1_000_000 // RATE, 1, WIDTH, HEIGHT) for n in range(seconds * RATE))
    file = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "pipe:0", "-c:v", "libx264",
         "-preset", "ultrafast", "-bf", "0", "-g", str(PART * PARTS), "-keyint_min", str(PART * PARTS), "-sc_threshold", "0", "-pix_fmt", "yuv420p",
         "-video_track_timescale", "90000", "-movflags", "empty_moov+default_base_moof+skip_trailer", "-frag_duration", str(PART * 1_000_000 // RATE), "-f", "mp4", "pipe:1"],
        input=pictures, capture_output=True, check=True).stdout
    found = list(fmp4.boxes(file))
    init = file[:found[1][2]]
    parts = []
    for (name, body, stop), (_, _, end) in zip(found, found[1:]):
        if name == b"moof":
            (at, _), = fmp4.find(file, "traf/tfdt", body, stop)
            data = bytearray(file[body - 8:end])
            struct.pack_into(">Q", data, at + 4 - (body - 8), FIRST * 90000 + len(parts) * PART * 90000 // RATE)
            parts.append(bytes(data))
    return init, parts


class Presentation:
    def __init__(self, fault):
        self.fault, self.began = fault, time.monotonic() - 6  # there is a past
        self.init, self.parts = material()

    def count(self):
        """Parts that are there."""
        return min(int((time.monotonic() - self.began) / SECONDS), len(self.parts))

    def wait(self, parts, most=20.0):
        time.sleep(max(0.0, min(most, self.began + parts * SECONDS - time.monotonic())))

    def media(self, n):
        data = self.parts[n]
        if self.fault == "code":  # dates and decode times agree, the picture was made 100 ms later
            data = self.shifted(data, -9000)
        if self.fault == "hole" and n // PARTS % 2:
            data = self.shifted(data, 90)
        if self.fault == "broken-media":
            data += b"xyz"
        return data

    @staticmethod
    def shifted(data, ticks):
        (_, body, stop), *_ = fmp4.boxes(data)
        (at, _), = fmp4.find(data, "traf/tfdt", body, stop)
        value, = struct.unpack_from(">Q", data, at + 4)
        return data[:at + 4] + struct.pack(">Q", value + ticks) + data[at + 12:]

    def date(self, part):
        seconds = FIRST + part * SECONDS + {"dates": 0.1, "code": -0.1}.get(self.fault, 0.0)
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds + 1e-6))
        return f"{whole}.{round(seconds % 1 * 1000) % 1000:03d}Z"

    def playlist(self, count, reported):
        newest = count // PARTS
        first = max(0, newest - WINDOW)
        lines = ["#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-TARGETDURATION:1", "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.750",
                 f"#EXT-X-PART-INF:PART-TARGET={0.25 if self.fault == 'short-parts' else 0.2:.3f}", f"#EXT-X-MEDIA-SEQUENCE:{first}", "#EXT-X-INDEPENDENT-SEGMENTS", '#EXT-X-MAP:URI="init.mp4"']
        duration = SECONDS - (0.01 if self.fault == "shorter" else 0)
        for msn in range(first, newest + 1):
            there = min(PARTS, count - msn * PARTS)
            if there:
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{self.date(msn * PARTS)}")
            if msn >= newest - 2:
                for n in range(there):
                    key = n == 0 or self.fault == "not-a-key" and n == 2
                    lines.append(f'#EXT-X-PART:DURATION={duration:.3f},URI="{msn * PARTS + n}.part"' + (",INDEPENDENT=YES" if key else ""))
            if there == PARTS:
                lines += [f"#EXTINF:{duration * PARTS:.3f},", f"{msn}.segment"]
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{count + (100 if self.fault == "hints" else 0)}.part"')
        for name in reported:
            ahead = {"ahead": PARTS * 6, "behind": -PARTS * 6}.get(self.fault, 0)
            msn, part = divmod(count - 1 + ahead, PARTS)
            lines.append(f'#EXT-X-RENDITION-REPORT:URI="{name}",LAST-MSN={msn}' + (f",LAST-PART={part}" if self.fault != "partless" else ""))
        return "\n".join(lines) + "\n"

    def multivariant(self):
        codec = "hvc1.1.6.L93.B0" if self.fault == "codecs" else "avc1.42c00d"
        bandwidth = 1000 if self.fault == "bandwidth" else 4_000_000
        info = f'#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS="{codec}",RESOLUTION={WIDTH}x{HEIGHT},FRAME-RATE={RATE:.3f}'
        return f"#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-INDEPENDENT-SEGMENTS\n{info}\na.m3u8\n{info}\nb.m3u8\n"

    def manifest(self, count):
        """The segments of the window, as DASH."""
        newest = count // PARTS
        first, ticks = max(0, newest - WINDOW), 90000
        if self.fault == "missing":
            newest += 3
        published = FIRST + newest + (0 if self.fault != "publish" else -2 * newest)
        start = FIRST + (self.count() / 1000 if self.fault == "start" else 0)
        # A segment lasts 1 s here.
        d = ticks - (900 if self.fault == "short" or self.fault == "rewritten" and newest % 2 else 0)
        t = FIRST * ticks + first * ticks + (90 if self.fault == "late" else 0)
        offset = (FIRST + (0.1 if self.fault == "code" else 0) - (10**9 if self.fault == "future" else 0)) * ticks
        codec = "hvc1.1.6.L93.B0" if self.fault == "codecs" else "avc1.42c00d"
        timeline = "".join(f'<S t="{t + n * ticks}" d="{d}"/>' for n in range(newest - first))
        iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(published))
        return (f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT1S" type="dynamic" '
                f'availabilityStartTime="1970-01-01T00:00:00Z" publishTime="{iso}" minimumUpdatePeriod="PT0.5S" timeShiftBufferDepth="PT5S" suggestedPresentationDelay="PT3S">'
                f'<Period id="1" start="PT{start:.3f}S"><AdaptationSet contentType="video" mimeType="video/mp4" startWithSAP="1"><Representation id="main-video" '
                f'bandwidth="{1000 if self.fault == "bandwidth" else 4000000}" codecs="{codec}" width="{WIDTH + (self.fault == "size")}" height="{HEIGHT}">'
                f'<SegmentTemplate timescale="{ticks}" presentationTimeOffset="{int(offset)}" initialization="init.mp4" media="$Time$.m4s"><SegmentTimeline>{timeline}</SegmentTimeline>'
                f'</SegmentTemplate></Representation></AdaptationSet></Period><UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="time"/></MPD>')

    def answer(self, name, query):
        """(status, type, body)."""
        if name == "index.m3u8":
            return 200, "application/vnd.apple.mpegurl", self.multivariant().encode()
        if name.endswith(".m3u8"):
            return self.reload(name, query)
        if name == "manifest.mpd":
            return 200, "text/plain" if self.fault == "type" else "application/dash+xml", self.manifest(self.count()).encode()
        if name == "time":
            at = time.time() + (10 if self.fault == "clock" else 0)
            return 200, "text/plain", (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + "Z").encode()
        if name == "init.mp4":
            return 200, "video/mp4", self.init
        number, kind = name.split(".")
        return self.file(int(number), kind)

    def file(self, n, kind):
        if kind == "m4s":
            n = round(n / 90000) - FIRST
            there = n < self.count() // PARTS
            return (200, "video/mp4", b"".join(self.parts[n * PARTS:(n + 1) * PARTS]) + (b"xyz" * (self.fault == "broken-media"))) if there else (404, "text/plain", b"")
        if kind == "part":
            ready = n < self.count()
            if not ready and self.fault == "hint-404" or ready and self.fault == "part-404" and n % 7 == 0 or n >= len(self.parts):
                return 404, "text/plain", b""
            self.wait(n + 1)
            return 200, "video/mp4", self.media(n) + (b"\0\0\0\x08free" if not ready and self.fault == "hint-other" else b"")
        if self.fault == "gone" and n < self.count() // PARTS - WINDOW:
            return 404, "text/plain", b""
        most = PARTS - (self.fault == "samples")
        return 200, "video/mp4", b"".join(self.media(n * PARTS + m) for m in range(most))

    def reload(self, name, query):
        kind = "text/plain" if self.fault == "type" else "application/vnd.apple.mpegurl"
        given = {key: values[0] for key, values in query.items()}
        count = self.count()
        wanted, bad = self.wanted(given, count)
        if bad and self.fault != "takes-anything":
            return 400, "text/plain", b""
        if wanted is not None and not bad:
            oldest = (count // PARTS - WINDOW) * PARTS
            if self.fault == "old-is-400" and wanted < oldest:
                return 400, "text/plain", b""
            if self.fault == "503-at-once" and wanted > count - 3 * PARTS:
                return 503, "text/plain", b""
            if self.fault == "hangs" and wanted > count:
                time.sleep(5.5)
            if self.fault != "early" and not (self.fault == "whole-too-early" and "_HLS_part" not in given):
                self.wait(wanted)
        return 200, kind, self.playlist(max(self.count(), 0), ["b.m3u8" if name == "a.m3u8" else "a.m3u8"]).encode()

    @staticmethod
    def wanted(given, count):
        """(how many parts there must be, whether it is to be refused)."""
        msn, part = given.get("_HLS_msn"), given.get("_HLS_part")
        if msn is None:
            return None, part is not None
        if not msn.isdigit() or int(msn) > count // PARTS + 2:
            return None, True
        if int(part or 0) > PARTS + 3:  # beyond the end of a segment that is whole, that is: there is more; before, nobody can know
            return None, (int(msn) + 1) * PARTS > count
        return (int(msn) + 1) * PARTS if part is None else int(msn) * PARTS + int(part) + 1, False


class Server:
    def __init__(self, faults):
        self.presentations = {fault: Presentation(fault) for fault in faults}
        presentations = self.presentations

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                _, fault, name = parts.path.split("/")
                status, kind, body = presentations[fault].answer(name, urllib.parse.parse_qs(parts.query))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
