// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { CameraConfig } from "../../api/types";
import { configOf, emptyForm, formOf, locationFault, pairOf, slug } from "./form";

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

describe("where a camera stands", () => {
  const location = (part: object, before: CameraConfig["location"] = null) =>
    configOf({ ...formOf("a", { source: "rtsp://a/", location: before }), ...part }, { source: "rtsp://a/", location: before }).location;

  it("is a place, coordinates, or both", () => {
    expect(location({ place: " Yard " })).toBe("Yard");
    expect(location({ latitude: "52.52", longitude: "-0,1" })).toEqual({ place: "", latitude: 52.52, longitude: -0.1 });
    expect(location({ place: "Yard", latitude: "0", longitude: "0" })).toEqual({ place: "Yard", latitude: 0, longitude: 0 });
    expect(location({})).toBeUndefined();
  });
  it("can be taken away again, and keeps what the form does not show", () => {
    const before = { place: "Yard", latitude: 1, longitude: 2, floor: 3 };
    expect(location({}, before)).toEqual(before);
    expect(location({ latitude: "", longitude: "" }, before)).toEqual({ place: "Yard", floor: 3 });
    expect(location({ latitude: "5", longitude: "6" }, "Gate")).toEqual({ place: "Gate", latitude: 5, longitude: 6 });
  });
  it("is checked before it is sent", () => {
    const faults = [["", ""], ["52.5", "13.4"], ["52.5", ""], ["91", "0"], ["0", "-181"], ["north", "0"]].map(([latitude, longitude]) => locationFault({ latitude: latitude!, longitude: longitude! }));
    expect(faults.map((fault) => fault !== null)).toEqual([false, false, true, true, true, true]);
  });
  it("is read from what maps copy", () => {
    expect(pairOf("52.5200, 13.4050")).toEqual({ latitude: "52.5200", longitude: "13.4050" });
    expect(pairOf("-33.8 151.2")).toEqual({ latitude: "-33.8", longitude: "151.2" });
    expect(pairOf("52.52,13.4")).toEqual({ latitude: "52.52", longitude: "13.4" });
    expect([pairOf("52.52"), pairOf("52,52"), pairOf("Berlin, 3")]).toEqual([null, null, null]);
  });
});

it("makes ids that addresses can carry", () => {
  expect(["Front door", "Hof / Süd", "--Till 1!", "日本"].map(slug)).toEqual(["front-door", "hof-sud", "till-1", ""]);
});
