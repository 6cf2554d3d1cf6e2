// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { shifted, whole, zoomAt } from "./zoom";

const room = { width: 800, height: 450 };

it("keeps what lies under the pointer in its place", () => {
  const zoom = zoomAt(whole, 2, 100, -50, room);
  // The point of the picture that was at 100 is now at x + 100 * scale.
  expect(zoom.x + 100 * zoom.scale).toBeCloseTo(100);
  expect(zoom.y - 50 * zoom.scale).toBeCloseTo(-50);
});

it("never shows what lies beyond the picture", () => {
  const zoom = shifted(zoomAt(whole, 3, 0, 0, room), 10_000, -10_000, room);
  expect(zoom).toEqual({ scale: 3, x: 800, y: -450 });
});

it("comes back to the whole picture, and stops at twelve times", () => {
  expect(zoomAt({ scale: 1.5, x: 40, y: 40 }, 0.1, 0, 0, room)).toEqual(whole);
  expect(zoomAt(whole, 1000, 0, 0, room).scale).toBe(12);
  expect(shifted(whole, 30, 30, room)).toEqual(whole);
});
