// SPDX-License-Identifier: Apache-2.0
// The WebSocket of one player: opens it, opens it again with backoff when it breaks, closes it when told. Knows nothing of what the
// messages mean.
import { backoff } from "./decisions";

export interface FeedSocketEvents {
  open: () => void;
  text: (text: string) => void;
  bytes: (data: ArrayBuffer) => void;
  // Broken; tried again in `retryInMs`.
  broken: (retryInMs: number) => void;
}

// A connection that lived this long counts as good: the next break starts the backoff anew.
const kGoodMs = 10_000;

export class FeedSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer = 0;
  private goodTimer = 0;

  constructor(
    private readonly address: string,
    private readonly events: FeedSocketEvents,
  ) {}

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  open(): void {
    if (this.socket) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.goodTimer = window.setTimeout(() => (this.attempt = 0), kGoodMs);
      this.events.open();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") this.events.text(data);
      else this.events.bytes(data);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      clearTimeout(this.goodTimer);
      const wait = backoff(this.attempt) * (0.75 + Math.random() / 2);
      this.attempt += 1;
      this.timer = window.setTimeout(() => this.open(), wait);
      this.events.broken(wait);
    };
  }

  send(message: object): void {
    if (this.isOpen) this.socket!.send(JSON.stringify(message));
  }

  reopen(): void {
    this.close();
    this.open();
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.goodTimer);
    const socket = this.socket;
    this.socket = null;
    this.attempt = 0;
    if (!socket) return;
    socket.onmessage = null;
    socket.onopen = null;
    socket.close();
  }
}
