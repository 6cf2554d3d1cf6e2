// SPDX-License-Identifier: Apache-2.0
// node day.mjs BASE PATH SEEKS < {"name": .., "password": ..}: plays a day in hls.js and seeks to random instants of it. Prints
// {start, seeks, errors, duration} as JSON: milliseconds from asking to the first picture shown from there.
import { readFileSync } from "node:fs";
import { login, startBrowser } from "../tests/page/browser.mjs";
import { openPlayer, playing } from "../tests/page/players.mjs";

const [base, path, seeks] = process.argv.slice(2);

// Runs in the page.
function seek(part) {
  const { video } = player;
  const { seekable } = video;
  const to = seekable.start(0) + part * (seekable.end(0) - seekable.start(0) - 60);
  return new Promise((resolve) => {
    const began = performance.now();
    // The picture of the old place may still be on its way.
    const look = (now, shown) => {
      if (shown.mediaTime < to - 3 || shown.mediaTime > to + 3) return void video.requestVideoFrameCallback(look);
      resolve(shown.presentationTime - began);
    };
    video.requestVideoFrameCallback(look);
    video.currentTime = to;
  });
}

const browser = await startBrowser();
try {
  const page = await browser.open();
  await login(page, { base }, JSON.parse(readFileSync(0, "utf8")));
  const began = Date.now();
  await openPlayer(page, "hls", `${base}${path}`, { options: { startPosition: 3600 } });
  await playing(page);
  const start = Date.now() - began;
  const took = [];
  // The golden ratio's multiples: spread over the day, and the same in every run.
  for (let n = 1; n <= Number(seeks); n += 1) {
    took.push(await page.evaluate(seek, (n * 0.61803398875) % 1));
    await page.waitForTimeout(400);
  }
  const duration = await page.evaluate(() => player.video.duration);
  console.log(JSON.stringify({ start, seeks: took, duration, errors: (await page.evaluate(() => player.errors)).filter((error) => !error.startsWith("aborted")) })); // loads that a seek cuts off
} finally {
  await browser.close();
}
