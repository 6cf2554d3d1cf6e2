// SPDX-License-Identifier: Apache-2.0
// Of which cameras clips are shown. The address keeps it: /clips/moments?camera=door.
import { useSearchParams } from "react-router-dom";
import type { Camera } from "../../api/types";

export function useCameraFilter(): [string | null, (camera: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  return [search.get("camera"), (camera) => setSearch(camera === null ? {} : { camera }, { replace: true })];
}

export function CameraFilter({ cameras, value, onChange }: { cameras: Camera[]; value: string | null; onChange: (camera: string | null) => void }) {
  if (cameras.length < 2) return null;
  return (
    <select
      aria-label="Camera"
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || null)}
      className="h-9 min-w-0 appearance-auto rounded-md border border-line-strong bg-raised px-2.5 text-[13.5px] max-sm:h-11 max-sm:text-[16px]"
    >
      <option value="">All cameras</option>
      {cameras.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
