// SPDX-License-Identifier: Apache-2.0
// The marked stretch on a timeline with a grip at each end. A grip lies outside of the stretch, so that both can be taken however
// short it is; each is a slider for the keyboard.
import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { now } from "../ui/use_now";
import { clockText, dayOf, dayText } from "../ui/zone";
import type { Stretch } from "./coverage";
import { settled, withEdge, type Edge } from "./range";
import { lengthOf, placeOf, type View } from "./view";

interface Props {
  range: Stretch;
  onRange: (range: Stretch) => void;
  onHover: (at: number | null) => void; // where a dragged edge is
  view: View;
  width: number;
  zone: string;
}

export function RangeHandles(props: Props) {
  const { range, view, width } = props;
  const left = placeOf(range.start, view, width);
  const right = placeOf(range.end, view, width);
  return (
    <>
      <div
        aria-hidden="true"
        className="pointer-events-none absolute top-[22px] bottom-[6px] border-y-2 border-accent bg-accent/25"
        style={{ left, width: Math.max(1, right - left) }}
      />
      <Handle edge="start" {...props} />
      <Handle edge="end" {...props} />
    </>
  );
}

const kStep: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -60, PageUp: 60 };

function Handle({ edge, range, onRange, onHover, view, width, zone }: Props & { edge: Edge }) {
  const drag = useRef<{ from: number; at: number } | null>(null);
  const at = range[edge];
  const place = Math.min(width, Math.max(0, placeOf(at, view, width)));
  const move = (to: number) => {
    const next = withEdge(range, edge, settled(to, view), now());
    onRange(next);
    return next[edge];
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.stopPropagation(); // the timeline below would pan
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: event.clientX, at };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!drag.current) return;
    event.stopPropagation();
    onHover(move(drag.current.at + ((event.clientX - drag.current.from) / width) * lengthOf(view)));
  };
  const release = (event: PointerEvent) => {
    if (!drag.current) return;
    event.stopPropagation();
    drag.current = null;
    onHover(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = kStep[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(at + step * (event.shiftKey && Math.abs(step) === 1 ? 10 : 1));
  };
  const start = edge === "start";
  return (
    <div
      role="slider"
      tabIndex={0}
      data-edge={edge}
      aria-label={start ? "Start of the range" : "End of the range"}
      aria-valuemin={Math.round(start ? view.start : range.start)}
      aria-valuemax={Math.round(start ? range.end : Math.min(view.end, now()))}
      aria-valuenow={Math.round(at)}
      aria-valuetext={`${dayText(dayOf(at, zone), dayOf(now(), zone))} ${clockText(at, zone)}`}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={release}
      onPointerCancel={release}
      className="group absolute top-[16px] bottom-0 z-10 w-6 cursor-ew-resize touch-none outline-none max-sm:w-9"
      style={start ? { right: width - place } : { left: place }}
    >
      <span
        className={`absolute top-[6px] bottom-[6px] flex w-3.5 items-center justify-center bg-accent text-accent-ink group-focus-visible:outline-2 group-focus-visible:outline-offset-1 group-focus-visible:outline-ink ${start ? "right-0 rounded-l-[4px]" : "left-0 rounded-r-[4px]"}`}
      >
        <span className="h-4 w-0.5 rounded-full bg-current opacity-70" />
      </span>
    </div>
  );
}
