// SPDX-License-Identifier: Apache-2.0
// What was recorded, over the days that a timeline shows. Asked for in whole days of UTC, so that panning and zooming meet answers
// that are there already; only the day that still grows is asked again.
import { useQueries } from "@tanstack/react-query";
import { coveragePath } from "../api/queries";
import { fetched, request } from "../api/client";
import type { Coverage, StreamKind } from "../api/types";
import { now } from "../ui/use_now";
import { kDay, type View } from "./view";

export interface Stretch {
  start: number;
  end: number;
}
export interface GapStretch extends Stretch {
  reason: string;
}
export interface Recorded {
  footage: Stretch[];
  gaps: GapStretch[];
  pending: boolean;
  failed: boolean;
}

const kGrowing = 5000; // ms between two looks at the day that grows

interface Wanted {
  camera: string;
  stream: StreamKind;
}

function daysOf(view: View): number[] {
  const first = Math.floor(view.start / kDay);
  const last = Math.floor(view.end / kDay);
  return Array.from({ length: last - first + 1 }, (_, n) => first + n).filter((day) => day * kDay <= now());
}

function dayQuery({ camera, stream }: Wanted, day: number) {
  const grows = (day + 1) * kDay > now() - 60;
  return {
    queryKey: ["coverage", camera, stream, day * kDay, (day + 1) * kDay],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      fetched(request<Coverage>("GET", coveragePath(camera, stream, day * kDay, (day + 1) * kDay), undefined, signal)),
    refetchInterval: grows ? kGrowing : (false as const),
    staleTime: grows ? kGrowing : 300_000,
  };
}

interface Answer {
  data?: Coverage;
  isPending: boolean;
  isError: boolean;
}

const recordedBy = (answers: Answer[]): Recorded => ({
  ...joined(answers.flatMap((answer) => (answer.data ? [answer.data] : []))),
  pending: answers.some((answer) => answer.isPending),
  failed: answers.some((answer) => answer.isError),
});

export function useRecorded(camera: string, stream: StreamKind, view: View): Recorded {
  return useQueries({ queries: daysOf(view).map((day) => dayQuery({ camera, stream }, day)), combine: recordedBy });
}

// The same of several cameras, in their order.
export function useRecordedOf(wanted: Wanted[], view: View): Recorded[] {
  const days = daysOf(view);
  return useQueries({
    queries: wanted.flatMap((each) => days.map((day) => dayQuery(each, day))),
    combine: (answers) => wanted.map((_, n) => recordedBy(answers.slice(n * days.length, (n + 1) * days.length))),
  });
}

// The answers of neighbouring days as one list: what touches at midnight is one stretch.
export function joined(days: Coverage[]): { footage: Stretch[]; gaps: GapStretch[] } {
  const seconds = (text: string) => Date.parse(text) / 1000;
  const footage = merge(days.flatMap((day) => day.footage.map((span) => ({ start: seconds(span.start), end: seconds(span.end) }))), () => true);
  const gaps = merge(
    days.flatMap((day) => day.gaps.map((gap) => ({ start: seconds(gap.start), end: seconds(gap.end), reason: gap.reason }))),
    (a, b) => a.reason === b.reason,
  );
  return { footage, gaps };
}

function merge<T extends Stretch>(list: T[], same: (a: T, b: T) => boolean): T[] {
  const sorted = [...list].sort((a, b) => a.start - b.start);
  const out: T[] = [];
  for (const item of sorted) {
    const before = out[out.length - 1];
    if (before && same(before, item) && item.start <= before.end + 0.01) before.end = Math.max(before.end, item.end);
    else out.push({ ...item });
  }
  return out;
}

// What is there at an instant, in words: nothing for footage.
export function wordAt({ footage, gaps }: { footage: Stretch[]; gaps: GapStretch[] }, at: number, present: number): string | null {
  if (at > present) return "not yet";
  const gap = gaps.find((candidate) => at >= candidate.start && at < candidate.end);
  if (gap) return gap.reason;
  return footage.some((span) => at >= span.start && at < span.end) ? null : "no footage";
}
