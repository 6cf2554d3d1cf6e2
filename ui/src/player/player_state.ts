// SPDX-License-Identifier: Apache-2.0
// What a player shows of itself to the page, and what it is made from.
import type { StreamKind } from "../api/types";
import type { Offer } from "./stream_choice";

export interface PlayerState {
  // What the picture does. "lost": the camera does not send; live goes on by itself.
  phase: "connecting" | "buffering" | "playing" | "paused" | "lost" | "failed";
  live: boolean;
  stream: StreamKind; // what is asked for
  speed: number;
  hasPicture: boolean;
  reconnecting: boolean;
  detail: string; // why lost or failed
  code: string; // of a failure: "unsupported" ...
  since: string | null; // of a loss
  fellBack: boolean; // `stream` is not the wanted one, because this browser does not play that
}

export interface PlayerOptions {
  address: string; // ws(s)://.../<camera>/feed
  stream: StreamKind;
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
  fellBack: false,
};

// Errors of the server that may pass by themselves.
export const passing = new Set(["unavailable", "timed_out", "overloaded", "io", "internal"]);
