// SPDX-License-Identifier: Apache-2.0
// Wheel, pinch and drag on the picture; a double click goes in and out again.
import { useEffect, useRef, useState, type MouseEvent, type PointerEvent, type RefObject } from "react";
import { shifted, whole, zoomAt, type Zoom } from "./zoom";

export function useZoom(room: RefObject<HTMLElement | null>) {
  const [zoom, setZoom] = useState<Zoom>(whole);
  const fingers = useRef(new Map<number, { x: number; y: number }>());

  const measure = (event: { clientX: number; clientY: number }) => {
    const box = room.current!.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2, width: box.width, height: box.height };
  };

  useEffect(() => {
    const element = room.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const at = measure(event);
      setZoom((before) => zoomAt(before, 1.0018 ** -event.deltaY, at.x, at.y, at));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
    // `measure` reads the ref at the time of the event.
  }, [room]);

  const onPointerDown = (event: PointerEvent) => {
    // A captured pointer would keep the click from a button that lies on the picture.
    if (event.button !== 0 || (event.target as Element).closest("button")) return;
    fingers.current.set(event.pointerId, measure(event));
    if (zoom.scale > 1 || fingers.current.size === 2) event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const at = measure(event);
    const dx = at.x - before.x;
    const dy = at.y - before.y;
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, at);
    if (!other) {
      setZoom((now) => shifted(now, dx, dy, at));
      return;
    }
    const factor = Math.hypot(at.x - other.x, at.y - other.y) / Math.max(8, Math.hypot(before.x - other.x, before.y - other.y));
    setZoom((now) => shifted(zoomAt(now, factor, (at.x + other.x) / 2, (at.y + other.y) / 2, at), dx / 2, dy / 2, at));
  };
  const release = (event: PointerEvent) => fingers.current.delete(event.pointerId);
  const onDoubleClick = (event: MouseEvent) => {
    const at = measure(event);
    setZoom((before) => (before.scale > 1 ? whole : zoomAt(before, 2.5, at.x, at.y, at)));
  };
  return {
    zoom,
    reset: () => setZoom(whole),
    handlers: { onPointerDown, onPointerMove, onPointerUp: release, onPointerCancel: release, onDoubleClick },
  };
}
