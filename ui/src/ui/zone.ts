// SPDX-License-Identifier: Apache-2.0
// Days and clock times of a time zone, by the browser's own tables. Instants are Unix seconds; a day is "YYYY-MM-DD". Days have
// 23, 24 or 25 hours.

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, found);
  }
  return found;
}

export interface WallClock {
  year: number;
  month: number; // 1-12
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export function wallClock(seconds: number, zone: string): WallClock {
  const read: Record<string, number> = {};
  for (const part of format(zone).formatToParts(Math.floor(seconds) * 1000)) read[part.type] = Number(part.value);
  return read as unknown as WallClock;
}

// Zones change their offset on quarters of an hour only, so one answer holds for all of one.
const offsets = new Map<string, number>();

// What the zone's clock is ahead of UTC, in seconds.
export function offset(seconds: number, zone: string): number {
  const quarter = Math.floor(seconds / 900);
  const key = `${zone}/${quarter}`;
  let found = offsets.get(key);
  if (found === undefined) {
    const at = quarter * 900;
    const wall = wallClock(at, zone);
    found = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) / 1000 - at;
    if (offsets.size > 20_000) offsets.clear();
    offsets.set(key, found);
  }
  return found;
}

const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");

export function dayOf(seconds: number, zone: string): string {
  const wall = wallClock(seconds, zone);
  return `${pad(wall.year, 4)}-${pad(wall.month)}-${pad(wall.day)}`;
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

// The first instant at which the zone's clock shows this day and time, or the one after the hour that a switch leaves out.
export function instantOf(day: string, secondsOfDay: number, zone: string): number {
  const nominal = Date.parse(`${day}T00:00:00Z`) / 1000 + secondsOfDay;
  const before = nominal - offset(nominal - 86_400, zone);
  const after = nominal - offset(nominal + 86_400, zone);
  for (const candidate of [Math.min(before, after), Math.max(before, after)]) {
    if (candidate + offset(candidate, zone) === nominal) return candidate;
  }
  return nominal - Math.min(offset(nominal - 86_400, zone), offset(nominal + 86_400, zone));
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

// [first instant of the day, first of the next).
export function spanOfDay(day: string, zone: string): [number, number] {
  return [instantOf(day, 0, zone), instantOf(addDays(day, 1), 0, zone)];
}

// "14:03:07", with tenths where asked. In the hour that a day has twice, the offset tells which: "02:30:00 +01:00".
export function clockText(seconds: number, zone: string, detail: "minutes" | "seconds" | "tenths" | "millis" = "seconds"): string {
  const wall = wallClock(seconds, zone);
  let text = `${pad(wall.hour)}:${pad(wall.minute)}`;
  if (detail !== "minutes") text += `:${pad(wall.second)}`;
  const fraction = Math.min(0.9999, seconds - Math.floor(seconds) + 1e-6); // Unix seconds are a quarter of a microsecond coarse
  if (detail === "tenths") text += `.${Math.floor(fraction * 10)}`;
  if (detail === "millis") text += `.${pad(Math.floor(fraction * 1000), 3)}`;
  return repeats(seconds, zone) ? `${text} ${offsetText(seconds, zone)}` : text;
}

// "Fri 20 Nov, 14:03:07 – 14:05:00"; the second day only where it is another.
export function spanText(start: number, end: number, now: number, zone: string, detail: "minutes" | "seconds" = "seconds"): string {
  const [first, last, today] = [dayOf(start, zone), dayOf(end, zone), dayOf(now, zone)];
  const to = first === last ? clockText(end, zone, detail) : `${dayText(last, today)}, ${clockText(end, zone, detail)}`;
  return `${dayText(first, today)}, ${clockText(start, zone, detail)} – ${to}`;
}

// True in an hour that the zone's clock shows twice that day.
export function repeats(seconds: number, zone: string): boolean {
  const here = offset(seconds, zone);
  const earlier = offset(seconds - 7200, zone);
  const later = offset(seconds + 7200, zone);
  if (earlier === here && later === here) return false;
  const shift = Math.abs(earlier - later);
  return (
    (later < here && offset(seconds + shift, zone) === later) || (earlier > here && offset(seconds - shift, zone) === earlier)
  );
}

export function offsetText(seconds: number, zone: string): string {
  const minutes = Math.round(offset(seconds, zone) / 60);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "−" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

// "Fri 20 Nov", with the year when it is not the current one.
export function dayText(day: string, now: string, style: "short" | "long" = "short"): string {
  const date = new Date(`${day}T12:00:00Z`);
  const text = new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: style,
    day: "numeric",
    month: style,
    year: day.slice(0, 4) === now.slice(0, 4) ? undefined : "numeric",
  }).format(date);
  return text.replace(",", "");
}

export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
