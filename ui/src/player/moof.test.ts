// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { FrameIndex, frameTimes } from "./moof";

// Boxes for tests: numbers are 32 bits, big numbers 64.
const box = (type: string, ...content: (number | bigint | Uint8Array)[]): Uint8Array => {
  const parts = content.map((each) => {
    if (each instanceof Uint8Array) return each;
    const bytes = new Uint8Array(typeof each === "bigint" ? 8 : 4);
    if (typeof each === "bigint") new DataView(bytes.buffer).setBigUint64(0, each);
    else new DataView(bytes.buffer).setUint32(0, each >>> 0);
    return bytes;
  });
  const size = 8 + parts.reduce((sum, part) => sum + part.length, 0);
  const out = new Uint8Array(size);
  new DataView(out.buffer).setUint32(0, size);
  [...type].forEach((letter, n) => (out[4 + n] = letter.charCodeAt(0)));
  let at = 8;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
const kDefaultBase = 0x020000;
const moof = (track: number, start: bigint, trun: Uint8Array, tfhd = box("tfhd", kDefaultBase, track)) =>
  box("moof", box("mfhd", 0, 1), box("traf", tfhd, box("tfdt", 0x01000000, start), trun));
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part])).buffer;

const start = 1763632830n * 90000n;

describe("times of frames", () => {
  it("come from decode time, durations and composition offsets", () => {
    // duration, size, flags and composition per sample; the last composes 7200 ticks later.
    const trun = box("trun", 0xf01, 3, 100, 3600, 10, 0, 0, 3600, 10, 0, 0, 3600, 10, 0, 7200);
    expect(frameTimes(join(moof(1, start, trun), box("mdat", 0)))).toEqual([1763632830, 1763632830.04, 1763632830.16]);
  });
  it("use the track's default duration", () => {
    const trun = box("trun", 0x201, 2, 100, 10, 10);
    const tfhd = box("tfhd", kDefaultBase | 0x8, 1, 9000);
    expect(frameTimes(join(moof(1, start, trun, tfhd)))).toEqual([1763632830, 1763632830.1]);
  });
  it("are those of video only, of every part of a message", () => {
    const trun = box("trun", 0x101, 1, 100, 3600);
    const data = join(moof(2, start, trun), box("mdat"), moof(1, start, trun), box("mdat"), moof(1, start + 3600n, trun));
    expect(frameTimes(data)).toEqual([1763632830, 1763632830.04]);
  });
  it("are none for what is cut off or is something else", () => {
    const whole = new Uint8Array(join(moof(1, start, box("trun", 0x101, 1, 100, 3600))));
    expect(frameTimes(whole.slice(0, 30).buffer)).toEqual([]);
    expect(frameTimes(new TextEncoder().encode("no boxes here at all").buffer)).toEqual([]);
    expect(frameTimes(new ArrayBuffer(0))).toEqual([]);
    const lies = box("trun", 0x101, 1_000_000, 100, 3600);
    expect(frameTimes(join(moof(1, start, lies)))).toEqual([1763632830]);
  });
});

describe("steps", () => {
  const index = new FrameIndex();
  index.add([10, 10.04, 10.12, 10.08, 10.16, 10.08]);
  it("lead to the next and the previous frame in order of presentation, once each", () => {
    expect(index.next(10)).toBe(10.04);
    expect(index.next(10.05)).toBe(10.08);
    expect(index.next(10.0805)).toBe(10.12);
    expect(index.previous(10.0805)).toBe(10.04);
    expect(index.previous(10.09)).toBe(10.04);
  });
  it("end where nothing is buffered", () => {
    expect(index.next(10.17)).toBeNull();
    expect(index.previous(10.02)).toBeNull();
  });
  it("forget what was trimmed", () => {
    index.trim(10.05);
    expect(index.previous(10.09)).toBeNull();
    expect(index.next(10)).toBe(10.08);
    index.clear();
    expect(index.next(0)).toBeNull();
  });
});
