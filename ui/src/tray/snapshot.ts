// SPDX-License-Identifier: Apache-2.0
// The full-size picture of an instant, as a file on this device.
import { address, ProblemError, requestPicture, type Picture } from "../api/client";
import type { StreamKind } from "../api/types";
import { now } from "../ui/use_now";
import { clockText, dayOf, offsetText, repeats } from "../ui/zone";

// "Front door 2026-11-20 19.04.05.120.jpg": no character that a file system refuses, and none twice in the hour that comes twice.
export function fileName(camera: string, at: number, zone: string, ending: string): string {
  const clock = clockText(at, zone, "millis").slice(0, 12).replaceAll(":", ".");
  const offset = repeats(at, zone) ? ` UTC${offsetText(at, zone).replace(":", "")}` : "";
  const name = camera.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").trim() || "camera";
  return `${name} ${dayOf(at, zone)} ${clock}${offset}.${ending}`;
}

export interface Instant {
  at: number | null; // Unix seconds; null for now
  stream?: StreamKind; // whose footage it is
}

export function framePath(camera: string, { at, stream = "main" }: Instant): string {
  const query = new URLSearchParams();
  if (at !== null) query.set("ts", at.toFixed(6));
  if (stream !== "main") query.set("stream", stream);
  return `/${encodeURIComponent(camera)}/frame/${query.size > 0 ? `?${query}` : ""}`;
}

// Hands a file to the browser's downloads.
export function save(data: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const kUnderWay = 6; // seconds that a picture may take from the camera to the disk
const kAgainMs = 500;

// What has just been shown is asked for until it has reached the disk.
async function fetchFrame(camera: string, of: Instant): Promise<Picture> {
  for (;;) {
    const answer = await requestPicture(address(framePath(camera, of)));
    if (answer.ok) return answer.value;
    const mayCome = of.at !== null && now() - of.at < kUnderWay && answer.problem.status === 404;
    if (!mayCome) throw new ProblemError(answer.problem);
    await new Promise((resolve) => setTimeout(resolve, kAgainMs));
  }
}

// The name of the file that was saved.
export async function saveFrame(camera: { id: string; name: string }, of: Instant, zone: string): Promise<string> {
  const { data, time } = await fetchFrame(camera.id, of);
  const name = fileName(camera.name, time, zone, "jpg");
  save(data, name);
  return name;
}
