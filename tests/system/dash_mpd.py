# SPDX-License-Identifier: Apache-2.0
"""DASH manifests held against ISO/IEC 23009-1 (profile isoff-live with SegmentTimeline) and the DASH-IF guidelines: a reader, the rules
of one manifest, and those from one update to the next. Text in, sentences about what is wrong out; no network."""
import dataclasses
import datetime
import re
import xml.etree.ElementTree as ElementTree

NAMESPACE = "{urn:mpeg:dash:schema:mpd:2011}"
PROFILE = "urn:mpeg:dash:profile:isoff-live:2011"
HTTP_ISO = "urn:mpeg:dash:utc:http-iso:2014"


class Malformed(Exception):
    """Not a manifest."""


@dataclasses.dataclass
class Representation:
    id: str
    kind: str  # video, audio
    attributes: dict
    timescale: int
    offset: int  # presentationTimeOffset
    init: str
    media: str
    timeline: list  # (t, d)

    def constants(self):
        return self.kind, self.attributes, self.timescale, self.offset, self.init, self.media


@dataclasses.dataclass
class Period:
    id: str
    start: float
    representations: dict = dataclasses.field(default_factory=dict)
    faults: list = dataclasses.field(default_factory=list)

    def at(self, representation, ticks):
        """Where media time `ticks` lies on the presentation's timeline, in seconds."""
        return self.start + (ticks - representation.offset) / representation.timescale


@dataclasses.dataclass
class Manifest:
    text: str
    dynamic: bool
    attributes: dict
    clock: tuple | None  # scheme, value
    periods: list
    faults: list

    def moment(self, name):
        return moment(self.attributes[name])

    def seconds(self, name):
        return seconds(self.attributes[name])


def seconds(text):
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", text)
    if not match or text == "PT":
        raise Malformed(f"{text!r} is no duration that says only time")
    hours, minutes, rest = match.groups("0")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def moment(text):
    try:
        at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Malformed(f"{text!r} is no date") from None
    if at.tzinfo is None:
        raise Malformed(f"{text!r} has no zone")
    return at.timestamp()


def attribute(element, name, what):
    value = element.get(name)
    if value is None:
        raise Malformed(f"{what} without @{name}")
    return value


def read_manifest(text):
    """Raises Malformed."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Malformed(str(error)) from None
    if root.tag != f"{NAMESPACE}MPD":
        raise Malformed(f"the root is {root.tag}")
    clocks = root.findall(f"{NAMESPACE}UTCTiming")
    clock = (clocks[0].get("schemeIdUri"), clocks[0].get("value")) if clocks else None
    manifest = Manifest(text, root.get("type", "static") == "dynamic", dict(root.attrib), clock, [], [])
    for element in root.findall(f"{NAMESPACE}Period"):
        manifest.periods.append(read_period(element))
    return manifest


def read_period(element):
    period = Period(attribute(element, "id", "a Period"), seconds(attribute(element, "start", "a Period")))
    for adaptation in element.findall(f"{NAMESPACE}AdaptationSet"):
        kind, mime = attribute(adaptation, "contentType", "an AdaptationSet"), attribute(adaptation, "mimeType", "an AdaptationSet")
        if mime != f"{kind}/mp4":
            raise Malformed(f"an AdaptationSet of {kind} with mimeType {mime}")
        if adaptation.get("startWithSAP") != "1":
            period.faults.append(f"its {kind} does not all begin with key frames")
        for one in adaptation.findall(f"{NAMESPACE}Representation"):
            representation = read_representation(one, kind)
            if representation.id in period.representations:
                raise Malformed(f"two representations {representation.id} in a Period")
            period.representations[representation.id] = representation
    return period


def read_representation(element, kind):
    name = attribute(element, "id", "a Representation")
    template = element.find(f"{NAMESPACE}SegmentTemplate")
    timeline = template.find(f"{NAMESPACE}SegmentTimeline") if template is not None else None
    if timeline is None:
        raise Malformed(f"{name} has no SegmentTemplate with a SegmentTimeline")
    segments, at = [], None
    for s in timeline.findall(f"{NAMESPACE}S"):
        at = int(s.get("t")) if s.get("t") is not None else at
        if at is None:
            raise Malformed(f"{name}: the first S has no @t")
        duration, more = int(attribute(s, "d", "an S")), int(s.get("r", "0"))
        for _ in range(more + 1):
            segments.append((at, duration))
            at += duration
    attributes = {key: value for key, value in element.attrib.items() if key != "id"}
    return Representation(name, kind, attributes, int(template.get("timescale", "1")), int(template.get("presentationTimeOffset", "0")),
                          attribute(template, "initialization", "a SegmentTemplate"), attribute(template, "media", "a SegmentTemplate"), segments)


# -- the rules of one manifest

def check_manifest(m, now=None):
    """`now`: the server's time when it was sent; Unix seconds."""
    faults = list(m.faults)
    if PROFILE not in m.attributes.get("profiles", ""):
        faults.append(f"profiles {m.attributes.get('profiles')}")
    if "minBufferTime" not in m.attributes:
        faults.append("no minBufferTime")
    if not m.periods:
        faults.append("no Period")
    faults += check_growth(m, now) if m.dynamic else check_static(m)
    if len({p.id for p in m.periods}) != len(m.periods):
        faults.append("two Periods with one id")
    for period, following in zip(m.periods, [*m.periods[1:], None]):
        if following and following.start <= period.start:
            faults.append(f"Period {following.id} does not start after Period {period.id}")
        faults += check_period(m, period, following)
    return faults


def check_growth(m, now):
    faults = []
    for name in ("availabilityStartTime", "publishTime", "minimumUpdatePeriod", "timeShiftBufferDepth", "suggestedPresentationDelay"):
        if name not in m.attributes:
            faults.append(f"dynamic without {name}")
    if m.clock is None or m.clock[0] != HTTP_ISO:
        faults.append(f"UTCTiming {m.clock}")
    if faults or now is None:
        return faults
    if m.moment("publishTime") > now + 0.5:
        faults.append(f"publishTime is {m.moment('publishTime') - now:.1f} s in the future")
    for period in m.periods:
        for r in period.representations.values():
            if r.timeline and (ahead := m.moment("availabilityStartTime") + period.at(r, sum(r.timeline[-1])) - now) > 0.5:
                faults.append(f"{r.id}: the newest segment ends {ahead:.1f} s in the future")
    return faults


def check_static(m):
    faults = []
    if "mediaPresentationDuration" not in m.attributes:
        return ["static without mediaPresentationDuration"]
    for name in ("minimumUpdatePeriod", "timeShiftBufferDepth"):
        if name in m.attributes:
            faults.append(f"static with {name}")
    if m.periods:
        last = m.periods[-1]
        end = max((last.at(r, sum(r.timeline[-1])) for r in last.representations.values() if r.timeline), default=last.start)
        if abs(end - m.seconds("mediaPresentationDuration")) > 0.01:
            faults.append(f"mediaPresentationDuration is {m.seconds('mediaPresentationDuration')} s, the last segment ends at {end:.3f} s")
        if m.periods[0].start != 0:
            faults.append("a static manifest does not begin at 0")
    return faults


def check_period(m, period, following):
    faults = [f"Period {period.id}: {fault}" for fault in period.faults]
    if not period.representations:
        faults.append(f"Period {period.id} has no Representation")
    for r in period.representations.values():
        faults += [f"Period {period.id}, {r.id}: {fault}" for fault in check_representation(m, r) + check_times(m, period, r, following)]
    return faults


def check_representation(m, r):
    faults = [f"no {name}" for name in ("bandwidth", "codecs") if not r.attributes.get(name)]
    if r.kind == "video":
        faults += [f"no {name}" for name in ("width", "height") if not r.attributes.get(name, "").isdigit()]
        if not re.fullmatch(r"\d+(/\d+)?", r.attributes.get("frameRate", "1")):
            faults.append(f"frameRate {r.attributes['frameRate']}")
    if "$Time$" not in r.media:
        faults.append("no $Time$ in the addresses")
    for uri in (r.init, r.media):
        if uri.startswith("/") or re.match(r"[a-z]+:", uri, re.I):
            faults.append(f"{uri} is not relative")
    if not r.timeline:
        faults.append("no segment")
    return faults


def check_times(m, period, r, following):
    faults, expected = [], None
    longest = m.seconds("maxSegmentDuration") if "maxSegmentDuration" in m.attributes else None
    for at, duration in r.timeline:
        if duration <= 0:
            faults.append(f"the segment at {at} has no duration")
        if longest is not None and duration / r.timescale > longest + 0.001:
            faults.append(f"the segment at {at} lasts {duration / r.timescale:.3f} s, over maxSegmentDuration")
        if expected is not None and at < expected:
            faults.append(f"the segment at {at} overlaps the one before it")
        if expected is not None and at > expected and r.id.startswith("main-video"):
            faults.append(f"a hole of {(at - expected) / r.timescale:.3f} s at {expected} within a Period")
        expected = at + duration
    if not r.timeline:
        return faults
    # Sound has frames of its own length: it may begin a little before and end a little after the pictures. The small stream has
    # segments of its own: the first and the last are cut by players.
    slack = 0.001 if r.id.startswith("main-video") else 0.5 if r.kind == "audio" else max(d for _, d in r.timeline) / r.timescale
    if period.at(r, r.timeline[0][0]) < period.start - slack:
        faults.append(f"begins {period.start - period.at(r, r.timeline[0][0]):.3f} s before its Period")
    if r.id.startswith("main-video") and (period is not m.periods[0] or not m.dynamic) and period.at(r, r.timeline[0][0]) > period.start + 0.0011:
        faults.append(f"begins {period.at(r, r.timeline[0][0]) - period.start:.3f} s after its Period")
    if following and (over := period.at(r, expected) - following.start) > max(slack, 0.001):
        faults.append(f"ends {over:.3f} s after the next Period started")
    return faults


# -- from one update to the next

def check_update(before, after):
    faults = []
    for name in ("type", "availabilityStartTime", "profiles", "timeShiftBufferDepth", "minimumUpdatePeriod", "suggestedPresentationDelay"):
        if before.attributes.get(name) != after.attributes.get(name) and not (name == "type" and before.dynamic):
            faults.append(f"{name} changed from {before.attributes.get(name)} to {after.attributes.get(name)}")
    if not before.dynamic and before.text != after.text:
        faults.append("a static manifest changed")
    if before.dynamic and after.dynamic and before.text != after.text and after.moment("publishTime") <= before.moment("publishTime"):
        faults.append(f"changed, and publishTime went from {before.attributes['publishTime']} to {after.attributes['publishTime']}")
    was, now = [p.id for p in before.periods], [p.id for p in after.periods]
    kept = [name for name in was if name in now]
    if was[len(was) - len(kept):] != kept or now[:len(kept)] != kept:
        faults.append(f"the Periods went from {was} to {now}: only the oldest may go, and new ones come last")
    latest = {p.id: p for p in after.periods}
    for period in before.periods:
        if period.id in latest:
            faults += [f"Period {period.id}: {fault}" for fault in check_same_period(period, latest[period.id], period.id != was[-1])]
    return faults


def check_same_period(before, after, finished):
    faults = []
    if before.start != after.start:
        faults.append(f"its start changed from {before.start} to {after.start}")
    # The small stream's representation goes when all of its segments went.
    gone = {name for name, r in before.representations.items() if name.startswith("sub-") and name not in after.representations}
    if before.representations.keys() - gone != after.representations.keys():
        faults.append(f"its representations changed from {sorted(before.representations)} to {sorted(after.representations)}")
    for name in before.representations.keys() & after.representations.keys():
        old, new = before.representations[name], after.representations[name]
        if old.constants() != new.constants():
            faults.append(f"{name} changed from {old.constants()} to {new.constants()}")
        kept = [s for s in old.timeline if new.timeline and s[0] >= new.timeline[0][0]]
        if new.timeline[:len(kept)] != kept:
            faults.append(f"{name}: segments that were listed changed")
        if finished and len(new.timeline) > len(kept) and name.startswith("main-video"):
            faults.append(f"{name}: segments came after the next Period had begun")
        if old.timeline and new.timeline and new.timeline[0][0] < old.timeline[0][0]:
            faults.append(f"{name}: older segments came back")
    return faults
