// SPDX-License-Identifier: Apache-2.0
// The door of those who work on the page: vite's development server in front of a recorder, as CONTRIBUTING.md says.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { confirmed, login, running } from "./browser.mjs";
import { admin, freePort, Process } from "./recorder.mjs";
import { Skip, test } from "./suite.mjs";

const ui = join(dirname(fileURLToPath(import.meta.url)), "../../ui");
const vite = join(ui, "node_modules/vite/bin/vite.js");

test("the page that is worked on logs in to a recorder, plays, and changes what a page of another site may not", async ({ recorder, browser }) => {
  if (!existsSync(vite)) throw new Skip("no node_modules in ui/");
  const port = await freePort();
  const door = { base: `http://localhost:${port}` };
  const options = ["--port", String(port), "--strictPort", "--clearScreen", "false"];
  const server = new Process(process.execPath, [vite, ui, ...options], { VANTAGE_SERVER: recorder.base });
  try {
    await server.find("vite to listen", /ready in/, 60);
    const page = await browser.open();
    await login(page, door);
    await page.getByRole("link", { name: "Front door: open" }).click();
    await running(page, { seconds: 60 });
    await page.goto(`${door.base}/access`);
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByLabel("What is it for?").fill("Development");
    await page.getByRole("button", { name: "Make", exact: true }).click();
    await page.getByLabel("Token", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Remove Development" }).click();
    await confirmed(page, "Remove");
    await page.getByRole("listitem", { name: "Development" }).waitFor({ state: "detached" });
    assert.deepEqual(page.faults, []);
    // The recorder still sees who asks.
    const stranger = await page.request.post(`${door.base}/api/v1/login`, { data: admin, headers: { Origin: "http://elsewhere.example" } });
    assert.equal(stranger.status(), 403);
  } finally {
    await server.stop();
  }
}, { seconds: 180 });
