// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { bestGrid, tilesOf } from "./grid";

it("fills a wide screen with as many columns as make tiles largest", () => {
  const columns = [1, 2, 3, 4, 6, 9, 16].map((tiles) => bestGrid(tiles, 1440, 800).columns);
  expect(columns).toEqual([1, 2, 2, 2, 3, 3, 4]);
});

it("never lets tiles outgrow the room", () => {
  for (let tiles = 1; tiles <= 16; tiles += 1) {
    const { columns, width, height } = bestGrid(tiles, 1280, 640);
    expect(columns * width + 4 * (columns - 1)).toBeLessThanOrEqual(1280);
    const rows = Math.ceil(tiles / columns);
    expect(rows * height + 4 * (rows - 1)).toBeLessThanOrEqual(640);
  }
});

it("is one column on a phone", () => {
  expect(bestGrid(9, 390, 700)).toEqual({ columns: 1, width: 390, height: 390 / (16 / 9) });
});

it("shows at most 16 tiles a page", () => {
  expect(tilesOf("auto", 40)).toBe(16);
  expect(tilesOf("auto", 0)).toBe(1);
  expect(tilesOf(9, 2)).toBe(9);
});
