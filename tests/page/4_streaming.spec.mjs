// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { login } from "./browser.mjs";
import { freePort, until } from "./recorder.mjs";
import { test } from "./suite.mjs";

const key = "page-5ecret-key";

async function openStreaming(page, recorder, camera) {
  await page.goto(`${recorder.base}/cameras`);
  await page.getByRole("button", { name: `More about ${camera}` }).click();
  await page.getByRole("menuitem", { name: "Show settings" }).click();
  return page.getByRole("region", { name: "Streaming" });
}

async function streamTo(section, url, name) {
  await section.getByRole("button", { name: "Stream to" }).click();
  await section.getByLabel("Server and stream key").fill(url);
  await section.getByLabel("Called").fill(name);
  await section.getByRole("button", { name: "Start" }).click();
}

test("a camera is streamed to an RTMP server, switched off and removed", async ({ recorder, browser }) => {
  const port = await freePort();
  // ffmpeg as the platform: takes one stream and throws it away.
  const platform = spawn("ffmpeg", ["-v", "error", "-nostdin", "-f", "flv", "-listen", "1", "-i", `rtmp://127.0.0.1:${port}/live/${key}`, "-c", "copy", "-f", "null", "-"], { stdio: "ignore" });
  try {
    const page = await browser.open();
    await login(page, recorder);
    const section = await openStreaming(page, recorder, "Front door");
    await section.getByText("Streamed to nobody").waitFor();
    await streamTo(section, `rtmp://127.0.0.1:${port}/live/${key}`, "Tube");
    const row = section.getByRole("listitem", { name: "Tube" });
    await row.getByText("Live").waitFor({ timeout: 20_000 });
    await until("its rate", async () => /[1-9]\d* kbit\/s|Mbit\/s/.test(await row.innerText()));
    assert.match(await row.innerText(), new RegExp(`rtmp://127.0.0.1:${port}/live/\\*\\*\\*`));
    assert.ok(!(await page.content()).includes(key), "the key is not shown again");

    await row.getByLabel("Stream to Tube").click();
    await row.getByText("Off").waitFor();
    await row.getByRole("button", { name: "Remove Tube" }).click();
    await page.getByRole("dialog", { name: "Stop streaming to Tube?" }).getByRole("button", { name: "Remove" }).click();
    await section.getByText("Streamed to nobody").waitFor();
    assert.deepEqual(page.faults, []);
  } finally {
    platform.kill("SIGKILL");
  }
});

test("streaming says what is wrong with an address, and why a server is not reached", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  const section = await openStreaming(page, recorder, "Yard");
  await streamTo(section, `http://127.0.0.1/live/${key}`, "Wrong");
  assert.match(await section.getByRole("alert").innerText(), /rtmp:\/\/server\/application\/stream-key/);
  await section.getByLabel("Server and stream key").fill(`rtmp://127.0.0.1:${await freePort()}/live/${key}`);
  await section.getByRole("button", { name: "Start" }).click();
  const row = section.getByRole("listitem", { name: "Wrong" });
  await row.getByText("Connection refused").waitFor({ timeout: 20_000 });
  await row.getByText("Waiting").waitFor();
  await row.getByRole("button", { name: "Remove Wrong" }).click();
  await page.getByRole("dialog", { name: "Stop streaming to Wrong?" }).getByRole("button", { name: "Remove" }).click();
  await row.waitFor({ state: "detached" });
  assert.ok(!recorder.log().includes(key), "the key is in no line of the log");
});
