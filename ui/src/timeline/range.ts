// SPDX-License-Identifier: Apache-2.0
// A stretch of the timeline that a person marks: where it begins at first, and how its edges move. Unix seconds.
import type { Stretch } from "./coverage";
import { lengthOf, type View } from "./view";

export type Edge = "start" | "end";

const kShortest = 1;
// Below this length of the view a pixel is less than a second.
const kFine = 900;

// Whole seconds, or tenths where a person can see them.
export function settled(at: number, view: View): number {
  return lengthOf(view) < kFine ? Math.round(at * 10) / 10 : Math.round(at);
}

// A small part of what is shown, around the playhead; what has just happened when that is now. Not before the oldest footage.
export function firstRange(view: View, playhead: number, now: number, oldest: number | null = null): Stretch {
  const length = Math.round(Math.min(3600, Math.max(20, lengthOf(view) * 0.08)));
  const end = Math.floor(Math.min(now, playhead + length / 2));
  const earliest = oldest === null ? 0 : Math.ceil(oldest);
  return { start: Math.max(end - length, Math.min(earliest, end - kShortest)), end };
}

// One edge moved to an instant; it does not pass the other one, nor now.
export function withEdge(range: Stretch, edge: Edge, to: number, now: number): Stretch {
  if (edge === "start") return { ...range, start: Math.min(to, range.end - kShortest) };
  return { ...range, end: Math.max(range.start + kShortest, Math.min(to, now)) };
}

// What lies between two instants, in whichever order they were given.
export function between(a: number, b: number, now: number): Stretch {
  const start = Math.min(a, b, now - kShortest);
  return { start, end: Math.max(start + kShortest, Math.min(now, Math.max(a, b))) };
}
