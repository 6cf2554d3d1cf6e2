// SPDX-License-Identifier: Apache-2.0
// What a player shows of itself to the page, and what it is made from.
import type { StreamKind } from "../api/types";

export interface PlayerState {
  // What the picture does. "lost": the camera does not send; live goes on by itself.
  phase: "connecting" | "buffering" | "playing" | "paused" | "lost" | "failed";
  live: boolean;
  stream: StreamKind; // what is asked for; the fallback after it turned out that main cannot be played
  speed: number;
  hasPicture: boolean;
  reconnecting: boolean;
  detail: string; // why lost or failed
  code: string; // of a failure: "unsupported" ...
  since: string | null; // of a loss
  fellBack: boolean; // `stream` is the sub stream because this browser does not play main
}

export interface PlayerOptions {
  address: string; // ws(s)://.../<camera>/feed
  stream: StreamKind;
  audio?: boolean;
  fallback?: StreamKind | null; // asked for when `stream` cannot be played here
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
  fellBack: false,
};

// Errors of the server that may pass by themselves.
export const passing = new Set(["unavailable", "timed_out", "overloaded", "io", "internal"]);
