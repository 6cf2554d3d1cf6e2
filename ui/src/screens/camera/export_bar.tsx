// SPDX-License-Identifier: Apache-2.0
// The marked stretch in figures, above the timeline, and what becomes of it.
import type { StreamKind } from "../../api/types";
import { useEstimate } from "../exports/estimate";
import type { Stretch } from "../../timeline/coverage";
import { Button, IconButton } from "../../ui/button";
import { bytes, clockLength } from "../../ui/format";
import { now } from "../../ui/use_now";
import { spanText } from "../../ui/zone";

interface Props {
  camera: string;
  stream: StreamKind;
  range: Stretch;
  zone: string;
  onEdge: (edge: "start" | "end") => void; // that edge is to be where the playhead is
  onExport: () => void;
  onClose: () => void;
}

export function ExportBar({ camera, stream, range, zone, onEdge, onExport, onClose }: Props) {
  const size = useEstimate([camera], stream, range);
  return (
    <div role="group" aria-label="Range to export" className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-accent-quiet px-4 py-2">
      <span className="figure text-[14px] font-[560] max-sm:basis-full">{spanText(range.start, range.end, now(), zone)}</span>
      <span className="figure text-[13.5px] text-ink-2">{clockLength(range.end - range.start)}</span>
      <span className="figure min-w-[6em] text-[13.5px] text-ink-2" role="status">
        {size === null ? "" : size === 0 ? "no footage" : `about ${bytes(size)}`}
      </span>
      <span className="ml-auto flex items-center gap-1.5 max-sm:w-full">
        <Button look="quiet" title="Start at the playhead ([)" onClick={() => onEdge("start")} className="max-sm:px-2.5">
          Start here
        </Button>
        <Button look="quiet" title="End at the playhead (])" onClick={() => onEdge("end")} className="max-sm:px-2.5">
          End here
        </Button>
        <Button look="accent" icon="cut" onClick={onExport} disabled={size === 0} className="max-sm:ml-auto">
          Export
        </Button>
        <IconButton name="Leave the range" shortcut="Esc" icon="close" onClick={onClose} />
      </span>
    </div>
  );
}
