# SPDX-License-Identifier: Apache-2.0
"""Footage that is made for a test: of another day, out of what was just recorded, and of pictures at any instants."""
import datetime
import pathlib
import subprocess
import zlib

from time_code import draw

GRID = 10  # milliseconds


def moved(source, storage, camera, begins, thumbnails=True):
    """The segment, and the thumbnails beside it, as if it had begun at that time; its pictures keep their codes. Gives how much
    earlier that is, in whole seconds."""
    stamp = datetime.datetime.strptime(source.parent.name + source.name[:10], "%Y-%m-%d%H%M%S.%f").replace(tzinfo=datetime.timezone.utc).timestamp()
    back = round(stamp - begins)
    data = bytearray(source.read_bytes())
    at = 0
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at:at + 4], "big"), bytes(data[at + 4:at + 8])
        if kind == b"prft":
            ntp = int.from_bytes(data[at + 16:at + 24], "big") - (back << 32)
            data[at + 16:at + 24] = ntp.to_bytes(8, "big")
        at += size
    new = datetime.datetime.fromtimestamp(stamp - back, datetime.timezone.utc)
    folder = storage / "footage" / camera / "main" / f"{new:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{new:%H%M%S}.{new.microsecond // 1000:03}Z.mp4"
    path.write_bytes(data)
    if thumbnails:
        path.with_suffix(".thumbs").write_bytes(moved_thumbnails(source.with_suffix(".thumbs").read_bytes(), back))
    return back


def moved_thumbnails(pack, back):
    """docs/storage.md: a header of 24 bytes before each JPEG, with its time, its size and a checksum over both."""
    out = bytearray(pack)
    at = 0
    while at < len(out):
        size = int.from_bytes(out[at + 16:at + 20], "big")
        out[at + 8:at + 16] = (int.from_bytes(out[at + 8:at + 16], "big") - back * 1_000_000).to_bytes(8, "big")
        out[at + 20:at + 24] = zlib.crc32(out[at:at + 20] + out[at + 24:at + 24 + size]).to_bytes(4, "big")
        at += 24 + size
    return out


def uneven_clip(path, begins, steps, rounds, width, height, *encoder):
    """Pictures whose distances are `steps`, in milliseconds and multiples of ten, so many times over. Each is shown at the time of
    its code; the first one's is `begins`, in Unix seconds."""
    assert not any(step % GRID for step in steps)
    grid = sum(steps) // GRID
    shown = [sum(steps[:n]) // GRID for n in range(len(steps))]
    child = subprocess.Popen(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", str(1000 // GRID), "-i", "pipe:0", "-vf",
                              "select='" + "+".join(f"eq(mod(n,{grid}),{n})" for n in shown) + "',format=yuv420p", "-vsync", "passthrough", *encoder, str(path)],
                             stdin=subprocess.PIPE)
    blank = bytes(width * height)
    for n in range(rounds * grid):
        child.stdin.write(draw(begins * 1_000_000 + n * GRID * 1000, 1, width, height) if n % grid in shown else blank)
    child.stdin.close()
    assert child.wait(60) == 0
    return pathlib.Path(path)
