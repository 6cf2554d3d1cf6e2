// SPDX-License-Identifier: Apache-2.0
// What the player shows where it cannot show the camera's stream as it is: conversions, the small stream, or a word.
import assert from "node:assert/strict";
import { ask, chooseQuality, login, running } from "./browser.mjs";
import { admin, startRecorder, until } from "./recorder.mjs";
import { Skip, test } from "./suite.mjs";

const needsH265 = (recorder) => {
  if (!recorder.hasH265) throw new Skip("no ffmpeg with libx265 to make such a camera");
};
const shows = (page, text) => page.getByRole("status").filter({ hasText: text }).waitFor({ timeout: 30_000 });
const prefer = (page, quality) => page.addInitScript((value) => localStorage.setItem("vantage.quality", value), quality);
// Logs in on the way to an address: the wall, where a login leads otherwise, takes a conversion for itself.
async function enter(page, recorder, path) {
  await page.goto(`${recorder.base}${path}`);
  await page.getByLabel("Name").fill(admin.name);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log in" }).waitFor({ state: "detached" });
}
// A conversion ends some seconds after its last viewer, and there is room for two only.
async function noConversions(page) {
  const running = () => ask(page, "api/v1/system").then(({ transcodes }) => transcodes.running);
  await until("the conversions of before to end", async () => (await running()) === 0, 30);
}

test("H.265 is shown converted where the browser does not play it, live and in footage, and that is said", async ({ recorder, browser }) => {
  needsH265(recorder);
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/watch/tower`);
  await running(page, { seconds: 40, where: ({ behind }) => behind < 4, what: "live" });
  await shows(page, "Converted to H.264: this browser does not play main");
  await page.keyboard.press("ArrowLeft");
  await running(page, { seconds: 40, where: ({ behind }) => behind > 9, what: "footage" });
  await shows(page, "Converted to H.264: this browser does not play main");
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("a wall takes the small stream of such a camera, and a small conversion where there is none", async ({ recorder, browser }) => {
  needsH265(recorder);
  const page = await browser.open();
  await login(page, recorder);
  const tile = (name) => page.getByRole("link", { name: `${name}: open` });
  await tile("Tower").getByText("Converted 360p").waitFor({ timeout: 40_000 });
  await until("a running small stream", () => tile("Roof").locator("video").evaluate((video) => video.videoWidth === 320 && video.currentTime > 0), 40);
  assert.equal(await tile("Roof").getByText(/Converted/).count(), 0);
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("a smaller picture can be chosen, and is named", async ({ recorder, browser }) => {
  const page = await browser.open();
  await prefer(page, "480p");
  await enter(page, recorder, "/system");
  await noConversions(page);
  await page.goto(`${recorder.base}/watch/yard`);
  await running(page, { seconds: 40, where: ({ behind }) => behind < 4, what: "live" });
  await shows(page, /^Converted 480p$/);
  await chooseQuality(page, /^Full/);
  await until("the word to go", async () => (await page.getByText("Converted 480p").count()) === 0);
  await running(page, { where: ({ width, behind }) => width === 640 && behind < 2, what: "main" });
}, { seconds: 240 });

test("a recorder that converts as much as it can shows what else there is, and what was wanted as soon as there is room", async ({ recorder, browser }) => {
  needsH265(recorder);
  // Two conversions are all that it does.
  const first = await browser.open();
  await enter(first, recorder, "/system");
  await noConversions(first);
  await first.goto(`${recorder.base}/watch/tower`);
  await running(first, { seconds: 40 });
  const second = await browser.open();
  await prefer(second, "480p");
  await enter(second, recorder, "/watch/yard");
  await shows(second, /^Converted 480p$/);
  await running(second, { seconds: 40 });

  const third = await browser.open();
  await enter(third, recorder, "/watch/roof");
  await running(third, { seconds: 40, where: ({ width }) => width === 320 });
  await shows(third, /^Small stream: the recorder converts as much as it can$/);
  // Of this camera the first one's conversion is there to be shared.
  const fourth = await browser.open();
  await prefer(fourth, "360p");
  await enter(fourth, recorder, "/watch/tower");
  await shows(fourth, /^Converted to H\.264: the recorder converts as much as it can$/);
  await running(fourth, { seconds: 40 });
  // What is shown goes on while the other is asked for.
  const before = (await running(fourth)).frames;
  await running(fourth, { where: ({ frames }) => frames > before + 80, what: "a picture that runs on" });
  await third.close();
  await second.close();
  await shows(fourth, /^Converted 360p$/);
  await running(fourth, { seconds: 60, what: "a picture, now that there is room" });
  for (const page of [first, fourth]) assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("a recorder that converts as much as it can says so where there is nothing else, and goes on by itself", async ({ recorder, browser }) => {
  needsH265(recorder);
  const first = await browser.open();
  await prefer(first, "480p");
  await enter(first, recorder, "/system");
  await noConversions(first);
  await first.goto(`${recorder.base}/watch/yard`);
  await shows(first, /^Converted 480p$/);
  await running(first, { seconds: 40 });
  const second = await browser.open();
  await prefer(second, "360p");
  await enter(second, recorder, "/watch/yard");
  await shows(second, /^Converted 360p$/);
  await running(second, { seconds: 40 });
  const third = await browser.open();
  await enter(third, recorder, "/watch/tower");
  await third.getByText("The recorder converts as much as it can").waitFor({ timeout: 30_000 });
  await second.close();
  await running(third, { seconds: 60, what: "a picture, now that there is room" });
  await shows(third, /^Converted to H\.264: this browser does not play main$/);
}, { seconds: 240 });

test("pictures without a key frame are made anew for the browser", async ({ recorder, browser }) => {
  if (!recorder.hasIntraRefresh) throw new Skip("no ffmpeg with libx264 to make such a camera");
  const page = await browser.open();
  await login(page, recorder);
  await noKeyFrames(page);
  await page.goto(`${recorder.base}/watch/cellar`);
  await running(page, { seconds: 60 });
  await shows(page, "Converted 720p: this browser does not play main");
}, { seconds: 180 });

test("a recorder that converts nothing says what the browser cannot play", async ({ recorder, browser }) => {
  needsH265(recorder);
  const other = await startRecorder(recorder.binary, { conversions: 0 });
  try {
    const page = await browser.open();
    await page.goto(`${other.base}/setup?token=${other.token}`);
    await page.getByLabel("Name").fill(admin.name);
    await page.getByLabel("Password", { exact: true }).fill(admin.password);
    await page.getByLabel("Password again").fill(admin.password);
    await page.getByRole("button", { name: "Create the admin" }).click();
    await page.getByRole("link", { name: "Tower: open" }).getByText("This browser can't play it").waitFor({ timeout: 30_000 });
    await page.goto(`${other.base}/watch/tower`);
    await page.getByText("This browser does not play H.265").waitFor();
    await page.goto(`${other.base}/watch/roof`);
    assert.equal((await running(page)).width, 320);
    await shows(page, "Small stream: this browser does not play main");
    await noKeyFrames(page);
    await page.goto(`${other.base}/watch/cellar`);
    await page.getByText("No full picture to begin with").waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    await other.stop();
  }
}, { seconds: 240 });

// The fragments of such a camera begin at recovery points once the one key frame is long past.
function noKeyFrames(page) {
  const detail = () => ask(page, "api/v1/cameras/cellar").then(({ streams }) => streams[0].detail);
  return until("fragments without a key frame", async () => (await detail()) === "sends no key frames", 90);
}
