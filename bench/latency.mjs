// SPDX-License-Identifier: Apache-2.0
// node latency.mjs BASE CAMERA SETTLE SECONDS CONNECTIONS < {"name": .., "password": ..}: opens the camera's page again and again for
// its first picture, then watches it live. Prints {frames, first, dropped, stalls} as JSON; all times are milliseconds.
import { readFileSync } from "node:fs";
import { login, startBrowser } from "../tests/page/browser.mjs";
import { readTimeCode } from "./time_code.mjs";

const [base, camera, settle, seconds, connections] = process.argv.slice(2);

// Runs in the page before its own scripts: keeps when a feed opened, when its bytes came, and each picture that was shown.
function instrument() {
  const bench = { opened: null, bytes: null, picture: null, frames: [], stalls: 0, read: false };
  globalThis.bench = bench;
  const Plain = globalThis.WebSocket;
  globalThis.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      if (!String(given[0]).includes("/feed")) return;
      this.addEventListener("open", () => (bench.opened ??= performance.now()));
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") bench.bytes ??= performance.now();
      });
    }
  };

  // When the frame came to the compositor, in the clock of the time code.
  const look = (video, shown) => {
    const time = timeOf(video);
    if (time === null) return;
    const at = Date.now() - (performance.now() - shown.presentationTime);
    const { buffered } = video;
    const newest = buffered.end(buffered.length - 1) * 1000;
    bench.frames.push({ at, latency: at - time, ahead: newest - time, newest: at - newest, rate: video.playbackRate });
  };
  const follow = (video) => {
    const next = (_, shown) => {
      bench.picture ??= shown.presentationTime;
      if (bench.read) look(video, shown);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    video.addEventListener("waiting", () => bench.read && (bench.stalls += 1));
  };
  const known = new WeakSet();
  new MutationObserver(() => {
    for (const video of document.querySelectorAll("video")) {
      if (known.has(video)) continue;
      known.add(video);
      follow(video);
    }
  }).observe(document, { childList: true, subtree: true });
}

async function firstPicture(page) {
  await page.goto(`${base}/watch/${camera}`);
  await page.waitForFunction(() => globalThis.bench?.picture, null, { polling: 100 });
  return page.evaluate(() => ({ bytes: bench.bytes - bench.opened, picture: bench.picture - bench.opened }));
}

async function watch(page) {
  await page.waitForTimeout(settle * 1000);
  await page.evaluate(() => void (bench.read = true));
  const before = await page.evaluate(() => document.querySelector("video").getVideoPlaybackQuality().droppedVideoFrames);
  await page.waitForTimeout(seconds * 1000);
  return page.evaluate((dropped) => {
    bench.read = false;
    return { frames: bench.frames, stalls: bench.stalls, dropped: document.querySelector("video").getVideoPlaybackQuality().droppedVideoFrames - dropped };
  }, before);
}

const browser = await startBrowser();
try {
  const page = await browser.open();
  await page.addInitScript(readTimeCode);
  await page.addInitScript(instrument);
  await login(page, { base }, JSON.parse(readFileSync(0, "utf8")));
  const first = [];
  for (let n = 0; n < connections; n += 1) {
    first.push(await firstPicture(page));
    await page.waitForTimeout(700); // not a multiple of the key frames' distance
  }
  console.log(JSON.stringify({ first, ...(await watch(page)) }));
} finally {
  await browser.close();
}
