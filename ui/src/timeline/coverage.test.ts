// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { joined, wordAt } from "./coverage";

const seconds = (iso: string) => Date.parse(iso) / 1000;
const days = [
  {
    footage: [{ start: "2026-11-20T00:00:00Z", end: "2026-11-20T08:00:00Z" }],
    gaps: [{ start: "2026-11-20T08:00:00Z", end: "2026-11-20T08:05:00Z", reason: "camera lost" }],
  },
  {
    footage: [{ start: "2026-11-19T10:00:00Z", end: "2026-11-20T00:00:00Z" }],
    gaps: [{ start: "2026-11-19T09:00:00Z", end: "2026-11-19T10:00:00Z", reason: "disk full" }],
  },
];

it("joins what touches at midnight", () => {
  const { footage, gaps } = joined(days);
  expect(footage).toEqual([{ start: seconds("2026-11-19T10:00:00Z"), end: seconds("2026-11-20T08:00:00Z") }]);
  expect(gaps.map((gap) => gap.reason)).toEqual(["disk full", "camera lost"]);
});

it("does not join gaps of different reasons", () => {
  const gap = (start: string, end: string, reason: string) => ({ start, end, reason });
  const list = joined([
    { footage: [], gaps: [gap("2026-11-20T08:00:00Z", "2026-11-20T08:05:00Z", "camera lost"), gap("2026-11-20T08:05:00Z", "2026-11-20T08:06:00Z", "disk full")] },
  ]).gaps;
  expect(list).toHaveLength(2);
});

it("says what is there at an instant", () => {
  const recorded = joined(days);
  const present = seconds("2026-11-20T09:00:00Z");
  expect(wordAt(recorded, seconds("2026-11-20T03:00:00Z"), present)).toBeNull();
  expect(wordAt(recorded, seconds("2026-11-20T08:02:00Z"), present)).toBe("camera lost");
  expect(wordAt(recorded, seconds("2026-11-20T08:30:00Z"), present)).toBe("no footage");
  expect(wordAt(recorded, seconds("2026-11-20T12:00:00Z"), present)).toBe("not yet");
});
