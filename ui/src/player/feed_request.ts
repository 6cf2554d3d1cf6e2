// SPDX-License-Identifier: Apache-2.0
// What is asked of the server over one socket: the request that counts, whether its answer has begun, how much footage was granted,
// which gaps it announced, and where it ends. Lets through only what belongs to the last request.
import type { FeedStream } from "../api/types";
import { playable } from "./codecs";
import * as decide from "./decisions";
import type { FeedSocket } from "./feed_socket";
import type { Ask, Said } from "./protocol";

export interface Wish {
  stream: FeedStream;
  audio: boolean;
  speed: number;
  at: number | null; // null: live. Unix seconds: where footage is to begin
  until: number; // Unix seconds: the first grant
}

export class FeedRequest {
  private number = 0; // the one that counts
  private last = 0; // the last asked
  private beside = 0; // asked while `number` goes on; takes its place when it is answered
  private begun = 0; // the one whose init came
  private until = 0; // granted
  gaps: decide.Gap[] = [];
  endAt: number | null = null;
  // The server sends, or will, for the last request.
  feeding = false;

  constructor(private readonly socket: FeedSocket) {}

  // True when what arrives belongs to the last request.
  get answered(): boolean {
    return this.begun === this.number && this.number > 0;
  }

  send(wish: Wish): void {
    const audio = wish.audio && !decide.sendsKeyFramesOnly(wish.speed);
    const common = { request: this.number, stream: wish.stream, audio, codecs: playable() };
    this.feeding = true;
    if (wish.at === null) {
      this.say({ type: "live", ...common });
      return;
    }
    this.until = wish.until;
    this.say({ type: "play", ...common, at: new Date(wish.at * 1000).toISOString(), speed: wish.speed, until: wish.until });
  }

  // From here on nothing of the old request counts.
  renew(): void {
    this.turnTo((this.last += 1));
    this.feeding = false;
  }

  // Asks for another live stream; what runs goes on where that is not to be had.
  askBeside(stream: FeedStream, audio: boolean): void {
    this.beside = this.last += 1;
    this.say({ type: "live", request: this.beside, stream, audio, codecs: playable(), keep: true });
  }

  // What came of that. From "given" on the other one counts.
  answerBeside(said: Said): "given" | "refused" | null {
    if (said.request !== this.beside) return null;
    if (said.type !== "error") this.turnTo(this.beside);
    this.beside = 0;
    return said.type === "error" ? "refused" : "given";
  }

  private turnTo(number: number): void {
    this.number = number;
    this.beside = 0;
    this.gaps = [];
    this.endAt = null;
  }

  stop(): void {
    this.feeding = false;
    this.say({ type: "stop" });
  }

  belongs(said: Said | null): said is Said {
    return said !== null && said.request === this.number;
  }

  // Takes an init in; true when it is the first of its request.
  begin(request: number): boolean {
    const isNew = this.begun !== request;
    this.begun = request;
    return isNew;
  }

  // Lets more footage come when the playhead, at `time`, has used up enough of what was granted.
  grant(time: number, speed: number): void {
    const more = decide.nextGrant(time, this.until, speed, this.gaps);
    if (more !== null) this.grantUpTo(more);
  }

  // Lets footage come up to `until` at least.
  grantUpTo(until: number): void {
    if (until <= this.until) return;
    this.until = until;
    this.say({ type: "grant", request: this.number, until });
  }

  private say(ask: Ask): void {
    this.socket.send(ask);
  }
}
