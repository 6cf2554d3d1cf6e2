// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { fileName, framePath } from "./snapshot";

const at = (iso: string) => Date.parse(iso) / 1000;

it("names a picture by camera and local time", () => {
  expect(fileName("Front door", at("2026-11-20T19:04:05.120Z"), "Europe/Berlin", "jpg")).toBe("Front door 2026-11-20 20.04.05.120.jpg");
  expect(fileName('a/b\\c:"d"', at("2026-11-20T19:04:05Z"), "UTC", "jpg")).toBe("a b c d 2026-11-20 19.04.05.000.jpg");
  expect(fileName("//", at("2026-11-20T19:04:05Z"), "UTC", "png")).toBe("camera 2026-11-20 19.04.05.000.png");
});

it("tells the two hours apart when the clock goes back", () => {
  const names = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map((iso) => fileName("Yard", at(iso), "Europe/Berlin", "jpg"));
  expect(names).toEqual(["Yard 2026-10-25 02.30.00.000 UTC+0200.jpg", "Yard 2026-10-25 02.30.00.000 UTC+0100.jpg"]);
});

it("asks for now without a time", () => {
  expect(framePath("front door", { at: null })).toBe("/front%20door/frame/");
  expect(framePath("door", { at: 1763632830.04 })).toBe("/door/frame/?ts=1763632830.040000");
  expect(framePath("door", { at: 1763632830.04, stream: "sub" })).toBe("/door/frame/?ts=1763632830.040000&stream=sub");
});
