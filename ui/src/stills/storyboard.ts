// SPDX-License-Identifier: Apache-2.0
// Ten minutes of thumbnails on one sheet, as the server's WebVTT tells them apart. Instants are Unix seconds.

export const kChunk = 600; // seconds of footage on a sheet

// A picture on a sheet, in the sheet's pixels.
export interface Tile {
  time: number; // the instant that it shows
  x: number;
  y: number;
  width: number;
  height: number;
}

export const chunkOf = (at: number) => Math.floor(at / kChunk) * kChunk;

const cue = /^(\d+):(\d\d):(\d\d\.\d+) --> .*\n(\S+?)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm;

// The sheet's address and its pictures, oldest first. `from`: the instant from which the text counts. Null: no picture.
export function readSheet(text: string, from: number): { url: string; tiles: Tile[] } | null {
  let url = "";
  const tiles: Tile[] = [];
  for (const [, hours, minutes, seconds, address, x, y, width, height] of text.replace(/\r/g, "").matchAll(cue)) {
    url = address!;
    const time = from + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    tiles.push({ time, x: Number(x), y: Number(y), width: Number(width), height: Number(height) });
  }
  return tiles.length > 0 ? { url, tiles } : null;
}

// The picture next to an instant.
export function nearestTile(tiles: Tile[], at: number): Tile | null {
  let low = 0;
  let high = tiles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tiles[middle]!.time < at) low = middle + 1;
    else high = middle;
  }
  const after = tiles[low];
  const before = tiles[low - 1];
  if (!before || !after) return before ?? after ?? null;
  return at - before.time <= after.time - at ? before : after;
}

const kNear = 10; // seconds that a picture may be away where there is footage: key frames may be that far apart
const kBesideGap = 1.5;

// Whether a picture stands for an instant. In a gap only the one right beside it does, and what is shown is never of long before.
export function standsFor(time: number, at: number, recorded: boolean): boolean {
  return Math.abs(time - at) <= (recorded ? kNear : kBesideGap);
}
