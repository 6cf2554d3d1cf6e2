# SPDX-License-Identifier: Apache-2.0
"""Reads the time code of synthetic pictures (docs/time-code.md) out of encoded video: ffmpeg decodes, Python reads the cells. And
draws it."""
import subprocess


def crc(bits):
    value = 0xFFFF
    for bit in bits:
        value = (value << 1 ^ (0x1021 if (value >> 15 ^ bit) & 1 else 0)) & 0xFFFF
    return value


def read_row(strip, width, top, height):
    means = []
    rows = range(top + height // 4, max(top + height // 4 + 1, top + (3 * height + 3) // 4))
    for cell in range(48):
        left, right = round((cell + 0.25) * width / 48), round((cell + 0.75) * width / 48)
        means.append(sum(sum(strip[y * width + left:y * width + right]) for y in rows) / (len(rows) * (right - left)))
    if means[0] - means[1] < 60:
        return None
    bits = [int(mean > (means[0] + means[1]) / 2) for mean in means[2:]]
    return bits[:45] if sum(bits[:45]) % 2 == bits[45] else None


def read_strip(strip, width, height):
    """`strip`: luma of the top 2 * (height // 30) rows. Unix seconds, or None without an intact code."""
    row = height // 30
    upper = read_row(strip, width, 0, row)
    lower = read_row(strip, width, row, row)
    if upper is None or lower is None:
        return None
    bits = upper + lower
    value = int("".join(map(str, bits)), 2)
    return (value >> 26) / 1e6 if crc(bits[:74]) == value & 0xFFFF else None


def times_of(data, width, height, keys=False):
    """The time code of each picture of an MP4, or of key frames alone, in the order in which they are shown."""
    high = 2 * (height // 30)
    out = subprocess.run(["ffmpeg", "-v", "error", *(["-skip_frame", "nokey"] if keys else []), "-i", "pipe:0", "-map", "0:v", "-vsync", "passthrough", "-vf",
                          f"format=gray,crop={width}:{high}:0:0:exact=1", "-f", "rawvideo", "pipe:1"],
                         input=data, capture_output=True, timeout=60)
    size = width * high
    return [read_strip(out.stdout[n:n + size], width, height) for n in range(0, len(out.stdout) - size + 1, size)]


def draw(microseconds, source, width, height):
    """A gray picture with a time code."""
    bits = [int(b) for b in f"{microseconds:064b}{source:010b}"]
    bits += [int(b) for b in f"{crc(bits):016b}"]
    picture = bytearray(b"\x80" * (width * height))
    high = height // 30
    for n, row in enumerate((bits[:45], bits[45:])):
        cells = [1, 0, *row, sum(row) % 2]
        line = bytes(235 if cells[x * 48 // width] else 16 for x in range(width))
        picture[n * high * width:(n + 1) * high * width] = line * high
    return bytes(picture)
