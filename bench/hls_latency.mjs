// SPDX-License-Identifier: Apache-2.0
// node hls_latency.mjs BASE CAMERA SETTLE SECONDS < {"name": .., "password": ..}: plays the camera's live playlist in hls.js as it comes,
// in low-latency mode. Prints {frames, dropped, stalls, errors} as JSON; all times are milliseconds.
import { readFileSync } from "node:fs";
import { login, startBrowser } from "../tests/page/browser.mjs";
import { openPlayer, playing } from "../tests/page/players.mjs";
import { readTimeCode } from "./time_code.mjs";

const [base, camera, settle, seconds] = process.argv.slice(2);

// Runs in the page: each picture that is shown, for so many seconds.
function look(length) {
  const { video, errors } = player;
  const bench = { frames: [], stalls: 0, errors };
  const count = () => (bench.stalls += 1);
  const dropped = video.getVideoPlaybackQuality().droppedVideoFrames;
  video.addEventListener("waiting", count);
  const ends = performance.now() + length * 1000;
  return new Promise((resolve) => {
    const next = (now, shown) => {
      const time = timeOf(video);
      if (time !== null) {
        // When the frame came to the compositor, in the clock of the time code.
        const at = Date.now() - (performance.now() - shown.presentationTime);
        const { buffered } = video;
        const ahead = (buffered.end(buffered.length - 1) - shown.mediaTime) * 1000;
        bench.frames.push({ latency: at - time, ahead, newest: at - time - ahead, rate: video.playbackRate });
      }
      if (now < ends) return video.requestVideoFrameCallback(next);
      video.removeEventListener("waiting", count);
      return resolve({ ...bench, dropped: video.getVideoPlaybackQuality().droppedVideoFrames - dropped });
    };
    video.requestVideoFrameCallback(next);
  });
}

const browser = await startBrowser();
try {
  const page = await browser.open();
  await page.addInitScript(readTimeCode);
  await login(page, { base }, JSON.parse(readFileSync(0, "utf8")));
  await openPlayer(page, "hls", `${base}/${camera}/stream/live/index.m3u8`, { options: { lowLatencyMode: true } });
  await playing(page);
  await page.waitForTimeout(settle * 1000);
  console.log(JSON.stringify(await page.evaluate(look, Number(seconds))));
} finally {
  await browser.close();
}
