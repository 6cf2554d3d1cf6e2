// SPDX-License-Identifier: Apache-2.0
// Opens a page with one <img> in Chromium and prints the time code (docs/time-code.md) that it shows, and again a little later.
// node watch_img.mjs ADDRESS
import { startBrowser } from "./browser.mjs";
import { until } from "./recorder.mjs";
import { codeOf } from "./time_code.mjs";

const [address] = process.argv.slice(2);

const page = `<img src="${new URL(address).pathname}">`;
// The page comes from the picture's own origin, so that the canvas may be read.
const browser = await startBrowser();
try {
  const tab = await browser.open();
  await tab.route("**/the-page", (route) => route.fulfill({ contentType: "text/html", body: page }));
  await tab.goto(new URL("/the-page", address).href);
  const shows = (after) =>
    until("a picture with a time code", async () => {
      const time = await codeOf(tab.locator("img"));
      return time > after && time;
    }, 30);
  const first = await shows(0);
  console.log(first, await shows(first + 0.5));
} finally {
  await browser.close();
}
