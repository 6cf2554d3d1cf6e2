// SPDX-License-Identifier: Apache-2.0
// Thumbnails as the recorder keeps them, one a second: single ones, and sheets of ten minutes.
import { address, ProblemError, requestPicture, requestText, serverAddress, type Picture, type Result } from "../api/client";
import { now } from "../ui/use_now";
import { Sheets, type Sheet } from "./sheets";
import { kChunk, readSheet } from "./storyboard";

const path = (camera: string, what: string, query: Record<string, string | number>) =>
  `/${encodeURIComponent(camera)}/${what}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;

// Null: not there, which is no failure.
async function unlessMissing<T>(sent: Promise<Result<T>>): Promise<T | null> {
  const answer = await sent;
  if (answer.ok) return answer.value;
  if (answer.problem.status === 404) return null;
  throw new ProblemError(answer.problem);
}

// `away`: how far it may be from the instant, in seconds.
export const thumbnailPath = (camera: string, at: number, away: number) => path(camera, "thumbnail", { ts: at.toFixed(3), max_delta: away });

export function fetchThumbnail(camera: string, at: number, away: number, signal?: AbortSignal): Promise<Picture | null> {
  return unlessMissing(requestPicture(address(thumbnailPath(camera, at, away)), signal));
}

const kTileWidth = 160;
const kJustBefore = 0.001; // a group has what comes after its time

// The text is asked for before the picture, so that the picture has all that the text speaks of.
async function loadSheet(camera: string, start: number): Promise<Sheet<ImageBitmap> | null> {
  const from = start - kJustBefore;
  const query = { ts: from.toFixed(3), minutes: kChunk / 60, format: "webvtt", width: kTileWidth };
  const text = await unlessMissing(requestText(address(path(camera, "thumbnailGroup", query))));
  const read = text === null ? null : readSheet(text, from);
  if (!read) return null;
  const sprite = await unlessMissing(requestPicture(serverAddress(read.url)));
  return sprite && { tiles: read.tiles, picture: await createImageBitmap(sprite.data) };
}

export const sheets = new Sheets<ImageBitmap>({ load: loadSheet, drop: (picture) => picture.close(), now });
