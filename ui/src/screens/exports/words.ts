// SPDX-License-Identifier: Apache-2.0
// What is said of an export. Times of the given zone.
import type { Camera, Export } from "../../api/types";
import { bytes } from "../../ui/format";
import { gapText } from "../clips/words";

export const nameOf = (id: string, cameras: Camera[]) => cameras.find((camera) => camera.id === id)?.name ?? id;

// Of an export's gaps; with the camera's name where there are several.
export function gapsText({ gaps, cameras: ids }: Pick<Export, "gaps" | "cameras">, cameras: Camera[], zone: string): string | null {
  return gapText(gaps, zone, ids.length > 1 ? ({ camera }) => `${nameOf(camera, cameras)}, ` : undefined);
}

export function progressText({ state, progress, written, bytes: whole }: Pick<Export, "state" | "progress" | "written" | "bytes">): string {
  if (state === "queued") return "Waiting for those before it";
  const share = `${Math.floor(progress * 100)} %`;
  return whole > 0 ? `${share}, ${bytes(written)} of ${bytes(whole)}` : share;
}
