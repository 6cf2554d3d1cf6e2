// SPDX-License-Identifier: Apache-2.0
// Figures for people. Sizes are decimal, as disks are sold.

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let size = value;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function bitrate(bitsPerSecond: number): string {
  if (bitsPerSecond <= 0) return "0 kbit/s";
  if (bitsPerSecond < 999_500) return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
  return `${(bitsPerSecond / 1e6).toFixed(bitsPerSecond < 10e6 ? 1 : 0)} Mbit/s`;
}

export function fps(value: number): string {
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} fps`;
}

// "12 ms", "1.4 s"; with a sign for offsets.
export function milliseconds(value: number, sign = false): string {
  const size = Math.abs(value);
  const mark = value < 0 && size >= 0.5 ? "−" : sign ? "+" : "";
  if (size < 999.5) return `${mark}${Math.round(size)} ms`;
  if (size < 120_000) return `${mark}${(size / 1000).toFixed(1)} s`;
  return `${mark}${span(size / 1000)}`;
}

// A length of time in its two largest units: "3 d 4 h", "12 min", "8 s".
export function span(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days > 0) return hours > 0 && days < 10 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes > 0) return total % 60 > 0 && minutes < 10 ? `${minutes} min ${total % 60} s` : `${minutes} min`;
  return `${total} s`;
}

// A length of time as a clock shows it: "0:42", "12:05", "1:00:00".
export function clockLength(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

export function ago(iso: string | null | undefined, nowMs: number = Date.now()): string {
  if (!iso) return "never";
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  return seconds < 5 ? "just now" : `${span(seconds)} ago`;
}

const codecs: Record<string, string> = {
  h264: "H.264",
  h265: "H.265",
  mjpeg: "MJPEG",
  aac: "AAC",
  opus: "Opus",
  pcma: "G.711 A",
  pcmu: "G.711 µ",
  g726: "G.726",
};
export function codecName(codec: string): string {
  return codecs[codec] ?? codec.toUpperCase();
}

export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0;
}
