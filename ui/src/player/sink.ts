// SPDX-License-Identifier: Apache-2.0
// One MediaSource with one SourceBuffer behind a <video>: appends in order, one at a time; changes the type; trims. Ends in `failed`
// once, then it is of no further use and the player makes another.
import { isManaged, mediaSourceClass } from "./codecs";
import { rangesOf, type Range } from "./decisions";

type Job =
  | { do: "type"; mime: string }
  | { do: "append"; data: ArrayBuffer }
  | { do: "remove"; start: number; end: number }
  | { do: "clear" };

export interface SinkEvents {
  // All that was asked for is done.
  settled: () => void;
  failed: (why: string) => void;
}

// So much waiting for the SourceBuffer means that it does not keep up.
const kMostWaiting = 64 << 20;

export class Sink {
  private readonly source: MediaSource;
  private readonly url: string;
  private buffer: SourceBuffer | null = null;
  private jobs: Job[] = [];
  private waiting = 0; // bytes
  private over = false;
  private hungry = true; // a managed source says when it wants no more
  private mime = "";

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly events: SinkEvents,
  ) {
    const kind = mediaSourceClass();
    if (!kind) throw new Error("This browser has no MediaSource");
    this.source = new kind();
    if (isManaged(kind)) {
      // Without this a managed source never opens: it would have to offer AirPlay an address of its own.
      video.disableRemotePlayback = true;
      this.source.addEventListener("startstreaming", () => (this.hungry = true));
      this.source.addEventListener("endstreaming", () => (this.hungry = false));
    }
    this.url = URL.createObjectURL(this.source);
    this.source.addEventListener("sourceopen", () => this.work(), { once: true });
    video.src = this.url;
  }

  get wantsMore(): boolean {
    return this.hungry && this.waiting < kMostWaiting / 4;
  }

  ranges(): Range[] {
    try {
      return this.buffer ? rangesOf(this.buffer.buffered) : [];
    } catch {
      return []; // the buffer was taken from its source by an error that is still to be reported
    }
  }

  get idle(): boolean {
    return this.jobs.length === 0 && !this.buffer?.updating;
  }

  static plays(mime: string): boolean {
    return mediaSourceClass()?.isTypeSupported(mime) ?? false;
  }

  setType(mime: string): void {
    if (mime === this.mime) return;
    this.mime = mime;
    this.push({ do: "type", mime });
  }

  append(data: ArrayBuffer): void {
    this.waiting += data.byteLength;
    if (this.waiting > kMostWaiting) this.fail("more video arrived than the browser could take");
    else this.push({ do: "append", data });
  }

  remove(start: number, end: number): void {
    if (end > start) this.push({ do: "remove", start, end });
  }

  // Forgets what waits to be appended and what is buffered.
  clear(): void {
    this.jobs = this.jobs.filter((job) => job.do === "type");
    this.waiting = 0;
    if (this.buffer) this.push({ do: "clear" });
  }

  close(): void {
    this.over = true;
    this.jobs = [];
    URL.revokeObjectURL(this.url);
    if (this.video.src === this.url) {
      this.video.removeAttribute("src");
      this.video.load();
    }
  }

  private push(job: Job): void {
    if (this.over) return;
    this.jobs.push(job);
    this.work();
  }

  private work(): void {
    if (this.over || this.source.readyState !== "open" || this.buffer?.updating) return;
    const job = this.jobs[0];
    if (!job) {
      this.events.settled();
      return;
    }
    try {
      if (this.run(job)) this.jobs.shift();
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError" && this.makeRoom()) return;
      this.fail(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!this.buffer?.updating) this.work();
  }

  // False when the job is to be tried again.
  private run(job: Job): boolean {
    if (job.do === "type") {
      if (this.buffer) this.buffer.changeType(job.mime);
      else this.buffer = this.makeBuffer(job.mime);
      return true;
    }
    if (!this.buffer) return true;
    if (job.do === "append") {
      this.buffer.appendBuffer(job.data);
      this.waiting -= job.data.byteLength;
      return true;
    }
    if (job.do === "remove") {
      this.buffer.remove(job.start, job.end);
      return true;
    }
    // What follows has nothing to do with what came. Only here: after an abort the browser drops all up to the next key frame.
    this.buffer.abort();
    this.buffer.remove(0, Number.POSITIVE_INFINITY);
    return true;
  }

  private makeBuffer(mime: string): SourceBuffer {
    // Live without end: the browser then decodes with as little delay as it can.
    this.source.duration = Number.POSITIVE_INFINITY;
    const buffer = this.source.addSourceBuffer(mime);
    buffer.mode = "segments";
    buffer.addEventListener("updateend", () => this.work());
    buffer.addEventListener("error", () => this.fail("the browser could not take the video"));
    return buffer;
  }

  // The buffer is full: drops what lies well behind the playhead. False when there is nothing to drop.
  private makeRoom(): boolean {
    const first = this.ranges()[0];
    const until = this.video.currentTime - 2;
    if (!this.buffer || !first || until - first.start < 1) return false;
    this.buffer.remove(first.start, until);
    return true;
  }

  private fail(why: string): void {
    if (this.over) return;
    this.over = true;
    this.jobs = [];
    this.events.failed(why);
  }
}
