# SPDX-License-Identifier: Apache-2.0
"""HLS playlists held against RFC 8216bis: a strict reader, the rules of one playlist, and those from one reload to the next. Text in,
sentences about what is wrong out; no network. The section of the draft is named with each rule."""
import dataclasses
import datetime
import re

# Everything that may stand in a playlist of ours; whatever else begins with #EXT is told.
MEDIA_TAGS = {"EXTM3U", "EXTINF", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE",
              "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE", "EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-PART", "EXT-X-MAP", "EXT-X-GAP",
              "EXT-X-PROGRAM-DATE-TIME", "EXT-X-DISCONTINUITY", "EXT-X-PRELOAD-HINT", "EXT-X-RENDITION-REPORT", "EXT-X-INDEPENDENT-SEGMENTS",
              "EXT-X-START", "EXT-X-BITRATE", "EXT-X-BYTERANGE"}
MULTIVARIANT_TAGS = {"EXTM3U", "EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-START"}
ONCE = {"EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE",
        "EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-INDEPENDENT-SEGMENTS"}
ROUNDING = 0.0021  # times are written with three decimals, and two of them are compared


class Malformed(Exception):
    """Not a playlist."""


@dataclasses.dataclass
class Part:
    uri: str
    duration: float
    independent: bool = False
    gap: bool = False


@dataclasses.dataclass
class Segment:
    uri: str = ""  # empty: only parts of it are there yet
    duration: float = 0.0
    date: float | None = None  # Unix seconds
    map: str | None = None
    discontinuity: bool = False
    gap: bool = False
    parts: list = dataclasses.field(default_factory=list)

    @property
    def complete(self):
        return bool(self.uri)


@dataclasses.dataclass
class Playlist:
    version: int = 1
    target: int | None = None
    sequence: int = 0
    discontinuity_sequence: int = 0
    kind: str | None = None  # EVENT, VOD
    ended: bool = False
    independent: bool = False
    control: dict = dataclasses.field(default_factory=dict)
    part_target: float | None = None
    segments: list = dataclasses.field(default_factory=list)
    hints: list = dataclasses.field(default_factory=list)     # attributes
    reports: list = dataclasses.field(default_factory=list)   # attributes
    faults: list = dataclasses.field(default_factory=list)    # what the reader already saw

    def numbered(self):
        return ((self.sequence + n, segment) for n, segment in enumerate(self.segments))

    def newest(self):
        """(MSN, part) of the newest thing listed; a part of None: the whole segment."""
        if not self.segments:
            return self.sequence - 1, None
        last = self.segments[-1]
        return self.sequence + len(self.segments) - 1, None if last.complete else len(last.parts) - 1

    def seconds(self):
        return sum(s.duration for s in self.segments if s.complete)


ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^",\s]*)(?:,|$)')


def attributes(text):
    """An attribute list (4.2), quotes kept away but remembered: a quoted value is a str, any other a Bare."""
    found, at = {}, 0
    while at < len(text):
        match = ATTRIBUTE.match(text, at)
        if not match:
            raise Malformed(f"not an attribute list: {text!r}")
        name, value = match[1], match[2]
        if name in found:
            raise Malformed(f"{name} twice in {text!r} (4.2)")
        found[name] = value[1:-1] if value.startswith('"') else Bare(value)
        at = match.end()
    return found


class Bare(str):
    """A value that was written without quotes."""


def quoted(given, name, tag):
    value = given.get(name)
    if value is None or isinstance(value, Bare):
        raise Malformed(f"{tag} needs {name} as a quoted string")
    return value


def number(given, name, tag):
    value = given.get(name)
    if not isinstance(value, Bare) or not re.fullmatch(r"\d+(\.\d+)?", value):
        raise Malformed(f"{tag} needs {name} as a number")
    return float(value)


def date(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:?\d\d)", text):
        raise Malformed(f"not a date with milliseconds and zone: {text!r} (4.4.4.6)")
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def lines_of(text):
    lines = text.split("\n")
    if not lines or lines[0].rstrip("\r") != "#EXTM3U":
        raise Malformed("does not begin with #EXTM3U (4.4.1.1)")
    if lines[-1]:
        raise Malformed("is cut off: the last line does not end")
    for line in (one.rstrip("\r") for one in lines[1:]):
        if line.startswith("#EXT"):
            tag, _, value = line[1:].partition(":")
            yield tag, value
        elif line and not line.startswith("#"):
            yield "", line


def relative(uri):
    return not (uri.startswith("/") or re.match(r"[a-z]+:", uri, re.I))


class Reader:
    """One media playlist, tag after tag."""

    def __init__(self, text):
        self.playlist, self.segment, self.map, self.seen = Playlist(), Segment(), None, set()
        for tag, value in lines_of(text):
            if tag in self.seen and tag in ONCE:
                raise Malformed(f"{tag} twice")
            self.seen.add(tag)
            self.read(tag, value)
        if self.segment.parts:
            self.finish()
        elif self.segment != Segment(map=None) and (self.segment.duration or self.segment.date is not None):
            self.fault("tags of a segment without its URI at the end")

    def fault(self, text):
        self.playlist.faults.append(text)

    def read(self, tag, value):
        if not tag:
            self.take_uri(value)
        elif tag not in MEDIA_TAGS:
            self.fault(f"unknown tag {tag}")
        elif handler := getattr(self, tag.lower().replace("-", "_"), None):
            handler(value)

    def take_uri(self, uri):
        if not self.segment.duration and "EXTINF" not in self.seen:
            raise Malformed(f"{uri}: no EXTINF before it (4.4.4.1)")
        self.segment.uri = uri
        self.finish()

    def finish(self):
        self.segment.map = self.map
        self.playlist.segments.append(self.segment)
        self.segment = Segment()

    def header(self, tag):
        if self.playlist.segments or self.segment.parts:
            self.fault(f"{tag} behind the first segment")

    def extinf(self, value):
        match = re.fullmatch(r"(\d+(?:\.\d+)?),.*", value)
        if not match:
            raise Malformed(f"EXTINF:{value}: not a duration and a comma (4.4.4.1)")
        self.segment.duration = float(match[1])

    def ext_x_version(self, value):
        self.playlist.version = int(value)

    def ext_x_targetduration(self, value):
        if not value.isdigit():
            raise Malformed(f"TARGETDURATION:{value} is no whole number (4.4.3.1)")
        self.playlist.target = int(value)

    def ext_x_media_sequence(self, value):
        self.header("EXT-X-MEDIA-SEQUENCE")
        self.playlist.sequence = int(value)

    def ext_x_discontinuity_sequence(self, value):
        self.header("EXT-X-DISCONTINUITY-SEQUENCE")
        if self.segment.discontinuity:
            self.fault("EXT-X-DISCONTINUITY-SEQUENCE behind an EXT-X-DISCONTINUITY (4.4.3.3)")
        self.playlist.discontinuity_sequence = int(value)

    def ext_x_endlist(self, _):
        self.playlist.ended = True

    def ext_x_independent_segments(self, _):
        self.playlist.independent = True

    def ext_x_playlist_type(self, value):
        if value not in ("EVENT", "VOD"):
            self.fault(f"PLAYLIST-TYPE:{value}")
        self.playlist.kind = value

    def ext_x_server_control(self, value):
        self.playlist.control = attributes(value)

    def ext_x_part_inf(self, value):
        self.playlist.part_target = number(attributes(value), "PART-TARGET", "EXT-X-PART-INF")

    def ext_x_map(self, value):
        if self.segment.parts:
            self.fault("EXT-X-MAP between the parts of a segment (6.2.1)")
        self.map = quoted(attributes(value), "URI", "EXT-X-MAP")

    def ext_x_gap(self, _):
        self.segment.gap = True

    def ext_x_program_date_time(self, value):
        if self.segment.parts:
            self.fault("EXT-X-PROGRAM-DATE-TIME behind the first part of its segment")
        self.segment.date = date(value)

    def ext_x_discontinuity(self, _):
        if self.segment.parts:
            self.fault("EXT-X-DISCONTINUITY behind the first part of its segment")
        self.segment.discontinuity = True

    def ext_x_part(self, value):
        given = attributes(value)
        part = Part(quoted(given, "URI", "EXT-X-PART"), number(given, "DURATION", "EXT-X-PART"), given.get("INDEPENDENT") == "YES", given.get("GAP") == "YES")
        self.segment.parts.append(part)

    def ext_x_preload_hint(self, value):
        self.playlist.hints.append(attributes(value))

    def ext_x_rendition_report(self, value):
        self.playlist.reports.append(attributes(value))


def read_playlist(text):
    """Raises Malformed."""
    return Reader(text).playlist


# -- the rules of one playlist

def check_playlist(p, live=False, short=True):
    """What is wrong with one media playlist. `live`: it is a low-latency playlist of the live edge, with all that belongs to one.
    Without `short` parts may be short: whoever sees the media knows whether a frame was lost there."""
    faults = list(p.faults)
    if p.target is None:
        faults.append("no EXT-X-TARGETDURATION (4.4.3.1)")
        return faults
    faults += check_segments(p) + check_dates(p) + check_uris(p)
    if p.part_target is not None or any(s.parts for s in p.segments):
        faults += check_parts(p)
        faults += [text for _, text in short_parts(p)] if short and p.part_target else []
    faults += check_control(p)
    if live:
        faults += check_live(p)
    return faults


def check_segments(p):
    faults = []
    if any(s.map for s in p.segments) and p.version < 6:
        faults.append(f"EXT-X-MAP needs version 6, not {p.version} (8)")
    map_before = None
    for msn, s in p.numbered():
        if s.complete and int(s.duration + 0.5) > p.target:
            faults.append(f"segment {msn} lasts {s.duration} s, over the target duration of {p.target} s (4.4.3.1)")
        if s.complete and s.duration <= 0:
            faults.append(f"segment {msn} has no duration")
        if not s.map and not s.gap:  # with EXT-X-GAP there is nothing to be decoded, and it is not loaded (4.4.4.7)
            faults.append(f"segment {msn} has no EXT-X-MAP (3.1.2)")
        if map_before and map_before != s.map and not s.discontinuity:
            faults.append(f"segment {msn} has another EXT-X-MAP and no EXT-X-DISCONTINUITY (4.4.4.3)")
        if not s.complete and msn != p.newest()[0]:
            faults.append(f"segment {msn} has no URI and is not the newest")
        map_before = s.map
    return faults


def check_dates(p):
    faults, before = [], None
    for msn, s in p.numbered():
        if s.date is None:
            faults.append(f"segment {msn} has no EXT-X-PROGRAM-DATE-TIME (6.2.1)")
            continue
        if before and before.date is not None and before.complete:
            off = s.date - (before.date + before.duration)
            if not s.discontinuity and abs(off) > ROUNDING:
                faults.append(f"segment {msn} is dated {off * 1000:.0f} ms off the end of the one before it, without EXT-X-DISCONTINUITY (6.2.1)")
            if s.discontinuity and off < -ROUNDING:
                faults.append(f"segment {msn} is dated {-off * 1000:.0f} ms before the end of the one before it")
        before = s
    return faults


def check_uris(p):
    faults, seen = [], {}
    names = [(msn, s.uri) for msn, s in p.numbered() if s.complete] + [(msn, part.uri) for msn, s in p.numbered() for part in s.parts]
    for msn, uri in names + [(msn, s.map) for msn, s in p.numbered() if s.map]:
        if not relative(uri):
            faults.append(f"segment {msn}: {uri} is not relative to the playlist")
    for msn, uri in names:
        if uri in seen:
            faults.append(f"{uri} is listed in segments {seen[uri]} and {msn}")
        seen[uri] = msn
    return faults


def check_parts(p):
    if p.part_target is None:
        return ["EXT-X-PART without EXT-X-PART-INF (4.4.3.7)"]
    faults = []
    for msn, s in p.numbered():
        for n, part in enumerate(s.parts):
            if part.duration > p.part_target + 0.0005:
                faults.append(f"part {msn}.{n} lasts {part.duration} s, over PART-TARGET {p.part_target} (4.4.4.9)")
        total = sum(part.duration for part in s.parts)
        if s.complete and s.parts and abs(total - s.duration) > 0.001 * (len(s.parts) + 1):
            faults.append(f"the parts of segment {msn} last {total:.3f} s, the segment {s.duration} s")
    held = p.seconds() + sum(part.duration for s in p.segments if not s.complete for part in s.parts)
    for msn, s in p.numbered():
        held -= s.duration
        if s.complete and s.parts and held > 3 * p.target:
            faults.append(f"segment {msn} still lists parts, {held:.1f} s from the end: more than three target durations (6.2.2)")
    return faults


def short_parts(p):
    """((MSN, part), sentence) of each that is under 85 % of the target. That may be: the last of its segment - which the newest one may
    turn out to be -, one that is independent, and a gap (4.4.4.9)."""
    found = []
    for msn, s in p.numbered():
        for n, part in enumerate(s.parts):
            last = n == len(s.parts) - 1
            if part.duration < 0.85 * p.part_target - 0.0005 and not (last or part.independent or part.gap):
                found.append(((msn, n), f"part {msn}.{n} lasts {part.duration} s, under 85 % of PART-TARGET {p.part_target} (4.4.4.9)"))
    return found


def check_control(p):
    faults = []
    if "HOLD-BACK" in p.control and number(p.control, "HOLD-BACK", "SERVER-CONTROL") < 3 * p.target:
        faults.append(f"HOLD-BACK {p.control['HOLD-BACK']} is under three target durations (4.4.3.8)")
    if p.part_target is not None:
        if "PART-HOLD-BACK" not in p.control:
            faults.append("EXT-X-PART-INF without PART-HOLD-BACK (4.4.3.8)")
        elif number(p.control, "PART-HOLD-BACK", "SERVER-CONTROL") < 3 * p.part_target - 1e-9:
            faults.append(f"PART-HOLD-BACK {p.control['PART-HOLD-BACK']} is under three times PART-TARGET (4.4.3.8)")
    if "CAN-SKIP-UNTIL" in p.control and number(p.control, "CAN-SKIP-UNTIL", "SERVER-CONTROL") < 6 * p.target:
        faults.append("CAN-SKIP-UNTIL is under six target durations (4.4.3.8)")
    kinds = [hint.get("TYPE") for hint in p.hints]
    if len(kinds) != len(set(kinds)):
        faults.append("two EXT-X-PRELOAD-HINTs of one TYPE (4.4.5.3)")
    if p.ended and (p.hints or p.kind == "EVENT" and p.control.get("CAN-BLOCK-RELOAD")):
        faults.append("an ended playlist still promises more")
    return faults


def check_live(p):
    faults = []
    if p.control.get("CAN-BLOCK-RELOAD") != "YES":
        faults.append("no CAN-BLOCK-RELOAD=YES (4.4.3.8)")
    if p.part_target is None:
        faults.append("no EXT-X-PART-INF")
    if p.ended:
        faults.append("live has an EXT-X-ENDLIST")
    if not any(hint.get("TYPE") == "PART" for hint in p.hints):
        faults.append("no EXT-X-PRELOAD-HINT of the next part")
    listed = {part.uri for s in p.segments for part in s.parts}
    for hint in p.hints:
        if quoted(hint, "URI", "EXT-X-PRELOAD-HINT") in listed:
            faults.append(f"the hint {hint['URI']} is listed as a part already")
    for report in p.reports:
        if not relative(quoted(report, "URI", "EXT-X-RENDITION-REPORT")):
            faults.append(f"the report's {report['URI']} is not relative (4.4.5.4)")
        if "LAST-MSN" not in report:
            faults.append(f"the report of {report['URI']} lacks LAST-MSN (4.4.5.4)")
    return faults


# -- from one reload to the next

def discontinuity_numbers(p):
    """The discontinuity sequence number of each segment, by MSN."""
    at, numbers = p.discontinuity_sequence, {}
    for msn, s in p.numbered():
        at += s.discontinuity
        numbers[msn] = at
    return numbers


def check_reload(before, after):
    """What `after` may not have changed of `before` (6.2.1, 6.2.2)."""
    faults = []
    for name in ("version", "target", "part_target", "control", "kind", "independent"):
        if getattr(before, name) != getattr(after, name):
            faults.append(f"{name} changed from {getattr(before, name)} to {getattr(after, name)}")
    if before.ended and (not after.ended or before.segments != after.segments):
        faults.append("changed after EXT-X-ENDLIST (6.2.1)")
    if after.sequence < before.sequence:
        faults.append(f"EXT-X-MEDIA-SEQUENCE went back from {before.sequence} to {after.sequence} (6.2.2)")
        return faults
    if before.kind and after.sequence != before.sequence:
        faults.append(f"a playlist of type {before.kind} lost segments (4.4.3.5)")
    if after.newest()[0] < before.newest()[0]:
        faults.append(f"the newest segment went back from {before.newest()[0]} to {after.newest()[0]}")
    return faults + check_history(before, after) + check_removal(before, after)


def check_history(before, after):
    faults, now = [], dict(after.numbered())
    numbers, numbers_now = discontinuity_numbers(before), discontinuity_numbers(after)
    for msn, was in before.numbered():
        if msn not in now:
            continue
        new = now[msn]
        for name in ("uri", "duration", "gap") if was.complete else ():
            if getattr(was, name) != getattr(new, name):
                faults.append(f"segment {msn}: {name} changed from {getattr(was, name)!r} to {getattr(new, name)!r} (6.2.1)")
        for name in ("date", "map", "discontinuity"):
            if name == "map" and was.gap:
                continue  # a gap is never loaded (4.4.4.7): no EXT-X-MAP need stay when the segments before it go
            if getattr(was, name) != getattr(new, name):
                faults.append(f"segment {msn}: {name} changed from {getattr(was, name)!r} to {getattr(new, name)!r} (6.2.1)")
        if numbers[msn] != numbers_now[msn]:
            faults.append(f"segment {msn}: its discontinuity sequence number changed from {numbers[msn]} to {numbers_now[msn]} (6.2.2)")
        if new.parts and was.parts != new.parts[: len(was.parts)] or (was.complete and new.parts and new.parts != was.parts):
            faults.append(f"segment {msn}: its parts changed (6.2.1)")
        if was.parts and not new.parts and not new.complete:
            faults.append(f"segment {msn} lost its parts before it was complete")
    return faults


def check_removal(before, after):
    faults = []
    if after.sequence > before.newest()[0] + 1:
        faults.append(f"the playlist slid past {before.newest()[0]} to {after.sequence} between two reloads")
    elif after.sequence > before.sequence and after.seconds() < 3 * after.target:
        faults.append(f"segments were removed and only {after.seconds():.1f} s are left, under three target durations (6.2.2)")
    return faults


def wrong_hint(before, after):
    """A sentence, when another part came than the hinted one. The hinted URI must be that of the next part (4.4.5.3), also where that is
    the first behind the end of its segment, a discontinuity or another EXT-X-MAP."""
    hinted = next((h["URI"] for h in before.hints if h.get("TYPE") == "PART"), None)
    known = {part.uri for s in before.segments for part in s.parts}
    newest = before.newest()[0]
    fresh = [(msn, n, part) for msn, s in after.numbered() for n, part in enumerate(s.parts) if part.uri not in known and msn >= newest]
    if hinted is None or not fresh or fresh[0][2].uri == hinted:
        return None
    msn, n, part = fresh[0]
    return f"the hint said {hinted}, but part {msn}.{n} is {part.uri} (4.4.5.3)"


# -- multivariant playlists

@dataclasses.dataclass
class Multivariant:
    variants: list = dataclasses.field(default_factory=list)    # (attributes, URI)
    renditions: list = dataclasses.field(default_factory=list)  # attributes
    version: int = 1
    faults: list = dataclasses.field(default_factory=list)


def read_multivariant(text):
    found, pending = Multivariant(), None
    for tag, value in lines_of(text):
        if tag == "EXT-X-STREAM-INF":
            pending = attributes(value)
        elif tag == "EXT-X-MEDIA":
            found.renditions.append(attributes(value))
        elif tag == "EXT-X-VERSION":
            found.version = int(value)
        elif not tag:
            if pending is None:
                raise Malformed(f"{value}: no EXT-X-STREAM-INF before it (4.4.6.2)")
            found.variants.append((pending, value))
            pending = None
        elif tag not in MULTIVARIANT_TAGS:
            found.faults.append(f"{tag} in a multivariant playlist")
    return found


def check_multivariant(m):
    faults = list(m.faults)
    if not m.variants:
        faults.append("no variants")
    groups = {quoted(r, "GROUP-ID", "EXT-X-MEDIA") for r in m.renditions}
    for given, uri in m.variants:
        if not relative(uri):
            faults.append(f"{uri} is not relative")
        number(given, "BANDWIDTH", f"the variant {uri}")
        for name in ("CODECS", "AUDIO"):
            if isinstance(given.get(name), Bare):
                faults.append(f"{uri}: {name} is not quoted")
        if not given.get("CODECS"):
            faults.append(f"{uri}: no CODECS (4.4.6.2)")
        if not re.fullmatch(r"\d+x\d+", given.get("RESOLUTION", "")):
            faults.append(f"{uri}: no RESOLUTION")
        if not re.fullmatch(r"\d+\.\d{3}", given.get("FRAME-RATE", "0.000")):
            faults.append(f"{uri}: FRAME-RATE {given['FRAME-RATE']} has not three decimals (4.4.6.2)")
        if "AUDIO" in given and given["AUDIO"] not in groups:
            faults.append(f"{uri}: there is no group {given['AUDIO']} (4.4.6.2)")
        if "AUDIO" in given and "," not in given.get("CODECS", ""):
            faults.append(f"{uri}: CODECS does not name the audio's")
    for r in m.renditions:
        for name in ("NAME", "GROUP-ID"):
            quoted(r, name, "EXT-X-MEDIA")
        if r.get("TYPE") != "AUDIO":
            faults.append(f"a rendition of type {r.get('TYPE')}")
        if "URI" in r and not relative(quoted(r, "URI", "EXT-X-MEDIA")):
            faults.append(f"{r['URI']} is not relative")
        if r.get("AUTOSELECT", "NO") == "NO" and r.get("DEFAULT") == "YES":
            faults.append("DEFAULT=YES needs AUTOSELECT=YES (4.4.6.1)")
    return faults
