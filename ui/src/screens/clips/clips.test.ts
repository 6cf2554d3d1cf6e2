// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Timelapse } from "../../api/clips";
import { firstForm, fromLocal, outlook, preset, toLocal, wishOf } from "./timelapse_form";
import { gapText, jobProgress, jobText, momentProgress, recordingText, timelapseText, worthListing } from "./words";

const berlin = "Europe/Berlin";
const now = Date.parse("2026-11-20T19:00:30Z") / 1000;

describe("a timelapse of one's own", () => {
  const form = firstForm("door", now, berlin);
  const wish = (part: object) => wishOf({ ...form, ...part }, now, berlin);

  it("begins with today, in the installation's time", () => {
    expect(form).toMatchObject({ camera: "door", from: "2026-11-20T00:00", to: "2026-11-20T20:00", every: "fit" });
    expect(wish({})).toEqual({
      wish: { camera: "door", start: "2026-11-19T23:00:00.000Z", end: "2026-11-20T19:00:00.000Z", seconds: 60, fps: 25, hours: null, every: "fit" },
    });
  });
  it("reads local times over a change of the clock", () => {
    expect(fromLocal("2026-10-25T12:00", berlin)).toBe(Date.parse("2026-10-25T11:00:00Z") / 1000);
    expect(fromLocal("2026-10-24T12:00", berlin)).toBe(Date.parse("2026-10-24T10:00:00Z") / 1000);
    expect(toLocal(Date.parse("2026-07-01T22:30:00Z") / 1000, berlin)).toBe("2026-07-02T00:30");
    expect(fromLocal("", berlin)).toBeNull();
    expect(fromLocal("2026-13-40T00:00", berlin)).toBeNull();
  });
  it("takes hours of the day, and a picture a day over months", () => {
    const months = preset({ ...form, allDay: false }, "months", now, berlin);
    expect(wishOf(months, now, berlin)).toMatchObject({ wish: { start: "2026-08-22T22:00:00.000Z", hours: "06:00-22:00", every: "day" } });
  });
  it("says what is wrong before anything is sent", () => {
    const faults = [{ from: "" }, { from: "2026-11-20T20:00" }, { from: "2026-11-21T00:00", to: "2026-11-22T00:00" }, { seconds: "0" }, { seconds: "x" }, { fps: "100" }, { allDay: false, hoursTo: "06:00" }];
    expect(faults.map((part) => "fault" in wish(part))).toEqual(faults.map(() => true));
  });
  it("tells how fast it will be", () => {
    const base = { camera: "door", start: "2026-11-19T00:00:00Z", end: "2026-11-20T00:00:00Z", seconds: 60, fps: 25, hours: null };
    expect(outlook({ ...base, every: "fit" })).toBe("About 1440 times as fast");
    expect(outlook({ ...base, start: "2026-08-22T00:00:00Z", every: "day" })).toBe("90 pictures, 3.6 s");
    expect(outlook({ ...base, seconds: 100_000, every: "fit" })).toBe("No faster than life");
  });
});

it("says what a moment waits for", () => {
  expect(momentProgress({ state: "waiting", delay: 5, progress: 0 })).toBe("Waiting for what comes");
  expect(momentProgress({ state: "making", delay: 0, progress: 0.629 })).toBe("Making the film and the GIF, 62 %");
});

it("tells a day that was not whole by its hours", () => {
  const lapse = { start: "2026-11-20T05:00:00Z", end: "2026-11-20T23:00:00Z", bytes: 12_000_000 };
  expect(timelapseText({ ...lapse, complete: true }, berlin)).toBe("12 MB");
  expect(timelapseText({ ...lapse, complete: false }, berlin)).toBe("06:00 – 00:00, 12 MB");
});

it("lists days that are made, made up for, or failed, not the one that grows", () => {
  const days = [
    { day: "2026-11-21", state: "running" },
    { day: "2026-11-20", state: "running" },
    { day: "2026-11-19", state: "done" },
    { day: "2026-11-21", state: "failed", error: "disk full" },
  ] as Timelapse[];
  expect(worthListing(days, "2026-11-21").map(({ day, state }) => `${day} ${state}`)).toEqual(["2026-11-20 running", "2026-11-19 done", "2026-11-21 failed"]);
});

it("describes jobs and recordings", () => {
  expect(jobText({ every: "fit", hours: "06:00-22:00", fps: 25, seconds: 90 })).toBe("in 1:30, 25 pictures a second, between 06:00 and 22:00");
  expect(jobText({ every: "day", hours: null, fps: 10, seconds: 60 })).toBe("a picture a day, 10 pictures a second");
  expect(jobProgress({ state: "running", progress: 0.5, frames: 700 })).toBe("50 %, 700 pictures");
  const file = { name: "1.mp4", url: "", bytes: 1, start: "", end: null };
  expect(recordingText({ seconds: 83, bytes: 4_200_000, files: [file, file] })).toBe("1 min 23 s, 4.2 MB, 2 files");
  const gap = { reason: "camera lost", start: "2026-11-20T09:00:00Z", end: "2026-11-20T09:01:00Z" };
  expect(gapText([gap], berlin)).toBe("1 gap: camera lost 10:00:00 – 10:01:00");
  expect(gapText([gap, gap, gap, gap], berlin)).toMatch(/^4 gaps: .*; and 1 more$/);
  expect(gapText([{ ...gap, end: null }], berlin)).toBe("1 gap: camera lost since 10:00:00");
  expect([gapText([], berlin), gapText(undefined, berlin)]).toEqual([null, null]);
});
