// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FeedPlayer } from "./feed_player";
import type { PlayerState } from "./player_state";
import type { Offer } from "./stream_choice";
import { FakeMediaSource, FakeSocket, FakeVideo, installFakes } from "./test_fakes";

const t0 = 1_763_632_830;
let video: FakeVideo;
let player: FeedPlayer;
let state: PlayerState;

const step = (ms = 100) => vi.advanceTimersByTimeAsync(ms);
const buffer = () => FakeMediaSource.last.buffer!;
const init = (request: number, more: object = {}) =>
  FakeSocket.last.say({ type: "init", request, stream: "main", mime: 'video/mp4; codecs="avc1.640028"', live: true, width: 1920, height: 1080, ...more });

function make(streams: Offer[] = [{ kind: "main", recorded: true }, { kind: "sub", recorded: false }, { kind: "converted", recorded: true }]): void {
  video = new FakeVideo();
  player = new FeedPlayer(video as unknown as HTMLVideoElement, { address: "ws://x/door/feed", quality: "auto", streams, onState: (next) => (state = next) });
  state = player.state;
  player.suspend(true);
  player.suspend(false);
}

// Live with two seconds in the buffer and the first picture shown.
async function playLive(streams?: Offer[]): Promise<void> {
  make(streams);
  FakeSocket.last.connect();
  init(1);
  FakeSocket.last.bytes();
  await step(0);
  buffer().ranges = [{ start: t0, end: t0 + 2 }];
  FakeSocket.last.bytes();
  await step(0);
  video.present();
  await step();
}

beforeEach(installFakes);
afterEach(() => {
  player.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("live", () => {
  it("asks without sound, shows the first key frame at once, then goes to the edge", async () => {
    make();
    FakeSocket.last.connect();
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 1, stream: "main", audio: false });
    expect(FakeSocket.last.asked.codecs).toContain("avc1.640028");
    expect(FakeSocket.last.asked.codecs).not.toContain("hvc1.1.6.L93.B0");
    init(1);
    FakeSocket.last.bytes();
    await step(0);
    buffer().ranges = [{ start: t0, end: t0 + 2 }];
    FakeSocket.last.bytes();
    await step(0);
    expect(video.currentTime).toBe(t0);
    expect(video.paused).toBe(false);
    expect(state.phase).toBe("connecting");
    video.present();
    await step();
    expect(state.phase).toBe("playing");
    expect(video.currentTime).toBeCloseTo(t0 + 2 - 0.12);
  });

  it("steps over a hole that dropped parts left", async () => {
    await playLive();
    buffer().ranges = [{ start: t0, end: t0 + 2 }, { start: t0 + 9, end: t0 + 9.5 }];
    FakeSocket.last.say({ type: "dropped", request: 1, parts: 50 });
    video.currentTime = t0 + 1.99;
    video.readyState = 2;
    await step();
    expect(video.currentTime).toBe(t0 + 9);
  });

  it("connects again after a break and asks again", async () => {
    await playLive();
    const before = FakeSocket.last;
    before.drop();
    expect(state.reconnecting).toBe(true);
    await step(700);
    expect(FakeSocket.last).not.toBe(before);
    FakeSocket.last.connect();
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2 });
    expect(state.reconnecting).toBe(false);
  });

  it("takes a silent connection for a dead one", async () => {
    await playLive();
    const before = FakeSocket.last;
    await step(13_000);
    expect(FakeSocket.last).not.toBe(before);
  });

  it("changes the type when parameters change, and goes on", async () => {
    await playLive();
    init(1, { mime: 'video/mp4; codecs="avc1.4d0028"' });
    FakeSocket.last.bytes();
    await step(0);
    expect(buffer().types).toEqual(['video/mp4; codecs="avc1.640028"', 'video/mp4; codecs="avc1.4d0028"']);
    expect(buffer().removed).toEqual([]);
    expect(buffer().appended).toHaveLength(3);
  });

  it("makes a new source when sound comes in: a source buffer keeps its number of tracks", async () => {
    await playLive();
    const before = FakeMediaSource.last;
    player.setAudio(true);
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2, audio: true });
    init(2, { mime: 'video/mp4; codecs="avc1.640028,mp4a.40.2"' });
    FakeSocket.last.bytes();
    await step(0);
    expect(FakeMediaSource.last).not.toBe(before);
    buffer().ranges = [{ start: t0 + 2, end: t0 + 3 }];
    FakeSocket.last.bytes();
    await step(0);
    expect(video.currentTime).toBe(t0 + 2);
    expect(state.phase).not.toBe("failed");
  });

  it("says since when the camera is lost, and goes on when it sends", async () => {
    await playLive();
    FakeSocket.last.say({ type: "lost", request: 1, since: "2026-11-20T10:00:00Z", detail: "no answer" });
    await step();
    expect(state.phase).toBe("playing"); // what had come is still shown
    video.readyState = 2;
    await step();
    expect(state).toMatchObject({ phase: "lost", since: "2026-11-20T10:00:00Z", detail: "no answer" });
    buffer().ranges.push({ start: t0 + 60, end: t0 + 61 });
    FakeSocket.last.bytes();
    await step(600); // the playhead stands: it is not at the very end of what is buffered
    expect(video.currentTime).toBeGreaterThanOrEqual(t0 + 60);
    video.readyState = 4;
    await step();
    expect(state.phase).toBe("playing");
  });
});

describe("streams", () => {
  const refuse = (request: number, code: string, detail = "") => FakeSocket.last.say({ type: "error", request, code, detail });
  it("asks for main converted when the server says that the browser cannot play it", () => {
    make();
    FakeSocket.last.connect();
    refuse(1, "unsupported", "H.265");
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2, stream: "h264" });
    expect(state).toMatchObject({ stream: "h264", fellBack: "unplayable" });
  });
  it("shows the small stream while the recorder converts as much as it can", () => {
    make();
    FakeSocket.last.connect();
    refuse(1, "unsupported");
    refuse(2, "overloaded", "all 2 conversions are taken");
    refuse(3, "overloaded", "all 2 conversions are taken");
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 4, stream: "sub" });
  });
  it("turns to what was wanted when there is room, and plays on until then", async () => {
    await playLive();
    player.setQuality("480p");
    refuse(2, "overloaded", "all 2 conversions are taken");
    expect(state).toMatchObject({ stream: "main", fellBack: "busy" });
    init(3);
    FakeSocket.last.bytes();
    await step(0);
    buffer().ranges = [{ start: t0 + 2, end: t0 + 4 }];
    FakeSocket.last.bytes();
    await step(4200);
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 4, stream: "480p", keep: true });
    refuse(4, "overloaded", "all 2 conversions are taken");
    const taken = buffer().appended.length;
    FakeSocket.last.bytes();
    await step();
    expect(buffer().appended).toHaveLength(taken + 1); // of main, which goes on
    expect(state).toMatchObject({ phase: "playing", stream: "main", fellBack: "busy" });
    await step(4200);
    expect(FakeSocket.last.asked).toMatchObject({ request: 5, stream: "480p", keep: true });
    init(5, { stream: "480p" });
    expect(state).toMatchObject({ stream: "480p", fellBack: null });
    const asked = FakeSocket.last.sent.length;
    await step(9000);
    expect(FakeSocket.last.sent).toHaveLength(asked);
  });
  it("says so, and tries again, when there is nothing else to show", async () => {
    make([{ kind: "main", recorded: true }, { kind: "converted", recorded: true }]);
    FakeSocket.last.connect();
    refuse(1, "unsupported");
    refuse(2, "overloaded", "all 2 conversions are taken");
    refuse(3, "overloaded", "all 2 conversions are taken");
    expect(state).toMatchObject({ phase: "failed", code: "overloaded", detail: "all 2 conversions are taken" });
    await step(4100);
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 4, stream: "h264" });
  });
  it("says so when nothing is left to play", () => {
    make([{ kind: "main", recorded: true }, { kind: "converted", recorded: true }]);
    FakeSocket.last.connect();
    init(1, { mime: 'video/mp4; codecs="hvc1.1.6.L93.B0"' });
    refuse(2, "unsupported", "no encoder");
    refuse(3, "unsupported", "no encoder");
    expect(state).toMatchObject({ phase: "failed", code: "unsupported" });
  });
  it("asks for the quality that was chosen, and leaves what runs alone when it is that", async () => {
    await playLive();
    const asked = FakeSocket.last.sent.length;
    player.setQuality("main");
    expect(FakeSocket.last.sent).toHaveLength(asked);
    player.setQuality("480p");
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2, stream: "480p" });
  });
  it("takes less when the line drops parts again and again", async () => {
    await playLive();
    for (let n = 0; n < 3; n += 1) FakeSocket.last.say({ type: "dropped", request: 1, parts: 20 });
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2, stream: "sub" });
    expect(state.fellBack).toBe("thin");
  });
  it("does not wait for ever for a key frame that the browser would take", async () => {
    make([{ kind: "main", recorded: true }, { kind: "converted", recorded: true }]);
    FakeSocket.last.connect();
    init(1);
    for (let n = 0; n < 50; n += 1) {
      FakeSocket.last.bytes();
      await step(100); // nothing of it is kept
    }
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2, stream: "720p" });
    refuse(2, "unsupported", "no encoder");
    expect(state.phase).toBe("failed");
  });
  it("tries again after an error that may pass", async () => {
    make();
    FakeSocket.last.connect();
    FakeSocket.last.say({ type: "error", request: 1, code: "unavailable", detail: "disk" });
    expect(state.phase).toBe("failed");
    await step(4100);
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 2 });
  });
});

describe("footage", () => {
  const at = t0 - 3600;
  async function playFootage(): Promise<void> {
    await playLive();
    player.seek(at);
    init(2, { live: false });
    FakeSocket.last.bytes();
    await step(0);
    buffer().ranges = [{ start: at - 0.8, end: at + 20 }];
    FakeSocket.last.bytes();
    await step(0);
  }

  it("is asked for with a grant, and what still comes of live is ignored", async () => {
    await playLive();
    const taken = buffer().appended.length;
    player.seek(at);
    expect(FakeSocket.last.asked).toMatchObject({ type: "play", request: 2, at: new Date(at * 1000).toISOString(), speed: 1, until: at + 25 });
    FakeSocket.last.bytes();
    init(1);
    FakeSocket.last.bytes();
    await step(0);
    expect(buffer().appended).toHaveLength(taken);
    expect(player.time).toBe(at);
  });

  it("begins at the instant itself, not at the key frame before it", async () => {
    await playFootage();
    expect(video.currentTime).toBe(at);
    expect(state.live).toBe(false);
  });

  it("moves inside of what is buffered without asking", async () => {
    await playFootage();
    const asked = FakeSocket.last.sent.length;
    player.seek(at + 5);
    expect(video.currentTime).toBe(at + 5);
    expect(FakeSocket.last.sent).toHaveLength(asked);
    player.seek(at - 500);
    expect(FakeSocket.last.asked).toMatchObject({ type: "play", request: 3 });
  });

  it("grants more as the playhead goes on, and nothing while it stands", async () => {
    await playFootage();
    video.currentTime = at + 6;
    await step();
    expect(FakeSocket.last.asked).toEqual({ type: "grant", request: 2, until: at + 31 });
    player.pause();
    video.currentTime = at + 18;
    await step(500);
    expect(FakeSocket.last.asked).toMatchObject({ until: at + 31 });
  });

  it("jumps over a gap that was announced, and has granted what follows it", async () => {
    await playFootage();
    FakeSocket.last.say({ type: "gap", request: 2, from: at + 20, to: at + 900, reason: "camera lost" });
    await step();
    expect(FakeSocket.last.asked).toMatchObject({ type: "grant", until: at + 905 });
    video.currentTime = at + 19.95;
    video.readyState = 2;
    await step();
    expect(video.currentTime).toBe(at + 900);
  });

  it("begins behind the gap when the instant lies in one", async () => {
    await playLive();
    player.seek(at);
    FakeSocket.last.say({ type: "gap", request: 2, from: at - 0.01, to: at + 600, reason: "disk full" });
    expect(FakeSocket.last.asked).toEqual({ type: "grant", request: 2, until: at + 625 });
    expect(player.time).toBe(at + 600);
  });

  it("sends key frames only above 4×, without sound", async () => {
    await playFootage();
    player.setSpeed(4);
    expect(video.playbackRate).toBe(4);
    expect(FakeSocket.last.asked.type).not.toBe("stop");
    const asked = FakeSocket.last.sent.filter((each) => each.type === "play").length;
    player.setSpeed(16);
    expect(FakeSocket.last.asked).toMatchObject({ type: "play", speed: 16, audio: false });
    expect(FakeSocket.last.sent.filter((each) => each.type === "play")).toHaveLength(asked + 1);
  });

  it("goes on with what was recorded meanwhile, and is live when nothing was", async () => {
    await playFootage();
    FakeSocket.last.say({ type: "end", request: 2, at: at + 20 });
    video.currentTime = at + 16;
    await step();
    expect(FakeSocket.last.asked).toMatchObject({ type: "play", request: 3, at: new Date((at + 20) * 1000).toISOString() });
    FakeSocket.last.say({ type: "end", request: 3, at: at + 20 });
    video.currentTime = at + 19.99;
    video.readyState = 2;
    await step();
    expect(FakeSocket.last.asked).toMatchObject({ type: "live", request: 4 });
    expect(state.live).toBe(true);
  });

  it("is what a pause of live becomes", async () => {
    await playLive();
    const shown = video.currentTime;
    player.pause();
    expect(FakeSocket.last.asked).toEqual({ type: "stop" });
    expect(state).toMatchObject({ live: false, phase: "paused" });
    player.play();
    expect(FakeSocket.last.asked).toMatchObject({ type: "play", at: new Date(shown * 1000).toISOString() });
  });
});

it("holds no connection while nobody sees it, and comes back to where it was", async () => {
  await playLive();
  const before = FakeSocket.last;
  player.suspend(true);
  expect(before.readyState).toBe(3);
  await step(60_000);
  expect(FakeSocket.last).toBe(before);
  player.suspend(false);
  FakeSocket.last.connect();
  expect(FakeSocket.last.asked).toMatchObject({ type: "live" });
});

it("drops old video when the browser's buffer is full", async () => {
  await playLive();
  buffer().throws = new DOMException("full", "QuotaExceededError");
  video.currentTime = t0 + 10;
  buffer().ranges = [{ start: t0, end: t0 + 10 }];
  FakeSocket.last.bytes();
  expect(buffer().removed[buffer().removed.length - 1]).toEqual({ start: t0, end: t0 + 8 });
  buffer().throws = null;
  const taken = buffer().appended.length;
  await step(0);
  expect(buffer().appended).toHaveLength(taken + 1);
});

it("makes a new source when the browser fails to decode, and gives up when that goes on", async () => {
  await playLive([{ kind: "main", recorded: true }, { kind: "converted", recorded: true }]);
  for (let n = 0; n < 6; n += 1) {
    const before = FakeMediaSource.last;
    buffer().dispatchEvent(new Event("error"));
    if (n === 5) break;
    init(n + 2);
    FakeSocket.last.bytes();
    await step(0);
    expect(FakeMediaSource.last).not.toBe(before);
  }
  expect(state).toMatchObject({ phase: "failed", code: "undecodable" });
});
