// SPDX-License-Identifier: Apache-2.0
// Reads an instant as people write it: "14:30", "yesterday 9:00", "mon 17:45:10", "2026-11-19 14:30", "20 min ago". Clock times are
// of the given zone; a bare time that has not come yet today is yesterday's.
import { addDays, dayOf, instantOf, isDay } from "../ui/zone";

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const units: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

// Unix seconds, or nothing for what is no instant of the past.
export function parseInstant(text: string, now: number, zone: string): number | null {
  const words = text.trim().toLowerCase();
  const ago = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)[a-z]*\s+ago$/.exec(words);
  if (ago) return now - Number(ago[1]) * units[ago[2]!]!;
  const match = /^(?:(\S+)\s+)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(words);
  if (!match) return null;
  const [, dayWord, hours, minutes, seconds] = match;
  const ofDay = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) >= 60) return null;
  const today = dayOf(now, zone);
  const day = dayWord === undefined ? today : dayNamed(dayWord, today);
  if (day === null) return null;
  const at = instantOf(day, ofDay, zone);
  if (at <= now) return at;
  return dayWord === undefined ? instantOf(addDays(today, -1), ofDay, zone) : null;
}

function dayNamed(word: string, today: string): string | null {
  if (word === "today") return today;
  if (word === "yesterday") return addDays(today, -1);
  if (isDay(word)) return word;
  const weekday = weekdays.indexOf(word.slice(0, 3));
  if (weekday < 0 || word.length < 3) return null;
  const back = (new Date(`${today}T12:00:00Z`).getUTCDay() - weekday + 7) % 7;
  return addDays(today, -back);
}
