// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { login, phone, picture, running } from "./browser.mjs";
import { until } from "./recorder.mjs";
import { test } from "./suite.mjs";

const tile = (page, name) => page.getByRole("link", { name: `${name}: open` });
const indexOf = (page, name) =>
  page.evaluate((label) => [...document.querySelectorAll("video")].findIndex((video) => video.closest("a")?.ariaLabel === label), `${name}: open`);

test("the wall shows moving pictures within two seconds, close to now", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await tile(page, "Front door").waitFor();
  await running(page, { n: await indexOf(page, "Front door") });
  const began = Date.now();
  await page.reload();
  await tile(page, "Front door").waitFor();
  await running(page, { n: await indexOf(page, "Front door") });
  assert.ok(Date.now() - began < 4000, `took ${Date.now() - began} ms`);
  const { behind } = await running(page, { n: await indexOf(page, "Front door"), where: ({ behind }) => behind < 1.5, what: "a picture close to now" });
  assert.ok(behind > -0.5, `${-behind} s ahead of the clock`);
  assert.deepEqual(page.faults, []);
});

test("a tile takes the small stream, one tile alone the large one", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await tile(page, "Yard").waitFor();
  assert.equal((await running(page, { n: await indexOf(page, "Yard") })).width, 320);
});

test("a camera that does not answer says so instead of a black tile", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await tile(page, "Attic").getByText(/Lost|Refused|Connecting|No picture/).first().waitFor();
  await until("the reason", async () => /Lost|Refused/.test(await tile(page, "Attic").innerText()), 30);
});

test("the size of the wall is chosen and remembered, and cameras are paged through", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.getByRole("radio", { name: "1", exact: true }).click();
  await page.getByText(/^1 of [3-9]$/).waitFor();
  assert.equal(await page.getByRole("listitem").count(), 1);
  await page.getByRole("button", { name: "Next cameras" }).click();
  await page.getByText(/^2 of [3-9]$/).waitFor();
  await page.reload();
  await page.getByText(/^1 of [3-9]$/).waitFor();
});

test("a tile that is scrolled away holds no connection", async ({ recorder, browser }) => {
  const page = await browser.open({ ...phone, viewport: { width: 390, height: 300 } });
  const sockets = [];
  page.on("websocket", (socket) => {
    sockets.push(socket);
    socket.on("close", () => sockets.splice(sockets.indexOf(socket), 1));
  });
  await login(page, recorder);
  await until("the tiles", async () => (await page.getByRole("listitem").count()) >= 3);
  const few = () => sockets.length > 0 && sockets.length < 3;
  await until("connections for what is seen only", few);
  const [first] = sockets;
  await page.getByRole("main").evaluate((main) => main.scrollTo(0, 100_000));
  await until("the first tile's connection to end", () => first.isClosed() && few());
});

test("a click on a tile opens the camera", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await tile(page, "Yard").click();
  await page.getByRole("heading", { name: "Yard" }).waitFor();
  assert.match(page.url(), /\/watch\/yard$/);
  assert.equal((await running(page)).width, 640, "the large stream");
  assert.equal((await picture(page)).paused, false);
});

test("a hidden tab holds no connection, and comes back live", async ({ recorder, browser }) => {
  const page = await browser.open();
  await login(page, recorder);
  await page.goto("about:blank"); // the connections of the wall are not what is counted
  let open = 0;
  page.on("websocket", (socket) => {
    open += 1;
    socket.on("close", () => (open -= 1));
  });
  await page.goto(`${recorder.base}/watch/door`);
  await running(page);
  const hide = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await until("the connection to end", () => open === 0);
  await hide(false);
  await running(page, { where: ({ behind }) => behind < 2, what: "live again" });
});
