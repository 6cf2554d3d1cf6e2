// SPDX-License-Identifier: Apache-2.0
// For tests: a <video>, a MediaSource and a WebSocket that do what they are told. The test says what is buffered.
import { vi } from "vitest";
import type { Range } from "./decisions";

export class FakeBuffer extends EventTarget {
  updating = false;
  mode = "";
  ranges: Range[] = [];
  appended: ArrayBuffer[] = [];
  removed: Range[] = [];
  aborted = 0;
  types: string[] = [];
  throws: DOMException | null = null;

  get buffered(): TimeRanges {
    const { ranges } = this;
    return { length: ranges.length, start: (n) => ranges[n]!.start, end: (n) => ranges[n]!.end };
  }
  appendBuffer(data: ArrayBuffer): void {
    if (this.throws) throw this.throws;
    this.appended.push(data);
    this.update();
  }
  remove(start: number, end: number): void {
    this.removed.push({ start, end });
    this.ranges = this.ranges.filter((range) => range.end <= start || range.start >= end);
    this.update();
  }
  abort(): void {
    this.aborted += 1;
  }
  changeType(mime: string): void {
    this.types.push(mime);
  }
  private update(): void {
    this.updating = true;
    queueMicrotask(() => {
      this.updating = false;
      this.dispatchEvent(new Event("updateend"));
    });
  }
}

export class FakeMediaSource extends EventTarget {
  static last: FakeMediaSource;
  static plays = (mime: string) => !mime.includes("hvc1");
  static isTypeSupported(mime: string): boolean {
    return FakeMediaSource.plays(mime);
  }
  readyState = "closed";
  duration = 0;
  buffer: FakeBuffer | null = null;

  constructor() {
    super();
    FakeMediaSource.last = this;
    queueMicrotask(() => {
      this.readyState = "open";
      this.dispatchEvent(new Event("sourceopen"));
    });
  }
  addSourceBuffer(mime: string): FakeBuffer {
    this.buffer = new FakeBuffer();
    this.buffer.types.push(mime);
    return this.buffer;
  }
}

export class FakeVideo extends EventTarget {
  src = "";
  currentTime = 0;
  playbackRate = 1;
  readyState = 4;
  paused = true;
  seeking = false;
  muted = true;
  error: MediaError | null = null;
  private onFrame: (() => void)[] = [];

  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
  load(): void {}
  removeAttribute(): void {
    this.src = "";
  }
  requestVideoFrameCallback(action: () => void): number {
    this.onFrame.push(action);
    return 1;
  }
  present(): void {
    for (const action of this.onFrame.splice(0)) action();
  }
}

export class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.made[FakeSocket.made.length - 1]!;
  }
  readyState = 0;
  binaryType = "";
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  get asked(): Record<string, unknown> {
    return this.sent[this.sent.length - 1]!;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
  }
  connect(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  drop(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  bytes(size = 8): void {
    this.onmessage?.({ data: new ArrayBuffer(size) });
  }
}

export function installFakes(): void {
  FakeSocket.made = [];
  FakeMediaSource.plays = (mime) => !mime.includes("hvc1");
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("MediaSource", FakeMediaSource);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:fake", revokeObjectURL: () => {} }));
}
