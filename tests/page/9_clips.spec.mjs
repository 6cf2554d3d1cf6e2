// SPDX-License-Identifier: Apache-2.0
// What is made of footage and taken along: moments, timelapses, recordings by hand, whole days.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { clips, confirmed, focus, footage, login, phone, picture, plays, running, send } from "./browser.mjs";
import { until, zone } from "./recorder.mjs";
import { test } from "./suite.mjs";

const notices = (page) => page.getByRole("region", { name: "Notices" });
const present = (page) => page.evaluate(() => Date.now() / 1000);

async function watchLive(page, recorder, camera = "door") {
  await login(page, recorder);
  await footage(page, camera, 12);
  await page.goto(`${recorder.base}/watch/${camera}`);
  await running(page, { seconds: 60, where: ({ behind }) => behind < 4, what: "live" });
}

function duration(path) {
  const probe = spawnSync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]);
  assert.equal(String(probe.stderr), "");
  return Number(probe.stdout);
}

async function take(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return { path: await download.path(), name: download.suggestedFilename() };
}

// What a stranger gets at a signed link that a dialog shows.
async function shared(page) {
  const link = page.getByRole("textbox", { name: "Link" });
  await until("the link", async () => /\/link\//.test(await link.inputValue()));
  const answer = await fetch(await link.inputValue(), { headers: { Range: "bytes=0-11" } });
  assert.equal(answer.status, 206);
  await page.keyboard.press("Escape");
  return Buffer.from(await answer.arrayBuffer()).toString("latin1");
}

test("at first there are no clips, and each tab says how they come about", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.getByRole("link", { name: "Clips" }).first().click();
  for (const [tab, words] of [["Moments", "press Moment, or C"], ["Recordings", "press Record, or R"], ["Timelapses", "when today is over"]]) {
    await page.getByRole("navigation", { name: "Kinds of clips" }).getByRole("link", { name: tab }).click();
    await page.getByRole("heading", { name: `No ${tab.toLowerCase()} yet` }).waitFor();
    await page.getByText(words).last().waitFor();
  }
  await page.goto(`${recorder.base}/clips`);
  await page.getByRole("heading", { name: "No timelapses yet" }).waitFor(); // the tab of the last visit
  await page.goto(`${recorder.base}/clips/nothing`);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  assert.deepEqual(page.faults, []);
});

test("C makes a moment of the last five seconds: film, GIF, link, download, list", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watchLive(page, recorder);
  const asked = await present(page);
  await page.keyboard.press("c");
  const card = notices(page).getByRole("group", { name: "Moment of Front door" });
  await card.getByRole("progressbar").waitFor();
  const film = card.getByLabel("Moment of Front door", { exact: true }).and(card.locator("video"));
  await film.waitFor({ timeout: 60_000 });
  const seen = await plays(film);
  assert.ok(Math.min(...seen) > asked - 7 && Math.max(...seen) < asked + 1.5, `shows ${seen.map((time) => (time - asked).toFixed(1))} s around the press`);

  await card.getByRole("radio", { name: "GIF" }).click();
  const gif = card.getByRole("img", { name: "GIF of Front door" });
  await until("the GIF", () => gif.evaluate((image) => image.complete && image.naturalWidth > 100));
  const taken = await take(page, card.getByRole("link", { name: "Download" }));
  assert.match(taken.name, /\.gif$/);
  await card.getByRole("radio", { name: "Film" }).click();
  const mp4 = await take(page, card.getByRole("link", { name: "Download" }));
  assert.ok(Math.abs(duration(mp4.path) - 5) < 0.3, `${duration(mp4.path)} s`);
  await card.getByRole("button", { name: "Copy link" }).click();
  assert.match(await shared(page), /ftyp/);

  await card.getByRole("link", { name: "All" }).click();
  assert.match(page.url(), /\/clips\/moments\?camera=door$/);
  const clip = clips(page, "Moments").first();
  await clip.getByText("0:05", { exact: true }).waitFor();
  await clip.getByText(/, by anna /).waitFor();
  await until("its picture", () => clip.locator("img").evaluate((image) => image.naturalWidth > 100));
  await clip.getByRole("button", { name: /^Play/ }).click();
  await plays(page.getByRole("dialog").locator("video"));
  await page.keyboard.press("Escape");
  await until("the keyboard to be back where it was", async () => /^Play/.test(await focus(page)));
  await clip.getByRole("button", { name: /^Copy link to/ }).click();
  await page.getByLabel("It opens").selectOption("1");
  assert.match(await shared(page), /^GIF8/);
  await clip.getByRole("button", { name: /^Delete/ }).click();
  await confirmed(page, "Delete");
  await page.getByRole("heading", { name: "No moments yet" }).waitFor();
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("a longer moment is chosen in the menu, and waits for what comes", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watchLive(page, recorder);
  const asked = await present(page);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "5 seconds before and after" }).click();
  const card = notices(page).getByRole("group", { name: "Moment of Front door" });
  await card.getByText("Waiting for what comes").waitFor();
  const mp4 = await (async () => {
    await card.locator("video").waitFor({ timeout: 60_000 });
    return take(page, card.getByRole("link", { name: "Download" }));
  })();
  assert.ok(Math.abs(duration(mp4.path) - 10) < 0.3, `${duration(mp4.path)} s`);
  const seen = await plays(card.locator("video"));
  assert.ok(Math.min(...seen) < asked && Math.min(...seen) > asked - 7, `begins ${(Math.min(...seen) - asked).toFixed(1)} s after the press`);
  await card.getByRole("button", { name: "Close this notice" }).click();
  await card.waitFor({ state: "detached" });
}, { seconds: 240 });

test("in footage there is no moment, and a camera that cannot give one says why", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watchLive(page, recorder);
  await page.keyboard.press("ArrowLeft");
  await running(page, { where: ({ behind }) => behind > 9, what: "footage" });
  assert.equal(await page.getByRole("button", { name: "Moment" }).isDisabled(), true);
  await page.keyboard.press("c");
  await notices(page).getByText(/go live for one/).waitFor();
  await page.goto(`${recorder.base}/watch/attic`);
  await page.getByRole("button", { name: "Moment" }).click();
  await notices(page).getByRole("alert").waitFor({ timeout: 60_000 });
}, { seconds: 240 });

test("R records by hand: running time, stop, play, keep, rename, download, delete", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watchLive(page, recorder);
  await page.keyboard.press("r");
  const timer = page.getByRole("timer", { name: "Recorded so far" });
  await until("five seconds", async () => /^0:0[5-9]$/.test(await timer.innerText()), 30);
  await page.keyboard.press("r");
  await notices(page).getByText(/^Recorded 0:\d\d/).waitFor();
  await notices(page).getByRole("link", { name: "To the recordings" }).click();
  assert.match(page.url(), /\/clips\/recordings\?camera=door$/);
  const clip = clips(page, "Recordings").first();
  await clip.getByRole("button", { name: /^Play/ }).click();
  await plays(page.getByRole("dialog").locator("video"));
  await page.keyboard.press("Escape");
  const file = await take(page, clip.getByRole("link", { name: /^Download/ }));
  assert.ok(duration(file.path) > 3.5 && duration(file.path) < 16, `${duration(file.path)} s`);
  await clip.getByRole("button", { name: /^Rename/ }).click();
  const name = "Delivery at the back door, with the large van, before nine";
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  const named = page.getByRole("listitem", { name, exact: true });
  const cut = (heading) => heading.scrollWidth > heading.clientWidth || heading.scrollHeight > heading.clientHeight;
  assert.equal(await named.getByRole("heading", { name }).evaluate(cut), false, "all of the name is to be read");
  await named.getByRole("button", { name: `Keep ${name}` }).click();
  await named.getByText("Kept", { exact: true }).waitFor();

  // A kept one stays when another begins; nothing is asked.
  await page.goto(`${recorder.base}/watch/door`);
  await running(page, { seconds: 60 });
  await page.getByRole("button", { name: "Record", exact: true }).click();
  await until("two seconds", async () => /^0:0[2-9]$/.test(await timer.innerText()), 30);
  await page.getByRole("button", { name: "Stop recording" }).click();
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  // One that is not kept would go: that is asked about.
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Record again?" }).waitFor();
  await page.getByRole("button", { name: "Keep it, and record" }).click();
  await timer.waitFor();
  await page.goto(`${recorder.base}/clips/recordings?camera=door`);
  await until("three recordings", async () => (await clips(page, "Recordings").count()) === 3);
  await page.getByRole("button", { name: /^Stop / }).click();
  await until("its end", async () => (await page.getByRole("button", { name: /^Stop / }).count()) === 0);
  for (let left = 3; left > 0; left -= 1) {
    await clips(page, "Recordings").first().getByRole("button", { name: /^Delete/ }).click();
    await confirmed(page, "Delete");
    await until("one less", async () => (await clips(page, "Recordings").count()) === left - 1);
  }
  await page.getByRole("heading", { name: "No recordings yet" }).waitFor();
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("a camera that is not always recorded can be recorded by hand", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  // Through the API, as the page's button does it: the picture of that camera has no time code.
  const made = await send(page, "POST", "api/v1/cameras/yard/recordings", {});
  assert.equal(made.status, 201);
  await page.goto(`${recorder.base}/watch/yard`);
  await page.getByRole("timer", { name: "Recorded so far" }).waitFor(); // what was begun elsewhere is shown
  await page.getByRole("button", { name: "Stop recording" }).click();
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  await page.goto(`${recorder.base}/clips/recordings?camera=yard`);
  await clips(page, "Recordings").first().getByRole("button", { name: /^Delete/ }).click();
  await confirmed(page, "Delete");
  await page.getByRole("heading", { name: "No recordings yet" }).waitFor();
}, { seconds: 120 });

test("a timelapse of any stretch is ordered, watched and deleted", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  const span = await footage(page, "door", 25);
  await page.goto(`${recorder.base}/clips/timelapses?camera=door`);
  await page.getByRole("button", { name: "New timelapse" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("From").fill("2026-01-02T10:00");
  await dialog.getByLabel("To").fill("2026-01-01T10:00");
  await dialog.getByRole("button", { name: "Make it" }).click();
  await dialog.getByText("It ends before it begins").waitFor();
  await dialog.getByRole("button", { name: "Today" }).click();
  await dialog.getByText(/^About \d+ times as fast$/).waitFor();
  // The two minutes around the end of the footage.
  const minute = (at) => new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at * 1000).replace(" ", "T");
  await dialog.getByLabel("From").fill(minute(span.end - 60));
  await dialog.getByLabel("To").fill(minute(span.end + 60));
  await dialog.getByLabel("Seconds long").fill("10");
  await dialog.getByLabel("Pictures a second").fill("6");
  await dialog.getByRole("button", { name: "Make it" }).click();
  const clip = clips(page, "Timelapses made to order").first();
  await clip.getByRole("button", { name: /^Play/ }).click({ timeout: 90_000 });
  const film = page.getByRole("dialog").locator("video");
  const seen = await plays(film);
  assert.ok(seen.every((time, n) => n === 0 || time > seen[n - 1]), "its pictures go on in time");
  assert.ok(seen[0] > span.end - 121 && seen.at(-1) < span.end + 61, `${seen} is not around ${span.end}`);
  await page.keyboard.press("Escape");
  const file = await take(page, clip.getByRole("link", { name: /^Download/ }));
  assert.ok(duration(file.path) > 0.4 && duration(file.path) < 11, `${duration(file.path)} s`);
  await clip.getByRole("button", { name: /^Copy link/ }).click();
  assert.match(await shared(page), /ftyp/);
  await clip.getByRole("button", { name: /^Delete/ }).click();
  await confirmed(page, "Delete");
  await page.getByRole("heading", { name: "No timelapses yet" }).waitFor();
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("a day is downloaded as one file, from the calendar and from the day sheet", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watchLive(page, recorder, "yard");
  await page.getByRole("button", { name: /^Day: Today/ }).click();
  const link = page.getByRole("link", { name: /^Download the day of Yard/ });
  const fromCalendar = await take(page, link);
  assert.match(fromCalendar.name, /\d{4}-\d\d-\d\d\.mp4$/);
  assert.ok(duration(fromCalendar.path) > 10, `${duration(fromCalendar.path)} s`);
  await page.getByRole("button", { name: "Day sheet" }).click();
  const fromSheet = await take(page, link);
  assert.ok(duration(fromSheet.path) > 10, `${duration(fromSheet.path)} s`);
}, { seconds: 240 });

test("a day whose format changed is offered in parts, and what cannot be had says why", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await footage(page, "yard", 5);
  const part = (n) => ({ url: `/yard/day/2026-11-20.mp4?part=${n}`, start: `2026-11-20T0${n}:00:00Z`, end: `2026-11-20T0${n}:30:00Z`, bytes: n * 1_000_000 });
  await page.route("**/yard/day/*.mp4", (route) => route.fulfill({ status: 300, contentType: "application/json", body: JSON.stringify({ detail: "several", parts: [part(1), part(2)] }) }));
  await page.goto(`${recorder.base}/day?cameras=yard`);
  const link = page.getByRole("link", { name: /^Download the day of Yard/ });
  await link.click();
  const parts = page.getByRole("list", { name: "Parts of the day" });
  await parts.getByText("03:00:00 – 03:30:00").waitFor();
  assert.equal(await parts.getByRole("link", { name: "Download part 2" }).getAttribute("href"), new URL("/yard/day/2026-11-20.mp4?part=2", recorder.base).href);
  await page.keyboard.press("Escape");
  await page.unroute("**/yard/day/*.mp4");
  await page.route("**/yard/day/*.mp4", (route) => route.fulfill({ status: 429, contentType: "application/problem+json", body: JSON.stringify({ detail: "other days are being read", status: 429 }) }));
  await link.click();
  await notices(page).getByText("other days are being read").waitFor();
}, { seconds: 120 });

test("a viewer sees clips and takes snapshots, but makes nothing", async ({ recorder, browser }) => {
  const viewer = { name: "watcher", password: "looks and nothing else" };
  const page = await browser.open();
  await login(page, recorder);
  await footage(page, "door", 5);
  const { status } = await send(page, "POST", "api/v1/users", { ...viewer, role: "viewer", cameras: ["door"] });
  assert.equal(status, 201);
  const other = await browser.open();
  await login(other, recorder, viewer);
  await other.goto(`${recorder.base}/watch/door`);
  await running(other, { seconds: 60 });
  await other.getByRole("button", { name: "Snapshot" }).waitFor();
  assert.equal(await other.getByRole("button", { name: /^(Moment|Record)$/ }).count(), 0);
  await other.keyboard.press("r");
  await other.keyboard.press("c");
  for (const tab of ["Moments", "Recordings", "Timelapses"]) {
    await other.goto(`${recorder.base}/clips/${tab.toLowerCase()}`);
    const list = other.getByRole("list", { name: tab, exact: true });
    await list.or(other.getByRole("heading", { name: `No ${tab.toLowerCase()} yet` })).waitFor();
    assert.equal(await other.getByRole("button", { name: /^(Delete|Keep|Rename|Stop) / }).count(), 0, tab);
  }
  assert.equal(await other.getByRole("button", { name: "New timelapse" }).count(), 0);
  await send(page, "DELETE", `api/v1/users/${viewer.name}`);
}, { seconds: 120 });

test("on a phone moments and recordings are made and seen, and nothing sticks out", async ({ recorder, browser }) => {
  const page = await browser.open(phone);
  await watchLive(page, recorder, "yard");
  const fits = async (where) => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, `nothing sticks out to the side: ${where}`);
  await page.getByRole("button", { name: "Moment", exact: true }).tap();
  const card = notices(page).getByRole("group", { name: "Moment of Yard" });
  await card.locator("video").waitFor({ timeout: 60_000 });
  await fits("the card");
  const box = await card.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y >= 0, JSON.stringify(box));
  assert.ok(((await picture(page))?.frames ?? 0) > 0);
  for (const tab of ["moments", "recordings", "timelapses", "exports"]) {
    await page.goto(`${recorder.base}/clips/${tab}`);
    await page.getByRole("navigation", { name: "Kinds of clips" }).waitFor();
    await fits(tab);
  }
}, { seconds: 180 });

test("when the server refuses, the tabs say so and come back", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.route("**/api/v1/recordings*", (route) => route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify({ title: "Forbidden", detail: "no recordings for you", status: 403, code: "forbidden" }) }));
  await page.goto(`${recorder.base}/clips/recordings`);
  await page.getByText("no recordings for you").waitFor();
  await page.unroute("**/api/v1/recordings*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "No recordings yet" }).waitFor();
});
