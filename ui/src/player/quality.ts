// SPDX-License-Identifier: Apache-2.0
// What a person wants to see of a camera, and in which order the player tries what there is.
import type { FeedStream, Transcode } from "../api/types";
import { remember, remembered } from "../ui/memory";

export type Quality = "auto" | FeedStream;
export const qualities: Quality[] = ["auto", "main", "sub", "h264", "720p", "480p", "360p"];

export const streamNames: Record<FeedStream, string> = {
  main: "Main",
  sub: "Small",
  h264: "Converted to H.264",
  "720p": "Converted 720p",
  "480p": "Converted 480p",
  "360p": "Converted 360p",
};

export const isTranscode = (stream: FeedStream): stream is Transcode => stream !== "main" && stream !== "sub";

// From the wanted to the least bad. A wall has the small stream before a conversion, which costs the recorder a core; a camera's
// own page has the full picture converted before the small one. Who chose a conversion that there is no room for is shown what
// somebody else has converted before nothing at all.
export function candidates(quality: Quality, wall: boolean): FeedStream[] {
  if (quality === "sub" || (quality === "auto" && wall)) return ["sub", "main", "360p"];
  if (quality === "auto" || quality === "main") return ["main", "h264", "720p", "sub"];
  return [...new Set<FeedStream>([quality, "main", "sub", "h264"])];
}

// For a line that turned out too thin for `stream`: what is smaller, from the largest down.
export function smaller(stream: FeedStream): FeedStream[] {
  if (stream === "sub" || stream === "480p") return ["360p"];
  return stream === "360p" ? [] : ["sub", "480p", "360p"];
}

// Each device its own: a phone on the road and the screen beside the recorder want different things.
export function keptQuality(): Quality {
  const kept = remembered("quality");
  return qualities.find((quality) => quality === kept) ?? "auto";
}
export function keepQuality(quality: Quality): void {
  remember("quality", quality === "auto" ? null : quality);
}
