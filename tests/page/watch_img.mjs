// SPDX-License-Identifier: Apache-2.0
// Opens a page with one <img> in Chromium and prints the time code (docs/time-code.md) that it shows, and again a little later.
// node watch_img.mjs ADDRESS
import { startBrowser } from "./browser.mjs";

const [address] = process.argv.slice(2);

// In the page: draws the picture and reads the strip; 0 without an intact code.
function read() {
  const image = document.querySelector("img");
  if (!image.naturalWidth) return 0;
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const row = Math.floor(canvas.height / 30);
  const bits = [];
  for (let n = 0; n < 2; n++) {
    const y = Math.floor(row * (n + 0.5));
    const cells = [];
    for (let cell = 0; cell < 48; cell++) cells.push(context.getImageData(Math.floor(((cell + 0.5) * canvas.width) / 48), y, 1, 1).data[1]);
    if (cells[0] - cells[1] < 60) return 0;
    const values = cells.slice(2).map((value) => (value > (cells[0] + cells[1]) / 2 ? 1 : 0));
    if (values.slice(0, 45).reduce((a, b) => a ^ b) !== values[45]) return 0;
    bits.push(...values.slice(0, 45));
  }
  return Number(BigInt(`0b${bits.slice(0, 64).join("")}`)) / 1e6;
}

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
    const time = await tab.evaluate(read);
    if (time && (!seen.length || time > seen[0] + 0.5)) seen.push(time);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log(seen.join(" "));
  process.exitCode = seen.length === 2 ? 0 : 1;
} finally {
  await browser.close();
}
