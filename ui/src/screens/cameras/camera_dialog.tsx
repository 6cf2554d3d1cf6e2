// SPDX-License-Identifier: Apache-2.0
// Adds a camera or changes one. *Test* connects with what the form says and shows the first picture, before anything is saved.
import { useState, type FormEvent } from "react";
import { problemFrom } from "../../api/client";
import { changes, useChange } from "../../api/queries";
import type { Camera, ProbeReport } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Check, Choice, Field } from "../../ui/field";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/states";
import { configOf, emptyForm, formOf, locationFault, pairOf, slug, type CameraForm } from "./form";
import { StreamingSection } from "./streaming_section";
import { TestResult } from "./test_result";

export function CameraDialog({ camera, onClose }: { camera: Camera | null; onClose: () => void }) {
  const [form, setForm] = useState<CameraForm>(() => (camera?.config ? formOf(camera.id, camera.config) : emptyForm));
  const [ownId, setOwnId] = useState(false);
  const add = useChange(changes.addCamera, ["cameras"]);
  const change = useChange(changes.changeCamera, ["cameras"]);
  const test = useChange(changes.testCamera);
  const fixed = camera?.declared_in_file ?? false;
  const set = (part: Partial<CameraForm>) => setForm((before) => ({ ...before, ...part }));
  const config = () => configOf(form, camera?.config ?? null);
  const id = camera?.id ?? (ownId ? form.id : slug(form.name));
  const saving = camera ? change : add;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (locationFault(form)) return;
    const sent = camera ? change.mutateAsync({ id: camera.id, config: config() }) : add.mutateAsync({ id, config: config() });
    sent.then(onClose, () => {});
  };
  const title = camera ? (fixed ? camera.name : `Edit ${camera.name}`) : "Add a camera";
  return (
    <Dialog wide onClose={onClose} title={title} description={fixed ? undefined : "Passwords in addresses are kept on this recorder and never shown again."}>
      <form onSubmit={submit}>
        {fixed && (
          <div className="mb-4">
            <Notice tone="quiet">
              <Icon name="lock" size={14} className="mr-2 inline align-[-2px]" />
              This camera is declared in the configuration file. It is read-only here: change it there, and Vantage takes it up by itself.
            </Notice>
          </div>
        )}
        <div className="grid grid-cols-2 gap-6 max-md:grid-cols-1">
          <fieldset disabled={fixed} className="min-w-0 space-y-4">
            <Field label="Name" required autoFocus={!camera} value={form.name} onChange={(event) => set({ name: event.target.value })} />
            {!camera && (
              <Field
                label="Id"
                required
                pattern="[A-Za-z0-9_][A-Za-z0-9_\-]{0,63}"
                help="Stands in addresses and folders; it cannot be changed later"
                value={id}
                onChange={(event) => {
                  setOwnId(true);
                  set({ id: event.target.value });
                }}
              />
            )}
            <Field
              label="Address"
              required
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              placeholder="rtsp://user:password@192.168.1.20/stream1"
              value={form.source}
              onChange={(event) => set({ source: event.target.value })}
            />
            <Field
              label="Address of a small second stream"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              help="Optional: the wall shows it, which spares this device and the network"
              value={form.sub}
              onChange={(event) => set({ sub: event.target.value })}
            />
            <Test form={form} fixed={fixed} test={test} run={() => test.mutate({ id: camera?.id ?? null, config: config() })} />
          </fieldset>
          <fieldset disabled={fixed} className="min-w-0 space-y-4">
            <Check label="Record" checked={form.record} onChange={(event) => set({ record: event.target.checked })} />
            <div className="grid grid-cols-2 gap-3">
              <Field label="Keep for days" placeholder="no limit" disabled={!form.record} value={form.days} onChange={(event) => set({ days: event.target.value })} />
              <Field label="Use at most" placeholder="no limit" disabled={!form.record} value={form.bytes} help="500GB, 2TB" onChange={(event) => set({ bytes: event.target.value })} />
            </div>
            {form.sub.trim() && <Check label="Record the small stream too" checked={form.recordSub} onChange={(event) => set({ recordSub: event.target.checked })} />}
            <Check label="Take the sound" checked={form.audio} onChange={(event) => set({ audio: event.target.checked })} />
            <Check
              label="Connect only while somebody watches"
              help="Nothing is recorded in between"
              checked={form.onDemand}
              onChange={(event) => set({ onDemand: event.target.checked })}
            />
            <Choice label="RTSP over" value={form.transport} onChange={(event) => set({ transport: event.target.value as "tcp" | "udp" })}>
              <option value="tcp">TCP: nothing is lost on the way</option>
              <option value="udp">UDP: for cameras that need it</option>
            </Choice>
            <Where form={form} onChange={set} />
          </fieldset>
        </div>
        {saving.isError && (
          <div className="mt-4">
            <Notice>{problemFrom(saving.error).detail}</Notice>
          </div>
        )}
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>{fixed ? "Close" : "Cancel"}</Button>
          {!fixed && (
            <Button type="submit" look="accent" busy={saving.isPending}>
              {camera ? "Save" : "Add"}
            </Button>
          )}
        </div>
      </form>
      {camera && <StreamingSection camera={camera} />}
    </Dialog>
  );
}

// Goes with every thumbnail. Both coordinates can be pasted into either field, as maps copy them.
function Where({ form, onChange }: { form: CameraForm; onChange: (part: Partial<CameraForm>) => void }) {
  const fault = locationFault(form);
  const coordinate = (name: "latitude" | "longitude") => ({
    inputMode: "decimal" as const,
    autoComplete: "off",
    value: form[name],
    onChange: ({ target }: { target: { value: string } }) => onChange(pairOf(target.value) ?? { [name]: target.value }),
  });
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Location</legend>
      <Field label="Place" placeholder="Entrance" value={form.place} onChange={(event) => onChange({ place: event.target.value })} />
      <div className="mt-3 grid grid-cols-2 gap-3">
        <Field label="Latitude" placeholder="52.5200" {...coordinate("latitude")} />
        <Field label="Longitude" placeholder="13.4050" {...coordinate("longitude")} />
      </div>
      <p role={fault ? "alert" : undefined} className={`mt-1 text-[12.5px] ${fault ? "text-alarm" : "text-ink-3"}`}>
        {fault ?? "In degrees, as maps give them. Goes with every picture of the camera."}
      </p>
    </fieldset>
  );
}

type Testing = ReturnType<typeof useChange<Parameters<typeof changes.testCamera>[0], ProbeReport>>;

function Test({ form, fixed, test, run }: { form: CameraForm; fixed: boolean; test: Testing; run: () => void }) {
  if (fixed) return null;
  return (
    <div className="space-y-3">
      <Button onClick={run} busy={test.isPending} disabled={!form.source.trim()}>
        {test.isPending ? "Connecting, up to 15 s" : "Test"}
      </Button>
      {test.isError && <Notice>{problemFrom(test.error).detail}</Notice>}
      {test.data && !test.isPending && <TestResult report={test.data} />}
    </div>
  );
}
