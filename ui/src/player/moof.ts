// SPDX-License-Identifier: Apache-2.0
// Reads when the frames of a part are shown, so that a step leads to exactly the next or the previous one. Boxes of ISO 14496-12
// (tfhd 8.8.7, tfdt 8.8.12, trun 8.8.8). Tracks as the server muxes them: 1 is video, on 90 000 ticks a second.

export const kTimescale = 90_000;
const kVideoTrack = 1;

interface Reader {
  view: DataView;
  start: number;
  end: number;
}

function* boxes({ view, start, end }: Reader): Generator<{ type: string } & Reader> {
  let at = start;
  while (at + 8 <= end) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= end) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    }
    if (size < header || at + size > end) return;
    const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    yield { type, view, start: at + header, end: at + size };
    at += size;
  }
}

function trunTimes({ view, start, end }: Reader, decode: number, standard: number, into: number[]): number {
  const flags = view.getUint32(start) & 0xffffff;
  const version = view.getUint8(start);
  const count = view.getUint32(start + 4);
  let at = start + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  let time = decode;
  for (let n = 0; n < count; n += 1) {
    let duration = standard;
    if (flags & 0x100) {
      if (at + 4 > end) return time;
      duration = view.getUint32(at);
      at += 4;
    }
    if (flags & 0x200) at += 4;
    if (flags & 0x400) at += 4;
    let composition = 0;
    if (flags & 0x800) {
      if (at + 4 > end) return time;
      composition = version === 0 ? view.getUint32(at) : view.getInt32(at);
      at += 4;
    }
    into.push((time + composition) / kTimescale);
    time += duration;
  }
  return time;
}

// Presentation times in seconds of the video frames in a message of moof and mdat boxes, in decode order. Empty for audio and for
// what cannot be read.
export function frameTimes(data: ArrayBuffer): number[] {
  const times: number[] = [];
  try {
    const view = new DataView(data);
    for (const moof of boxes({ view, start: 0, end: data.byteLength })) {
      if (moof.type !== "moof") continue;
      for (const traf of boxes(moof)) {
        if (traf.type !== "traf") continue;
        let decode = 0;
        let standard = 0;
        let track = 0;
        for (const box of boxes(traf)) {
          if (box.type === "tfhd") {
            const flags = view.getUint32(box.start) & 0xffffff;
            track = view.getUint32(box.start + 4);
            const at = box.start + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
            if (flags & 0x8) standard = view.getUint32(at);
          } else if (box.type === "tfdt") {
            decode = view.getUint8(box.start) === 1 ? Number(view.getBigUint64(box.start + 4)) : view.getUint32(box.start + 4);
          } else if (box.type === "trun" && track === kVideoTrack) {
            decode = trunTimes(box, decode, standard, times);
          }
        }
      }
    }
  } catch {
    return times;
  }
  return times;
}

// The times of the frames that are buffered, in order of presentation.
export class FrameIndex {
  private times: number[] = [];

  clear(): void {
    this.times = [];
  }

  add(times: number[]): void {
    for (const time of times) {
      const at = this.place(time);
      if (this.times[at] !== time) this.times.splice(at, 0, time);
    }
  }

  // Forgets what lies before `from`.
  trim(from: number): void {
    const at = this.place(from);
    if (at > 0) this.times.splice(0, at);
  }

  // After and before the frame that is shown at `time` (a tick of slack for rounding).
  next(time: number): number | null {
    const at = this.place(time + 1e-5);
    return this.times[at] ?? null;
  }

  previous(time: number): number | null {
    const at = this.place(time + 1e-5) - 2;
    return at < 0 ? null : this.times[at]!;
  }

  private place(time: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
