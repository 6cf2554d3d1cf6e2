// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { bareRuns, cellOf, rowsOf, slotsOf, type Cell, type Column } from "./sheet";

const berlin = "Europe/Berlin";
const at = (iso: string) => Date.parse(iso) / 1000;
const later = at("2027-01-01T00:00:00Z");
const t0 = at("2026-11-20T10:00:00Z");
const slot = { start: t0, end: t0 + 600 };

describe("the slots of a day", () => {
  it("are tens of minutes from midnight to midnight of the zone, also when the clock is changed", () => {
    expect(["2026-11-20", "2026-03-29", "2026-10-25"].map((day) => slotsOf(day, berlin, later).length)).toEqual([144, 138, 150]);
    expect(slotsOf("2026-11-20", berlin, later)[0]).toEqual({ start: at("2026-11-19T23:00:00Z"), end: at("2026-11-19T23:10:00Z") });
    expect(slotsOf("2026-11-20", "Asia/Kathmandu", later)[0]!.start).toBe(at("2026-11-19T18:15:00Z"));
  });
  it("end with the one that is now", () => {
    const slots = slotsOf("2026-11-20", berlin, t0 + 30);
    expect(slots.at(-1)).toEqual(slot);
    expect(slotsOf("2026-11-22", berlin, t0)).toEqual([]);
  });
});

describe("a cell", () => {
  it("begins where its footage begins", () => {
    expect(cellOf({ footage: [{ start: t0 - 50, end: t0 + 9000 }], gaps: [] }, slot, later)).toEqual({ from: t0, missing: null, bare: false });
    expect(cellOf({ footage: [{ start: t0 + 100, end: t0 + 200 }], gaps: [] }, slot, later).from).toBe(t0 + 100);
    expect(cellOf({ footage: [{ start: t0 - 50, end: t0 }], gaps: [] }, slot, later)).toEqual({ from: null, missing: null, bare: true });
  });
  it("tells the reason that explains most of what is missing", () => {
    const gaps = [
      { start: t0 - 100, end: t0 + 30, reason: "camera lost" },
      { start: t0 + 30, end: t0 + 70, reason: "disk full" },
      { start: t0 + 590, end: t0 + 700, reason: "camera lost" },
    ];
    expect(cellOf({ footage: [{ start: t0 + 70, end: t0 + 590 }], gaps }, slot, later).missing).toEqual({ reason: "camera lost", seconds: 40 });
    expect(cellOf({ footage: [], gaps: [{ start: t0, end: t0 + 0.4, reason: "camera lost" }] }, slot, later).missing).toBeNull();
  });
  it("does not count what has not happened yet", () => {
    const gaps = [{ start: t0, end: t0 + 600, reason: "camera lost" }];
    expect(cellOf({ footage: [], gaps }, slot, t0 + 20).missing?.seconds).toBe(20);
  });
});

const full: Cell = { from: t0, missing: null, bare: false };
const lost: Cell = { from: null, missing: { reason: "camera lost", seconds: 600 }, bare: false };
const none: Cell = { from: null, missing: null, bare: true };
const slots = Array.from({ length: 6 }, (_, n) => ({ start: t0 + n * 600, end: t0 + (n + 1) * 600 }));
const column = (cells: Cell[], pictured: boolean[] = []): Column => ({ cells, pictured: cells.map((_, n) => pictured[n] ?? false) });
const shape = (columns: Column[], perRow: number) =>
  rowsOf(slots, columns, perRow).map((row) => (row.kind === "fold" ? `${(row.start - t0) / 600}-${(row.end - t0) / 600} ${row.reasons.join("+")}` : row.slots.length));

describe("rows", () => {
  it("fold what no camera shows, with the reasons", () => {
    const cells = [full, lost, lost, none, none, full];
    expect(shape([column(cells)], 1)).toEqual([1, "1-5 camera lost", 1]);
    expect(shape([column(cells), column([none, none, full, none, none, none])], 1)).toEqual([1, "1-2 camera lost", 1, "3-5 ", 1]);
  });
  it("stay whole where one of them shows something", () => {
    expect(shape([column([full, lost, lost, none, none, none])], 3)).toEqual([3, "3-6 "]);
    expect(shape([column([none, none, none, none, none, none], [false, false, false, false, true])], 3)).toEqual(["0-3 ", 3]);
  });
});

it("finds runs of which nothing is known", () => {
  expect(bareRuns(slots, [none, none, lost, none, full, none]).map(({ first, count, start, end }) => [first, count, (end - start) / 600, (start - t0) / 600])).toEqual([
    [0, 2, 2, 0],
    [3, 1, 1, 3],
    [5, 1, 1, 5],
  ]);
});
