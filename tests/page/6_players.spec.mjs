// SPDX-License-Identifier: Apache-2.0
// HLS and DASH in the players that web pages use: live, rewound in the current day, over a gap and a change of the picture's size.
import assert from "node:assert/strict";
import { Parser } from "m3u8-parser";
import { parse as parseManifest } from "mpd-parser";
import { enter, openPlayer, playing, state } from "./players.mjs";
import { freePort, until } from "./recorder.mjs";
import { test } from "./suite.mjs";

const players = [
  { name: "hls.js", kind: "hls", file: "index.m3u8", options: { lowLatencyMode: true } },
  { name: "shaka-player with DASH", kind: "shaka", file: "manifest.mpd", options: {} },
  { name: "shaka-player with HLS", kind: "shaka", file: "index.m3u8", options: {} },
  { name: "dash.js", kind: "dash", file: "manifest.mpd", options: {} },
];
const address = (recorder, period, file) => `${recorder.base}/door/stream/${period}/${file}`;
const fetchText = async (page, url) => (await page.request.get(url)).text();

async function spans(page, recorder) {
  const query = new URLSearchParams({ stream: "main", start: new Date(Date.now() - 3_600_000).toISOString(), end: new Date().toISOString() });
  const answer = await page.request.get(`${recorder.base}/api/v1/cameras/door/coverage?${query}`);
  return (await answer.json()).footage.map(({ start, end }) => [Date.parse(start) / 1000, Date.parse(end) / 1000]);
}

// Footage of door that breaks off and goes on in another size: [end before the gap, start after it], with some seconds on both sides.
let gap = null;
async function makeGap(page, recorder) {
  if (gap) return gap;
  const wide = await until("door's size", async () => (await (await page.request.get(`${recorder.base}/api/v1/cameras/door`)).json()).streams[0].video?.width, 60);
  await until("10 s of door", async () => (await spans(page, recorder)).some(([start, end]) => Date.now() / 1000 - end < 10 && end - start > 10), 90);
  const count = (await spans(page, recorder)).length;
  await recorder.stopCameras();
  const size = wide === 400 ? "480x270" : "400x224";
  await recorder.startCameras({ door: `sim:?size=${size}&fps=20&gop=20&bitrate=900000&name=door` });
  const seen = await until("10 s of door behind the gap", async () => {
    const all = await spans(page, recorder);
    return all.length > count && all.at(-1)[1] - all.at(-1)[0] > 10 && all;
  }, 90);
  gap = { from: seen.at(-2)[1], to: seen.at(-1)[0], before: wide, after: Number(size.split("x")[0]) };
  return gap;
}

const serious = (errors) => errors.filter((text) => !/^aborted|bufferStalledError|bufferNudgeOnStall|bufferSeekOverHole/.test(text));

for (const { name, kind, file, options } of players) {
  test(`${name} plays live and goes on`, async ({ recorder, browser }) => {
    const page = await browser.open();
    await enter(page, recorder);
    await openPlayer(page, kind, address(recorder, "live", file), { options });
    const first = await playing(page);
    const now = await playing(page, { where: ({ time }) => time > first.time + 4, what: "four seconds of live" });
    const behind = Date.now() / 1000 - now.date;
    assert.ok(behind > 0 && behind < 20, `${behind.toFixed(1)} s behind`);
    assert.deepEqual(serious(now.errors), []);
  });
}

// A page of another site has no session here: all it needs must come from the link, playlists, media and the clock alike.
for (const { name, kind, file, options } of players) {
  test(`${name} plays live by a link on a page of another site, which must be named`, async ({ recorder, browser }) => {
    const owner = await browser.open();
    const csrf = await enter(owner, recorder);
    const made = await owner.request.post(`${recorder.base}/api/v1/links`, { headers: { "X-CSRF-Token": csrf, Origin: new URL(recorder.base).origin }, data: { path: `/door/stream/live/${file}`, seconds: 600 } });
    assert.equal(made.status(), 200, await made.text());
    const link = new URL((await made.json()).url, recorder.base).href;
    const page = await browser.open();
    const refused = [];
    page.on("response", (answer) => answer.status() >= 400 && answer.url().startsWith(recorder.base) && refused.push(`${answer.status()} ${answer.url()}`));
    await openPlayer(page, kind, link, { origin: recorder.wall, options });
    const first = await playing(page);
    const now = await playing(page, { where: ({ time }) => time > first.time + 3, what: "three seconds of live" });
    assert.deepEqual(serious(now.errors), []);
    assert.deepEqual(refused, []);
    assert.deepEqual(await page.context().cookies(recorder.base), [], "nothing but the link let it in");

    const stranger = await browser.open();
    await openPlayer(stranger, kind, link, { origin: `http://127.0.0.1:${await freePort()}`, options });
    await until("an error of the player", async () => (await state(stranger)).errors.length > 0, 30);
    assert.equal((await state(stranger)).frames, 0);
  }, { seconds: 120 });
}

for (const { name, kind, file, options } of players) {
  // With HLS shaka-player does not tell the date of a day that grows.
  if (name !== "shaka-player with HLS") test(`${name} rewinds in the current day`, async ({ recorder, browser }) => {
    const page = await browser.open();
    await enter(page, recorder);
    await makeGap(page, recorder);
    await openPlayer(page, kind, address(recorder, "today", file), { options: kind === "hls" ? {} : options });
    await playing(page);
    const back = gap.to + 1;
    await page.evaluate((seconds) => player.seek(seconds), back);
    const now = await playing(page, { where: ({ date }) => date > back - 1 && date < back + 6, what: "the picture of then" });
    assert.equal(now.width, gap.after);
    assert.deepEqual(serious(now.errors), []);
  }, { seconds: 180 });

  test(`${name} plays a range over a gap and a change of size`, async ({ recorder, browser }) => {
    const page = await browser.open();
    await enter(page, recorder);
    const { from, to, before, after } = await makeGap(page, recorder);
    const [start, end] = [Math.round((from - 5) * 1000), Math.round((to + 6) * 1000)];
    await openPlayer(page, kind, address(recorder, `${start}-${end}`, file), { options: kind === "hls" ? {} : options });
    await playing(page, { where: ({ width }) => width === before, what: "footage before the gap" });
    const now = await playing(page, { where: ({ width }) => width === after, what: "footage behind the gap", seconds: 40 });
    await until("the end", async () => (await state(page)).ended, 30);
    assert.deepEqual(serious(now.errors), []);
  }, { seconds: 180 });
}

test("a signed link plays without a session", async ({ recorder, browser }) => {
  const page = await browser.open();
  const csrf = await enter(page, recorder);
  const made = await page.request.post(`${recorder.base}/api/v1/links`, { data: { path: "/door/stream/live/index.m3u8", seconds: 600 }, headers: { "X-CSRF-Token": csrf } });
  const { url } = await made.json();
  const stranger = await browser.open();
  await openPlayer(stranger, "hls", new URL(url, recorder.base).href, { options: { lowLatencyMode: true } });
  const now = await playing(stranger);
  assert.deepEqual(serious(now.errors), []);
});

test("independent parsers read every playlist and manifest", async ({ recorder, browser }) => {
  const page = await browser.open();
  await enter(page, recorder);
  const { from, to } = await makeGap(page, recorder);
  const range = `${Math.round((from - 5) * 1000)}-${Math.round((to + 5) * 1000)}`;
  for (const period of ["live", "today", range]) {
    const parser = new Parser();
    const warnings = [];
    parser.on("warn", ({ message }) => warnings.push(message));
    parser.push(await fetchText(page, address(recorder, period, "playlist.m3u8")));
    parser.end();
    assert.deepEqual(warnings, [], period);
    assert.ok(parser.manifest.segments.length > 1, period);
    assert.equal(parser.manifest.endList ?? false, period === range, period);
    if (period === range) assert.equal(parser.manifest.discontinuityStarts.length, 1);
    const text = await fetchText(page, address(recorder, period, "manifest.mpd"));
    const events = [];
    const manifest = parseManifest(text, { manifestUri: address(recorder, period, "manifest.mpd"), eventHandler: (event) => events.push(event.message) });
    assert.deepEqual(events, [], period);
    assert.ok(manifest.playlists.length >= 1 && manifest.playlists[0].segments.length > 1, period);
    assert.match(manifest.playlists[0].attributes.CODECS, /^avc1\./);
    if (period === range) assert.equal(manifest.playlists[0].discontinuityStarts.length, 1);
  }
}, { seconds: 180 });
