// SPDX-License-Identifier: Apache-2.0
// The film of a day that is over. On a recorder of its own, which has footage of yesterday's noon.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ask, clips, confirmed, footage, plays } from "./browser.mjs";
import { enter } from "./players.mjs";
import { startAlone, zone } from "./recorder.mjs";
import { test } from "./suite.mjs";

const system = join(dirname(fileURLToPath(import.meta.url)), "../system");
const script = "import pathlib, sys, made_footage; made_footage.moved(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), 'door', float(sys.argv[3]), thumbnails=False)";

function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd });
  assert.equal(done.status, 0, String(done.stderr));
}

// Yesterday and its noon (Unix seconds), by the recorder's zone.
function yesterday() {
  const day = new Intl.DateTimeFormat("sv", { timeZone: zone }).format(Date.now() - 86_400_000);
  const guess = Date.parse(`${day}T12:00:00Z`);
  const hour = Number(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit" }).format(guess));
  return { day, noon: guess / 1000 - (hour - 12) * 3600 };
}

// What was just recorded, as if it had been at that time.
function movedTo(begins, binary) {
  return (folder, config) => {
    const files = readdirSync(folder, { recursive: true }).filter((name) => /\/door\/main\/.*\.mp4$/.test(name));
    const [storage] = files[0].split("/footage/");
    run("python3", ["-c", script, join(folder, files[0]), join(folder, storage), String(begins)], system);
    run(binary, ["reindex", "--config", config]);
  };
}

test("the timelapse of a day is watched and deleted, and does not come again", async ({ recorder, browser }) => {
  const camera = '  door: {name: Front door, source: "sim:?size=640x360&fps=25&gop=25", timelapse: {hours: "12:00-12:10", seconds: 30, fps: 10}}';
  const box = await startAlone(recorder.binary, () => [camera]);
  try {
    const page = await browser.open();
    await enter(page, box);
    await page.goto(`${box.base}/clips/timelapses`);
    await footage(page, "door", 12);
    const { day, noon } = yesterday();
    await box.restart(movedTo(noon + 60, box.binary));
    await page.reload();
    const clip = clips(page, "Days").first();
    await clip.getByRole("button", { name: /^Play Front door, / }).click({ timeout: 120_000 });
    await plays(page.getByRole("dialog").locator("video"));
    await page.keyboard.press("Escape");
    const link = await clip.getByRole("link", { name: /^Download/ }).getAttribute("href");
    await clip.getByRole("button", { name: /^Delete/ }).click();
    await page.getByRole("dialog").getByText(/It is not made again/).waitFor();
    await confirmed(page, "Delete");
    await page.getByRole("heading", { name: "No timelapses yet" }).waitFor();
    assert.equal((await page.request.get(new URL(link, box.base).href)).status(), 404);

    await box.restart();
    await page.reload();
    await page.getByRole("heading", { name: "No timelapses yet" }).waitFor();
    const { timelapses } = await ask(page, "door/timelapse/");
    assert.deepEqual(timelapses.filter((each) => each.day === day), []);
    assert.deepEqual(page.faults, []);
  } finally {
    await box.stop();
  }
}, { seconds: 300 });
