// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { mediaAddresses, rtspAddress } from "./addresses";

it("gives main without its name, other streams by theirs", () => {
  expect(mediaAddresses("door", "main").map(({ path }) => path)).toEqual([
    "/door/stream/live/playlist.m3u8",
    "/door/stream/today/playlist.m3u8",
    "/door/stream/live/manifest.mpd",
    "/door/mjpeg?fps=5",
    "/door/snapshot.jpg",
  ]);
  expect(mediaAddresses("door", "sub")[1]?.path).toBe("/door/stream/today/sub/playlist.m3u8");
  expect(mediaAddresses("door", "480p").map(({ path }) => path)).toEqual(["/door/stream/live/480p/playlist.m3u8"]);
});

it("puts the stream password into the RTSP address, escaped, and hides it", () => {
  const who = { user: "anna b", password: "p@ss/word" };
  const rtsp = { port: 8554, tls_port: 8322 };
  expect(rtspAddress("door", "main", "box", rtsp, who)).toEqual({
    text: "rtsp://anna%20b:p%40ss%2Fword@box:8554/door",
    shown: "rtsp://anna%20b:••••••••@box:8554/door",
  });
  expect(rtspAddress("door", "sub", "box", rtsp, who, true)?.text).toBe("rtsps://anna%20b:p%40ss%2Fword@box:8322/door/sub");
  expect(rtspAddress("door", "main", "box", null, who)).toBeNull();
  expect(rtspAddress("door", "main", "box", { port: 8554, tls_port: null }, who, true)).toBeNull();
});
