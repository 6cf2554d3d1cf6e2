// SPDX-License-Identifier: Apache-2.0
// The answers of the server, as docs/http-api.md states them. The one place where they are written down in the page.

export type Role = "viewer" | "operator" | "admin";

export interface Me {
  name: string;
  role: Role;
  cameras: string[] | null; // null: all
  csrf: string;
  time_zone: string; // IANA name
}

export type StreamKind = "main" | "sub";
export type Transcode = "h264" | "720p" | "480p" | "360p";
export type FeedStream = StreamKind | Transcode; // what a player can be shown
export type StreamState = "connecting" | "running" | "lost" | "idle" | "refused" | "disabled";

export interface Track {
  codec: string;
  codec_string: string;
  width: number;
  height: number;
  sample_rate: number; // Hz
  channels: number;
}

export interface Timing {
  source: string; // "sender reports", "arrival"
  offset_ms: number; // camera clock minus UTC
  ppm: number;
  uncertainty_ms: number;
}

export interface Stream {
  kind: StreamKind;
  state: StreamState;
  detail: string; // for a person
  since: string | null; // of the state
  video: Track | null;
  audio: Track | null;
  mime: string;
  fps: number;
  bits_per_second: number;
  lost_packets: number;
  jitter_ms: number;
  timing: Timing;
  recorded: boolean;
  write_lag_ms: number;
  gap_seconds: number;
  disk_bytes: number;
  oldest: string | null;
  readers: number;
}

export interface RecordConfig {
  enabled?: boolean;
  days?: number | string; // 0 or absent: no age limit
  bytes?: number | string;
  flush?: number | string;
}

// The long form of a camera's configuration. What the page does not edit is kept as it came.
export interface CameraConfig {
  name?: string;
  source: string;
  sub?: { source: string; record?: RecordConfig | boolean } | null;
  transport?: "tcp" | "udp";
  record?: RecordConfig;
  on_demand?: boolean;
  audio?: boolean;
  location?: Record<string, unknown> | string | null; // a text, or {place, latitude, longitude}
  [key: string]: unknown;
}

export interface Camera {
  id: string;
  name: string;
  declared_in_file: boolean;
  config?: CameraConfig; // operator and admin
  location: Record<string, unknown> | string | null;
  streams: Stream[];
}

export interface ProbeReport {
  video: Track | null;
  audio: Track | null;
  fps: number;
  clock: string;
  picture: string; // data: URL
}

export interface Span {
  start: string;
  end: string;
}
export interface Gap extends Span {
  reason: string;
}
export interface Coverage {
  footage: Span[];
  gaps: Gap[];
}

export interface User {
  name: string;
  role: Role;
  cameras: string[] | null;
  created: string | null;
  last_login: string | null;
  locked_until: string | null;
}

export interface Token {
  id: string | number;
  name: string;
  user: string;
  created: string | null;
  last_used: string | null;
  expires: string | null;
}

export interface Disk {
  path: string;
  state: "good" | "full" | "failing" | "slow" | "missing";
  total: number;
  free: number;
  footage: number;
  bytes_per_day: number;
  days_left: number; // until retention by space begins; 0 when it already does
}

export interface SystemReport {
  version: string;
  started: string;
  cpu_percent: number; // of one core
  memory_bytes: number;
  time_zone: string;
  now: string;
  clock_hold: string | null; // why nothing is deleted by age: the host's clock stepped
  transcodes?: { running: number; most: number; encoder: string }; // conversions for viewers
  rtsp?: { port: number; tls_port: number | null } | null; // null: off
  disks: Disk[];
  libraries: { name: string; version: string }[];
}

export type ExportState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface ExportFile {
  name: string;
  camera: string;
  start: string;
  end: string;
  bytes: number; // when it is whole
  written: number;
  url: string;
}

export interface Export {
  id: string;
  name: string;
  user: string;
  cameras: string[];
  stream: StreamKind;
  start: string;
  end: string;
  exact: boolean;
  state: ExportState;
  progress: number; // 0 to 1
  bytes: number;
  written: number;
  error: string | null;
  created: string;
  expires: string | null;
  gaps: (Gap & { camera: string })[];
  files: ExportFile[];
  zip: { name: string; bytes: number; url: string } | null;
}

export interface ExportWish {
  name: string;
  cameras: string[];
  stream: StreamKind;
  start: string;
  end: string;
  exact: boolean;
}

export interface Link {
  url: string; // from the root of the server
  expires: string;
}

export interface StreamPassword {
  user: string;
  password: string;
}

export interface Segment extends Span {
  bytes: number;
}

export interface LogLine {
  time: string;
  level: string;
  area: string;
  message: string;
}

export interface AuditEntry {
  id: number;
  time: string;
  user: string;
  address: string;
  action: string;
  detail: string;
}

// RFC 9457, with `code` from the server's list of errors.
export interface Problem {
  type: string;
  title: string;
  status: number; // 0: the server could not be reached
  detail: string;
  code: string;
  retry_after?: number; // seconds, from Retry-After
}

// Of a conversion: the stream that it is made from.
export function streamOf(camera: Camera, name: FeedStream): Stream | undefined {
  const kind = name === "sub" ? "sub" : "main";
  return camera.streams.find((stream) => stream.kind === kind);
}
