// SPDX-License-Identifier: Apache-2.0
// The picture with its digital zoom, and what is to be said when there is none.
import { useRef, type RefObject } from "react";
import { streamOf, type Camera } from "../../api/types";
import { unplayable, type PlayerState } from "../../player/player_state";
import { IconButton } from "../../ui/button";
import { codecName } from "../../ui/format";
import { PictureState } from "../../ui/picture_state";
import { Lost } from "../../ui/lost";
import { useZoom } from "./use_zoom";

export function Picture({ camera, video, state }: { camera: Camera; video: RefObject<HTMLVideoElement | null>; state: PlayerState | null }) {
  const room = useRef<HTMLDivElement>(null);
  const { zoom, reset, handlers } = useZoom(room);
  return (
    <div
      ref={room}
      {...handlers}
      className={`on-picture relative size-full overflow-hidden bg-black ${zoom.scale > 1 ? "cursor-grab touch-none active:cursor-grabbing" : "touch-pan-y"}`}
    >
      <video
        ref={video}
        muted
        playsInline
        aria-label={`Picture of ${camera.name}`}
        className={`pointer-events-none size-full object-contain ${state?.phase === "lost" ? "brightness-50 grayscale" : ""}`}
        style={{ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }}
      />
      {state && <Overlay camera={camera} state={state} />}
      {zoom.scale > 1 && (
        <div className="absolute top-3 right-3 flex items-center gap-1 rounded-md bg-black/65 pl-2.5">
          <span className="figure text-[13px]">{zoom.scale.toFixed(1)}×</span>
          <IconButton name="Show the whole picture" icon="zoomReset" onClick={reset} />
        </div>
      )}
    </div>
  );
}

function Overlay({ camera, state }: { camera: Camera; state: PlayerState }) {
  const stream = streamOf(camera, state.stream);
  if (state.phase === "lost" || (state.phase === "connecting" && stream?.state === "lost")) {
    return <Lost since={state.since ?? stream?.since ?? null} detail={state.detail || stream?.detail || ""} small={false} />;
  }
  if (state.reconnecting && state.hasPicture && state.phase !== "playing") {
    return (
      <PictureState tone="quiet" title="Connection to the recorder lost">
        Trying again
      </PictureState>
    );
  }
  if (state.phase === "failed") return <Failure camera={camera} state={state} />;
  if (stream?.state === "refused" && state.live && state.phase === "connecting") {
    return (
      <PictureState tone="alarm" title="Refused">
        {stream.detail}
      </PictureState>
    );
  }
  if (stream?.state === "disabled" && state.live) {
    return (
      <PictureState tone="quiet" title="Switched off">
        What was recorded is still on the timeline.
      </PictureState>
    );
  }
  if (state.phase === "connecting") {
    return <PictureState tone="wait" title={stream?.state === "idle" ? "Waking the camera" : state.live ? "Connecting" : "Reading footage"} />;
  }
  if (state.phase === "buffering") return <span className="sweep absolute inset-x-0 bottom-0 h-0.5 overflow-hidden" role="status" aria-label="Loading" />;
  return null;
}

function Failure({ camera, state }: { camera: Camera; state: PlayerState }) {
  if (state.code === "overloaded") {
    return (
      <PictureState tone="quiet" title="The recorder converts as much as it can">
        {state.detail} It is tried again until there is room.
      </PictureState>
    );
  }
  if (state.code === "no_key_frames") {
    return (
      <PictureState tone="quiet" title="No full picture to begin with">
        The camera renews its picture bit by bit, and this browser begins only with a full one (an IDR frame). It is recorded all the same.
      </PictureState>
    );
  }
  if (!unplayable.has(state.code)) {
    return (
      <PictureState tone="quiet" title="No picture">
        {state.detail}
      </PictureState>
    );
  }
  const codec = streamOf(camera, state.stream)?.video?.codec;
  return (
    <PictureState tone="quiet" title={codec ? `This browser does not play ${codecName(codec)}` : "This browser does not play this camera"}>
      It is recorded all the same. {streamOf(camera, "sub") ? "" : "A small H.264 stream of the camera, added under Cameras, is shown here instead."}
    </PictureState>
  );
}
