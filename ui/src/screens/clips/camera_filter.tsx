// SPDX-License-Identifier: Apache-2.0
// Of which cameras clips are shown. The address keeps it: /clips/moments?camera=door.
import type { ReactNode } from "react";
import { useSearchParams } from "react-router-dom";
import type { Camera } from "../../api/types";

export function useCameraFilter(): [string | null, (camera: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  return [search.get("camera"), (camera) => setSearch(camera === null ? {} : { camera }, { replace: true })];
}

interface Props {
  cameras: Camera[];
  value: string | null;
  onChange: (camera: string | null) => void;
}

// Above the clips of a kind: what they are, whose are shown, and what can be made.
export function ClipsBar({ about, action, ...filter }: Props & { about: ReactNode; action?: ReactNode }) {
  return (
    <div className="mb-4 flex flex-wrap items-center gap-3">
      <p className="min-w-0 flex-1 text-[13.5px] text-ink-3 max-sm:hidden">{about}</p>
      <CameraFilter {...filter} />
      {action}
    </div>
  );
}

function CameraFilter({ cameras, value, onChange }: Props) {
  if (cameras.length < 2) return null;
  return (
    <select
      aria-label="Camera"
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || null)}
      className="h-9 min-w-0 appearance-auto rounded-md border border-line-strong bg-raised px-2.5 text-[13.5px] max-sm:h-11 max-sm:flex-1 max-sm:text-[16px]"
    >
      <option value="">All cameras</option>
      <CameraOptions cameras={cameras} />
    </select>
  );
}

export function CameraOptions({ cameras }: { cameras: Camera[] }) {
  return cameras.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}
