// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { StreamChoice } from "./stream_choice";

const both = (subRecorded: boolean) => [
  { kind: "main" as const, recorded: true },
  { kind: "sub" as const, recorded: subRecorded },
];

it("takes what is wanted", () => {
  expect(new StreamChoice("sub", both(false)).pick(true)).toBe("sub");
  expect(new StreamChoice("main", both(false)).pick(false)).toBe("main");
});

it("takes main for footage when the small stream is not recorded", () => {
  const choice = new StreamChoice("sub", both(false));
  expect(choice.pick(false)).toBe("main");
  expect(choice.pick(true)).toBe("sub");
});

it("falls back to the small stream where the browser does not play main, and says so", () => {
  const choice = new StreamChoice("main", both(false));
  expect(choice.cannotPlay("main", true)).toBe(true);
  expect(choice.pick(true)).toBe("sub");
  expect(choice.fellBack).toBe(true);
  expect(choice.pick(false)).toBeNull(); // footage exists only of what cannot be played
});

it("gives up when neither can be played, and tries again when a person asks", () => {
  const choice = new StreamChoice("main", both(true));
  choice.cannotPlay("main", true);
  expect(choice.cannotPlay("sub", true)).toBe(false);
  expect(choice.pick(true)).toBeNull();
  choice.want("main");
  expect(choice.pick(true)).toBe("main");
});

it("asks for the only stream there is, so that the server can say what is wrong with it", () => {
  expect(new StreamChoice("main", []).pick(true)).toBe("main");
});
