// SPDX-License-Identifier: Apache-2.0
// Players of others - hls.js, shaka-player, dash.js - on a page of the test's own, which Playwright serves under the recorder's own
// address, so that the session's cookie holds, or under another one.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { admin, until } from "./recorder.mjs";

const modules = join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const scripts = {
  hls: "hls.js/dist/hls.min.js",
  shaka: "shaka-player/dist/shaka-player.compiled.js",
  dash: "dashjs/dist/modern/umd/dash.all.min.js",
};

// Runs in the page. Starts a player and leaves globalThis.player: `errors` it told of, `date()` of the picture in Unix seconds,
// `live()`: seconds from the picture to the newest it knows of.
async function start({ kind, address, options }) {
  const video = document.querySelector("video");
  const errors = [];
  globalThis.player = { errors, video };
  const tell = (what) => errors.push(`${what} at ${video.currentTime.toFixed(2)}`);
  video.addEventListener("error", () => tell(`video: ${video.error?.code} ${video.error?.message}`));
  if (kind === "hls") {
    const hls = new Hls(options);
    hls.on(Hls.Events.ERROR, (_, data) => tell(`${data.fatal ? "fatal " : ""}${data.details} ${data.error?.message ?? data.reason ?? ""}`));
    hls.loadSource(address);
    hls.attachMedia(video);
    const date = () => (hls.playingDate ? hls.playingDate.getTime() / 1000 : NaN);
    Object.assign(player, { date, stop: () => hls.destroy(), seek: (seconds) => (video.currentTime += seconds - date()), hls });
  } else if (kind === "shaka") {
    const shakaPlayer = new shaka.Player();
    await shakaPlayer.attach(video);
    shakaPlayer.addEventListener("error", ({ detail }) => tell(`shaka ${detail.severity} ${detail.category} ${detail.code} ${JSON.stringify(detail.data).slice(0, 200)}`));
    shakaPlayer.configure(options);
    try {
      await shakaPlayer.load(address);
    } catch (error) {
      tell(`shaka load ${error.code} ${JSON.stringify(error.data ?? error.message).slice(0, 200)}`);
    }
    const date = () => (shakaPlayer.isLive() ? shakaPlayer.getPlayheadTimeAsDate().getTime() / 1000 : NaN);
    Object.assign(player, { date, stop: () => shakaPlayer.destroy(), seek: (seconds) => (video.currentTime += seconds - date()) });
  } else {
    const dash = dashjs.MediaPlayer().create();
    dash.updateSettings(options);
    dash.on("error", ({ error }) => tell(`dash ${error?.code} ${error?.message ?? JSON.stringify(error)}`));
    dash.initialize(video, address, false);
    const date = () => dash.timeAsUTC();
    Object.assign(player, { date, stop: () => dash.destroy(), seek: (seconds) => (video.currentTime += seconds - date()) });
  }
  // Chromium lets a muted video play by itself; it may have to wait for data.
  video.play().catch((error) => error.name === "AbortError" || tell(`play: ${error.message}`));
}

// The session of an admin, without the page's forms; the first one sets the recorder up.
export async function enter(page, recorder) {
  const at = (path) => `${recorder.base}/api/v1/${path}`;
  const { needed } = await (await page.request.get(at("setup"))).json();
  const sent = needed ? page.request.post(at("setup"), { data: { token: recorder.token, ...admin } }) : page.request.post(at("login"), { data: admin });
  const answer = await sent;
  if (!answer.ok()) throw new Error(`${answer.status()} ${await answer.text()}`);
  return (await answer.json()).csrf;
}

// Opens the page of a player; `origin` is that of the recorder unless another one is named. `options`: of the player.
export async function openPlayer(page, kind, address, { origin = new URL(address).origin, options = {} } = {}) {
  await page.route(`${origin}/players-of-others/**`, (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1);
    if (name === "page.html") {
      const body = `<!doctype html><meta charset="utf-8"><title>${kind}</title><video muted playsinline width="640"></video><script src="${kind}.js"></script>`;
      return route.fulfill({ contentType: "text/html", body });
    }
    return route.fulfill({ contentType: "text/javascript", body: readFileSync(join(modules, scripts[name.split(".")[0]])) });
  });
  await page.goto(`${origin}/players-of-others/page.html`);
  await page.evaluate(start, { kind, address, options });
}

export function state(page) {
  return page.evaluate(() => {
    const { video, errors } = player;
    const ranges = [];
    for (let n = 0; n < video.buffered.length; n += 1) ranges.push([video.buffered.start(n), video.buffered.end(n)]);
    return {
      time: video.currentTime,
      date: player.date?.(),
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth,
      ready: video.readyState,
      ended: video.ended,
      sound: video.webkitAudioDecodedByteCount,
      ranges,
      errors,
    };
  });
}

// Waits until pictures come and the condition holds.
export async function playing(page, { where = () => true, what = "a picture that runs", seconds = 25 } = {}) {
  let before = null;
  return until(what, async () => {
    const now = await state(page);
    const moved = before && now.frames > before.frames && now.time > before.time;
    before = now;
    return moved && now.ready >= 2 && where(now) ? now : null;
  }, seconds).catch(async (error) => {
    throw new Error(`${error.message}; ${JSON.stringify(await state(page))}`);
  });
}
