// SPDX-License-Identifier: Apache-2.0
// Digital zoom: the picture scaled around its middle and shifted, in pixels of the room it stands in. It never leaves the room.

export interface Zoom {
  scale: number; // 1: whole picture
  x: number; // shift of the picture's middle from the room's
  y: number;
}
export interface Room {
  width: number;
  height: number;
}

export const whole: Zoom = { scale: 1, x: 0, y: 0 };
const kMost = 12;

function inside(zoom: Zoom, room: Room): Zoom {
  if (zoom.scale <= 1.001) return whole;
  const mostX = ((zoom.scale - 1) * room.width) / 2;
  const mostY = ((zoom.scale - 1) * room.height) / 2;
  return { scale: zoom.scale, x: Math.min(mostX, Math.max(-mostX, zoom.x)), y: Math.min(mostY, Math.max(-mostY, zoom.y)) };
}

// `x`, `y`: where the pointer is, from the room's middle. What lies under it stays there.
export function zoomAt(zoom: Zoom, factor: number, x: number, y: number, room: Room): Zoom {
  const scale = Math.min(kMost, Math.max(1, zoom.scale * factor));
  const by = scale / zoom.scale;
  return inside({ scale, x: x - (x - zoom.x) * by, y: y - (y - zoom.y) * by }, room);
}

export function shifted(zoom: Zoom, dx: number, dy: number, room: Room): Zoom {
  return inside({ ...zoom, x: zoom.x + dx, y: zoom.y + dy }, room);
}
