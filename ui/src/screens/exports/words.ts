// SPDX-License-Identifier: Apache-2.0
// What is said of an export. Times of the given zone.
import type { Camera, Export } from "../../api/types";
import { bytes } from "../../ui/format";
import { clockText } from "../../ui/zone";

export const nameOf = (id: string, cameras: Camera[]) => cameras.find((camera) => camera.id === id)?.name ?? id;

const kNamed = 3;

// "2 gaps: camera lost 10:02:00 – 10:05:00, ..."; with the camera's name where there are several. Nothing without gaps.
export function gapsText({ gaps, cameras: ids }: Pick<Export, "gaps" | "cameras">, cameras: Camera[], zone: string): string | null {
  if (gaps.length === 0) return null;
  const clock = (iso: string) => clockText(Date.parse(iso) / 1000, zone);
  const named = gaps.slice(0, kNamed).map((gap) => {
    const where = ids.length > 1 ? `${nameOf(gap.camera, cameras)}, ` : "";
    return `${where}${gap.reason} ${clock(gap.start)} – ${clock(gap.end)}`;
  });
  const more = gaps.length > kNamed ? [`and ${gaps.length - kNamed} more`] : [];
  return `${gaps.length === 1 ? "1 gap" : `${gaps.length} gaps`}: ${[...named, ...more].join("; ")}`;
}

export function progressText({ state, progress, written, bytes: whole }: Pick<Export, "state" | "progress" | "written" | "bytes">): string {
  if (state === "queued") return "Waiting for those before it";
  const share = `${Math.floor(progress * 100)} %`;
  return whole > 0 ? `${share}, ${bytes(written)} of ${bytes(whole)}` : share;
}
