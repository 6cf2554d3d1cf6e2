// SPDX-License-Identifier: Apache-2.0
// Footage leaves the recorder: stretches of the timeline as files, cameras in other programs. Behind the faults, since those leave a
// gap to export over.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, confirmed, coverage, footage, login, phone, running, send } from "./browser.mjs";
import { admin, until } from "./recorder.mjs";
import { test } from "./suite.mjs";

const start = (page) => page.getByRole("slider", { name: "Start of the range" });
const end = (page) => page.getByRole("slider", { name: "End of the range" });
const at = async (handle) => Number(await handle.getAttribute("aria-valuenow"));
const bar = (page) => page.getByRole("group", { name: "Range to export" });

async function watch(page, recorder, camera = "yard") {
  await login(page, recorder);
  const span = await footage(page, camera, 15);
  await page.goto(`${recorder.base}/watch/${camera}`);
  await running(page, { seconds: 60 });
  return span;
}

// Zooms the timeline in to two minutes.
async function zoomIn(page) {
  await page.getByRole("slider", { name: "Timeline" }).focus();
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("+");
}

// Asks for an export as the page's dialog does, without the dialog.
const order = async (page, wish) => (await send(page, "POST", "api/v1/exports", wish)).json;

// An archive of these films, each of which a player decodes from end to end.
async function holds(path, files) {
  const folder = await mkdtemp(join(tmpdir(), "vantage-zip-"));
  try {
    const unpacked = spawnSync("python3", ["-m", "zipfile", "-e", path, folder]);
    assert.equal(unpacked.status, 0, String(unpacked.stderr));
    const names = await readdir(folder);
    assert.deepEqual(names.sort(), [...files].sort());
    for (const name of names) {
      const decoded = spawnSync("ffmpeg", ["-v", "warning", "-i", join(folder, name), "-map", "0:v", "-f", "null", "-"]);
      assert.equal(`${decoded.status} ${decoded.stderr}`, "0 ", name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("there are no exports at first, and the page says how to make one", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.getByRole("link", { name: "Clips" }).first().click();
  await page.getByRole("link", { name: "Exports" }).click();
  await page.getByRole("heading", { name: "No exports yet" }).waitFor();
  assert.deepEqual(page.faults, []);
});

test("E marks a stretch, whose ends keys and mouse move, and Escape leaves it", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await zoomIn(page);
  await page.keyboard.press("e");
  await bar(page).waitFor();
  const [a, b] = [await at(start(page)), await at(end(page))];
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  assert.equal(await at(start(page)), a - 11, "the start has the focus");
  await end(page).focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await at(end(page)), b - 1);
  await bar(page).getByText(`0:${String(b - 1 - (a - 11)).padStart(2, "0")}`, { exact: true }).waitFor();
  await bar(page).getByText(/^about \d+(\.\d)? [kM]B$/).waitFor();

  const grip = await start(page).boundingBox();
  await page.mouse.move(grip.x + grip.width - 4, grip.y + 20);
  await page.mouse.down();
  await page.mouse.move(grip.x + grip.width - 104, grip.y + 20, { steps: 5 });
  await page.mouse.up();
  const moved = a - 11 - (await at(start(page)));
  assert.ok(Math.abs(moved - 100 * (120 / 1280)) <= 1.5, `100 pixels of two minutes moved it by ${moved} s`);
  await page.keyboard.press("Escape");
  await bar(page).waitFor({ state: "detached" });
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("the brackets put the ends where the playhead is", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await page.keyboard.press("e");
  await page.keyboard.press("ArrowLeft");
  await bar(page).getByRole("button", { name: "End here" }).waitFor();
  await page.getByRole("button", { name: "Back 10 seconds" }).click();
  const there = await running(page, { where: ({ behind }) => behind > 9, what: "footage" });
  await page.keyboard.press("]");
  const ended = await at(end(page));
  assert.ok(Math.abs(ended - there.time) < 4, `${ended} is not about ${there.time}`);
}, { seconds: 240 });

test("shift and a drag mark a stretch at once", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await zoomIn(page);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  const box = await timeline.boundingBox();
  const left = Number(await timeline.getAttribute("aria-valuemin"));
  const x = (share) => box.x + share * box.width;
  await page.mouse.move(x(0.7), box.y + 50);
  await page.keyboard.down("Shift");
  await page.mouse.down();
  await page.mouse.move(x(0.5), box.y + 50, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await bar(page).waitFor();
  assert.ok(Math.abs((await at(start(page))) - (left + 60)) <= 3, "the start is where the drag ended");
  assert.ok(Math.abs((await at(end(page))) - (left + 84)) <= 3, "the end is where it began");
}, { seconds: 240 });

test("on a phone a finger moves the ends", async ({ recorder, browser }) => {
  const page = await browser.open(phone);
  await watch(page, recorder);
  await page.getByRole("button", { name: "Export", exact: true }).tap();
  await bar(page).waitFor();
  const before = await at(start(page));
  const grip = await start(page).boundingBox();
  assert.ok(grip.width >= 32 && grip.height >= 44, `a grip of ${grip.width} × ${grip.height}`);
  const finger = await page.context().newCDPSession(page);
  const touch = (type, x) => finger.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y: grip.y + 30 }] });
  await touch("touchStart", grip.x + grip.width - 8);
  for (let n = 1; n <= 5; n += 1) await touch("touchMove", grip.x + grip.width - 8 - n * 12);
  await touch("touchEnd");
  await until("the start to go back", async () => (await at(start(page))) < before - 5);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out to the side");
}, { seconds: 240 });

test("a stretch of two cameras is exported, played, downloaded, shared and removed", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await page.keyboard.press("e");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Parcel");
  assert.equal(await dialog.getByLabel("Yard").isChecked(), true);
  await dialog.getByLabel("Front door").check();
  await dialog.getByText(/^About \d/).waitFor();
  await dialog.getByRole("button", { name: "Export" }).click();
  await page.getByRole("heading", { name: "Exported" }).waitFor({ timeout: 60_000 });
  await dialog.getByRole("button", { name: "All exports" }).click();

  const row = page.getByRole("listitem", { name: "Parcel", exact: true });
  await row.getByText(/Yard, Front door/).waitFor();
  await row.getByText(/kept until/).waitFor();
  const one = row.getByRole("list", { name: "Files of Parcel" }).getByRole("listitem").first();
  const [file] = await Promise.all([page.waitForEvent("download"), one.getByRole("link", { name: /^Download/ }).click()]);
  const probe = spawnSync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", await file.path()]);
  assert.ok(Number(probe.stdout) > 5, `a file of ${probe.stdout} s: ${probe.stderr}`);

  const [archive] = await Promise.all([page.waitForEvent("download"), row.getByRole("link", { name: "Download Parcel", exact: true }).click()]);
  assert.equal(archive.suggestedFilename(), "Parcel.zip");
  const { exports } = await ask(page, "api/v1/exports");
  const { files } = exports.find(({ name }) => name === "Parcel");
  assert.deepEqual([...new Set(files.map(({ camera }) => camera))].sort(), ["door", "yard"]);
  const [, size, unit] = /([\d.]+) (kB|MB), kept until/.exec(await row.innerText());
  const whole = files.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(Math.abs((size * { kB: 1e3, MB: 1e6 }[unit]) / whole - 1) < 0.1, `${size} ${unit} of ${whole} bytes: the archive does not count twice`);
  await holds(await archive.path(), files.map(({ name }) => name));

  await row.getByRole("button", { name: "Play Parcel" }).click();
  const preview = page.getByRole("dialog").locator("video");
  await until("the preview to play", () => preview.evaluate((video) => video.currentTime > 0.5));
  await page.keyboard.press("Escape");

  await row.getByRole("button", { name: "Share Parcel" }).click();
  const link = page.getByRole("textbox", { name: "Link" });
  await until("the link", async () => /\/link\//.test(await link.inputValue()));
  await page.getByText(/^Ends /).waitFor();
  const address = await link.inputValue();
  const stranger = () => fetch(address, { headers: { Range: "bytes=0-7" } });
  const answer = await stranger();
  assert.equal(answer.status, 206);
  assert.equal((await answer.text()).slice(0, 4), "PK\x03\x04", "of several files the link leads to the archive");
  await page.keyboard.press("Escape");

  await row.getByRole("button", { name: "Remove Parcel" }).click();
  await confirmed(page, "Remove");
  await row.waitFor({ state: "detached" });
  assert.equal((await stranger()).status, 404);
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("an export that waits or is written can be cancelled, and says so", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  const { start: from, end: to } = await footage(page, "yard", 15);
  const wish = { cameras: ["yard"], stream: "main", start: new Date(from * 1000 + 300).toISOString(), end: new Date(to * 1000 - 300).toISOString(), exact: true };
  // More than can be made before the page is there and a hand at the button.
  const others = await Promise.all(Array.from({ length: 150 }, (_, n) => order(page, { ...wish, name: `Before ${n}` })));
  const last = await order(page, { ...wish, name: "Not wanted" });
  await page.goto(`${recorder.base}/exports`);
  const row = page.getByRole("listitem", { name: "Not wanted", exact: true });
  await row.getByRole("button", { name: "Cancel Not wanted" }).click();
  await row.getByText("Cancelled", { exact: true }).waitFor();
  assert.equal(await row.getByRole("link", { name: /^Download/ }).count(), 0);
  assert.equal((await ask(page, `api/v1/exports/${last.id}`)).state, "cancelled");
  await row.getByRole("button", { name: "Remove Not wanted" }).click();
  await confirmed(page, "Remove");
  await row.waitFor({ state: "detached" });
  await Promise.all(others.map(({ id }) => send(page, "DELETE", `api/v1/exports/${id}`)));
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("an export over a gap names it", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  const gap = await until("a gap between footage", async () => {
    const { gaps, footage: spans } = await coverage(page, "door");
    return gaps.find((each) => spans.some((span) => span.end <= each.start) && spans.some((span) => span.start >= each.end) && Date.parse(each.end) - Date.parse(each.start) > 1000);
  });
  const beside = (iso, seconds) => new Date(Date.parse(iso) + seconds * 1000).toISOString();
  await order(page, { name: "Around the gap", cameras: ["door"], stream: "main", start: beside(gap.start, -4), end: beside(gap.end, 4), exact: false });
  await page.goto(`${recorder.base}/exports`);
  const row = page.getByRole("listitem", { name: "Around the gap", exact: true });
  await row.getByText(/kept until/).waitFor({ timeout: 60_000 });
  const text = await row.innerText();
  assert.match(text, /\d gaps?: /);
  assert.ok(text.includes(gap.reason), text);
}, { seconds: 240 });

test("a stretch of which nothing was recorded cannot be exported, and that is said", async ({ recorder, browser }) => {
  const page = await browser.open();
  await watch(page, recorder);
  await page.keyboard.press("e");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Attic").check();
  await dialog.getByLabel("Yard").uncheck();
  await dialog.getByText("No footage in this stretch").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Export" }).isDisabled(), true);
}, { seconds: 240 });

test("a camera's addresses can be copied, and opened by a link that ends", async ({ recorder, browser }) => {
  const page = await browser.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await watch(page, recorder);
  await page.getByRole("button", { name: "Open elsewhere" }).click();
  const field = (name) => page.getByRole("dialog").getByRole("textbox", { name, exact: true });
  assert.equal(await field("HLS, live").inputValue(), `${recorder.base}/yard/stream/live/playlist.m3u8`);
  await page.getByRole("button", { name: "Copy: HLS, live" }).click();
  await page.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${recorder.base}/yard/stream/live/playlist.m3u8`);
  await page.getByLabel("Stream").selectOption("sub");
  assert.equal(await field("HLS, live").inputValue(), `${recorder.base}/yard/stream/live/sub/playlist.m3u8`);

  await page.getByRole("radio", { name: "Who has the link" }).click();
  await page.getByLabel("The link works").selectOption({ label: "for an hour" });
  await until("the link", async () => /\/link\//.test(await field("Snapshot").inputValue()));
  const snapshot = await fetch(await field("Snapshot").inputValue());
  assert.equal(snapshot.status, 200);
  assert.equal(snapshot.headers.get("content-type"), "image/jpeg");
  const playlist = await fetch(await field("HLS, live").inputValue());
  assert.match(await playlist.text(), /^#EXTM3U/);
  assert.deepEqual(page.faults, []);
}, { seconds: 240 });

test("the stream password is hidden until it is shown, and can be made anew", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/access`);
  const section = page.getByRole("region", { name: "Stream password" });
  const field = section.getByRole("textbox", { name: `Stream password of ${admin.name}` });
  assert.match(await field.inputValue(), /^•+$/);
  await section.getByRole("button", { name: "Show" }).click();
  const { password } = await ask(page, "api/v1/me/stream-password");
  assert.equal(await field.inputValue(), password);
  await section.getByRole("button", { name: "Make a new one" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Make a new one" }).click();
  await until("another password", async () => (await field.inputValue()) !== password);
  assert.notEqual((await ask(page, "api/v1/me/stream-password")).password, password);

  await page.goto(`${recorder.base}/watch/yard`);
  await page.getByRole("button", { name: "Open elsewhere" }).click();
  const rtsp = page.getByRole("textbox", { name: "RTSP", exact: true });
  assert.match(await rtsp.inputValue(), /^rtsp:\/\/anna:•+@127\.0\.0\.1:\d+\/yard$/);
  assert.deepEqual(page.faults, []);
}, { seconds: 90 });
