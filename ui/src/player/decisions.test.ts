// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ahead, backoff, chase, covers, grantFrom, kLeastLag, LagTarget, nextGrant, overHole, Patience, ThinLine, trimTo } from "./decisions";

describe("live", () => {
  it("leaves the rate alone close to its target", () => {
    expect(chase(0.13, 0.12, 100)).toEqual({ do: "rate", rate: 1 });
  });
  it("goes faster the farther it is behind, at most by half", () => {
    const rates = [0.2, 0.4, 0.8, 1.3].map((lag) => chase(lag, 0.12, 100));
    const values = rates.map((each) => (each.do === "rate" ? each.rate : 0));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values[0]).toBeGreaterThan(1);
    expect(values[3]).toBe(1.5);
  });
  it("jumps when it is far behind, to its target", () => {
    expect(chase(3, 0.2, 100)).toEqual({ do: "jump", to: 99.8 });
  });
  it("slows down a little when it is about to run dry", () => {
    const next = chase(0.02, 0.12, 100);
    expect(next.do === "rate" && next.rate).toBeLessThan(1);
  });
  it("keeps more distance after stalls, at most a second and a half", () => {
    const target = new LagTarget();
    expect(target.seconds).toBe(kLeastLag);
    target.stalled();
    target.stalled();
    expect(target.seconds).toBeGreaterThan(0.3);
    for (let n = 0; n < 50; n += 1) target.stalled();
    expect(target.seconds).toBeLessThanOrEqual(1.5);
  });
  it("is close again half a minute after a trouble that passed", () => {
    const target = new LagTarget();
    for (let n = 0; n < 8; n += 1) {
      target.stalled();
      target.ran(0.5);
    }
    expect(target.seconds).toBe(1.5);
    target.ran(3);
    expect(target.seconds).toBe(1.5); // not before it is calm
    for (let n = 0; n < 250; n += 1) target.ran(0.1);
    expect(target.seconds).toBeLessThan(0.16);
    for (let n = 0; n < 200; n += 1) target.ran(0.1);
    expect(target.seconds).toBe(kLeastLag);
  });
  it("finds the distance that a line needs, and does not try less every few seconds", () => {
    const target = new LagTarget();
    const needed = 0.4;
    const stalls: number[] = [];
    let most = 0;
    for (let n = 0; n < 6000; n += 1) {
      target.ran(0.1);
      if (n % 10 === 0 && target.seconds < needed) {
        stalls.push(n / 10);
        target.stalled();
      }
      if (n > 3000) most = Math.max(most, target.seconds);
    }
    expect(stalls.filter((at) => at > 60).length).toBeLessThanOrEqual(8); // in nine minutes
    expect(most).toBeLessThan(2 * needed);
  });
  it("forgets after two minutes of calm what a line once needed", () => {
    const target = new LagTarget();
    for (let n = 0; n < 5; n += 1) {
      target.stalled();
      for (let tenth = 0; tenth < 100; tenth += 1) target.ran(0.1);
    }
    target.ran(121);
    target.stalled();
    target.ran(4);
    for (let n = 0; n < 250; n += 1) target.ran(0.1);
    expect(target.seconds).toBe(kLeastLag);
  });
});

describe("holes", () => {
  const gap = { start: 110, end: 170, reason: "camera lost" };
  it("are stepped over to the next range", () => {
    expect(overHole([{ start: 100, end: 110 }, { start: 112, end: 120 }], [], 109.95)).toBe(112);
    expect(overHole([{ start: 112, end: 120 }], [], 111)).toBe(112);
  });
  it("are none while footage runs on", () => {
    expect(overHole([{ start: 100, end: 110 }], [], 105)).toBeNull();
    expect(overHole([{ start: 100, end: 110 }, { start: 112, end: 120 }], [], 105)).toBeNull();
  });
  it("may still be filled while nothing lies behind them", () => {
    expect(overHole([{ start: 100, end: 110 }], [], 109.98)).toBeNull();
  });
  it("that were announced are left at once, even when nothing has come behind them", () => {
    expect(overHole([{ start: 100, end: 110 }], [gap], 109.98)).toBe(170);
    expect(overHole([], [gap], 130)).toBe(170);
    expect(overHole([{ start: 100, end: 109.9 }, { start: 170.02, end: 180 }], [gap], 109.88)).toBe(170);
  });
  it("begin a little before what was recorded as their start", () => {
    expect(covers(gap, 109.8)).toBe(true);
    expect(covers(gap, 109)).toBe(false);
    expect(covers(gap, 170)).toBe(false);
  });
});

describe("grants", () => {
  it("run 20 to 30 s ahead at normal speed, and far enough at speed", () => {
    expect(ahead(1)).toBe(25);
    expect(ahead(0.5)).toBe(25);
    expect(ahead(4)).toBe(60);
    expect(ahead(16)).toBe(192);
  });
  it("are renewed when a fifth was used up, not with every frame", () => {
    expect(nextGrant(101, 125, 1)).toBeNull();
    expect(nextGrant(106, 125, 1)).toBe(131);
  });
  it("reach past gaps that were announced", () => {
    const gap = { start: 110, end: 710 };
    expect(grantFrom(100, 25, [gap])).toBe(725);
    expect(nextGrant(100, 125, 1, [gap])).toBe(725);
    expect(grantFrom(300, 25, [gap])).toBe(735);
    expect(grantFrom(720, 25, [gap])).toBe(745);
  });
});

it("keeps footage behind the playhead for steps back, and drops it in large bites", () => {
  expect(trimTo([{ start: 100, end: 200 }], 130, false)).toBeNull();
  expect(trimTo([{ start: 100, end: 200 }], 150, false)).toBe(130);
  expect(trimTo([{ start: 100, end: 200 }], 120, true)).toBe(112);
  expect(trimTo([], 120, true)).toBeNull();
});

it("waits longer between attempts, up to 15 s", () => {
  expect([0, 1, 2, 5, 20].map(backoff)).toEqual([500, 1000, 2000, 15_000, 15_000]);
});

it("takes a line for thin that drops parts again and again, not now and then", () => {
  const thin = new ThinLine();
  expect([0, 10_000, 20_000].map((at) => thin.dropped(at))).toEqual([false, false, true]);
  expect(thin.dropped(21_000)).toBe(false); // what came after it is looked at anew
  const fair = new ThinLine();
  expect([0, 31_000, 62_000, 93_000].map((at) => fair.dropped(at))).not.toContain(true);
});

it("gives the decoder up after failures in a row, not after some a day", () => {
  const often = new Patience();
  expect([0, 1000, 2000, 3000].map((at) => often.ends(at))).toEqual([false, false, false, true]);
  const seldom = new Patience();
  expect([0, 40_000, 80_000, 120_000, 160_000].map((at) => seldom.ends(at))).not.toContain(true);
});
