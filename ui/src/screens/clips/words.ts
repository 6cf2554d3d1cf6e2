// SPDX-License-Identifier: Apache-2.0
// What is said of moments, timelapses and recordings. Times of the given zone.
import type { Hole, Moment, Recording, Timelapse, TimelapseJob } from "../../api/clips";
import { bytes, clockLength, span } from "../../ui/format";
import { clockText, dayOf, dayText } from "../../ui/zone";

export const secondsOf = (iso: string) => Date.parse(iso) / 1000;

export function momentProgress({ state, delay, progress }: Pick<Moment, "state" | "delay" | "progress">): string {
  if (state === "waiting") return delay > 0 ? "Waiting for what comes" : "Waiting for the last second";
  return `Making the film and the GIF, ${Math.floor(progress * 100)} %`;
}

// "Fri 20 Nov, 14:03:07".
export function instantText(at: number, now: number, zone: string): string {
  return `${dayText(dayOf(at, zone), dayOf(now, zone))}, ${clockText(at, zone)}`;
}

// The days that there is something to see of: those that are made, being made up for, or failed. What grows today is not.
export function worthListing(days: Timelapse[], today: string): Timelapse[] {
  return days.filter(({ state, error, day }) => state === "done" || error || day < today);
}

// Half a day that somebody wants to look at, and one that was not whole.
export function timelapseText(lapse: Pick<Timelapse, "complete" | "start" | "end" | "bytes">, zone: string): string {
  const size = bytes(lapse.bytes);
  if (lapse.complete) return size;
  return `${clockText(secondsOf(lapse.start), zone, "minutes")} – ${clockText(secondsOf(lapse.end), zone, "minutes")}, ${size}`;
}

export function jobText(job: Pick<TimelapseJob, "every" | "hours" | "fps" | "seconds">): string {
  const speed = job.every === "day" ? "a picture a day" : `in ${clockLength(job.seconds)}`;
  return [speed, `${job.fps} pictures a second`, ...(job.hours ? [`between ${job.hours.replace("-", " and ")}`] : [])].join(", ");
}

export function jobProgress({ state, progress, frames }: Pick<TimelapseJob, "state" | "progress" | "frames">): string {
  if (state === "queued") return "Waiting for those before it";
  return `${Math.floor(progress * 100)} %${frames > 0 ? `, ${frames} pictures` : ""}`;
}

const kNamed = 3;

// "2 gaps: camera lost 10:02:00 – 10:05:00; ...". Nothing without gaps. `where`: stands in front of each.
export function gapText<Gap extends Hole>(gaps: Gap[] | undefined, zone: string, where: (gap: Gap) => string = () => ""): string | null {
  if (!gaps || gaps.length === 0) return null;
  const clock = (iso: string) => clockText(secondsOf(iso), zone);
  const named = gaps.slice(0, kNamed).map((gap) => `${where(gap)}${gap.reason} ${gap.end ? `${clock(gap.start)} – ${clock(gap.end)}` : `since ${clock(gap.start)}`}`);
  const more = gaps.length > kNamed ? [`and ${gaps.length - kNamed} more`] : [];
  return `${gaps.length === 1 ? "1 gap" : `${gaps.length} gaps`}: ${[...named, ...more].join("; ")}`;
}

export function recordingText({ seconds, bytes: size, files }: Pick<Recording, "seconds" | "bytes" | "files">): string {
  return [span(seconds), bytes(size), ...(files.length > 1 ? [`${files.length} files`] : [])].join(", ");
}
