// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { parseInstant } from "./instant";

const now = Date.parse("2026-11-20T19:00:00Z") / 1000; // a Friday, 20:00 in Berlin
const read = (text: string) => {
  const at = parseInstant(text, now, "Europe/Berlin");
  return at === null ? null : new Date(at * 1000).toISOString();
};

it("reads clock times of the zone, the last that has passed", () => {
  expect(read("14:30")).toBe("2026-11-20T13:30:00.000Z");
  expect(read(" 9:05:07 ")).toBe("2026-11-20T08:05:07.000Z");
  expect(read("23:00")).toBe("2026-11-19T22:00:00.000Z");
});

it("reads days by name and by date", () => {
  expect(read("yesterday 14:30")).toBe("2026-11-19T13:30:00.000Z");
  expect(read("Mon 17:45")).toBe("2026-11-16T16:45:00.000Z");
  expect(read("friday 8:00")).toBe("2026-11-20T07:00:00.000Z");
  expect(read("2026-10-25 02:30")).toBe("2026-10-25T00:30:00.000Z");
});

it("reads how long ago", () => {
  expect(read("20 min ago")).toBe("2026-11-20T18:40:00.000Z");
  expect(read("2h ago")).toBe("2026-11-20T17:00:00.000Z");
  expect(read("1.5 days ago")).toBe("2026-11-19T07:00:00.000Z");
});

it("refuses what is no instant, or lies ahead", () => {
  expect(["25:00", "12:61", "door", "today 23:00", "blue 12:00", "2026-13-40 10:00", ""].map(read)).toEqual(Array(7).fill(null));
});
