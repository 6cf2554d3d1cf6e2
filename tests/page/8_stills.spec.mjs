// SPDX-License-Identifier: Apache-2.0
// A picture of any second: above the timeline, on the day sheet, as a file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { ask, confirmed, footage, login, phone, picture, running } from "./browser.mjs";
import { until, zone } from "./recorder.mjs";
import { test } from "./suite.mjs";
import { codeOf, codeOfFile } from "./time_code.mjs";

const hovered = (page) => page.getByRole("img", { name: /^Picture of \d/ });
const timeline = (page) => page.getByRole("slider", { name: "Timeline" });
const local = (at) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at * 1000);

// The middle of the camera's longest footage, shown and standing; the timeline is two minutes wide.
async function standAt(page, recorder, camera = "door") {
  await login(page, recorder);
  const { start, end } = await footage(page, camera, 25);
  const at = Math.max(start + 6, end - 20);
  await page.goto(`${recorder.base}/watch/${camera}?at=${new Date(at * 1000).toISOString()}`);
  await running(page, { seconds: 60, where: ({ behind }) => behind > 5, what: "footage" });
  await page.keyboard.press("Space");
  await until("the pause", async () => (await picture(page)).paused);
  await timeline(page).focus();
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("+");
  const [box, left] = await until("the timeline to be two minutes wide", async () => {
    const [min, max] = await Promise.all(["aria-valuemin", "aria-valuemax"].map(async (name) => Number(await timeline(page).getAttribute(name))));
    return max - min <= 120 && [await timeline(page).boundingBox(), min];
  });
  // Where an instant is, in pixels of the page.
  const place = (instant) => box.x + ((instant - left) / 120) * box.width;
  return { start, end, at, place, y: box.y + box.height * 0.6 };
}

// The picture under the pointer once its code says that it is of this instant.
const showsSecond = (page, at) =>
  until(
    `the picture of ${local(at)}`,
    async () => {
      if ((await hovered(page).count()) === 0) return null;
      const time = await codeOf(hovered(page));
      return time !== null && Math.abs(time - at) < 1.6 && (await hovered(page).getAttribute("aria-label")) === `Picture of ${local(time)}` && time;
    },
    30,
  );

test("hovering the timeline shows the picture of that second, with its true time", async ({ recorder, browser }) => {
  const page = await browser.open();
  const { at, place, y } = await standAt(page, recorder);
  for (const second of [-3, 2, 5]) {
    await page.mouse.move(place(at + second), y);
    await showsSecond(page, at + second);
  }
  await page.mouse.move(place(at), y - 300);
  await hovered(page).waitFor({ state: "detached" });
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("once their sheet has come, the pictures need no request", async ({ recorder, browser }) => {
  const page = await browser.open();
  const sheet = page.waitForResponse((response) => /thumbnailGroup\?.*format=sprite/.test(response.url()) && response.ok(), { timeout: 90_000 });
  const { at, place, y } = await standAt(page, recorder);
  await page.mouse.move(place(at), y);
  await (await sheet).finished();
  await showsSecond(page, at);
  await page.context().setOffline(true);
  const seen = new Set();
  for (const second of [-4, -2, 1, 3]) {
    await page.mouse.move(place(at + second), y);
    const label = `Picture of ${local(at + second)}`;
    await until(`a picture of about ${label}`, async () => {
      const text = await hovered(page).getAttribute("aria-label");
      const shown = [-1, 0, 1].some((off) => text === `Picture of ${local(at + second + off)}`);
      return shown && seen.add(text);
    });
  }
  assert.ok(seen.size >= 3, [...seen].join(", "));
  await page.context().setOffline(false);
}, { seconds: 240 });

test("where nothing was recorded no picture is shown", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await footage(page, "door", 5);
  await page.goto(`${recorder.base}/watch/door`);
  await running(page, { seconds: 60 });
  const box = await timeline(page).boundingBox();
  const answer = page.waitForResponse((response) => /\/door\/thumbnail\?/.test(response.url()));
  await page.mouse.move(box.x + 3, box.y + 40);
  await page.getByText("no footage").waitFor();
  assert.equal((await answer).status(), 404);
  assert.equal(await hovered(page).count(), 0);
}, { seconds: 120 });

test("a finger that rests on the timeline looks, goes on looking, and plays from where it is lifted", async ({ recorder, browser }) => {
  const page = await browser.open(phone);
  await login(page, recorder);
  await footage(page, "door", 25);
  await page.goto(`${recorder.base}/watch/door`);
  await running(page, { seconds: 60 });
  await timeline(page).focus();
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("+");
  const box = await timeline(page).boundingBox();
  const finger = await page.context().newCDPSession(page);
  const touch = (type, x) => finger.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y: box.y + 50 }] });
  const left = Number(await timeline(page).getAttribute("aria-valuemin"));
  const place = (at) => box.x + ((at - left) / 120) * box.width;
  const now = await page.evaluate(() => Date.now() / 1000);
  await touch("touchStart", place(now - 12));
  await hovered(page).waitFor();
  const first = await codeOf(hovered(page));
  for (let n = 1; n <= 4; n += 1) await touch("touchMove", place(now - 12 - n * 2));
  await until("another picture", async () => {
    const time = await codeOf(hovered(page));
    return time !== null && first !== null && time < first - 3;
  });
  await touch("touchEnd");
  await hovered(page).waitFor({ state: "detached" });
  await running(page, { seconds: 60, where: ({ behind }) => behind > 14, what: "footage from where the finger was" });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out to the side");
}, { seconds: 240 });

test("S saves the very frame that stands, in full size", async ({ recorder, browser }) => {
  const page = await browser.open();
  await standAt(page, recorder);
  for (let n = 0; n < 2; n += 1) {
    const before = (await picture(page)).time;
    await page.keyboard.press(".");
    await until("the next frame", async () => {
      const { time, ready } = await picture(page);
      return time !== before && ready >= 2;
    });
  }
  const shown = await codeOf(page.locator("video"));
  // A test before this one may have changed the camera's size.
  const size = await page.locator("video").evaluate((video) => [video.videoWidth, video.videoHeight]);
  assert.ok(size[0] >= 400, `the main stream is ${size} large`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
  const frame = await codeOfFile(page, await readFile(await download.path()));
  assert.deepEqual([frame.width, frame.height], size);
  assert.equal(frame.time, shown);
  assert.ok(download.suggestedFilename().startsWith(`Front door ${new Intl.DateTimeFormat("sv", { timeZone: zone }).format(shown * 1000)} ${local(shown).replaceAll(":", ".")}`), download.suggestedFilename());
  await page.getByRole("region", { name: "Notices" }).getByText(`Saved: ${download.suggestedFilename()}`).waitFor();
}, { seconds: 240 });

test("live and from the wall a snapshot is of now; without a picture it says why", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  const isNow = async (download) => {
    const { time } = await codeOfFile(page, await readFile(await download.path()));
    const behind = (await page.evaluate(() => Date.now() / 1000)) - time;
    assert.ok(behind > -0.5 && behind < 12, `${behind.toFixed(1)} s behind`);
  };
  const menu = (name) => page.getByRole("button", { name: `More about ${name}` });
  await menu("Yard").click();
  const [first] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Snapshot" }).click()]);
  await isNow(first);
  await menu("Attic").click();
  await page.getByRole("menuitem", { name: "Snapshot" }).click();
  await page.getByRole("region", { name: "Notices" }).getByRole("alert").waitFor();
  await page.getByRole("link", { name: "Yard: open" }).click();
  await running(page, { seconds: 60, where: ({ behind }) => behind < 4, what: "live" });
  const [second] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Snapshot" }).click()]);
  await isNow(second);
}, { seconds: 180 });

test("the day sheet opens the player where its picture is", async ({ recorder, browser }) => {
  const page = await browser.open();
  await standAt(page, recorder);
  await page.keyboard.press("d");
  await page.getByRole("heading", { name: "Day sheet" }).waitFor();
  const cell = page.getByRole("link", { name: /^\d\d:\d\d, Front door/ }).last();
  const wanted = await cell.locator("img").evaluate(async (image) => (await image.decode(), image.naturalWidth));
  assert.ok(wanted > 0);
  const time = await codeOf(cell.locator("img"));
  assert.ok(time !== null, "the picture's time code");
  await cell.dispatchEvent("click");
  await page.getByRole("heading", { name: "Front door" }).waitFor();
  const opened = Date.parse(new URL(page.url()).searchParams.get("at")) / 1000;
  assert.ok(Math.abs(opened - time) < 2.5, `opened ${opened}, the picture was of ${time}`);
  const now = await running(page, { seconds: 60, where: ({ behind }) => behind > 1, what: "footage" });
  assert.ok(now.time >= opened - 0.5 && now.time < opened + 60, `plays ${now.time}, not ${opened}`);
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("the pointer moves through the ten minutes of a cell, and a click opens what it shows", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  const { start } = await footage(page, "door", 25);
  await page.goto(`${recorder.base}/day?cameras=door`);
  const cell = page.getByRole("link", { name: /^\d\d:\d\d, Front door/ }).last();
  await cell.locator("img").waitFor();
  const slot = Math.max(start, Math.floor((await page.evaluate(() => Date.now() / 1000)) / 600) * 600);
  const box = await cell.boundingBox();
  const wanted = Math.max(slot, start) + 8;
  const x = box.x + ((wanted % 600) / 600) * box.width;
  await page.mouse.move(x, box.y + box.height / 2);
  await hovered(page).waitFor();
  await page.mouse.down();
  await page.mouse.up();
  await page.getByRole("heading", { name: "Front door" }).waitFor();
  const opened = Date.parse(new URL(page.url()).searchParams.get("at")) / 1000;
  // A pixel of a cell is a few seconds.
  assert.ok(Math.abs(opened - wanted) < (2 * 600) / box.width + 1, `opened ${opened}, wanted ${wanted}`);
}, { seconds: 240 });

test("cameras stand side by side on the day sheet, with the reason of what is missing", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await footage(page, "yard", 5);
  await page.goto(`${recorder.base}/day?cameras=yard`);
  await page.getByRole("link", { name: /, Yard/ }).first().waitFor();
  await page.getByRole("button", { name: /^Cameras: Yard/ }).click();
  await page.getByLabel("Attic").check();
  await page.getByLabel("Front door").check();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: /, Front door/ }).first().waitFor();
  await page.getByRole("img", { name: /^\d\d:\d\d, Attic, camera \w+/ }).first().waitFor();
  assert.match(page.url(), /cameras=attic%2Cdoor%2Cyard/);
  await page.getByRole("button", { name: "Previous day" }).click();
  await page.getByRole("heading", { name: "Nothing was recorded on this day" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("link", { name: /, Yard/ }).first().waitFor();
  assert.deepEqual(page.faults, []);
}, { seconds: 120 });

test("on a phone two cameras of the day sheet have room", async ({ recorder, browser }) => {
  const page = await browser.open(phone);
  await login(page, recorder);
  await footage(page, "yard", 5);
  await page.goto(`${recorder.base}/day?cameras=door,yard`);
  const box = await page.getByRole("link", { name: /, Yard/ }).last().boundingBox();
  assert.ok(box.x + box.width <= 390 && box.width > 120, JSON.stringify(box));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out to the side");

  await page.goto(`${recorder.base}/day`); // by itself it shows as many as have room
  const columns = page.getByRole("link", { name: /^Download the day of/ });
  await until("two cameras", async () => (await columns.count()) === 2);
  const last = await columns.last().boundingBox();
  assert.ok(last.x + last.width <= 390, JSON.stringify(last));
}, { seconds: 120 });

test("the location of a camera can be given, and is read-only where the file declares it", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/cameras`);
  await page.getByRole("button", { name: "More about Front door" }).click();
  await page.getByRole("menuitem", { name: "Show settings" }).click();
  const field = (name) => page.getByRole("textbox", { name, exact: true });
  assert.deepEqual(await Promise.all(["Place", "Latitude", "Longitude"].map((name) => field(name).inputValue())), ["Entrance", "52.52", "13.405"]);
  assert.equal(await field("Latitude").isDisabled(), true);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Add a camera" }).click();
  await field("Name").fill("Located");
  await field("Address").fill(recorder.camera("spare"));
  await field("Latitude").fill("91");
  await field("Longitude").fill("13");
  await page.getByText("A latitude is −90 to 90").waitFor();
  await field("Latitude").fill("-33.8688, 151.2093");
  assert.equal(await field("Longitude").inputValue(), "151.2093");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("listitem", { name: "Located" }).waitFor();
  const { cameras } = await ask(page, "api/v1/cameras");
  assert.deepEqual(cameras.find(({ id }) => id === "located").location, { place: "", latitude: -33.8688, longitude: 151.2093 });
  await page.getByRole("button", { name: "More about Located" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await confirmed(page, "Remove");
  await page.getByRole("listitem", { name: "Located" }).waitFor({ state: "detached" });
}, { seconds: 120 });
