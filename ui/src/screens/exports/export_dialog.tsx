// SPDX-License-Identifier: Apache-2.0
// Starts an export of the marked stretch: of which cameras, how exact, by what name. Then shows how far it is.
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router-dom";
import { problemFrom } from "../../api/client";
import { changes, useCameras, useChange, useExports } from "../../api/queries";
import { streamOf, type Camera, type StreamKind } from "../../api/types";
import type { Stretch } from "../../timeline/coverage";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Check, Choice, Field } from "../../ui/field";
import { bytes, span } from "../../ui/format";
import { Rows } from "../../ui/page";
import { Notice } from "../../ui/states";
import { now } from "../../ui/use_now";
import { clockText, dayOf, spanText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { useEstimate } from "./estimate";
import { ExportRow } from "./export_row";

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

export function ExportDialog({ camera, stream, range, onClose }: { camera: Camera; stream: StreamKind; range: Stretch; onClose: (started: boolean) => void }) {
  const { zone } = useZone();
  const add = useChange(changes.addExport, ["exports"]);
  const first = `${camera.name} ${dayOf(range.start, zone)} ${clockText(range.start, zone, "minutes")}`;
  const [name, setName] = useState(first);
  const [chosen, setChosen] = useState([camera.id]);
  const [kind, setKind] = useState(stream);
  const [exact, setExact] = useState(false);
  const size = useEstimate(chosen, kind, range);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ name: name.trim(), cameras: chosen, stream: kind, start: iso(range.start), end: iso(range.end), exact });
  };
  if (add.data) return <Started id={add.data.id} onClose={() => onClose(true)} />;
  const about = `${spanText(range.start, range.end, now(), zone)}, ${span(range.end - range.start)}`;
  return (
    <Dialog onClose={() => onClose(false)} title="Export" description={about}>
      <form onSubmit={submit} className="space-y-4">
        <Field label="Name" required autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} onFocus={(event) => event.target.select()} />
        <CameraList own={camera.id} chosen={chosen} onChange={setChosen} />
        <StreamField camera={camera} kind={kind} onChange={setKind} />
        <Check
          label="Exact to the frame"
          help="The pictures before the first key frame are encoded again; without it the file begins at the key frame before the start."
          checked={exact}
          onChange={(event) => setExact(event.target.checked)}
        />
        {add.isError && <Notice>{problemFrom(add.error).detail}</Notice>}
        <div className="flex items-center gap-2">
          <span className="figure mr-auto text-[13px] text-ink-3" role="status">
            {size === null ? "" : size === 0 ? "No footage in this stretch" : `About ${bytes(size)}`}
          </span>
          <Button onClick={() => onClose(false)}>Cancel</Button>
          <Button type="submit" look="accent" icon="cut" busy={add.isPending} disabled={chosen.length === 0 || size === 0}>
            Export
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function CameraList({ own, chosen, onChange }: { own: string; chosen: string[]; onChange: (ids: string[]) => void }) {
  const cameras = useCameras(60_000).data ?? [];
  if (cameras.length < 2) return null;
  const sorted = [...cameras].sort((a, b) => Number(b.id === own) - Number(a.id === own));
  const toggle = (id: string, on: boolean) => onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <fieldset>
      <legend className="mb-1.5 text-[13px] text-ink-2">Cameras{chosen.length > 1 ? `: ${chosen.length} files and one zip` : ""}</legend>
      <div className="max-h-44 space-y-2 overflow-y-auto rounded-md border border-line p-3">
        {sorted.map(({ id, name }) => (
          <Check key={id} label={name} checked={chosen.includes(id)} onChange={(event) => toggle(id, event.target.checked)} />
        ))}
      </div>
    </fieldset>
  );
}

function StreamField({ camera, kind, onChange }: { camera: Camera; kind: StreamKind; onChange: (kind: StreamKind) => void }) {
  if (!streamOf(camera, "sub")?.recorded) return null;
  return (
    <Choice label="Stream" value={kind} onChange={(event) => onChange(event.target.value as StreamKind)}>
      <option value="main">Main: full size</option>
      <option value="sub">Small</option>
    </Choice>
  );
}

function Started({ id, onClose }: { id: string; onClose: () => void }) {
  const navigate = useNavigate();
  const cameras = useCameras(60_000).data ?? [];
  const job = useExports().data?.find((each) => each.id === id);
  return (
    <Dialog onClose={onClose} title={job?.state === "done" ? "Exported" : "Exporting"} description="It goes on without this window.">
      {job && (
        <Rows name="This export">
          <ExportRow job={job} cameras={cameras} compact />
        </Rows>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => navigate("/clips/exports")}>All exports</Button>
        <Button look="accent" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
