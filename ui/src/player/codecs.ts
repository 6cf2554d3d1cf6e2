// SPDX-License-Identifier: Apache-2.0
// What this browser plays through MediaSource, and which kind of MediaSource it has: iPhones have only the managed one.

type MediaSourceClass = typeof MediaSource;

export function mediaSourceClass(scope: typeof globalThis = globalThis): MediaSourceClass | null {
  const known = scope as unknown as { ManagedMediaSource?: MediaSourceClass; MediaSource?: MediaSourceClass };
  return known.MediaSource ?? known.ManagedMediaSource ?? null;
}

export function isManaged(source: MediaSourceClass): boolean {
  return source.name === "ManagedMediaSource";
}

// Of each family that cameras send, the members that matter: profiles of H.264, H.265 in 8 and 10 bits, and what audio becomes.
const asked = [
  "avc1.42e01f",
  "avc1.4d0028",
  "avc1.640028",
  "avc1.640033",
  "hvc1.1.6.L93.B0",
  "hvc1.1.6.L153.B0",
  "hvc1.2.4.L153.B0",
  "mp4a.40.2",
  "opus",
];

export function playable(source: MediaSourceClass | null = mediaSourceClass()): string[] {
  if (!source) return [];
  return asked.filter((codec) => source.isTypeSupported(`video/mp4; codecs="${codec}"`));
}
