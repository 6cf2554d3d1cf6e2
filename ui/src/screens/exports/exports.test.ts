// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import type { Camera } from "../../api/types";
import { bytesWithin } from "./estimate";
import { gapsText, progressText } from "./words";

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const t0 = Date.parse("2026-11-20T09:00:00Z") / 1000;

it("counts of each segment what lies in the range", () => {
  const segments = [
    { start: iso(t0), end: iso(t0 + 600), bytes: 6000 },
    { start: iso(t0 + 600), end: iso(t0 + 700), bytes: 500 },
    { start: iso(t0 + 9000), end: iso(t0 + 9600), bytes: 1_000_000 },
  ];
  expect(bytesWithin(segments, { start: t0 + 500, end: t0 + 650 })).toBeCloseTo(1000 + 250);
  expect(bytesWithin(segments, { start: t0 - 500, end: t0 })).toBe(0);
  expect(bytesWithin([{ start: iso(t0), end: iso(t0), bytes: 10 }], { start: t0 - 1, end: t0 + 1 })).toBe(0);
});

it("names gaps in the zone's time, the camera only where there are several", () => {
  const cameras = [{ id: "door", name: "Front door" }, { id: "yard", name: "Yard" }] as Camera[];
  const gap = (camera: string, start: number, end: number) => ({ camera, start: iso(start), end: iso(end), reason: "camera lost" });
  expect(gapsText({ gaps: [], cameras: ["door"] }, cameras, "Europe/Berlin")).toBeNull();
  expect(gapsText({ gaps: [gap("door", t0, t0 + 60)], cameras: ["door"] }, cameras, "Europe/Berlin")).toBe("1 gap: camera lost 10:00:00 – 10:01:00");
  const four = [gap("door", t0, t0 + 60), gap("yard", t0, t0 + 1), gap("gone", t0, t0 + 2), gap("yard", t0, t0 + 3)];
  expect(gapsText({ gaps: four, cameras: ["door", "yard"] }, cameras, "UTC")).toBe(
    "4 gaps: Front door, camera lost 09:00:00 – 09:01:00; Yard, camera lost 09:00:00 – 09:00:01; gone, camera lost 09:00:00 – 09:00:02; and 1 more",
  );
});

it("says how far an export is", () => {
  expect(progressText({ state: "running", progress: 0.347, written: 120e6, bytes: 350e6 })).toBe("34 %, 120 MB of 350 MB");
  expect(progressText({ state: "running", progress: 0.5, written: 0, bytes: 0 })).toBe("50 %");
  expect(progressText({ state: "queued", progress: 0, written: 0, bytes: 0 })).toMatch(/^Waiting/);
});
