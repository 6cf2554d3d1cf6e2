// SPDX-License-Identifier: Apache-2.0
// Which of a camera's streams to ask for: the wanted one, unless this browser turned out not to play it, the recorder has no room for
// another conversion, the line is too thin, or footage is asked for and only another one is recorded.
import type { FeedStream, StreamKind } from "../api/types";
import { passing, unplayable } from "./player_state";
import { candidates, isTranscode, smaller, type Quality } from "./quality";

export interface Offer {
  kind: StreamKind | "converted"; // "converted": the recorder converts main for viewers
  recorded: boolean;
}

// Why a stream is passed over. "busy": the recorder converts as much as it can.
export type Against = "unplayable" | "busy" | "thin";

export interface Refusal {
  code: string;
  detail: string;
}

export class StreamChoice {
  private readonly against = new Map<FeedStream, Against>();
  private order: FeedStream[];
  private busyWord = "";

  constructor(
    private wanted: Quality,
    private offers: Offer[],
    private readonly wall = false,
  ) {
    this.order = candidates(wanted, wall);
  }

  offer(offers: Offer[]): void {
    this.offers = offers;
  }

  // A person's choice counts again, whatever was found out before: a camera's codec can be changed.
  want(quality: Quality): void {
    this.wanted = quality;
    this.order = candidates(quality, this.wall);
    this.against.clear();
  }

  // Nothing when no stream is left that could be played; then the wanted one was tried already.
  pick(live: boolean): FeedStream | null {
    const found = this.order.find((stream) => !this.against.has(stream) && this.offered(stream, live));
    if (found) return found;
    return this.against.size > 0 ? null : "main";
  }

  // What follows from an answer of the recorder, or a find of the browser, that `stream` is not to be had: another one is to be asked
  // for, or this is to be said.
  refused(stream: FeedStream, live: boolean, said: Refusal): "another" | Refusal {
    const busy = isTranscode(stream) && passing.has(said.code);
    if (busy) this.busyWord = said.detail;
    // What is H.264 already is not made anew under that name.
    if (said.code === "no_key_frames" && stream === "main") this.against.set("h264", "unplayable");
    const passed = busy || isTranscode(stream) || unplayable.has(said.code);
    if (passed && this.pass(stream, live, busy ? "busy" : "unplayable")) return "another";
    if (![...this.against.values()].includes("busy")) return said;
    this.again(); // the next request finds out whether there is room by then
    return { code: "overloaded", detail: this.busyWord };
  }

  // Passes a stream over; true when another one is left to try.
  pass(stream: FeedStream, live: boolean, why: Against = "unplayable"): boolean {
    this.against.set(stream, why);
    return this.pick(live) !== null;
  }

  // The line does not carry `stream`. Only where the choice was left to the player; true when there is something smaller.
  tooMuch(stream: FeedStream, live: boolean): boolean {
    if (this.wanted !== "auto") return false;
    const less = smaller(stream).filter((each) => !this.against.has(each) && this.offered(each, live));
    if (less.length === 0) return false;
    this.against.set(stream, "thin");
    this.order = [stream, ...less];
    return true;
  }

  // Room for a conversion may have come.
  again(): void {
    for (const [stream, why] of this.against) if (why === "busy") this.against.delete(stream);
  }

  // What would be shown in place of what is, had the recorder room for another conversion.
  awaited(live: boolean): FeedStream | null {
    return this.better(live).find((stream) => this.against.get(stream) === "busy") ?? null;
  }

  // Why it is not a better stream that is shown; nothing when it is what was wanted.
  fellBack(live: boolean): Against | null {
    if (this.awaited(live)) return "busy";
    return this.better(live).map((stream) => this.against.get(stream)).find((why) => why !== undefined) ?? null;
  }

  private better(live: boolean): FeedStream[] {
    const shown = this.pick(live);
    return this.order.slice(0, shown ? this.order.indexOf(shown) : undefined);
  }

  private offered(stream: FeedStream, live: boolean): boolean {
    const has = (wanted: Offer["kind"]) => this.offers.some(({ kind, recorded }) => kind === wanted && (live || recorded));
    return isTranscode(stream) ? has("main") && has("converted") : has(stream);
  }
}
