// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { login } from "./browser.mjs";
import { admin, until } from "./recorder.mjs";
import { test } from "./suite.mjs";

test("a first visit leads to the set-up", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(recorder.base);
  await page.getByRole("heading", { name: "Set up this recorder" }).waitFor();
  await page.getByLabel("Set-up token").waitFor();
});

test("a wrong set-up token is refused with a word", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/setup?token=wrong`);
  await page.getByLabel("Name").fill(admin.name);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByLabel("Password again").fill(admin.password);
  await page.getByRole("button", { name: "Create the admin" }).click();
  assert.match(await page.getByRole("alert").innerText(), /\w/);
});

test("two different passwords are noticed before anything is sent", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/setup?token=${recorder.token}`);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByLabel("Password again").fill("something else");
  await page.getByText("The two are not the same").waitFor();
  assert.equal(await page.getByRole("button", { name: "Create the admin" }).isDisabled(), true);
});

test("the link of the console creates the admin and leads to the wall", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/setup?token=${recorder.token}`);
  await page.getByLabel("Name").fill(admin.name);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByLabel("Password again").fill(admin.password);
  await page.getByRole("button", { name: "Create the admin" }).click();
  await page.getByRole("button", { name: `Account of ${admin.name}` }).waitFor();
  await page.getByRole("list", { name: "Cameras" }).waitFor();
  assert.deepEqual(page.faults, []);
});

test("the set-up is closed afterwards", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/setup?token=${recorder.token}`);
  await page.getByRole("heading", { name: "Already set up" }).waitFor();
});

test("a wrong password is refused", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/login`);
  await page.getByLabel("Name").fill(admin.name);
  await page.getByLabel("Password").fill("not this one at all");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("Name or password is wrong").waitFor();
  assert.equal(await page.getByLabel("Password").inputValue(), "");
});

test("logging in leads to where one wanted to go, logging out to the door", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/system`);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.getByLabel("Name").fill(admin.name);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "System" }).waitFor();
  await page.getByRole("button", { name: `Account of ${admin.name}` }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goto(`${recorder.base}/system`);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
});

test("a link that does not exist says so and offers the form", async ({ recorder, browser }) => {
  const page = await browser.open();
  await page.goto(`${recorder.base}/login?link=nothing`);
  await page.getByText("This link was used already or has expired").waitFor();
  await page.getByLabel("Password").waitFor();
});

test("the theme is chosen and remembered", async ({ recorder, browser }) => {
  const page = await browser.open({ colorScheme: "dark" });
  await login(page, recorder);
  const surface = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await surface();
  await page.getByRole("button", { name: `Account of ${admin.name}` }).click();
  await page.getByRole("menuitemradio", { name: "Light" }).click();
  const light = await surface();
  assert.notEqual(light, dark);
  await page.reload();
  await page.getByRole("button", { name: `Account of ${admin.name}` }).waitFor();
  assert.equal(await surface(), light);

  // The system's is followed, also when it changes.
  await page.getByRole("button", { name: `Account of ${admin.name}` }).click();
  await page.getByRole("menuitemradio", { name: "Theme of this device" }).click();
  assert.equal(await surface(), dark);
  await page.emulateMedia({ colorScheme: "light" });
  await until("the light one", async () => (await surface()) === light);
});
