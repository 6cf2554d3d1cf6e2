// SPDX-License-Identifier: Apache-2.0
// One camera on the wall: the small stream where there is one, muted. Off screen it holds no connection and decodes nothing.
import { memo, useRef } from "react";
import { Link } from "react-router-dom";
import { streamOf, type Camera } from "../../api/types";
import { unplayable } from "../../player/player_state";
import { isTranscode, keptQuality, streamNames } from "../../player/quality";
import { usePlayer } from "../../player/use_player";
import { Lost } from "../../ui/lost";
import { PictureState } from "../../ui/picture_state";
import { useOnScreen } from "../../ui/use_size";
import { LastDay } from "../../timeline/last_day";
import { TileMenu } from "./tile_menu";

interface TileProps {
  camera: Camera;
  height: number;
  large: boolean;
  canChange: boolean;
}

export const Tile = memo(function Tile({ camera, height, large, canChange }: TileProps) {
  const frame = useRef<HTMLAnchorElement>(null);
  const onScreen = useOnScreen(frame);
  const main = streamOf(camera, "main");
  const disabled = main?.state === "disabled";
  const { video, state } = usePlayer(camera, { quality: large ? keptQuality() : "auto", wall: !large, active: onScreen && !disabled });
  return (
    <>
      <Link
        ref={frame}
        to={`/watch/${encodeURIComponent(camera.id)}`}
        aria-label={`${camera.name}: open`}
        style={{ height }}
        className="group on-picture relative block overflow-hidden rounded-[3px] bg-black outline-offset-[-2px]"
      >
        <video
          ref={video}
          muted
          playsInline
          disablePictureInPicture
          tabIndex={-1}
          className={`size-full object-contain transition-[filter] duration-300 ${state?.phase === "lost" ? "brightness-50 grayscale" : ""}`}
        />
        {disabled ? (
          <PictureState tone="quiet" title="Switched off" small />
        ) : (
          state && <TileState camera={camera} phase={state.phase} since={state.since} detail={state.detail} code={state.code} reconnecting={state.reconnecting} />
        )}
        <div className="absolute inset-x-0 bottom-0 bg-linear-to-t from-black/75 to-transparent pt-6">
          <div className="flex items-end gap-2 px-2.5 pb-1.5">
            <span className="truncate text-[13px] font-[560] drop-shadow">{camera.name}</span>
            {state?.hasPicture && isTranscode(state.stream) && <span className="ml-auto shrink-0 text-[12px] text-ink-2 drop-shadow">{streamNames[state.stream]}</span>}
          </div>
          {onScreen && <LastDay camera={camera.id} className="h-[3px]" />}
        </div>
        <span className="pointer-events-none absolute inset-0 rounded-[3px] ring-inset group-hover:ring-1 group-hover:ring-white/40" />
      </Link>
      <TileMenu camera={camera} canChange={canChange} />
    </>
  );
});

interface TileStateProps {
  camera: Camera;
  phase: string;
  since: string | null;
  detail: string;
  code: string;
  reconnecting: boolean;
}

function TileState({ camera, phase, since, detail, code, reconnecting }: TileStateProps) {
  const main = streamOf(camera, "main");
  if (phase === "lost" || (main?.state === "lost" && phase !== "playing")) {
    return <Lost since={since ?? main?.since ?? null} detail={detail || main?.detail || ""} />;
  }
  if (phase === "failed") {
    const never = unplayable.has(code);
    const title = never ? "This browser can't play it" : code === "overloaded" ? "No room for another conversion" : "No picture";
    return (
      <PictureState tone="quiet" title={title} small>
        {never ? "It is recorded all the same" : detail}
      </PictureState>
    );
  }
  if (main?.state === "refused" && phase !== "playing") {
    return (
      <PictureState tone="alarm" title="Refused" small>
        {main.detail}
      </PictureState>
    );
  }
  if (phase === "connecting") return <PictureState tone="wait" title={main?.state === "idle" ? "Waking the camera" : "Connecting"} small />;
  if (reconnecting) return <PictureState tone="quiet" title="Connection to the recorder lost" small />;
  return null;
}
