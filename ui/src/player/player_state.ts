// SPDX-License-Identifier: Apache-2.0
// What a player shows of itself to the page, and what it is made from.
import type { FeedStream } from "../api/types";
import type { Quality } from "./quality";
import type { Against, Offer } from "./stream_choice";

export interface PlayerState {
  // What the picture does. "lost": the camera does not send; live goes on by itself.
  phase: "connecting" | "buffering" | "playing" | "paused" | "lost" | "failed";
  live: boolean;
  stream: FeedStream; // what is asked for
  speed: number;
  hasPicture: boolean;
  reconnecting: boolean;
  detail: string; // why lost or failed
  code: string; // of a failure: "unsupported" ...
  since: string | null; // of a loss
  fellBack: Against | null; // why `stream` is not the wanted one
}

export interface PlayerOptions {
  address: string; // ws(s)://.../<camera>/feed
  quality: Quality;
  wall?: boolean; // one of many small pictures
  audio?: boolean;
  streams: Offer[];
  onState: (state: PlayerState) => void;
}

export const firstState: PlayerState = {
  phase: "connecting",
  live: true,
  stream: "main",
  speed: 1,
  hasPicture: false,
  reconnecting: false,
  detail: "",
  code: "",
  since: null,
  fellBack: null,
};

// `dry`: nothing is buffered to go on with.
export function phaseOf(seen: { lost: boolean; paused: boolean; starting: boolean; dry: boolean; hasPicture: boolean }): PlayerState["phase"] {
  if (seen.lost && seen.dry) return "lost";
  if (!seen.hasPicture) return "connecting";
  if (seen.paused) return "paused";
  return seen.starting || seen.dry ? "buffering" : "playing";
}

export function changes(state: PlayerState, change: Partial<PlayerState>): boolean {
  return (Object.keys(change) as (keyof PlayerState)[]).some((key) => state[key] !== change[key]);
}

// Errors of the server that may pass by themselves.
export const passing = new Set(["unavailable", "timed_out", "overloaded", "io", "internal"]);

// Failures that say that this browser will never show this stream.
export const unplayable = new Set(["unsupported", "undecodable", "no_key_frames"]);
