# SPDX-License-Identifier: Apache-2.0
"""Fragmented MP4 taken apart: what an init declares, and when the samples of media begin and how long they last. Independent of the
program's own reader. Raises Malformed for what no player should be given."""
import dataclasses
import struct

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"}


class Malformed(Exception):
    pass


@dataclasses.dataclass
class Track:
    id: int = 0
    kind: str = ""   # vide, soun
    timescale: int = 0
    entry: str = ""  # avc1, hvc1, mp4a, Opus
    width: int = 0
    height: int = 0


@dataclasses.dataclass
class Run:
    """The samples of one moof. Times in seconds."""
    track: int
    start: float        # decode time of the first
    durations: list
    presentations: list
    ticks: int          # decode time as written
    duration_ticks: int
    key: bool           # the first is a sync sample

    @property
    def duration(self):
        return sum(self.durations)


def boxes(data, at=0, end=None):
    end = len(data) if end is None else end
    while at < end:
        if end - at < 8:
            raise Malformed(f"{end - at} bytes behind the last box")
        size, name = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size < header or at + size > end:
            raise Malformed(f"box {name!r} of {size} bytes, {end - at} are there")
        yield name, at + header, at + size
        at += size


def find(data, path, at=0, end=None):
    """All boxes of a path like moov/trak."""
    first, _, rest = path.partition("/")
    for name, body, stop in boxes(data, at, end):
        if name.decode("latin1") == first:
            if rest:
                yield from find(data, rest, body, stop)
            else:
                yield body, stop


def read_init(data):
    """Tracks by id."""
    names = [name for name, _, _ in boxes(data)]
    if names[:2] != [b"ftyp", b"moov"] or len(names) != 2:
        raise Malformed(f"an init of {names}")
    tracks = {}
    for body, stop in find(data, "moov/trak"):
        track = Track()
        (tkhd, _), = find(data, "tkhd", body, stop)
        track.id = struct.unpack_from(">I", data, tkhd + (20 if data[tkhd] else 12))[0]
        (hdlr, _), = find(data, "mdia/hdlr", body, stop)
        track.kind = data[hdlr + 8:hdlr + 12].decode()
        (mdhd, _), = find(data, "mdia/mdhd", body, stop)
        track.timescale = struct.unpack_from(">I", data, mdhd + (20 if data[mdhd] else 12))[0]
        (stsd, stop_stsd), = find(data, "mdia/minf/stbl/stsd", body, stop)
        (name, entry, _), *more = boxes(data, stsd + 8, stop_stsd)
        if more:
            raise Malformed("more than one sample entry")
        track.entry = name.decode()
        if track.kind == "vide":
            track.width, track.height = struct.unpack_from(">HH", data, entry + 24)
        tracks[track.id] = track
    if len(list(find(data, "moov/mvex/trex"))) != len(tracks):
        raise Malformed("not one trex a track")
    return tracks


def read_media(data, tracks):
    """The runs of each moof+mdat, in order. Whole boxes only."""
    runs, waiting = [], None
    for name, body, stop in boxes(data):
        if name == b"moof":
            waiting = (body - 8, [read_traf(data, at, end, tracks) for at, end in find(data, "traf", body, stop)])
        elif name == b"mdat":
            if waiting is None:
                raise Malformed("mdat without moof")
            start, found = waiting
            for run, offset, size in found:
                if not body <= start + offset <= start + offset + size <= stop:
                    raise Malformed("samples lie outside their mdat")
                runs.append(run)
            waiting = None
        elif name not in (b"styp", b"prft", b"emsg", b"sidx", b"free"):
            raise Malformed(f"box {name!r} among media")
    if waiting is not None:
        raise Malformed("moof without mdat")
    return runs


def read_traf(data, at, stop, tracks):
    (tfhd, _), = find(data, "tfhd", at, stop)
    flags = int.from_bytes(data[tfhd + 1:tfhd + 4], "big")
    if not flags & 0x020000:
        raise Malformed("no default-base-is-moof (CMAF)")
    track = struct.unpack_from(">I", data, tfhd + 4)[0]
    if track not in tracks:
        raise Malformed(f"track {track} is not in the init")
    at_default, defaults = tfhd + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0), []
    for bit in (0x8, 0x10, 0x20):
        defaults.append(struct.unpack_from(">I", data, at_default)[0] if flags & bit else None)
        at_default += 4 if flags & bit else 0
    (tfdt, _), = find(data, "tfdt", at, stop)
    start = struct.unpack_from(">Q" if data[tfdt] else ">I", data, tfdt + 4)[0]
    (trun, _), = find(data, "trun", at, stop)
    return read_trun(data, trun, defaults, track, start, tracks[track].timescale)


def read_trun(data, at, defaults, track, start, timescale):
    version, flags = data[at], int.from_bytes(data[at + 1:at + 4], "big")
    count, = struct.unpack_from(">I", data, at + 4)
    at += 8
    if not flags & 1 or not count:
        raise Malformed("a trun without data offset or samples")
    offset, = struct.unpack_from(">i", data, at)
    at += 4
    first_flags = None
    if flags & 4:
        first_flags, = struct.unpack_from(">I", data, at)
        at += 4
    durations, sizes, presentations, key, now = [], [], [], None, start
    for n in range(count):
        values = list(defaults)
        for index, bit in enumerate((0x100, 0x200, 0x400)):
            if flags & bit:
                values[index], = struct.unpack_from(">I", data, at)
                at += 4
        shift = 0
        if flags & 0x800:
            shift, = struct.unpack_from(">i" if version else ">I", data, at)
            at += 4
        if None in values[:2]:
            raise Malformed("a sample without duration or size")
        if n == 0:
            key = not ((first_flags if first_flags is not None else values[2] or 0) & 0x10000)
        durations.append(values[0])
        sizes.append(values[1])
        presentations.append((now + shift) / timescale)
        now += values[0]
    run = Run(track, start / timescale, [d / timescale for d in durations], presentations, start, sum(durations), key)
    return run, offset, sum(sizes)
