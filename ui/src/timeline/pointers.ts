// SPDX-License-Identifier: Apache-2.0
// Fingers, mouse and wheel on a timeline: one drags it, two pinch it, a touch without a move plays from there, and the playhead can
// be taken along. A finger that rests looks at what is under it, and plays from where it is lifted. A drag with shift marks a stretch.
import { useEffect, useRef, type PointerEvent, type RefObject } from "react";
import { now } from "../ui/use_now";
import type { Stretch } from "./coverage";
import { between, settled } from "./range";
import { instantAt, lengthOf, panned, placeOf, zoomed, type View } from "./view";

interface Wiring {
  box: RefObject<HTMLElement | null>;
  view: View;
  onView: (view: View) => void;
  playhead: () => number | null;
  onSeek: (at: number, done: boolean) => void;
  onRange: (range: Stretch) => void;
  onHover: (at: number | null) => void;
}

const kClick = 5; // pixels: less is a click, more a drag
const kGrip = 9; // pixels to both sides of the playhead take it along
const kFingerGrip = 18;
const kRestMs = 350; // a finger that does not move for so long looks

export function usePointers(wiring: Wiring) {
  const wires = useRef(wiring);
  wires.current = wiring;
  const fingers = useRef(new Map<number, number>());
  const gesture = useRef<{ kind: "none" | "press" | "look" | "pan" | "scrub" | "pinch" | "mark"; from: number }>({ kind: "none", from: 0 });
  const held = useRef(false);
  const rest = useRef(0);
  useEffect(() => () => window.clearTimeout(rest.current), []);

  const local = (clientX: number) => {
    const { left, width } = wires.current.box.current!.getBoundingClientRect();
    return { x: Math.min(width, Math.max(0, clientX - left)), width };
  };

  // React listens to wheels passively, and this one must keep the page from scrolling.
  useEffect(() => {
    const element = wiring.box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { view, onView } = wires.current;
      const { x, width } = local(event.clientX);
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) onView(panned(view, (sideways / width) * lengthOf(view), now()));
      else onView(zoomed(view, 1.0016 ** (event.deltaY * (event.deltaMode === 1 ? 20 : 1)), instantAt(x, view, width), now()));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [wiring.box]);

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, event.clientX);
    held.current = true;
    window.clearTimeout(rest.current);
    if (fingers.current.size === 2) {
      gesture.current = { kind: "pinch", from: 0 };
      return;
    }
    const { view, playhead } = wires.current;
    const { x, width } = local(event.clientX);
    const at = playhead();
    if (event.shiftKey) {
      gesture.current = { kind: "mark", from: event.clientX };
      return;
    }
    const reach = event.pointerType === "mouse" ? kGrip : kFingerGrip;
    const grip = at !== null && Math.abs(placeOf(at, view, width) - x) <= reach;
    gesture.current = { kind: grip ? "scrub" : "press", from: event.clientX };
    if (grip || event.pointerType === "mouse") return;
    rest.current = window.setTimeout(() => {
      if (gesture.current.kind !== "press") return;
      gesture.current.kind = "look";
      wires.current.onHover(instantAt(x, wires.current.view, width));
    }, kRestMs);
  };

  const onPointerMove = (event: PointerEvent) => {
    const { view, onView, onSeek, onHover } = wires.current;
    const { x, width } = local(event.clientX);
    const before = fingers.current.get(event.pointerId);
    if (event.pointerType === "mouse" || gesture.current.kind === "scrub" || gesture.current.kind === "look") onHover(instantAt(x, view, width));
    if (before === undefined) return;
    if (gesture.current.kind === "pinch") {
      pinch(event.pointerId, event.clientX, view, onView);
      return;
    }
    fingers.current.set(event.pointerId, event.clientX);
    if (gesture.current.kind === "mark") {
      if (Math.abs(event.clientX - gesture.current.from) > kClick) mark(x, view, width);
      return;
    }
    if (gesture.current.kind === "scrub") {
      if (Math.abs(event.clientX - gesture.current.from) > 1) onSeek(Math.min(instantAt(x, view, width), now()), false);
      return;
    }
    if (gesture.current.kind === "look") return;
    if (gesture.current.kind === "press" && Math.abs(event.clientX - gesture.current.from) <= kClick) return;
    gesture.current.kind = "pan";
    onHover(null);
    onView(panned(view, (-(event.clientX - before) / width) * lengthOf(view), now()));
  };

  const mark = (x: number, view: View, width: number) => {
    const from = instantAt(local(gesture.current.from).x, view, width);
    wires.current.onRange(between(settled(from, view), settled(instantAt(x, view, width), view), now()));
  };

  const pinch = (id: number, clientX: number, view: View, onView: (view: View) => void) => {
    const other = [...fingers.current].find(([key]) => key !== id);
    const before = fingers.current.get(id)!;
    fingers.current.set(id, clientX);
    if (!other) return;
    const apart = Math.max(12, Math.abs(before - other[1]));
    const next = Math.max(12, Math.abs(clientX - other[1]));
    const { x, width } = local((clientX + other[1]) / 2);
    const middle = (clientX - before) / 2;
    onView(panned(zoomed(view, apart / next, instantAt(x, view, width), now()), (-middle / width) * lengthOf(view), now()));
  };

  const release = (event: PointerEvent) => {
    if (!fingers.current.delete(event.pointerId)) return;
    const { view, onSeek, onHover } = wires.current;
    const { kind, from } = gesture.current;
    const { x, width } = local(event.clientX);
    const moved = Math.abs(event.clientX - from) > 1;
    window.clearTimeout(rest.current);
    if (event.type === "pointerup" && (kind === "press" || kind === "look" || (kind === "scrub" && (moved || event.pointerType !== "mouse")))) {
      onSeek(Math.min(instantAt(x, view, width), now()), true);
    }
    if (fingers.current.size === 0) {
      gesture.current = { kind: "none", from: 0 };
      held.current = false;
      if (event.pointerType !== "mouse") onHover(null);
    } else {
      gesture.current = { kind: "pan", from: 0 };
    }
  };

  return {
    held,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp: release,
      onPointerCancel: release,
      onPointerLeave: () => wires.current.onHover(null),
    },
  };
}
