// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, and what the tests ask of a page: the state of its picture.
import { chromium } from "playwright-core";
import { admin, until } from "./recorder.mjs";
import { codeOf } from "./time_code.mjs";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-features=LocalNetworkAccessChecks", // the tests' other site is served from nowhere; CORS stays as it is
];

export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
  const contexts = [];
  const open = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId: "America/New_York", ...options });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.faults = [];
    page.on("pageerror", (error) => page.faults.push(error.message));
    page.on("console", (message) => {
      // A refused request is part of some tests; the browser writes it down by itself.
      if (message.type() === "error" && !/Failed to load resource|WebSocket/.test(message.text())) page.faults.push(message.text());
    });
    return page;
  };
  return {
    open,
    pages: () => contexts.flatMap((context) => context.pages()),
    closePages: async () => {
      for (const context of contexts.splice(0)) await context.close();
    },
    close: () => browser.close(),
  };
}

export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

// Logs in by the form and returns when the page shows who is there.
export async function login(page, recorder, { name, password } = admin) {
  await page.goto(`${recorder.base}/login`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: `Account of ${name}` }).waitFor();
}

// What a page of the recorder gets from its API.
export const ask = (page, path) => page.evaluate(async (address) => (await fetch(address)).json(), path);

// A change through the API with the page's own session: what the page would do itself, where a test is about something else.
export function send(page, method, path, body) {
  return page.evaluate(
    async ([how, address, text]) => {
      const { csrf } = await (await fetch("api/v1/me")).json();
      const answer = await fetch(address, { method: how, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: text });
      const said = await answer.text();
      return { status: answer.status, json: said ? JSON.parse(said) : null };
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)],
  );
}

// By the menu of a camera's page.
export async function chooseQuality(page, name) {
  await page.getByRole("button", { name: /^Quality/ }).click();
  await page.getByRole("menuitemradio", { name }).click();
  await page.keyboard.press("Escape");
}

// The n-th picture of the page. `time`: Unix seconds; `behind`: seconds behind now; `frames`: how many were decoded.
export function picture(page, n = 0) {
  return page.evaluate((index) => {
    const video = document.querySelectorAll("video")[index];
    if (!video) return null;
    const { buffered } = video;
    return {
      time: video.currentTime,
      behind: Date.now() / 1000 - video.currentTime,
      newest: buffered.length > 0 ? buffered.end(buffered.length - 1) - video.currentTime : 0,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth,
      paused: video.paused,
      rate: video.playbackRate,
      ready: video.readyState,
    };
  }, n);
}

// Waits until the picture runs and satisfies the condition.
export async function running(page, { n = 0, seconds = 20, where = () => true, what = "a running picture" } = {}) {
  let before = null;
  return until(
    what,
    async () => {
      const now = await picture(page, n);
      const moved = before && now && now.frames > before.frames && now.time > before.time;
      before = now;
      return moved && where(now) ? now : null;
    },
    seconds,
  );
}

// Footage and gaps of a camera's last hour.
export function coverage(page, camera) {
  const query = new URLSearchParams({ stream: "main", start: new Date(Date.now() - 3_600_000).toISOString(), end: new Date().toISOString() });
  return ask(page, `api/v1/cameras/${camera}/coverage?${query}`);
}

// The longest stretch of a camera's footage, Unix seconds, when it has so many seconds.
export function footage(page, camera, seconds) {
  return until(
    `${seconds} s of footage of ${camera}`,
    async () => {
      const spans = (await coverage(page, camera)).footage.map((span) => ({ start: Date.parse(span.start) / 1000, end: Date.parse(span.end) / 1000 }));
      const longest = spans.sort((a, b) => b.end - b.start - (a.end - a.start))[0];
      return longest && longest.end - longest.start > seconds ? longest : null;
    },
    90,
  );
}

// The name of what has the keyboard.
export const focus = (page) => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? "");

// What a list of clips holds.
export const clips = (page, kind) => page.getByRole("list", { name: kind }).getByRole("listitem");

// What is behind a dialog has no roles, so that all of it seems gone until the dialog is.
export async function confirmed(page, word) {
  await page.getByRole("dialog").getByRole("button", { name: word, exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

// A film that runs: the instants that its pictures show, from its beginning on.
export async function plays(video, { seconds = 30 } = {}) {
  const seen = [];
  await until(
    "a film that plays",
    async () => {
      const time = await codeOf(video);
      if (time !== null && time !== seen.at(-1)) seen.push(time);
      return seen.length >= 3 && video.evaluate((element) => element.currentTime > 0.3);
    },
    seconds,
  );
  return seen;
}
