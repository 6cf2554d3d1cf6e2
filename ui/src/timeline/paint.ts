// SPDX-License-Identifier: Apache-2.0
// Draws a timeline on a canvas: round times above, the band of footage with its gaps, what has not happened yet, now, and the
// playhead. Colours are the page's tokens.
import type { Recorded } from "./coverage";
import { placeOf, ticks, type View } from "./view";

export interface Scene {
  view: View;
  recorded: Recorded;
  zone: string;
  now: number;
  playhead: number | null;
  hover: number | null;
  live: boolean;
}

export const kLabels = 22; // height of the row of times, CSS pixels
const kBandBottom = 10;

interface Palette {
  ink: string;
  ink2: string;
  ink3: string;
  line: string;
  surface: string;
  raised: string;
  accent: string;
  footage: string;
  alarm: string;
  font: string;
}

export function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: token("--ink"),
    ink2: token("--ink-2"),
    ink3: token("--ink-3"),
    line: token("--line"),
    surface: token("--surface"),
    raised: token("--raised"),
    accent: token("--accent"),
    footage: token("--footage"),
    alarm: token("--alarm"),
    font: style.fontFamily,
  };
}

export function paint(context: CanvasRenderingContext2D, width: number, height: number, scene: Scene, colours: Palette): void {
  context.clearRect(0, 0, width, height);
  const band = { top: kLabels + 4, bottom: height - kBandBottom };
  const x = (at: number) => placeOf(at, scene.view, width);
  paintBand(context, width, band, scene, colours, x);
  paintTicks(context, width, height, band, scene, colours);
  paintGapWords(context, band, scene, colours, x);
  const present = x(scene.now);
  if (present <= width) {
    context.fillStyle = colours.ink3;
    context.fillRect(Math.round(present), kLabels - 2, 1, height - kLabels + 2);
  }
  if (scene.hover !== null) {
    context.fillStyle = colours.ink2;
    context.fillRect(Math.round(x(scene.hover)), kLabels, 1, height - kLabels);
  }
  if (scene.playhead !== null) paintPlayhead(context, height, x(scene.playhead), colours);
}

interface Band {
  top: number;
  bottom: number;
}

function paintBand(context: CanvasRenderingContext2D, width: number, band: Band, scene: Scene, colours: Palette, x: (at: number) => number): void {
  const height = band.bottom - band.top;
  const past = Math.min(width, Math.max(0, x(scene.now)));
  context.fillStyle = colours.raised;
  context.fillRect(0, band.top, past, height);
  // What has not happened yet: only a line where the band will be.
  context.fillStyle = colours.line;
  context.fillRect(past, Math.round((band.top + band.bottom) / 2), width - past, 1);
  for (const span of scene.recorded.footage) {
    const from = x(span.start);
    const to = x(span.end);
    if (to < 0 || from > width) continue;
    const left = Math.max(0, from);
    const wide = Math.max(1, Math.min(width, to) - left);
    context.fillStyle = colours.footage;
    context.fillRect(left, band.top, wide, height);
    context.fillStyle = colours.accent;
    context.fillRect(left, band.bottom - 2, wide, 2);
  }
  for (const gap of scene.recorded.gaps) {
    const from = Math.max(0, x(gap.start));
    const to = Math.min(width, past, x(gap.end)); // a gap that goes on is told up to the end of what was asked for
    if (to < 0 || from > width) continue;
    const wide = Math.max(1.5, to - from);
    context.fillStyle = colours.surface;
    context.fillRect(from, band.top, wide, height);
    hatch(context, from, band.top, wide, height, colours.alarm, wide < 4 ? 1 : 0.55);
  }
}

function hatch(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string, alpha: number): void {
  context.save();
  context.globalAlpha = alpha;
  if (width < 4) {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
  } else {
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = Math.floor(x / 6) * 6 - height; at < x + width; at += 6) {
      context.moveTo(at, y + height);
      context.lineTo(at + height, y);
    }
    context.stroke();
  }
  context.restore();
}

function paintTicks(context: CanvasRenderingContext2D, width: number, height: number, band: Band, scene: Scene, colours: Palette): void {
  context.textBaseline = "middle";
  for (const tick of ticks(scene.view, width, scene.zone)) {
    const at = Math.round(placeOf(tick.at, scene.view, width));
    context.fillStyle = colours.line;
    context.fillRect(at, kLabels - 3, 1, 5);
    context.fillRect(at, band.bottom + 2, 1, tick.day ? height - band.bottom - 2 : 4);
    context.font = `${tick.day ? 600 : 400} 11.5px ${colours.font}`;
    const half = context.measureText(tick.text).width / 2;
    context.fillStyle = tick.day ? colours.ink2 : colours.ink3;
    // A label that the edge would cut is left out: its tick says enough.
    if (at - half >= 2 && at + half <= width - 2) context.fillText(tick.text, at - half, kLabels / 2);
  }
}

// The reason, where the gap is wide enough to carry it.
function paintGapWords(context: CanvasRenderingContext2D, band: Band, scene: Scene, colours: Palette, x: (at: number) => number): void {
  context.font = `500 11.5px ${colours.font}`;
  for (const gap of scene.recorded.gaps) {
    const from = Math.max(0, x(gap.start));
    const to = x(Math.min(gap.end, scene.now));
    const size = context.measureText(gap.reason).width;
    if (to - from < size + 16) continue;
    const middle = (band.top + band.bottom) / 2;
    context.fillStyle = colours.surface;
    context.fillRect(from + 6, middle - 8, size + 8, 16);
    context.fillStyle = colours.alarm;
    context.fillText(gap.reason, from + 10, middle + 0.5);
  }
}

function paintPlayhead(context: CanvasRenderingContext2D, height: number, at: number, colours: Palette): void {
  context.fillStyle = colours.surface;
  context.fillRect(Math.round(at) - 2, kLabels, 5, height - kLabels);
  context.fillStyle = colours.ink;
  context.fillRect(Math.round(at) - 1, kLabels - 2, 3, height - kLabels + 2);
  context.beginPath();
  context.moveTo(at + 0.5 - 6, kLabels - 6);
  context.lineTo(at + 0.5 + 6, kLabels - 6);
  context.lineTo(at + 0.5, kLabels + 4);
  context.fill();
}
