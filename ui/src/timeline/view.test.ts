// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { firstLength, following, instantAt, kDay, lengthOf, panned, placeOf, ticks, upToNow, within, zoomed } from "./view";
import { spanOfDay } from "../ui/zone";

const now = Date.parse("2026-11-20T19:00:00Z") / 1000;
const view = { start: now - kDay, end: now };

describe("moving the view", () => {
  it("keeps the instant under the pointer where it is", () => {
    const anchor = now - 6 * 3600;
    const next = zoomed(view, 0.25, anchor, now);
    expect(lengthOf(next)).toBeCloseTo(kDay / 4);
    expect(placeOf(anchor, next, 1000)).toBeCloseTo(placeOf(anchor, view, 1000));
    expect(instantAt(placeOf(anchor, next, 1000), next, 1000)).toBeCloseTo(anchor);
  });
  it("shows minutes at the least and a week at the most", () => {
    expect(lengthOf(zoomed(view, 1e-6, now, now))).toBe(120);
    expect(lengthOf(zoomed(view, 1e6, now, now))).toBe(7 * kDay);
  });
  it("does not run into the future", () => {
    const far = panned(view, 40 * kDay, now);
    expect(far.end).toBeLessThanOrEqual(now + kDay / 2);
    expect(lengthOf(far)).toBeCloseTo(kDay);
    expect(within({ start: 0, end: kDay }, now)).toEqual({ start: 0, end: kDay });
  });
  it("follows a playhead that leaves on the right, and leaves one inside alone", () => {
    expect(following(view, now - 3600)).toBe(view);
    const next = following(view, now - 10);
    expect(placeOf(now - 10, next, 1000)).toBeCloseTo(250);
    expect(placeOf(now - 9 * kDay, following(view, now - 9 * kDay), 1000)).toBeCloseTo(500);
  });
  it("shows a day at first, less while there is less", () => {
    expect([null, now - 60, now - 3600, now - kDay, now - 30 * kDay].map((oldest) => firstLength(now, oldest))).toEqual([600, 600, 4500, kDay, kDay]);
  });
  it("keeps now close to the right edge", () => {
    expect(placeOf(now, upToNow(now), 1000)).toBeCloseTo(960);
  });
});

describe("ticks", () => {
  const texts = (day: string, zone: string) => {
    const [start, end] = spanOfDay(day, zone);
    return ticks({ start, end }, 1200, zone).map((tick) => tick.text);
  };
  it("stand on round hours of the zone and name the days", () => {
    expect(texts("2026-11-20", "Europe/Berlin")).toEqual([
      "Fri 20 Nov", "02:00", "04:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00", "Sat 21 Nov",
    ]);
    expect(texts("2026-11-20", "Asia/Kolkata")[1]).toBe("02:00");
  });
  it("follow a clock that is changed", () => {
    expect(texts("2026-03-29", "Europe/Berlin").slice(0, 3)).toEqual(["Sun 29 Mar", "04:00", "06:00"]);
    expect(texts("2026-10-25", "Europe/Berlin").slice(0, 4)).toEqual(["Sun 25 Oct", "02:00", "02:00", "04:00"]);
  });
  it("go down to seconds", () => {
    const close = ticks({ start: now, end: now + 120 }, 1000, "UTC").map((tick) => tick.text);
    expect(close.slice(0, 2)).toEqual(["19:00:00", "19:00:10"]);
  });
});
