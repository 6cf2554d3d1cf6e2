// SPDX-License-Identifier: Apache-2.0
// The addresses at which other programs find a camera (docs/http-api.md, "Media").
import type { FeedStream, StreamPassword, SystemReport } from "../../api/types";

export interface Address {
  name: string;
  use: string; // what it is good for, in a line
  path: string; // below the page's own address; a signed link can be made of it
}

const isTranscode = (stream: FeedStream) => stream !== "main" && stream !== "sub";

export function mediaAddresses(camera: string, stream: FeedStream): Address[] {
  const root = `/${encodeURIComponent(camera)}`;
  const playlist = (period: string) => `${root}/stream/${period}/${stream === "main" ? "" : `${stream}/`}playlist.m3u8`;
  const live = { name: "HLS, live", use: "Browsers, phones, televisions, VLC. About two seconds behind.", path: playlist("live") };
  if (isTranscode(stream)) return [live];
  return [
    live,
    { name: "HLS, today", use: "The same, and back to midnight while the day goes on.", path: playlist("today") },
    { name: "DASH", use: "Players such as dash.js and Shaka; with the small stream for thin lines.", path: `${root}/stream/live/manifest.mpd` },
    { name: "Moving pictures (MJPEG)", use: "Dashboards and old browsers: an image that moves, five times a second.", path: `${root}/mjpeg?fps=5` },
    { name: "Snapshot", use: "One JPEG of now, for a message or a web page.", path: `${root}/snapshot.jpg` },
  ];
}

export interface RtspAddress {
  text: string;
  shown: string; // without the password
}

// Nothing while the recorder's RTSP server is off.
export function rtspAddress(camera: string, stream: FeedStream, host: string, rtsp: SystemReport["rtsp"], who: StreamPassword, secure = false): RtspAddress | null {
  const port = secure ? rtsp?.tls_port : rtsp?.port;
  if (!port) return null;
  const withPassword = (password: string) =>
    `${secure ? "rtsps" : "rtsp"}://${encodeURIComponent(who.user)}:${password}@${host}:${port}/${encodeURIComponent(camera)}${stream === "main" ? "" : `/${stream}`}`;
  return { text: withPassword(encodeURIComponent(who.password)), shown: withPassword("••••••••") };
}
