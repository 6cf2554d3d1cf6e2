// SPDX-License-Identifier: Apache-2.0
// What goes wrong in the field, and what the page makes of it. Last, since cameras and recorder go and come back.
import assert from "node:assert/strict";
import { coverage, login, picture, running } from "./browser.mjs";
import { admin, startRecorder, until } from "./recorder.mjs";
import { Skip, test } from "./suite.mjs";

test("sound is off at first, can be switched on and off, and live goes on", async ({ recorder, browser }) => {
  if (!recorder.hasSound) throw new Skip("no footage with sound in $VANTAGE_TEST_MEDIA");
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/watch/street`);
  await running(page);
  const heard = () => page.evaluate(() => document.querySelector("video").webkitAudioDecodedByteCount);
  assert.equal(await heard(), 0);
  await page.getByRole("button", { name: "Sound on" }).click();
  await until("decoded sound", async () => (await heard()) > 0);
  await running(page, { where: ({ behind }) => behind < 2, what: "live with sound" });
  await page.getByRole("button", { name: "Sound off" }).click();
  await running(page, { where: ({ behind }) => behind < 2, what: "live without sound" });
  assert.equal(await heard(), 0);
});

test("a camera that goes away is said to be lost, and is live again when it comes back with another size", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/watch/door`);
  await running(page);
  await recorder.stopCameras();
  await page.getByText(/^Lost for/).waitFor({ timeout: 30_000 });
  await page.getByText(/^since \d\d:\d\d:\d\d/).waitFor();
  await recorder.startCameras({ door: "sim:?size=480x270&fps=20&gop=20&bitrate=900000&name=door" });
  await running(page, { seconds: 60, where: ({ width, behind }) => width === 480 && behind < 2, what: "live in the new size" });
  assert.equal(await page.getByText(/^Lost for/).count(), 0);

  // Back over the gap: it is played through, from the old size into the new one.
  const gap = (await coverage(page, "door")).gaps.at(-1);
  assert.match(gap.reason, /camera/);
  await page.goto(`${recorder.base}/watch/door?at=${new Date(Date.parse(gap.start) - 3000).toISOString()}`);
  await running(page, { where: ({ width }) => width === 640, what: "footage before the gap" });
  await running(page, { where: ({ width, time }) => width === 480 && time >= Date.parse(gap.end) / 1000, what: "footage behind the gap" });
  assert.deepEqual(page.faults, []);
}, { seconds: 180 });

test("the page comes back by itself when the recorder was restarted", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/watch/yard`);
  const before = await running(page);
  await recorder.restart();
  const after = await running(page, { seconds: 60, where: ({ behind, time }) => behind < 2 && time > before.time, what: "live again" });
  assert.ok(after.frames > 0);
}, { seconds: 120 });

test("everything works below a path of a proxy", async ({ recorder, browser }) => {
  const below = await startRecorder(recorder.binary, { basePath: "/cctv" });
  try {
    const page = await browser.open();
    await page.goto(`${below.base}/setup?token=${below.token}`);
    await page.getByLabel("Name").fill(admin.name);
    await page.getByLabel("Password", { exact: true }).fill(admin.password);
    await page.getByLabel("Password again").fill(admin.password);
    await page.getByRole("button", { name: "Create the admin" }).click();
    await page.getByRole("link", { name: "Front door: open" }).click();
    await page.getByRole("heading", { name: "Front door" }).waitFor();
    assert.match(page.url(), /\/cctv\/watch\/door$/);
    await running(page);
    await page.reload();
    await running(page);
    assert.equal((await picture(page)).width, 640);
    assert.deepEqual(page.faults, []);
  } finally {
    await below.stop();
  }
}, { seconds: 120 });
