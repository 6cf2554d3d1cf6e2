// SPDX-License-Identifier: Apache-2.0
// node play_file.mjs SECOND FILE...: plays each file in Chromium's <video> from its beginning, then seeks to SECOND, and to its end.
// One line of JSON a file: duration and first time, the time reached and frames shown after each, and the element's error.
// CHROMIUM: the browser, by default /usr/bin/chromium.
import { open, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { startBrowser } from "./browser.mjs";

const [second, ...files] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const path = files[Number(new URL(request.url, "http://localhost").pathname.slice(1))];
  if (!path) return response.writeHead(200, { "Content-Type": "text/html" }).end("<video muted></video>");
  const { size } = await stat(path);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const first = range ? Number(range[1]) : 0;
  const last = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  response.writeHead(range ? 206 : 200, {
    "Content-Type": "video/mp4",
    "Accept-Ranges": "bytes",
    "Content-Length": last - first + 1,
    ...(range && { "Content-Range": `bytes ${first}-${last}/${size}` }),
  });
  const file = await open(path);
  file.createReadStream({ start: first, end: last }).on("error", () => response.destroy()).pipe(response);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const browser = await startBrowser();
try {
  const page = await browser.open();
  await page.goto(`http://127.0.0.1:${server.address().port}/page`);
  for (const [index] of files.entries()) {
    const seen = await page.evaluate(
      async ([address, to]) => {
        const video = document.querySelector("video");
        const within = (promise) => Promise.race([promise, new Promise((late) => setTimeout(late, 15_000))]);
        const once = (name) => new Promise((done) => ["error", name].forEach((n) => video.addEventListener(n, done, { once: true })));
        const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
        const loaded = once("loadeddata");
        video.src = address;
        await within(loaded);
        const start = video.currentTime;
        const playing = new Promise((moved) => {
          video.addEventListener("timeupdate", () => video.currentTime > start + 0.3 && moved());
        });
        await video.play().catch(() => {});
        await within(playing);
        const played = { time: video.currentTime, frames: frames() };
        video.pause();
        const seeked = once("seeked");
        video.currentTime = to;
        await within(seeked);
        const sought = { time: video.currentTime, frames: frames(), ready: video.readyState };
        const ended = once("ended");
        video.currentTime = Math.max(0, video.duration - 0.5);
        await video.play().catch(() => {});
        await within(ended);
        const { duration, currentTime, error, videoWidth } = video;
        return { duration, start, played, sought, end: currentTime, ended: video.ended, width: videoWidth, error: error?.message ?? null };
      },
      [`/${index}`, Number(second)],
    );
    console.log(JSON.stringify(seen));
  }
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
