// SPDX-License-Identifier: Apache-2.0
// Opens a page with one <img> in Chromium and prints the time code (docs/time-code.md) that it shows, and again a little later.
// node watch_img.mjs ADDRESS
import { startBrowser } from "./browser.mjs";
import { codeOf } from "./time_code.mjs";

const [address] = process.argv.slice(2);

const page = `<img src="${new URL(address).pathname}">`;
// The page comes from the picture's own origin, so that the canvas may be read.
const browser = await startBrowser();
try {
  const tab = await browser.open();
  await tab.route("**/the-page", (route) => route.fulfill({ contentType: "text/html", body: page }));
  await tab.goto(new URL("/the-page", address).href);
  const seen = [];
  const end = Date.now() + 30_000;
  while (seen.length < 2 && Date.now() < end) {
    const time = await codeOf(tab.locator("img"));
    if (time && (!seen.length || time > seen[0] + 0.5)) seen.push(time);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log(seen.join(" "));
  process.exitCode = seen.length === 2 ? 0 : 1;
} finally {
  await browser.close();
}
