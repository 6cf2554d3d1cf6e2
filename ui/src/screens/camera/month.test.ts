// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { addMonths, monthText, weeks } from "./month";

it("lays a month out in weeks from Monday", () => {
  const november = weeks("2026-11");
  expect(november[0]).toEqual([null, null, null, null, null, null, "2026-11-01"]);
  expect(november).toHaveLength(6);
  expect(november.flat().filter(Boolean)).toHaveLength(30);
  expect(weeks("2027-02")).toHaveLength(4); // begins on a Monday, 28 days
});

it("steps over years", () => {
  expect(addMonths("2026-12", 1)).toBe("2027-01");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
  expect(monthText("2026-11")).toBe("November 2026");
});
