// SPDX-License-Identifier: Apache-2.0
// Ties a FeedPlayer to a <video> of a component's life, and gives its state.
import { useEffect, useRef, useState, type RefObject } from "react";
import { socketAddress } from "../api/client";
import type { StreamKind } from "../api/types";
import { FeedPlayer } from "./feed_player";
import type { PlayerState } from "./player_state";

export interface UsePlayer {
  video: RefObject<HTMLVideoElement | null>;
  player: FeedPlayer | null;
  state: PlayerState | null;
}

export function usePlayer(
  camera: string,
  { stream, fallback, active = true, at = null }: { stream: StreamKind; fallback?: StreamKind | null; active?: boolean; at?: number | null },
): UsePlayer {
  const video = useRef<HTMLVideoElement>(null);
  const [player, setPlayer] = useState<FeedPlayer | null>(null);
  const [state, setState] = useState<PlayerState | null>(null);
  const first = useRef({ stream, at });

  useEffect(() => {
    if (!video.current) return;
    const made = new FeedPlayer(video.current, {
      address: socketAddress(`/${encodeURIComponent(camera)}/feed`),
      stream: first.current.stream,
      fallback,
      onState: setState,
    });
    setState(made.state);
    setPlayer(made);
    made.suspend(true);
    if (first.current.at !== null) made.seek(first.current.at, { play: true });
    return () => {
      made.close();
      setPlayer(null);
    };
  }, [camera, fallback]);

  useEffect(() => {
    if (!player) return;
    const apply = () => player.suspend(!active || (document.hidden && document.pictureInPictureElement !== video.current));
    apply();
    document.addEventListener("visibilitychange", apply);
    return () => document.removeEventListener("visibilitychange", apply);
  }, [player, active]);

  return { video, player, state };
}
