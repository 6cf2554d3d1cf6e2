// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { confirmed, focus, login, running } from "./browser.mjs";
import { admin, until } from "./recorder.mjs";
import { test } from "./suite.mjs";

const viewer = { name: "counter", password: "only the front door" };

test("the list tells state, rate, clock and disk, and what the file declares is read-only", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/cameras`);
  const row = page.getByRole("listitem", { name: "Front door" });
  await row.getByText("Running").waitFor();
  await row.getByText("640 × 360").waitFor();
  await until("25 fps", async () => /2[456] fps/.test(await row.innerText()), 30);
  assert.match(await row.innerText(), /in the file/);
  await row.getByRole("button", { name: "More about Front door" }).click();
  assert.equal(await page.getByRole("menuitem", { name: "Remove" }).getAttribute("aria-disabled"), "true");
  await page.getByRole("menuitem", { name: "Show settings" }).click();
  await page.getByText("declared in the configuration file").waitFor();
  assert.equal(await page.getByLabel("Name").isDisabled(), true);
  await page.keyboard.press("Escape");
  await until("the keyboard to be back where it was", async () => (await focus(page)) === "More about Front door");
});

test("Test says why an address does not work", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/cameras?add`);
  await page.getByLabel("Name").fill("Nowhere");
  await page.getByLabel("Address", { exact: true }).fill("rtsp://127.0.0.1:1/none");
  await page.getByRole("button", { name: "Test" }).click();
  await page.getByRole("alert").waitFor({ timeout: 20_000 });
  assert.match(await page.getByRole("alert").innerText(), /\w{4}/);
});

test("a camera is added with a test that shows its picture, watched, edited and removed", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/cameras`);
  await page.getByRole("button", { name: "Add a camera" }).click();
  await page.getByLabel("Name").fill("Spare room");
  assert.equal(await page.getByLabel("Id").inputValue(), "spare-room");
  await page.getByLabel("Address", { exact: true }).fill(recorder.camera("spare"));
  await page.getByRole("button", { name: "Test" }).click();
  const result = page.getByRole("figure", { name: "Result of the test" });
  await result.waitFor({ timeout: 20_000 });
  assert.match(await result.innerText(), /640 × 360, H\.264/);
  const shown = await result.getByRole("img").evaluate((image) => image.naturalWidth);
  assert.ok(shown > 0, "the first picture");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const row = page.getByRole("listitem", { name: "Spare room" });
  await row.getByText("Running").waitFor({ timeout: 20_000 });

  await row.getByRole("link", { name: "Spare room" }).click();
  await running(page);

  await page.goto(`${recorder.base}/cameras`);
  await page.getByRole("button", { name: "More about Spare room" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("Guest room");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("listitem", { name: "Guest room" }).waitFor();

  await page.getByRole("button", { name: "More about Guest room" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await confirmed(page, "Remove");
  await page.getByRole("listitem", { name: "Guest room" }).waitFor({ state: "detached" });
  assert.deepEqual(page.faults, []);
}, { seconds: 120 });

test("a name that addresses use is refused", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/cameras?add`);
  await page.getByLabel("Name").fill("Watch");
  await page.getByLabel("Address", { exact: true }).fill(recorder.camera("spare"));
  await page.getByRole("button", { name: "Add", exact: true }).click();
  assert.match(await page.getByRole("alert").innerText(), /watch/);
});

test("an admin adds a viewer, who sees their camera and nothing else", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/access`);
  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByLabel("Name").fill(viewer.name);
  await page.getByRole("dialog").getByLabel("Password").fill(viewer.password);
  await page.getByLabel("All, also those to come").uncheck();
  await page.getByLabel("Front door").check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("listitem", { name: viewer.name }).getByText("viewer, door").waitFor();

  const other = await browser.open();
  await login(other, recorder, viewer);
  await other.getByRole("link", { name: "Front door: open" }).waitFor();
  assert.equal(await other.getByRole("listitem").count(), 1);
  await running(other);
  await other.goto(`${recorder.base}/watch/yard`);
  await other.getByRole("heading", { name: "No such camera" }).waitFor();
  await other.goto(`${recorder.base}/cameras`);
  await other.getByRole("listitem", { name: "Front door" }).waitFor();
  assert.equal(await other.getByRole("button", { name: "Add a camera" }).count(), 0);
  assert.equal(await other.getByRole("button", { name: "More about Front door" }).count(), 0);
  await other.goto(`${recorder.base}/access`);
  await other.getByRole("heading", { name: "Tokens" }).waitFor();
  assert.equal(await other.getByRole("heading", { name: "Users" }).count(), 0);
  await other.goto(`${recorder.base}/system`);
  await other.getByRole("heading", { name: "Disks" }).waitFor();
  assert.equal(await other.getByRole("heading", { name: "Audit" }).count(), 0);
});

test("a removed user is shown the door", async ({ recorder, browser }) => {
  const other = await browser.open();
  await login(other, recorder, viewer);
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/access`);
  await page.getByRole("button", { name: `More about ${viewer.name}` }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await confirmed(page, "Remove");
  await page.getByRole("listitem", { name: viewer.name }).waitFor({ state: "detached" });
  await other.getByRole("heading", { name: "Log in" }).waitFor();
});

test("a token is shown once, works, and is removed", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/access`);
  await page.getByRole("button", { name: "Make a token" }).click();
  await page.getByLabel("What is it for?").fill("Home automation");
  await page.getByRole("button", { name: "Make", exact: true }).click();
  const token = (await page.getByLabel("Token", { exact: true }).innerText()).trim();
  await page.getByRole("button", { name: "Done" }).click();
  const ask = () => fetch(`${recorder.base}/api/v1/cameras`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await ask()).status, 200);
  await page.getByRole("button", { name: "Remove Home automation" }).click();
  await confirmed(page, "Remove");
  await page.getByRole("listitem", { name: "Home automation" }).waitFor({ state: "detached" });
  assert.equal((await ask()).status, 401);
});

test("system shows disk, machine, log and audit", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto(`${recorder.base}/system`);
  await page.getByRole("meter").first().waitFor();
  await page.getByText("FFmpeg").first().waitFor();
  await until("lines of the log", async () => (await page.getByRole("log", { name: "Log" }).innerText()).length > 40);
  const audit = page.getByRole("list", { name: "Audit log" });
  await audit.getByText(admin.name).first().waitFor();
  assert.ok((await audit.getByRole("listitem").count()) > 3);
  assert.deepEqual(page.faults, []);
});
