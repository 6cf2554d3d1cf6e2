// SPDX-License-Identifier: Apache-2.0
// Keeps a <video> close to the newest frame: a little faster or slower, or a jump when it is far behind, and over holes.
import * as decide from "./decisions";
import { playOn } from "./video";

// So many looks at the lag are kept: together longer than a part, so that the least of them is what lies between two parts.
const kLooks = 4;
const kSettlingMs = 1500;

export class LiveEdge {
  private readonly target = new decide.LagTarget();
  private lags: number[] = [];
  private calmFrom = 0;

  constructor(private readonly video: HTMLVideoElement) {}

  // A new request, or a jump: what was measured before says nothing. Waiting for the picture right after it is no stall.
  reset(): void {
    this.lags = [];
    this.calmFrom = performance.now() + kSettlingMs;
  }

  stalled(): void {
    if (performance.now() >= this.calmFrom && !this.video.seeking) this.target.stalled();
  }

  // To be called about ten times a second with what is buffered. Before the first picture it only steps over holes: a jump would
  // delay that picture.
  follow(ranges: decide.Range[], elapsed: number, { hasPicture, stuck }: { hasPicture: boolean; stuck: boolean }): void {
    const { video } = this;
    const newest = ranges[ranges.length - 1]!.end;
    const hole = video.readyState < 3 ? decide.overHole(ranges, [], video.currentTime, stuck) : null;
    if (hole !== null) {
      video.currentTime = hole;
      this.reset();
      return;
    }
    if (!hasPicture) return;
    this.lags.push(newest - video.currentTime);
    if (this.lags.length > kLooks) this.lags.shift();
    this.target.ran(elapsed);
    const next = decide.chase(Math.min(...this.lags), this.target.seconds, newest);
    if (next.do === "jump") {
      video.currentTime = next.to;
      this.reset();
    } else if (Math.abs(video.playbackRate - next.rate) > 0.005) {
      video.playbackRate = next.rate;
    }
    if (video.paused) playOn(video, video.playbackRate);
  }
}
