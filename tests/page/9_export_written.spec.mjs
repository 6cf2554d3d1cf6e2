// SPDX-License-Identifier: Apache-2.0
// An export is a file before it is whole. On a recorder of its own, whose box has much else to do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ask, footage, send } from "./browser.mjs";
import { enter } from "./players.mjs";
import { startHeavy } from "./recorder.mjs";
import { test } from "./suite.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// While `body` runs the recorder has a small share of the processor, as beside programs that take the rest of it: an export that ends
// within a second goes on for many. The waits are that share; nothing is waited for by them.
async function starved(recorder, body, { run = 3, rest = 250, most = 90_000 } = {}) {
  let going = true;
  const end = Date.now() + most;
  const turns = (async () => {
    while (going && Date.now() < end) {
      recorder.signal("SIGSTOP");
      await sleep(rest);
      recorder.signal("SIGCONT");
      await sleep(run);
    }
  })();
  try {
    return await body();
  } finally {
    going = false;
    await turns;
  }
}

test("an export is downloaded while it is written, and is whole and playable at the end", async ({ recorder, browser }) => {
  const box = await startHeavy(recorder.binary);
  try {
    const page = await browser.open();
    await enter(page, box);
    await page.goto(`${box.base}/clips/moments`);
    const { start, end } = await footage(page, "heavy", 20);
    const row = page.getByRole("listitem", { name: "Long", exact: true });
    const link = row.getByRole("link", { name: "Download Long" });
    const iso = (at) => new Date(at * 1000).toISOString();
    const download = await starved(box, async () => {
      const { json } = await send(page, "POST", "api/v1/exports", { name: "Long", cameras: ["heavy"], start: iso(start), end: iso(end) });
      await page.getByRole("link", { name: "Exports" }).click();
      await row.getByRole("progressbar", { name: "Progress of Long" }).waitFor();
      await link.waitFor();
      const [begun] = await Promise.all([page.waitForEvent("download"), link.click()]);
      const job = await ask(page, `api/v1/exports/${json.id}`);
      const [file] = job.files;
      assert.equal(job.state, "running", "the download begins while it is written");
      assert.ok(file.written > 0 && file.written < file.bytes, `${file.written} of ${file.bytes} bytes`);
      return begun;
    });
    const path = await download.path();
    await row.getByText(/kept until/).waitFor({ timeout: 60_000 });
    const [after] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const hash = (name) => createHash("sha256").update(readFileSync(name)).digest("hex");
    assert.equal(hash(path), hash(await after.path()), "it is what the finished file is");
    const decoded = spawnSync("ffmpeg", ["-v", "warning", "-stats", "-i", path, "-map", "0:v", "-f", "null", "-"]);
    assert.equal(decoded.status, 0, String(decoded.stderr));
    const frames = Number(/frame=\s*(\d+)(?![\s\S]*frame=)/.exec(decoded.stderr)?.[1]);
    assert.ok(frames > 20 * 25 * 0.98, `${frames} pictures of ${(end - start).toFixed(1)} s`);
    assert.deepEqual(page.faults, []);
  } finally {
    await box.stop();
  }
}, { seconds: 300 });
