// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Sink } from "./sink";
import { FakeMediaSource, FakeVideo, installFakes } from "./test_fakes";

const settle = () => vi.advanceTimersByTimeAsync(0);

async function makeSink(): Promise<Sink> {
  const sink = new Sink(new FakeVideo() as unknown as HTMLVideoElement, { settled: () => {}, failed: () => {} });
  sink.setType('video/mp4; codecs="avc1.640028"');
  sink.append(new ArrayBuffer(8));
  await settle();
  return sink;
}

beforeEach(installFakes);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

// After abort() a browser drops frames until the next key frame (Media Source Extensions, 3.5.2).
it("keeps the parser's state while it trims what is behind the playhead", async () => {
  const sink = await makeSink();
  sink.remove(0, 8);
  await settle();
  expect(FakeMediaSource.last.buffer).toMatchObject({ removed: [{ start: 0, end: 8 }], aborted: 0 });
});

it("resets the parser when a new request begins", async () => {
  const sink = await makeSink();
  sink.clear();
  await settle();
  expect(FakeMediaSource.last.buffer).toMatchObject({ removed: [{ start: 0, end: Number.POSITIVE_INFINITY }], aborted: 1 });
});
