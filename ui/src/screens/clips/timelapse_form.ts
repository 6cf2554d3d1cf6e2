// SPDX-License-Identifier: Apache-2.0
// The fields of a timelapse of one's own, and what becomes of them. Local times as the browser's fields write them:
// "2026-11-20T14:30", of the zone of the page.
import type { TimelapseWish } from "../../api/clips";
import { addDays, dayOf, instantOf, isDay, wallClock } from "../../ui/zone";

export interface LapseForm {
  camera: string;
  from: string;
  to: string;
  every: "fit" | "day";
  seconds: string;
  fps: string;
  allDay: boolean;
  hoursFrom: string; // "06:00"
  hoursTo: string;
}

const two = (value: number) => String(value).padStart(2, "0");

export function toLocal(at: number, zone: string): string {
  const { hour, minute } = wallClock(at, zone);
  return `${dayOf(at, zone)}T${two(hour)}:${two(minute)}`;
}

// Unix seconds; null for what is no time.
export function fromLocal(text: string, zone: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?/.exec(text);
  if (!match || !isDay(match[1]!)) return null;
  return instantOf(match[1]!, Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0), zone);
}

export type Preset = "day" | "week" | "months";

// The stretches that people mean most often, up to now.
export function preset(form: LapseForm, which: Preset, now: number, zone: string): LapseForm {
  const today = dayOf(now, zone);
  const days = { day: 0, week: 6, months: 89 }[which];
  const from = instantOf(addDays(today, -days), 0, zone);
  return { ...form, from: toLocal(from, zone), to: toLocal(now, zone), every: which === "months" ? "day" : "fit" };
}

export function firstForm(camera: string, now: number, zone: string): LapseForm {
  const empty: LapseForm = { camera, from: "", to: "", every: "fit", seconds: "60", fps: "25", allDay: true, hoursFrom: "06:00", hoursTo: "22:00" };
  return preset(empty, "day", now, zone);
}

// The wish, or a word about what is wrong with it.
export function wishOf(form: LapseForm, now: number, zone: string): { wish: TimelapseWish } | { fault: string } {
  const start = fromLocal(form.from, zone);
  const end = fromLocal(form.to, zone);
  const seconds = Number(form.seconds);
  const fps = Number(form.fps);
  if (start === null || end === null) return { fault: "Give a day and a time for both ends" };
  if (start >= end) return { fault: "It ends before it begins" };
  if (start >= now) return { fault: "It lies ahead: there is no footage of it yet" };
  if (form.every === "fit" && !(seconds >= 1 && seconds <= 3600)) return { fault: "It can be 1 to 3600 seconds long" };
  if (!(fps >= 1 && fps <= 60)) return { fault: "It can have 1 to 60 pictures a second" };
  if (!form.allDay && (!form.hoursFrom || !form.hoursTo || form.hoursFrom === form.hoursTo)) return { fault: "Give the hours of the day from and to" };
  const iso = (at: number) => new Date(at * 1000).toISOString();
  const hours = form.allDay ? null : `${form.hoursFrom}-${form.hoursTo}`;
  return { wish: { camera: form.camera, start: iso(start), end: iso(end), seconds: form.every === "fit" ? seconds : 60, fps, hours, every: form.every } };
}

// What the film will be: "48 × as fast", "90 pictures, 3.6 s".
export function outlook({ start, end, seconds, fps, every }: TimelapseWish): string {
  const length = (Date.parse(end) - Date.parse(start)) / 1000;
  if (every === "fit") return length > seconds ? `About ${Math.round(length / seconds)} times as fast` : "No faster than life";
  const days = Math.ceil(length / 86_400);
  return `${days === 1 ? "1 picture" : `${days} pictures`}, ${(days / fps).toFixed(1)} s`;
}
