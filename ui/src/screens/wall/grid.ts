// SPDX-License-Identifier: Apache-2.0
// How tiles of one shape fill a room best.

export type WallSize = "auto" | 1 | 4 | 9 | 16;
export const wallSizes: WallSize[] = ["auto", 1, 4, 9, 16];

export interface Grid {
  columns: number;
  width: number; // of a tile, pixels
  height: number;
}

// The number of columns that makes the tiles largest. On a narrow room it is one column, however long that gets.
export function bestGrid(tiles: number, width: number, height: number, { aspect = 16 / 9, gap = 4, narrow = 600 } = {}): Grid {
  if (width < narrow) return { columns: 1, width, height: width / aspect };
  let best: Grid = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, tiles); columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = ((height - gap * (rows - 1)) / rows) * aspect;
    const tile = Math.min(byWidth, byHeight);
    if (tile > best.width) best = { columns, width: Math.floor(tile), height: Math.floor(tile / aspect) };
  }
  return best;
}

// How many tiles a page of the wall has: 16 at most, so that "auto" stays a wall and not a mosaic.
export function tilesOf(size: WallSize, cameras: number): number {
  return size === "auto" ? Math.max(1, Math.min(16, cameras)) : size;
}
