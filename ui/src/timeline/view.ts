// SPDX-License-Identifier: Apache-2.0
// The stretch of time that a timeline shows, and how it moves. Instants are Unix seconds.
import { clockText, dayOf, dayText, offset } from "../ui/zone";

export interface View {
  start: number;
  end: number;
}

export const kDay = 86_400;
const kShortest = 120;
const kLongest = 7 * kDay;
const kPastNow = 0.04; // of the view's length may lie in the future when it follows now

export const lengthOf = (view: View) => view.end - view.start;
export const placeOf = (at: number, view: View, width: number) => ((at - view.start) / lengthOf(view)) * width;
export const instantAt = (x: number, view: View, width: number) => view.start + (x / width) * lengthOf(view);

// The last `length` seconds, with now near the right edge.
export function upToNow(now: number, length = kDay): View {
  const end = now + length * kPastNow;
  return { start: end - length, end };
}

// How much of the past to show at first: a day, or less while there is less, so that a new recorder's timeline is not a dot.
export function firstLength(now: number, oldest: number | null): number {
  return oldest === null ? 600 : Math.min(kDay, Math.max(600, (now - oldest) * 1.25));
}

// Never farther into the future than one view that follows now shows, except for a whole day that is being looked at.
export function within(view: View, now: number): View {
  const length = Math.min(kLongest, Math.max(kShortest, lengthOf(view)));
  const latest = Math.max(upToNow(now, length).end, now + Math.min(length, kDay) * 0.5);
  const end = Math.min(view.start + length, latest);
  return { start: end - length, end };
}

// Grows (factor over 1) or shrinks around an instant, which stays where it is.
export function zoomed(view: View, factor: number, anchor: number, now: number): View {
  const length = Math.min(kLongest, Math.max(kShortest, lengthOf(view) * factor));
  const share = (anchor - view.start) / lengthOf(view);
  const start = anchor - share * length;
  return within({ start, end: start + length }, now);
}

export function panned(view: View, seconds: number, now: number): View {
  return within({ start: view.start + seconds, end: view.end + seconds }, now);
}

// Moves the view on when the playhead is about to leave it on the right, or is outside.
export function following(view: View, playhead: number): View {
  const length = lengthOf(view);
  if (playhead >= view.start && playhead <= view.end - length * 0.02) return view;
  const start = playhead > view.end - length * 0.02 && playhead <= view.end ? playhead - length * 0.25 : playhead - length * 0.5;
  return { start, end: start + length };
}

const steps = [5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

export interface Tick {
  at: number;
  text: string;
  day: boolean; // begins a day: its text names it
}

// Ticks on round clock times of the zone, at least `spacing` pixels apart; on days that change their clock as well.
export function ticks(view: View, width: number, zone: string, spacing = 74): Tick[] {
  const step = steps.find((candidate) => (candidate / lengthOf(view)) * width >= spacing) ?? kDay;
  const stride = Math.min(step, 900);
  const list: Tick[] = [];
  const today = dayOf(view.end, zone);
  for (let at = Math.ceil(view.start / stride) * stride; at <= view.end; at += stride) {
    const local = at + offset(at, zone);
    if (local % step !== 0) continue;
    const day = local % kDay === 0;
    list.push({ at, day, text: day ? dayText(dayOf(at, zone), today) : clockText(at, zone, step < 60 ? "seconds" : "minutes").slice(0, step < 60 ? 8 : 5) });
  }
  return list;
}
