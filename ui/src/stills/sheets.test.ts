// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { Sheets, type Sheet } from "./sheets";
import { kChunk } from "./storyboard";

const t0 = 1_763_632_800; // a multiple of ten minutes

// A recorder whose sheets come when they are told to.
function fake({ now = t0 + 10 * kChunk } = {}) {
  const asked: number[] = [];
  const dropped: string[] = [];
  const waiting: { resolve: (sheet: Sheet<string> | null) => void; reject: (why: Error) => void; start: number }[] = [];
  const clock = { now };
  const sheets = new Sheets<string>({
    load: (_camera, start) =>
      new Promise((resolve, reject) => {
        asked.push((start - t0) / kChunk);
        waiting.push({ resolve, reject, start });
      }),
    drop: (picture) => dropped.push(picture),
    now: () => clock.now,
  });
  const settle = async (act: (one: (typeof waiting)[number]) => void) => {
    act(waiting.shift()!);
    for (let n = 0; n < 5; n += 1) await Promise.resolve();
  };
  const come = () => settle(({ resolve, start }) => resolve({ tiles: [], picture: `sheet ${(start - t0) / kChunk}` }));
  return { sheets, asked, dropped, waiting, clock, come, fail: () => settle(({ reject }) => reject(new Error("busy"))), none: () => settle(({ resolve }) => resolve(null)) };
}

it("loads the sheet under the pointer, then those beside it, one at a time", async () => {
  const { sheets, asked, come } = fake();
  sheets.want("door", t0 + 5 * kChunk + 30);
  expect(asked).toEqual([5]);
  await come();
  expect(sheets.find("door", t0 + 5 * kChunk + 500)?.picture).toBe("sheet 5");
  expect(sheets.find("yard", t0 + 5 * kChunk + 500)).toBeUndefined();
  await come();
  await come();
  expect(asked).toEqual([5, 6, 4]);
});

it("looks ahead in the direction of the pointer", async () => {
  const { sheets, asked, come } = fake();
  sheets.want("door", t0 + 5 * kChunk + 30);
  sheets.want("door", t0 + 5 * kChunk + 20);
  await come();
  expect(asked).toEqual([5, 4]);
});

it("forgets wishes that the pointer has left behind", async () => {
  const { sheets, asked, come } = fake();
  for (const chunk of [1, 2, 3, 7]) sheets.want("door", t0 + chunk * kChunk);
  expect(asked).toEqual([1]);
  await come();
  expect(asked).toEqual([1, 7]);
});

it("keeps three, and gives back what goes", async () => {
  const { sheets, dropped, come } = fake();
  sheets.want("door", t0 + 5 * kChunk);
  for (let n = 0; n < 3; n += 1) await come(); // 5, 6, 4
  sheets.want("door", t0 + 6 * kChunk); // 7 comes
  await come();
  expect(dropped).toEqual(["sheet 5"]);
  sheets.find("door", t0 + 4 * kChunk);
  sheets.want("door", t0 + 7 * kChunk); // 8 comes
  await come();
  expect(dropped).toEqual(["sheet 5", "sheet 6"]);
  expect(sheets.find("door", t0 + 4 * kChunk)?.picture).toBe("sheet 4");
});

it("makes the sheet of now again while it grows, others never", async () => {
  const { sheets, asked, clock, come } = fake({ now: t0 + 2 * kChunk + 100 });
  const want = () => sheets.want("door", t0 + 2 * kChunk + 50);
  want();
  await come();
  await come(); // 1: what lies ahead of now is not asked for
  expect(asked).toEqual([2, 1]);
  clock.now += 10;
  want();
  expect(asked).toEqual([2, 1]);
  clock.now += 10;
  want();
  expect(asked).toEqual([2, 1, 2]);
});

it("rests after a failure, and asks for what is not there only now and then", async () => {
  const { sheets, asked, clock, fail, none, come } = fake();
  const want = () => sheets.want("door", t0 + 5 * kChunk);
  want();
  await fail();
  want();
  expect(asked).toEqual([5]);
  clock.now += 4;
  want();
  await none();
  expect(sheets.find("door", t0 + 5 * kChunk)).toBeNull();
  await come();
  await come();
  want();
  expect(asked).toEqual([5, 5, 6, 4]);
  clock.now += 61;
  want();
  expect(asked).toEqual([5, 5, 6, 4, 5]);
});
