// SPDX-License-Identifier: Apache-2.0
// A camera's configuration as the form's fields, and back. What the form does not show is kept as it came.
import type { CameraConfig, RecordConfig } from "../../api/types";

export interface CameraForm {
  id: string;
  name: string;
  source: string;
  transport: "tcp" | "udp";
  audio: boolean;
  onDemand: boolean;
  record: boolean;
  days: string; // empty: no limit
  bytes: string; // "500GB"; empty: no limit
  sub: string; // address; empty: none
  recordSub: boolean;
  place: string;
  latitude: string; // degrees; both empty: not known
  longitude: string;
}

export const emptyForm: CameraForm = {
  id: "", name: "", source: "", transport: "tcp", audio: true, onDemand: false, record: true, days: "", bytes: "", sub: "",
  recordSub: false, place: "", latitude: "", longitude: "",
};

const recordOf = (value: unknown): RecordConfig => {
  if (typeof value === "boolean") return { enabled: value };
  return typeof value === "object" && value !== null ? (value as RecordConfig) : {};
};
const text = (value: unknown) => (value === undefined || value === null || value === 0 ? "" : String(value));

export function formOf(id: string, config: CameraConfig): CameraForm {
  const record = recordOf(config.record);
  const sub = typeof config.sub === "string" ? { source: config.sub as string } : config.sub;
  const place = config.location;
  const degrees = (value: unknown) => (typeof value === "number" ? String(value) : "");
  return {
    id,
    name: config.name ?? id,
    source: config.source,
    transport: config.transport ?? "tcp",
    audio: config.audio ?? true,
    onDemand: config.on_demand ?? false,
    record: record.enabled ?? true,
    days: text(record.days),
    bytes: text(record.bytes),
    sub: sub?.source ?? "",
    recordSub: sub ? recordOf(sub.record ?? false).enabled ?? true : false,
    place: typeof place === "string" ? place : text(place?.place),
    latitude: typeof place === "object" ? degrees(place?.latitude) : "",
    longitude: typeof place === "object" ? degrees(place?.longitude) : "",
  };
}

// A number as such, anything else ("36h", "500GB") as it was written: the server knows the units.
const amount = (value: string): number | string | undefined => {
  const trimmed = value.trim();
  if (trimmed === "") return undefined;
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
};

const degreesOf = (text: string): number | null => (text.trim() === "" ? null : Number(text.trim().replace(",", ".")));

// What is wrong with the coordinates, if anything.
export function locationFault({ latitude, longitude }: Pick<CameraForm, "latitude" | "longitude">): string | null {
  const [north, east] = [degreesOf(latitude), degreesOf(longitude)];
  if (north === null && east === null) return null;
  if (north === null || east === null) return "Both, or none";
  if (!(Math.abs(north) <= 90)) return "A latitude is −90 to 90";
  if (!(Math.abs(east) <= 180)) return "A longitude is −180 to 180";
  return null;
}

// "52.52, 13.405", as maps copy it; null for anything else.
export function pairOf(text: string): { latitude: string; longitude: string } | null {
  const match = /^\s*(-?\d+(?:\.\d+)?)(?:[,;]?\s+|;|,(?=-?\d+\.\d))(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  return match && { latitude: match[1]!, longitude: match[2]! };
}

// Null: none. A place alone is a text, as long as it was one before.
function locationOf(form: CameraForm, before: CameraConfig["location"]): Record<string, unknown> | string | null {
  const place = form.place.trim();
  const [latitude, longitude] = [degreesOf(form.latitude), degreesOf(form.longitude)];
  const { latitude: _north, longitude: _east, ...rest } = typeof before === "object" && before ? before : {};
  if (latitude !== null && longitude !== null) return { ...rest, place, latitude, longitude };
  if (typeof before === "object" && before) return { ...rest, place };
  return place || null;
}

export function configOf(form: CameraForm, before: CameraConfig | null): CameraConfig {
  const { days: _days, bytes: _bytes, ...recordBefore } = recordOf(before?.record);
  const record: Record<string, unknown> = { ...recordBefore, enabled: form.record };
  const days = amount(form.days);
  const bytes = amount(form.bytes);
  if (days !== undefined) record.days = days;
  if (bytes !== undefined) record.bytes = bytes;
  const config: CameraConfig = {
    ...before,
    name: form.name.trim() || form.id,
    source: form.source.trim(),
    transport: form.transport,
    audio: form.audio,
    on_demand: form.onDemand,
    record: record as RecordConfig,
  };
  const subBefore = typeof before?.sub === "object" && before.sub ? before.sub : null;
  if (form.sub.trim()) {
    config.sub = { ...subBefore, source: form.sub.trim(), record: { ...recordOf(subBefore?.record), enabled: form.recordSub } };
  } else {
    delete config.sub;
  }
  const location = locationOf(form, before?.location);
  if (location === null) delete config.location;
  else config.location = location;
  return config;
}

// "Front door" becomes "front-door": the id stands in addresses and in the names of folders, and never changes.
export function slug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}
