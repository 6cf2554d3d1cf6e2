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
// more. It grows when the picture stalls. After a while of calm it falls back, the excess halved every few seconds; but when falling
// back is what made the picture stall again, it stops above where it had stalled, and comes down from there slowly, the slower the
// oftener that happened: a line that needs its distance is not tried every few seconds.
export const kLeastLag = 0.12;
const kMostLag = 1.5;
const kOneTrouble = 4; // seconds: stalls with less between them have one cause; so long nothing falls
const kHalved = 4; // seconds
const kMemory = 120; // seconds of calm, after which the next trouble is a new one
const kFirstFade = 0.01; // of the floor, a second
const kLeastFade = 0.0005;

export class LagTarget {
  private value: number;
  private floor: number;
  private fade = kFirstFade;
  private calm = Number.POSITIVE_INFINITY; // seconds since the last stall

  constructor(private readonly least = kLeastLag) {
    this.value = least;
    this.floor = least;
  }

  get seconds(): number {
    return this.value;
  }

  stalled(): void {
    if (this.calm >= kOneTrouble) this.begin();
    this.calm = 0;
    this.value = Math.min(kMostLag, this.value * 1.5 + 0.04);
  }

  ran(seconds: number): void {
    this.calm += seconds;
    if (this.calm < kOneTrouble) return;
    this.floor = Math.max(this.least, this.floor - seconds * this.fade);
    this.value = this.floor + Math.max(0, this.value - this.floor) * 2 ** (-seconds / kHalved);
    if (this.value - this.floor < 0.005) this.value = this.floor;
  }

  // A new trouble: was it the fall from the last one that was too much?
  private begin(): void {
    if (this.calm > kMemory) {
      this.floor = this.least;
      this.fade = kFirstFade;
      return;
    }
    this.floor = Math.min(kMostLag, Math.max(this.floor, this.value * 1.2 + 0.02));
    this.fade = Math.max(kLeastFade, this.fade / 2);
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

// A line that drops parts three times in a minute is too thin for what it carries.
export class ThinLine {
  private drops: number[] = [];

  dropped(nowMs: number): boolean {
    this.drops = [...this.drops.filter((at) => nowMs - at < 60_000), nowMs];
    if (this.drops.length < 3) return false;
    this.drops = [];
    return true;
  }
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
