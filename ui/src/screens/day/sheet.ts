// SPDX-License-Identifier: Apache-2.0
// A day as tens of minutes, and what was recorded in each. Instants are Unix seconds; a day has 23, 24 or 25 hours.
import type { Recorded, Stretch } from "../../timeline/coverage";
import { spanOfDay } from "../../ui/zone";

export const kSlot = 600;

// Those of the day that have begun.
export function slotsOf(day: string, zone: string, now: number): Stretch[] {
  const [start, end] = spanOfDay(day, zone);
  const slots: Stretch[] = [];
  for (let at = start; at < end && at < now; at += kSlot) slots.push({ start: at, end: Math.min(at + kSlot, end) });
  return slots;
}

export interface Missing {
  reason: string;
  seconds: number;
}

export interface Cell {
  from: number | null; // the first instant with footage
  missing: Missing | null; // the reason that explains most of what is missing, and how much that is
  bare: boolean; // nothing is known: neither footage nor a reason
}

const overlap = (a: Stretch, b: Stretch) => Math.min(a.end, b.end) - Math.max(a.start, b.start);
const kTold = 1; // seconds of a gap that are worth a word

export function cellOf({ footage, gaps }: Pick<Recorded, "footage" | "gaps">, slot: Stretch, now: number): Cell {
  const past = { start: slot.start, end: Math.min(slot.end, now) };
  const first = footage.find((span) => overlap(span, past) > 0);
  const reasons = new Map<string, number>();
  for (const gap of gaps) {
    const shared = overlap(gap, past);
    if (shared > 0) reasons.set(gap.reason, (reasons.get(gap.reason) ?? 0) + shared);
  }
  const [reason, seconds] = [...reasons].sort((a, b) => b[1] - a[1])[0] ?? ["", 0];
  return {
    from: first ? Math.max(first.start, past.start) : null,
    missing: seconds >= kTold ? { reason, seconds } : null,
    bare: !first && reasons.size === 0,
  };
}

// A row of the sheet: an hour of one camera, or ten minutes of several. Folded where no camera has anything to show.
export type Row = { kind: "slots"; slots: Stretch[] } | { kind: "fold"; start: number; end: number; reasons: string[] };

export interface Column {
  cells: Cell[]; // of each slot
  pictured: boolean[]; // thumbnails outlived the video there
}

export function rowsOf(slots: Stretch[], columns: Column[], perRow: number): Row[] {
  const rows: Row[] = [];
  for (let first = 0; first < slots.length; first += perRow) {
    const part = slots.slice(first, first + perRow);
    const empty = part.every((_, n) => columns.every(({ cells, pictured }) => cells[first + n]!.from === null && !pictured[first + n]));
    if (!empty) {
      rows.push({ kind: "slots", slots: part });
      continue;
    }
    const reasons = columns.flatMap(({ cells }) => cells.slice(first, first + perRow).flatMap(({ missing }) => (missing ? [missing.reason] : [])));
    const before = rows.at(-1);
    const [start, end] = [part[0]!.start, part.at(-1)!.end];
    if (before?.kind === "fold") {
      before.end = end;
      before.reasons = [...new Set([...before.reasons, ...reasons])];
    } else {
      rows.push({ kind: "fold", start, end, reasons: [...new Set(reasons)] });
    }
  }
  return rows;
}

// Runs of slots of which nothing is known: there may still be thumbnails of them.
export function bareRuns(slots: Stretch[], cells: Cell[]): (Stretch & { first: number; count: number })[] {
  const runs: (Stretch & { first: number; count: number })[] = [];
  for (const [n, cell] of cells.entries()) {
    if (!cell.bare) continue;
    const before = runs.at(-1);
    if (before && before.first + before.count === n) {
      before.count += 1;
      before.end = slots[n]!.end;
    } else {
      runs.push({ first: n, count: 1, start: slots[n]!.start, end: slots[n]!.end });
    }
  }
  return runs;
}
