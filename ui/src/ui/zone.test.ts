// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { addDays, clockText, dayOf, dayText, instantOf, offset, offsetText, repeats, spanOfDay, spanText } from "./zone";

const at = (iso: string) => Date.parse(iso) / 1000;
const berlin = "Europe/Berlin";

describe("days of a zone", () => {
  it("have 24 hours as a rule, 23 in spring and 25 in autumn", () => {
    const hours = (day: string) => {
      const [start, end] = spanOfDay(day, berlin);
      return (end - start) / 3600;
    };
    expect(hours("2026-11-20")).toBe(24);
    expect(hours("2026-03-29")).toBe(23);
    expect(hours("2026-10-25")).toBe(25);
  });
  it("begin at the zone's midnight", () => {
    expect(spanOfDay("2026-11-20", berlin)[0]).toBe(at("2026-11-19T23:00:00Z"));
    expect(spanOfDay("2026-11-20", "America/New_York")[0]).toBe(at("2026-11-20T05:00:00Z"));
    expect(spanOfDay("2026-11-20", "Asia/Kolkata")[0]).toBe(at("2026-11-19T18:30:00Z"));
  });
  it("begin at one where the switch leaves midnight out", () => {
    // Beirut 2026-03-29: the clock goes from 00:00 to 01:00.
    const [start, end] = spanOfDay("2026-03-29", "Asia/Beirut");
    expect(end - start).toBe(23 * 3600);
    expect(clockText(start, "Asia/Beirut")).toBe("01:00:00");
  });
  it("are named by the zone, not by UTC", () => {
    expect(dayOf(at("2026-11-19T23:30:00Z"), berlin)).toBe("2026-11-20");
    expect(dayOf(at("2026-11-19T23:30:00Z"), "UTC")).toBe("2026-11-19");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });
});

describe("clock times", () => {
  it("carry the offset in the hour that comes twice, and only there", () => {
    expect(clockText(at("2026-10-25T00:30:00Z"), berlin)).toBe("02:30:00 +02:00");
    expect(clockText(at("2026-10-25T01:30:00Z"), berlin)).toBe("02:30:00 +01:00");
    expect(clockText(at("2026-10-24T23:30:00Z"), berlin)).toBe("01:30:00");
    expect(clockText(at("2026-10-25T02:30:00Z"), berlin)).toBe("03:30:00");
    expect(repeats(at("2026-03-29T01:00:00Z"), berlin)).toBe(false);
  });
  it("show fractions where asked", () => {
    expect(clockText(1763632830.25, "UTC", "millis")).toBe("10:00:30.250");
    expect(clockText(1763632830.99, "UTC", "tenths")).toBe("10:00:30.9");
    expect(clockText(1763665445.12, "UTC", "millis")).toBe("19:04:05.120");
    expect(clockText(1763632830.999999, "UTC", "millis")).toBe("10:00:30.999");
    expect(clockText(1763632830, "UTC", "minutes")).toBe("10:00");
  });
  it("lead back to their instant", () => {
    expect(instantOf("2026-10-25", 2.5 * 3600, berlin)).toBe(at("2026-10-25T00:30:00Z"));
    expect(instantOf("2026-03-29", 2.5 * 3600, berlin)).toBe(at("2026-03-29T01:30:00Z"));
    expect(offset(at("2026-07-01T00:00:00Z"), berlin)).toBe(7200);
    expect(offsetText(at("2026-07-01T00:00:00Z"), "America/St_Johns")).toBe("−02:30");
  });
  it("name days for people", () => {
    expect(dayText("2026-11-20", "2026-11-25")).toBe("Fri 20 Nov");
    expect(dayText("2025-11-20", "2026-11-25")).toBe("Thu 20 Nov 2025");
  });
});

it("writes a stretch with its day, and the second day where it is another", () => {
  const now = at("2026-11-21T12:00:00Z");
  expect(spanText(at("2026-11-20T13:03:07Z"), at("2026-11-20T13:05:00Z"), now, berlin)).toBe("Fri 20 Nov, 14:03:07 – 14:05:00");
  expect(spanText(at("2026-11-20T22:30:00Z"), at("2026-11-20T23:30:00Z"), now, berlin, "minutes")).toBe("Fri 20 Nov, 23:30 – Sat 21 Nov, 00:30");
});
