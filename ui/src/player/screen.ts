// SPDX-License-Identifier: Apache-2.0
// The <video> with what is buffered behind it: takes init and parts in, knows its frames, moves the playhead. Makes its MediaSource
// anew when that has failed.
import * as decide from "./decisions";
import { FrameIndex, frameTimes } from "./moof";
import { Sink } from "./sink";
import { onNextPicture, playOn } from "./video";

const kStuckMs = 400;
const kBarrenMs = 4000;

export class Screen {
  private sink: Sink | null = null;
  private readonly frames = new FrameIndex();
  private tracks = 0;
  private lastTime = 0;
  private movedAt = 0;
  private fedAt: number | null = null; // since when parts come of this request

  constructor(
    readonly video: HTMLVideoElement,
    private readonly settled: () => void,
    private readonly failed: (why: string) => void,
  ) {}

  static plays(mime: string): boolean {
    return Sink.plays(mime);
  }

  get ranges(): decide.Range[] {
    return this.sink?.ranges() ?? [];
  }

  get wantsMore(): boolean {
    return this.sink?.wantsMore ?? false;
  }

  // `isNew`: what is buffered belongs to an older request. True when the playhead has to be placed again: a source buffer keeps the
  // number of tracks it began with (Media Source Extensions, 3.5.8), so sound on or off needs a new source.
  begin(mime: string, isNew: boolean): boolean {
    const tracks = mime.split(",").length;
    const renewed = this.sink !== null && tracks !== this.tracks;
    if (renewed || !this.sink) {
      const old = this.sink;
      this.sink = new Sink(this.video, { settled: this.settled, failed: this.failed });
      old?.close();
    }
    this.tracks = tracks;
    if (isNew || renewed) {
      this.sink.clear();
      this.frames.clear();
    }
    this.sink.setType(mime);
    if (isNew || renewed) this.fedAt = null;
    return renewed;
  }

  append(data: ArrayBuffer): void {
    if (!this.sink) return;
    this.fedAt ??= performance.now();
    this.frames.add(frameTimes(data));
    this.sink.append(data);
  }

  // To exactly the next or the previous frame; false when it is not buffered.
  step(from: number, direction: 1 | -1): boolean {
    const to = direction > 0 ? this.frames.next(from) : this.frames.previous(from);
    if (to === null || !decide.rangeAt(this.ranges, to)) return false;
    this.video.currentTime = to + 0.0005; // inside the frame, clear of rounding
    return true;
  }

  put(at: number, onPicture?: () => void): void {
    this.video.currentTime = at;
    if (onPicture) onNextPicture(this.video, onPicture);
  }

  run(rate: number): void {
    playOn(this.video, rate);
  }

  // To be called with every tick: true when the playhead has stood for a while though it should move.
  stuck(): boolean {
    const { currentTime, seeking, paused } = this.video;
    const now = performance.now();
    if (currentTime !== this.lastTime || seeking || paused) this.movedAt = now;
    this.lastTime = currentTime;
    return now - this.movedAt > kStuckMs;
  }

  // True when parts have come for a while and the browser kept none: to Chromium only an IDR frame is a beginning, not a recovery
  // point, and it drops what comes before one without a word.
  barren(): boolean {
    return this.fedAt !== null && performance.now() - this.fedAt > kBarrenMs && this.sink !== null && this.sink.idle && this.ranges.length === 0;
  }

  trim(ranges: decide.Range[], live: boolean): void {
    const to = decide.trimTo(ranges, this.video.currentTime, live);
    if (to === null || !this.sink?.idle) return;
    this.sink.remove(0, to);
    this.frames.trim(to - 12); // a fragment is dropped as a whole, so its frames may outlive `to`
  }

  close(): void {
    this.sink?.close();
    this.sink = null;
  }
}
