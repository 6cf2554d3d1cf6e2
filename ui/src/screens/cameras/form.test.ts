// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { configOf, emptyForm, formOf, slug } from "./form";

describe("a camera's form", () => {
  it("gives back what it was made from, with what it does not show", () => {
    const config = {
      name: "Door",
      source: "rtsp://user:***@10.0.0.5/main",
      transport: "udp" as const,
      audio: false,
      on_demand: true,
      record: { enabled: true, days: 30, bytes: "500GB", flush: 5 },
      sub: { source: "rtsp://10.0.0.5/sub", record: { enabled: true, days: 2 } },
      location: { place: "Entrance", latitude: 52.5, longitude: 13.4 },
      unknown_to_the_page: [1, 2],
    };
    expect(configOf(formOf("door", config), config)).toEqual(config);
  });
  it("makes the least of a name and an address", () => {
    const config = configOf({ ...emptyForm, id: "yard", name: "Yard", source: " rtsp://10.0.0.6/ " }, null);
    expect(config).toEqual({ name: "Yard", source: "rtsp://10.0.0.6/", transport: "tcp", audio: true, on_demand: false, record: { enabled: true } });
  });
  it("takes limits and the sub stream away", () => {
    const before = { source: "rtsp://a/", record: { days: 3, bytes: "1TB", flush: 2 }, sub: { source: "rtsp://b/" } };
    const config = configOf({ ...formOf("a", before), days: "", bytes: "", sub: "" }, before);
    expect(config.record).toEqual({ enabled: true, flush: 2 });
    expect(config.sub).toBeUndefined();
  });
  it("reads the short forms", () => {
    const form = formOf("a", { source: "rtsp://a/", record: false as never, sub: "rtsp://b/" as never });
    expect(form.record).toBe(false);
    expect(form.sub).toBe("rtsp://b/");
    expect(form.recordSub).toBe(false);
  });
  it("writes numbers as numbers and units as they are", () => {
    const config = configOf({ ...emptyForm, days: "0.5", bytes: "20GiB" }, null);
    expect(config.record).toEqual({ enabled: true, days: 0.5, bytes: "20GiB" });
  });
});

it("makes ids that addresses can carry", () => {
  expect(["Front door", "Hof / Süd", "--Till 1!", "日本"].map(slug)).toEqual(["front-door", "hof-sud", "till-1", ""]);
});
