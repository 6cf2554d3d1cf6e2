// SPDX-License-Identifier: Apache-2.0
// The page's signature: one band of time, the same everywhere. Drag to pan, wheel or pinch to zoom, click to play, the playhead can
// be dragged; with shift a drag marks a stretch. Above the pointer, or a finger that rests, is the picture of that instant. A slider
// for the keyboard and for people who hear the page.
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { StreamKind } from "../api/types";
import { HoverCard } from "../stills/hover_card";
import { clockText, dayOf, dayText } from "../ui/zone";
import { now as present, useNow } from "../ui/use_now";
import { useSize } from "../ui/use_size";
import { useRecorded, wordAt, type Stretch } from "./coverage";
import { usePointers } from "./pointers";
import { paint, palette } from "./paint";
import { RangeHandles } from "./range_handles";
import { following, lengthOf, placeOf, upToNow, zoomed, type View } from "./view";

export interface TimelineProps {
  camera: string;
  stream: StreamKind;
  zone: string;
  view: View;
  onView: (view: View) => void;
  live: boolean;
  playhead: () => number | null; // read while painting: it moves all the time
  onSeek: (at: number, done: boolean) => void; // `done` is false while the playhead is being dragged
  onLive: () => void;
  range?: Stretch | null; // what is marked
  onRange: (range: Stretch) => void;
  className?: string;
}

const kPaintMs = 66;
const kFine = 2 * 3600; // seconds of a view in which a pixel is a few seconds

export function Timeline({ camera, stream, zone, view, onView, live, playhead, onSeek, onLive, range = null, onRange, className = "" }: TimelineProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const recorded = useRecorded(camera, stream, view);
  const [hover, setHover] = useState<number | null>(null);
  const second = useNow(1000);
  const pointers = usePointers({ box, view, onView, playhead, onSeek, onRange, onHover: setHover });
  const scene = useRef({ view, recorded, zone, hover, live });
  scene.current = { view, recorded, zone, hover, live };

  // The view goes with now while it is live, and with the playhead in footage, unless somebody holds it or marks something in it.
  useEffect(() => {
    if (pointers.held.current || range) return;
    const at = playhead();
    const next = live ? (view.end < second ? upToNow(second, lengthOf(view)) : view) : at === null ? view : following(view, at);
    const shifted = live && placeOf(second, next, 1) > 0.965 && placeOf(second, next, 1) < 1.2 ? upToNow(second, lengthOf(next)) : next;
    if (shifted !== view) onView(shifted);
    // Once a second is enough: `second` is what drives it.
  }, [second, live, range === null]);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !box.current || width === 0) return;
    const ratio = Math.max(1, window.devicePixelRatio);
    context.canvas.width = Math.round(width * ratio);
    context.canvas.height = Math.round(height * ratio);
    const element = box.current;
    let frame = 0;
    let last = 0;
    const draw = (at: number) => {
      frame = requestAnimationFrame(draw);
      if (at - last < kPaintMs) return;
      last = at;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(context, width, height, { ...scene.current, now: present(), playhead: playhead() }, palette(element));
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [width, height, playhead]);

  const at = playhead() ?? second;
  const today = dayOf(second, zone);
  const says = (instant: number) => `${dayText(dayOf(instant, zone), today)} ${clockText(instant, zone)}`;
  const word = hover === null ? null : wordAt(recorded, hover, second);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { PageUp: 3600, PageDown: -3600 };
    const move = moves[event.key];
    if (move !== undefined) onSeek(Math.min(at + move, second), true);
    else if (event.key === "Home") onSeek(view.start, true);
    else if (event.key === "End") onLive();
    else if (event.key === "+" || event.key === "=") onView(zoomed(view, 0.5, at, second));
    else if (event.key === "-") onView(zoomed(view, 2, at, second));
    else return;
    event.preventDefault();
  };
  const place = hover === null ? 0 : placeOf(hover, view, width);
  return (
    <div className="relative">
      <HoverCard
        camera={camera}
        at={hover !== null && hover <= second ? hover : null}
        fine={lengthOf(view) <= kFine}
        recorded={word === null || recorded.pending}
        zone={zone}
        x={place}
        room={width}
      />
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Timeline"
        aria-valuemin={Math.round(view.start)}
        aria-valuemax={Math.round(Math.min(view.end, second))}
        aria-valuenow={Math.round(at)}
        aria-valuetext={live ? `Live, ${says(at)}` : says(at)}
        onKeyDown={onKeyDown}
        {...pointers.handlers}
        className={`relative h-[76px] touch-none overflow-hidden bg-surface select-none focus-visible:outline-offset-[-2px] ${className}`}
      >
        <canvas ref={canvas} className="absolute inset-0 size-full" aria-hidden="true" />
        {range && width > 0 && <RangeHandles {...{ range, onRange, view, width, zone }} onHover={setHover} />}
        {recorded.pending && <span className="sweep absolute inset-x-0 top-[22px] h-0.5 overflow-hidden" role="status" aria-label="Reading what was recorded" />}
        {recorded.failed && !recorded.pending && (
          <span className="absolute bottom-2.5 left-3 text-[12px] text-alarm" role="alert">
            What was recorded could not be read
          </span>
        )}
        {hover !== null && width > 0 && (
          <div
            className="figure pointer-events-none absolute top-0 z-10 rounded-sm bg-ink px-1.5 py-0.5 text-[12px] whitespace-nowrap text-page"
            style={{ left: Math.min(width - 2, Math.max(2, place)), transform: `translateX(${shift(place, width)})` }}
          >
            {clockText(hover, zone, lengthOf(view) < 900 ? "tenths" : "seconds")}
            {word && <span className="ml-1.5 opacity-70">{word}</span>}
          </div>
        )}
      </div>
    </div>
  );
}

// The bubble stays inside: centred, except at the edges.
function shift(x: number, width: number): string {
  if (x < 70) return "0";
  return x > width - 70 ? "-100%" : "-50%";
}
