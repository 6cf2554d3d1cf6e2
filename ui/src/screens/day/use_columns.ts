// SPDX-License-Identifier: Apache-2.0
// What the chosen cameras recorded on a day.
import { useQueries } from "@tanstack/react-query";
import type { Camera } from "../../api/types";
import { fetchThumbnail } from "../../stills/thumbnails";
import { useRecordedOf, type Recorded, type Stretch } from "../../timeline/coverage";
import { recordedStream } from "../camera/controls";
import { bareRuns, cellOf, type Column } from "./sheet";

export interface CameraColumn extends Column {
  camera: Camera;
  recorded: Recorded;
}

const kFarthest = 86_400; // seconds that a thumbnail may be asked to be away

export function useColumns(cameras: Camera[], slots: Stretch[], now: number): CameraColumn[] {
  const view = { start: slots[0]?.start ?? now, end: slots.at(-1)?.end ?? now };
  const recorded = useRecordedOf(
    cameras.map((camera) => ({ camera: camera.id, stream: recordedStream(camera) })),
    view,
  );
  const columns = cameras.map((camera, n) => {
    const cells = slots.map((slot) => cellOf(recorded[n]!, slot, now));
    // Until it is known what was recorded, nothing is looked for beside it.
    return { camera, recorded: recorded[n]!, cells, runs: recorded[n]!.pending ? [] : bareRuns(slots, cells) };
  });
  const outlived = useOutlived(columns.flatMap(({ camera, runs }) => runs.map((run) => ({ camera: camera.id, ...run }))));
  let next = 0;
  return columns.map(({ runs, ...column }) => {
    const pictured = slots.map(() => false);
    for (const run of runs) {
      if (outlived[next]) pictured.fill(true, run.first, run.first + run.count);
      next += 1;
    }
    return { ...column, pictured };
  });
}

// Whether there are thumbnails though there is no video: one question for each run of ten minutes without anything.
function useOutlived(runs: ({ camera: string } & Stretch)[]): boolean[] {
  return useQueries({
    queries: runs.map(({ camera, start, end }) => {
      const half = Math.min(kFarthest, (end - start) / 2);
      return {
        queryKey: ["outlived", camera, start, end],
        queryFn: async ({ signal }: { signal: AbortSignal }) => (await fetchThumbnail(camera, start + half, half, signal)) !== null,
        staleTime: 300_000,
      };
    }),
    combine: (answers) => answers.map((answer) => answer.data === true),
  });
}
