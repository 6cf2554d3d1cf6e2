// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { ago, bitrate, bytes, clockLength, fps, milliseconds, span } from "./format";

it("writes sizes and rates in the largest unit that keeps two digits", () => {
  expect([0, 999, 1000, 1540, 999_600, 4e12].map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "1.5 kB", "1.0 MB", "4.0 TB"]);
  expect([0, 512_000, 4_060_000, 12_300_000].map(bitrate)).toEqual(["0 kbit/s", "512 kbit/s", "4.1 Mbit/s", "12 Mbit/s"]);
  expect([25, 7.5, 29.97].map(fps)).toEqual(["25 fps", "7.5 fps", "30 fps"]);
});

it("writes lengths of time in two units", () => {
  expect([8, 75, 720, 5400, 97_200, 1_728_000].map(span)).toEqual(["8 s", "1 min 15 s", "12 min", "1 h 30 min", "1 d 3 h", "20 d"]);
});

it("writes lengths as a clock shows them", () => {
  expect([0, 42.2, 725, 3600, 90_061].map(clockLength)).toEqual(["0:00", "0:42", "12:05", "1:00:00", "25:01:01"]);
});

it("gives offsets a sign and no minus to zero", () => {
  expect(milliseconds(12, true)).toBe("+12 ms");
  expect(milliseconds(-12, true)).toBe("−12 ms");
  expect(milliseconds(-0.2)).toBe("0 ms");
  expect(milliseconds(-7_200_000, true)).toBe("−2 h");
});

it("says how long ago, or never", () => {
  const now = Date.parse("2026-11-20T10:00:00Z");
  expect(ago("2026-11-20T09:59:58Z", now)).toBe("just now");
  expect(ago("2026-11-20T09:48:00Z", now)).toBe("12 min ago");
  expect(ago(null, now)).toBe("never");
});
