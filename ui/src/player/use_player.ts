// SPDX-License-Identifier: Apache-2.0
// Ties a FeedPlayer to a <video> of a component's life, and gives its state.
import { useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { socketAddress } from "../api/client";
import { useSystem } from "../api/queries";
import type { Camera, StreamKind } from "../api/types";
import { FeedPlayer } from "./feed_player";
import type { PlayerState } from "./player_state";
import type { Quality } from "./quality";
import type { Offer } from "./stream_choice";

export interface UsePlayer {
  video: RefObject<HTMLVideoElement | null>;
  player: FeedPlayer | null;
  state: PlayerState | null;
}

interface Wish {
  quality: Quality;
  wall?: boolean; // one of many small pictures
  active?: boolean; // false: hold no connection
  at?: number | null; // footage from here at first; live without it
}

function useOffers(camera: Camera): Offer[] {
  const converts = useConverts();
  const text = camera.streams
    .filter((stream) => stream.state !== "disabled" && stream.state !== "refused")
    .map((stream) => `${stream.kind}:${stream.recorded ? 1 : 0}`)
    .join(" ");
  return useMemo(() => {
    const own = text.split(" ").filter(Boolean).map((offer): Offer => ({ kind: offer.split(":")[0] as StreamKind, recorded: offer.endsWith("1") }));
    return converts ? [...own, { kind: "converted", recorded: true }] : own;
  }, [text, converts]);
}

// Whether the recorder converts streams for viewers; until it has said so it is taken to.
export function useConverts(): boolean {
  const system = useSystem(60_000).data;
  return !system || (system.transcodes?.most ?? 0) > 0;
}

export function usePlayer(camera: Camera, { quality, wall = false, active = true, at = null }: Wish): UsePlayer {
  const video = useRef<HTMLVideoElement>(null);
  const [player, setPlayer] = useState<FeedPlayer | null>(null);
  const [state, setState] = useState<PlayerState | null>(null);
  const offers = useOffers(camera);
  const first = useRef({ quality, wall, at, offers });

  useEffect(() => {
    if (!video.current) return;
    const made = new FeedPlayer(video.current, {
      address: socketAddress(`/${encodeURIComponent(camera.id)}/feed`),
      quality: first.current.quality,
      wall: first.current.wall,
      streams: first.current.offers,
      onState: setState,
    });
    setState(made.state);
    setPlayer(made);
    made.suspend(true); // until the effect below has looked whether anybody sees it
    if (first.current.at !== null) made.seek(first.current.at, { play: true });
    return () => {
      made.close();
      setPlayer(null);
    };
  }, [camera.id]);

  useEffect(() => player?.offer(offers), [player, offers]);

  useEffect(() => {
    if (!player) return;
    const apply = () => player.suspend(!active || (document.hidden && document.pictureInPictureElement !== video.current));
    apply();
    document.addEventListener("visibilitychange", apply);
    return () => document.removeEventListener("visibilitychange", apply);
  }, [player, active]);

  return { video, player, state };
}
