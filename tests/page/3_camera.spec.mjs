// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { chooseQuality, login, phone, picture, running } from "./browser.mjs";
import { until } from "./recorder.mjs";
import { test } from "./suite.mjs";

// Opens a camera once there are `seconds` of footage of it.
async function watch(page, recorder, id = "door", seconds = 25) {
  await login(page, recorder);
  await until(
    `${seconds} s of footage`,
    () =>
      page.evaluate(
        async ([camera, length]) => {
          const now = Date.now();
          const query = new URLSearchParams({ stream: "main", start: new Date(now - 3_600_000).toISOString(), end: new Date(now).toISOString() });
          const { footage } = await (await fetch(`api/v1/cameras/${camera}/coverage?${query}`)).json();
          return footage.some(({ start, end }) => Date.parse(end) - Date.parse(start) > length * 1000);
        },
        [id, seconds],
      ),
    90,
  );
  await page.goto(`${recorder.base}/watch/${id}`);
  await running(page, { where: ({ behind }) => behind < 2, what: "live" });
}
const key = (page, name) => page.keyboard.press(name);
const isLive = (page) => page.getByRole("button", { name: "Live", exact: true }).getAttribute("aria-pressed");

test("live stays within half a second of the newest frame", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await until("the live edge", async () => (await picture(page)).newest < 0.5);
  const lags = await page.evaluate(
    (frames) =>
      new Promise((resolve) => {
        const video = document.querySelector("video");
        const seen = [];
        const next = () => {
          seen.push(video.buffered.end(video.buffered.length - 1) - video.currentTime);
          if (seen.length === frames) resolve(seen);
          else video.requestVideoFrameCallback(next);
        };
        video.requestVideoFrameCallback(next);
      }),
    51,
  );
  lags.sort((a, b) => a - b);
  assert.ok(lags[25] < 0.5, `median ${lags[25].toFixed(3)} s`);
}, { seconds: 150 });

test("live runs on while what lies behind the picture is dropped", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder, "yard", 1);
  const [longest, dropped] = await page.evaluate(
    (seconds) =>
      new Promise((resolve) => {
        const video = document.querySelector("video");
        const began = performance.now();
        const first = video.buffered.start(0);
        let before = began;
        let most = 0;
        const next = (now) => {
          most = Math.max(most, now - before);
          before = now;
          if (now - began > seconds * 1000) resolve([most, video.buffered.start(0) - first]);
          else video.requestVideoFrameCallback(next);
        };
        video.requestVideoFrameCallback(next);
      }),
    24,
  );
  assert.ok(dropped > 0, "nothing was dropped");
  assert.ok(longest < 1000, `the picture stood for ${longest.toFixed(0)} ms`);
}, { seconds: 150 });

test("rewinding goes back, and L is live again", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await key(page, "ArrowLeft");
  const back = await running(page, { where: ({ behind }) => behind > 9 && behind < 14, what: "footage of 10 s ago" });
  assert.equal(await isLive(page), "false");
  await page.getByRole("button", { name: "Back 10 seconds" }).click();
  await running(page, { where: ({ time }) => time < back.time, what: "footage of 20 s ago" });
  await key(page, "l");
  await running(page, { where: ({ behind }) => behind < 2, what: "live" });
  assert.equal(await isLive(page), "true");
}, { seconds: 150 });

test("footage runs on from an instant into what is recorded meanwhile", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await key(page, "ArrowLeft");
  await running(page, { where: ({ behind }) => behind > 9, what: "footage" });
  const then = await page.evaluate(() => Date.now() / 1000);
  const now = await running(page, { seconds: 40, where: ({ time }) => time > then + 3, what: "footage of what came after it was asked for" });
  assert.ok(now.behind > 9 && now.behind < 16, `${now.behind.toFixed(1)} s behind`);
}, { seconds: 150 });

test("space pauses, and stepping goes from frame to frame", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await key(page, "ArrowLeft");
  await running(page, { where: ({ behind }) => behind > 9, what: "footage" });
  await key(page, "Space");
  await until("the pause", async () => (await picture(page)).paused);
  // The first step goes from somewhere inside a frame to the beginning of the next.
  const times = [];
  for (const name of [".", ".", ".", ",", ",", ","]) {
    const before = (await picture(page)).time;
    await key(page, name);
    const after = await until("the other frame", async () => {
      const now = await picture(page);
      return now.time !== before && now.ready >= 2 && now;
    });
    times.push(after.time);
  }
  const steps = times.slice(1).map((time, n) => Math.round((time - times[n]) * 1000));
  for (const step of steps) assert.ok(Math.abs(Math.abs(step) - 40) <= 4, `steps of ${steps} ms`);
  assert.deepEqual(steps.map(Math.sign), [1, 1, -1, -1, -1]);
  assert.match(await page.getByRole("timer", { name: "Time of the picture" }).innerText(), /^\d\d:\d\d:\d\d\.\d{3}$/);
  await key(page, "Space");
  await running(page);
}, { seconds: 150 });

test("a click on the timeline plays from there, in the installation's time", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  // Down to two minutes, so that a pixel is a tenth of a second.
  await timeline.focus();
  for (let n = 0; n < 12; n += 1) await key(page, "+");
  const box = await timeline.boundingBox();
  const [start, end] = await Promise.all(["aria-valuemin", "aria-valuemax"].map(async (name) => Number(await timeline.getAttribute(name))));
  const now = await page.evaluate(() => Date.now() / 1000);
  assert.ok(end - start < 130, `the view is ${end - start} s long`);
  const wanted = now - 15;
  const full = 120;
  await page.mouse.click(box.x + ((wanted - start) / full) * box.width, box.y + box.height / 2);
  const got = await running(page, { where: ({ behind }) => behind > 5, what: "footage" });
  assert.ok(Math.abs(got.behind - 15) < 4, `${got.behind.toFixed(1)} s behind`);
  const shown = await page.getByRole("timer", { name: "Time of the picture" }).innerText();
  const berlin = (at) => new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at * 1000);
  const { time } = await picture(page);
  assert.ok([-1, 0, 1].some((off) => berlin(time + off) === shown), `${shown} is not about ${berlin(time)}`);
}, { seconds: 150 });

test("the address carries the instant, and opens it", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  const at = new Date(Date.now() - 12_000);
  await page.goto(`${recorder.base}/watch/door?at=${at.toISOString()}`);
  const got = await running(page, { where: ({ behind }) => behind > 8, what: "footage" });
  assert.ok(got.time >= at.getTime() / 1000 && got.time < at.getTime() / 1000 + 6);
}, { seconds: 150 });

test("8× runs eight times as fast on key frames", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder, "door", 60);
  await page.goto(`${recorder.base}/watch/door?at=${new Date(Date.now() - 58_000).toISOString()}`);
  await running(page, { where: ({ behind }) => behind > 40, what: "footage" });
  await page.getByRole("button", { name: /^Speed/ }).click();
  await page.getByRole("menuitemradio", { name: /^8×/ }).click();
  await page.keyboard.press("Escape");
  await running(page, { where: ({ rate }) => rate === 8, what: "8×" });
  const a = await picture(page);
  const b = await running(page, { where: ({ time }) => time > a.time + 16, what: "sixteen seconds of footage" });
  const speed = (b.time - a.time) / (b.behind - a.behind + (b.time - a.time));
  assert.ok(speed > 6 && speed < 10, `${speed.toFixed(1)}×`);
}, { seconds: 200 });

test("days are stepped through and chosen in the calendar", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await page.getByRole("button", { name: /^Day: Today/ }).click();
  const today = page.getByRole("dialog", { name: "Calendar" }).locator('[aria-current="date"]');
  assert.ok(!/no footage/.test(await today.getAttribute("aria-label")));
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("button", { name: "Next day" }).isDisabled(), true);
}, { seconds: 150 });

test("the quality can be chosen and is remembered; footage that has no small stream shows main", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder, "yard");
  await chooseQuality(page, /^Small, 320/);
  await running(page, { where: ({ width }) => width === 320, what: "the small stream" });
  await key(page, "ArrowLeft");
  await running(page, { where: ({ width, behind }) => width === 640 && behind > 9, what: "footage of main" });
  await page.getByRole("button", { name: "Quality: Small" }).click();
  await page.getByRole("menuitemradio", { name: "Small, not recorded" }).waitFor();
  await key(page, "Escape");
  // A menu that is still there takes letters for the names of its items.
  await page.getByRole("menu").waitFor({ state: "detached" });
  await key(page, "l");
  await running(page, { where: ({ width }) => width === 320, what: "the small stream again" });
  await page.reload();
  await running(page, { where: ({ width }) => width === 320, what: "the small stream, remembered" });
}, { seconds: 150 });

test("the wheel zooms into the picture and a button shows it whole again", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await page.mouse.move(640, 300);
  await page.mouse.wheel(0, -400);
  const whole = page.getByRole("button", { name: "Show the whole picture" });
  await whole.waitFor();
  assert.match(await page.evaluate(() => document.querySelector("video").style.transform), /scale\((?!1\))/);
  await whole.click();
  await whole.waitFor({ state: "detached" });
}, { seconds: 150 });

test("the search goes to a time and to another camera at the same time", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await key(page, "/");
  await page.getByRole("combobox", { name: "Camera or time" }).fill("12 s ago");
  await page.getByRole("option", { name: /Front door/ }).click();
  await running(page, { where: ({ behind }) => behind > 8, what: "footage" });
  await key(page, "/");
  await page.getByRole("combobox", { name: "Camera or time" }).fill("yard");
  await key(page, "Enter");
  await page.getByRole("heading", { name: "Yard" }).waitFor();
  await running(page, { where: ({ behind }) => behind > 8, what: "footage of the other camera" });
}, { seconds: 150 });

test("facts tell codec, rate and clock", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await key(page, "i");
  await page.getByText("640 × 360").first().waitFor();
  await page.getByText("H.264").first().waitFor();
  await page.getByText("Clock of the camera").first().waitFor();
}, { seconds: 150 });

test("on a phone the timeline plays where it is touched", async ({ recorder, browser }) => {
  const page = await browser.open(phone);
  await watch(page, recorder);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  const box = await timeline.boundingBox();
  assert.ok(box.height >= 88 && box.width >= 380, JSON.stringify(box));
  await timeline.focus();
  for (let n = 0; n < 12; n += 1) await key(page, "+");
  const start = Number(await timeline.getAttribute("aria-valuemin"));
  const now = await page.evaluate(() => Date.now() / 1000);
  await page.touchscreen.tap(box.x + ((now - 15 - start) / 120) * box.width, box.y + box.height / 2);
  const got = await running(page, { where: ({ behind }) => behind > 5, what: "footage" });
  assert.ok(Math.abs(got.behind - 15) < 6, `${got.behind.toFixed(1)} s behind`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(wide, 390, "nothing sticks out to the side");
}, { seconds: 150 });
