// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { between, firstRange, settled, withEdge } from "./range";

const now = 1_763_665_200;
const day = { start: now - 86_400, end: now };

it("begins around the playhead, as a small part of what is shown", () => {
  const range = firstRange(day, now - 40_000, now);
  expect(range.end - range.start).toBe(3600);
  expect((range.start + range.end) / 2).toBeCloseTo(now - 40_000, -1);
  const close = firstRange({ start: now - 120, end: now }, now - 60, now);
  expect(close.end - close.start).toBe(20);
});

it("is what has just happened while live", () => {
  expect(firstRange({ start: now - 3600, end: now + 100 }, now, now)).toEqual({ start: now - 296, end: now });
});

it("does not begin before there is footage", () => {
  expect(firstRange(day, now, now, now - 12.5)).toEqual({ start: now - 12, end: now });
  expect(firstRange(day, now - 5000, now, now)).toEqual({ start: now - 3201, end: now - 3200 });
});

it("keeps its edges apart and out of the future", () => {
  const range = { start: now - 60, end: now - 30 };
  expect(withEdge(range, "start", now - 50, now)).toEqual({ start: now - 50, end: now - 30 });
  expect(withEdge(range, "start", now, now)).toEqual({ start: now - 31, end: now - 30 });
  expect(withEdge(range, "end", now + 500, now)).toEqual({ start: now - 60, end: now });
  expect(withEdge(range, "end", now - 500, now)).toEqual({ start: now - 60, end: now - 59 });
});

it("can be drawn from either side", () => {
  expect(between(now - 10, now - 90, now)).toEqual({ start: now - 90, end: now - 10 });
  expect(between(now - 10, now + 90, now)).toEqual({ start: now - 10, end: now });
  expect(between(now + 10, now + 90, now)).toEqual({ start: now - 1, end: now });
});

it("stands on whole seconds, on tenths where a pixel is less", () => {
  expect(settled(now + 0.34, day)).toBe(now);
  expect(settled(now + 0.34, { start: now - 120, end: now })).toBeCloseTo(now + 0.3, 5);
});
