// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { StreamChoice, type Offer } from "./stream_choice";

const both = (subRecorded: boolean): Offer[] => [
  { kind: "main", recorded: true },
  { kind: "sub", recorded: subRecorded },
  { kind: "converted", recorded: true },
];
const mainOnly: Offer[] = [{ kind: "main", recorded: true }, { kind: "converted", recorded: true }];

describe("what is wanted", () => {
  it("is taken where there is such a stream", () => {
    expect(new StreamChoice("auto", both(false)).pick(true)).toBe("main");
    expect(new StreamChoice("sub", both(false)).pick(true)).toBe("sub");
    expect(new StreamChoice("480p", mainOnly).pick(true)).toBe("480p");
    expect(new StreamChoice("480p", mainOnly).pick(false)).toBe("480p");
  });
  it("is the small stream on a wall, main where there is none", () => {
    expect(new StreamChoice("auto", both(false), true).pick(true)).toBe("sub");
    expect(new StreamChoice("auto", mainOnly, true).pick(true)).toBe("main");
  });
  it("gives way to main for footage when the small stream is not recorded", () => {
    const choice = new StreamChoice("sub", both(false));
    expect(choice.pick(false)).toBe("main");
    expect(choice.pick(true)).toBe("sub");
    expect(choice.fellBack(true)).toBeNull();
  });
  it("is asked for when nothing is known, so that the server can say what is wrong", () => {
    expect(new StreamChoice("auto", []).pick(true)).toBe("main");
    expect(new StreamChoice("auto", [], true).pick(true)).toBe("main");
  });
});

describe("a stream that the browser does not play", () => {
  it("is asked for converted on a camera's page, live and in footage", () => {
    const choice = new StreamChoice("auto", both(true));
    expect(choice.pass("main", true)).toBe(true);
    expect(choice.pick(true)).toBe("h264");
    expect(choice.pick(false)).toBe("h264");
    expect(choice.fellBack(true)).toBe("unplayable");
  });
  it("is made anew, not handed on, when it has no key frame to begin with", () => {
    const choice = new StreamChoice("auto", mainOnly);
    expect(choice.refused("main", true, { code: "no_key_frames", detail: "" })).toBe("another");
    expect(choice.pick(true)).toBe("720p");
  });
  it("gives way to the small one on a wall, and only then to a small conversion", () => {
    const choice = new StreamChoice("auto", both(false), true);
    choice.pass("sub", true);
    expect(choice.pick(true)).toBe("main");
    choice.pass("main", true);
    expect(choice.pick(true)).toBe("360p");
    const alone = new StreamChoice("auto", mainOnly, true);
    alone.pass("main", true);
    expect(alone.pick(true)).toBe("360p");
  });
  it("gives way to the small one where the recorder does not convert", () => {
    const choice = new StreamChoice("auto", both(false).slice(0, 2));
    choice.pass("main", true);
    expect(choice.pick(true)).toBe("sub");
    expect(choice.pick(false)).toBeNull(); // footage exists only of what cannot be played
    expect(new StreamChoice("480p", both(false).slice(0, 2)).pick(true)).toBe("main");
  });
  it("is given up when nothing is left, and tried again when a person asks", () => {
    const choice = new StreamChoice("auto", both(true));
    for (const stream of ["main", "h264", "720p"] as const) choice.pass(stream, true);
    expect(choice.pass("sub", true)).toBe(false);
    expect(choice.pick(true)).toBeNull();
    choice.want("main");
    expect(choice.pick(true)).toBe("main");
    expect(choice.fellBack(true)).toBeNull();
  });
});

describe("a recorder that converts as much as it can", () => {
  it("shows the small stream meanwhile, and says why", () => {
    const choice = new StreamChoice("auto", both(true));
    choice.pass("main", true);
    expect(choice.pass("h264", true, "busy")).toBe(true);
    expect(choice.pass("720p", true, "busy")).toBe(true);
    expect(choice.pick(true)).toBe("sub");
    expect(choice.fellBack(true)).toBe("busy");
    expect(choice.awaited(true)).toBe("h264");
  });
  it("says what the recorder said when the small stream cannot be played either", () => {
    const choice = new StreamChoice("auto", both(true));
    expect(choice.refused("main", true, { code: "unsupported", detail: "H.265" })).toBe("another");
    expect(choice.refused("h264", true, { code: "overloaded", detail: "all 2 are taken" })).toBe("another");
    expect(choice.refused("720p", true, { code: "overloaded", detail: "all 2 are taken" })).toBe("another");
    expect(choice.refused("sub", true, { code: "unsupported", detail: "H.265" })).toEqual({ code: "overloaded", detail: "all 2 are taken" });
    expect(choice.pick(true)).toBe("h264");
  });
  it("is asked again where there is nothing else", () => {
    const choice = new StreamChoice("auto", mainOnly);
    choice.pass("main", true);
    choice.pass("h264", true, "busy");
    expect(choice.pass("720p", true, "busy")).toBe(false);
    expect(choice.pick(true)).toBeNull();
    choice.again();
    expect(choice.pick(true)).toBe("h264");
    expect(choice.fellBack(true)).toBe("unplayable");
  });
  it("shows what there is when a conversion was wanted", () => {
    const choice = new StreamChoice("720p", mainOnly);
    expect(choice.pass("720p", true, "busy")).toBe(true);
    expect(choice.pick(true)).toBe("main");
    expect(choice.fellBack(true)).toBe("busy");
  });
});

describe("a conversion that was chosen", () => {
  it("is awaited while what somebody else has converted is shown, and then is simply what was chosen", () => {
    const choice = new StreamChoice("360p", mainOnly);
    const all = { code: "overloaded", detail: "all 2 are taken" };
    expect(choice.refused("360p", true, all)).toBe("another");
    expect(choice.refused("main", true, { code: "unsupported", detail: "H.265" })).toBe("another");
    expect(choice.pick(true)).toBe("h264");
    expect(choice.fellBack(true)).toBe("busy");
    expect(choice.awaited(true)).toBe("360p");
    choice.again();
    expect(choice.pick(true)).toBe("360p");
    expect(choice.fellBack(true)).toBeNull(); // that main cannot be played is no reason: it was not wanted
    expect(choice.awaited(true)).toBeNull();
  });
});

describe("a line that is too thin", () => {
  it("gets the small stream, then less, never more", () => {
    const choice = new StreamChoice("auto", both(false));
    expect(choice.tooMuch("main", true)).toBe(true);
    expect(choice.pick(true)).toBe("sub");
    expect(choice.fellBack(true)).toBe("thin");
    expect(choice.tooMuch("sub", true)).toBe(true);
    expect(choice.pick(true)).toBe("360p");
    expect(choice.tooMuch("360p", true)).toBe(false);
    expect(choice.pick(true)).toBe("360p");
  });
  it("gets a conversion where there is no small stream", () => {
    const choice = new StreamChoice("auto", mainOnly);
    expect(choice.tooMuch("main", true)).toBe(true);
    expect(choice.pick(true)).toBe("480p");
    expect(choice.tooMuch("480p", true)).toBe(true);
    expect(choice.pick(true)).toBe("360p");
  });
  it("is left alone where a person chose", () => {
    const choice = new StreamChoice("main", both(true));
    expect(choice.tooMuch("main", true)).toBe(false);
    expect(choice.pick(true)).toBe("main");
  });
});
