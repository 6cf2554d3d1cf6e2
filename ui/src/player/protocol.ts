// SPDX-License-Identifier: Apache-2.0
// The feed's messages (docs/http-api.md, "The feed"). Times on the wire are Unix seconds unless they are RFC 3339 text.
import type { FeedStream } from "../api/types";

export type Ask =
  | { type: "live"; request: number; stream: FeedStream; audio: boolean; codecs: string[]; keep?: true }
  | {
      type: "play";
      request: number;
      stream: FeedStream;
      audio: boolean;
      codecs: string[];
      at: string;
      speed: number;
      until: number;
    }
  | { type: "grant"; request: number; until: number }
  | { type: "stop" };

export type Said =
  | { type: "init"; request: number; stream: FeedStream; mime: string; live: boolean; width: number; height: number }
  | { type: "gap"; request: number; from: number; to: number; reason: string }
  | { type: "dropped"; request: number; parts: number }
  | { type: "lost"; request: number; since: string | null; detail: string }
  | { type: "end"; request: number; at: number }
  | { type: "error"; request: number; code: string; detail: string };

const kinds = new Set(["init", "gap", "dropped", "lost", "end", "error"]);

// A message of the server, or nothing for one that this page does not know: a newer server may say more.
export function read(text: string): Said | null {
  try {
    const said = JSON.parse(text) as { type?: unknown; request?: unknown };
    if (typeof said.type !== "string" || !kinds.has(said.type)) return null;
    return said as Said;
  } catch {
    return null;
  }
}
