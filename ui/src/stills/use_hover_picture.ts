// SPDX-License-Identifier: Apache-2.0
// The picture of the instant under a pointer: at once from a sheet that is here, otherwise the single thumbnail, which also takes the
// place of the small one from the sheet when the pointer rests.
import { useEffect, useRef, useState } from "react";
import { nearestTile, standsFor } from "./storyboard";
import { fetchThumbnail, sheets } from "./thumbnails";

export interface HoverPicture {
  source: ImageBitmap;
  x: number;
  y: number;
  width: number;
  height: number;
  time: number;
}

interface Pointer {
  camera: string;
  at: number | null; // Unix seconds
  fine: boolean; // a pixel is seconds, not minutes: what lies beside is worth loading at once
  recorded: boolean; // there is footage at the instant
}

const kFarthest = 10; // seconds that a single thumbnail may be away
const kRestMs = 90;
const kStayMs = 250;

export function useHoverPicture({ camera, at, fine, recorded }: Pointer): HoverPicture | null {
  const [shown, setShown] = useState<HoverPicture | null>(null);
  const [came, setCame] = useState(0); // counts sheets, to look again
  const single = useSingle(camera);
  useEffect(() => sheets.listen(() => setCame((before) => before + 1)), []);

  useEffect(() => {
    if (at === null) {
      single.forget();
      setShown(null);
      return;
    }
    const sheet = sheets.find(camera, at);
    const tile = sheet ? nearestTile(sheet.tiles, at) : null;
    const fits = tile !== null && standsFor(tile.time, at, recorded);
    if (sheet && fits) {
      setShown((before) => (before?.time === tile.time && before.width > tile.width ? before : { source: sheet.picture, ...tile }));
    } else if (sheet === null) {
      setShown(null);
    }
    const ask = (instant: number) =>
      single.ask(instant, (found, isAnswer) => {
        if (found && standsFor(found.time, at, recorded)) setShown(found);
        else if (isAnswer && found === null && !fits) setShown(null);
      });
    if (!fits && sheet !== null) ask(at);
    const rest = fits ? window.setTimeout(() => ask(tile.time), kRestMs) : 0;
    const stay = window.setTimeout(() => sheets.want(camera, at), fine ? 0 : kStayMs);
    return () => {
      window.clearTimeout(rest);
      window.clearTimeout(stay);
    };
  }, [camera, at, fine, recorded, came, single]);

  return shown;
}

// Null: there is none; undefined: it could not be asked. `isAnswer`: of this very question, not of one before it.
type Found = (picture: HoverPicture | null | undefined, isAnswer: boolean) => void;

// Single thumbnails, one request at a time; what was asked for last is asked for next.
function makeSingle(camera: string) {
  let wanted: { at: number; found: Found } | null = null;
  let busy = false;
  const load = async (at: number): Promise<HoverPicture | null> => {
    const answer = await fetchThumbnail(camera, at, kFarthest);
    if (!answer) return null;
    const source = await createImageBitmap(answer.data);
    return { source, time: answer.time, x: 0, y: 0, width: source.width, height: source.height };
  };
  const run = async () => {
    if (busy || !wanted) return;
    const { at } = wanted;
    busy = true;
    const picture = await load(at).catch(() => undefined);
    busy = false;
    if (wanted) {
      const { found } = wanted;
      const isAnswer = wanted.at === at;
      if (isAnswer) wanted = null;
      found(picture, isAnswer);
    }
    void run();
  };
  return {
    ask: (at: number, found: Found) => {
      wanted = { at, found };
      void run();
    },
    forget: () => {
      wanted = null;
    },
  };
}

function useSingle(camera: string) {
  const kept = useRef<{ camera: string; single: ReturnType<typeof makeSingle> } | null>(null);
  if (kept.current?.camera !== camera) kept.current = { camera, single: makeSingle(camera) };
  return kept.current.single;
}
