// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { chunkOf, nearestTile, readSheet, standsFor } from "./storyboard";

const t0 = Date.parse("2026-11-20T10:00:00Z") / 1000;
const url = "/cctv/door/thumbnailGroup?ts=1763632800&minutes=10&format=sprite&width=160";
const text = `WEBVTT

00:00:00.120 --> 00:00:01.120
${url}#xywh=0,0,160,90

00:00:01.120 --> 00:09:59.000
${url}#xywh=160,0,160,90

00:09:59.000 --> 00:10:00.000
${url}#xywh=0,90,160,90
`;

it("reads where each picture is, and of when", () => {
  expect(readSheet(text, t0)).toEqual({
    url,
    tiles: [
      { time: t0 + 0.12, x: 0, y: 0, width: 160, height: 90 },
      { time: t0 + 1.12, x: 160, y: 0, width: 160, height: 90 },
      { time: t0 + 599, x: 0, y: 90, width: 160, height: 90 },
    ],
  });
  expect(readSheet(text.replaceAll("\n", "\r\n"), t0)?.tiles.length).toBe(3);
  expect(readSheet("WEBVTT\n", t0)).toBeNull();
  expect(readSheet('{"detail":"no"}', t0)).toBeNull();
});

it("finds the picture next to an instant", () => {
  const { tiles } = readSheet(text, t0)!;
  const at = (second: number) => nearestTile(tiles, t0 + second)!.time - t0;
  expect([-5, 0.5, 0.7, 299, 301, 599, 700].map((second) => Math.round(at(second) * 100) / 100)).toEqual([0.12, 0.12, 1.12, 1.12, 599, 599, 599]);
  expect(nearestTile([], t0)).toBeNull();
});

it("lets a picture stand for what is around it, but not for a gap", () => {
  expect(standsFor(t0, t0 + 8, true)).toBe(true);
  expect(standsFor(t0, t0 - 11, true)).toBe(false);
  expect(standsFor(t0, t0 + 1, false)).toBe(true);
  expect(standsFor(t0, t0 + 8, false)).toBe(false);
});

it("cuts time into tens of minutes of UTC", () => {
  expect(chunkOf(t0 + 599.9)).toBe(t0);
  expect(chunkOf(t0 + 600)).toBe(t0 + 600);
});
