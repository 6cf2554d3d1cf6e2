// SPDX-License-Identifier: Apache-2.0
// What the player decides, as functions of what it sees. Times in seconds.

export interface Range {
  start: number;
  end: number;
}

export function rangesOf(buffered: TimeRanges): Range[] {
  const ranges: Range[] = [];
  for (let n = 0; n < buffered.length; n += 1) ranges.push({ start: buffered.start(n), end: buffered.end(n) });
  return ranges;
}

export function rangeAt(ranges: Range[], time: number, slack = 0.05): Range | null {
  return ranges.find((range) => time >= range.start - slack && time < range.end) ?? null;
}

// --- live ---------------------------------------------------------------------------------------------------------------------

// How far behind the newest frame live aims to be just before a part arrives. Parts are about 0.12 s long: the mean is half a part
// more. It grows when the picture stalls, and shrinks slowly while it doesn't.
export const kLeastLag = 0.12;
const kMostLag = 1.5;
const kShrinkPerSecond = 0.01;

export class LagTarget {
  private value = kLeastLag;

  constructor(private readonly least = kLeastLag) {
    this.value = least;
  }

  get seconds(): number {
    return this.value;
  }

  stalled(): void {
    this.value = Math.min(kMostLag, this.value * 1.5 + 0.04);
  }

  ran(seconds: number): void {
    this.value = Math.max(this.least, this.value - seconds * kShrinkPerSecond);
  }
}

// Farther behind than this, seeking is less of a disturbance than a minute in fast motion.
const kJumpBehind = 1.2;

export type Chase = { do: "jump"; to: number } | { do: "rate"; rate: number };

// What live does about its lag. `lag` is the least distance to the newest frame over the last few parts.
export function chase(lag: number, target: number, newest: number): Chase {
  if (lag > target + kJumpBehind) return { do: "jump", to: newest - target };
  const excess = lag - target;
  if (excess > 0.03) return { do: "rate", rate: Math.min(1.5, 1.02 + Math.round(excess * 20) / 20) };
  if (excess < -0.08) return { do: "rate", rate: 0.94 };
  return { do: "rate", rate: 1 };
}

// --- holes --------------------------------------------------------------------------------------------------------------------

// Less than a frame of nothing between two ranges is bridged by the browser itself.
const kBridged = 0.02;

// The last frame may end a little before or after the recorded start of a gap.
const kGapSlack = 0.25;

export interface Gap extends Range {
  reason: string;
}

export function covers(gap: Gap, time: number): boolean {
  return time >= gap.start - kGapSlack && time < gap.end;
}

// Where to go on when the playhead stands where nothing is: the start of the next range, or the end of a gap that the server
// announced. Nothing while what lies ahead may still arrive. `stuck`: the playhead has not moved for a while, so it will not come
// closer to the end of its range: the last frame of a slow camera is long.
export function overHole(ranges: Range[], gaps: Gap[], time: number, stuck = false): number | null {
  const here = rangeAt(ranges, time);
  if (here && here.end - time > 0.1 && !stuck) return null;
  const edge = here ? here.end : time;
  const next = ranges.find((range) => range.start > edge + kBridged);
  const gap = gaps.find((candidate) => covers(candidate, edge));
  if (gap) return next && next.start < gap.end ? next.start : gap.end;
  return next ? next.start : null;
}

// --- footage ------------------------------------------------------------------------------------------------------------------

export const kMostFullSpeed = 4; // above it the server sends key frames only

export function sendsKeyFramesOnly(speed: number): boolean {
  return speed > kMostFullSpeed;
}

// Seconds of footage to be granted ahead of the playhead.
export function ahead(speed: number): number {
  if (sendsKeyFramesOnly(speed)) return 12 * speed;
  return Math.min(60, 25 * Math.max(1, speed));
}

// The next grant, or nothing while the last one is good for a while. Announced gaps on the way do not count as footage, so that
// what follows them is there when the playhead jumps.
export function nextGrant(time: number, granted: number, speed: number, gaps: Range[] = []): number | null {
  const wanted = grantFrom(time, ahead(speed), gaps);
  return wanted - granted > ahead(speed) / 5 ? wanted : null;
}

export function grantFrom(time: number, seconds: number, gaps: Range[]): number {
  let until = time + seconds;
  for (const gap of gaps) {
    if (gap.end <= time || gap.start > until) continue;
    until += gap.end - Math.max(gap.start, time);
  }
  return until;
}

// What to drop from the buffer behind the playhead: frame steps back stay possible for a few seconds. Nothing while it is not worth
// the work.
export function trimTo(ranges: Range[], time: number, live: boolean): number | null {
  const first = ranges[0];
  if (!first) return null;
  const keep = live ? 8 : 20;
  return time - first.start > keep * 2 ? time - keep : null;
}

// Milliseconds until the n-th attempt to connect again (0 is the first), without its random part.
export function backoff(attempt: number): number {
  return Math.min(15_000, 500 * 2 ** Math.min(attempt, 8));
}

// How often the browser's decoder may fail before it is given up: three times, each within half a minute of the one before.
export class Patience {
  private failures = 0;
  private failedAt = Number.NEGATIVE_INFINITY;

  ends(nowMs: number): boolean {
    this.failures = nowMs - this.failedAt > 30_000 ? 1 : this.failures + 1;
    this.failedAt = nowMs;
    return this.failures > 3;
  }
}
