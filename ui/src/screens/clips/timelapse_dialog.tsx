// SPDX-License-Identifier: Apache-2.0
// Orders a timelapse of any stretch: of which camera, from when to when, how long it shall be.
import { useState, type FormEvent } from "react";
import { clipChanges } from "../../api/clips";
import { useChange } from "../../api/queries";
import type { Camera } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Check, Choice, Field } from "../../ui/field";
import { FormEnd } from "../../ui/form_end";
import { now } from "../../ui/use_now";
import { useZone } from "../../ui/zone_context";
import { CameraOptions } from "./camera_filter";
import { firstForm, outlook, preset, wishOf, type LapseForm, type Preset } from "./timelapse_form";

const presets: { value: Preset; text: string }[] = [
  { value: "day", text: "Today" },
  { value: "week", text: "Seven days" },
  { value: "months", text: "Three months" },
];

export function TimelapseDialog({ cameras, camera, onClose }: { cameras: Camera[]; camera: string; onClose: () => void }) {
  const { zone } = useZone();
  const add = useChange(clipChanges.addTimelapse, ["timelapse-jobs"]);
  const [form, setForm] = useState<LapseForm>(() => firstForm(camera, now(), zone));
  const [tried, setTried] = useState(false);
  const set = (part: Partial<LapseForm>) => setForm((before) => ({ ...before, ...part }));
  const read = wishOf(form, now(), zone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ("wish" in read) add.mutateAsync(read.wish).then(onClose, () => {});
  };
  return (
    <Dialog onClose={onClose} title="New timelapse" description="Made from what is recorded, while everything else goes on.">
      <form onSubmit={submit} noValidate className="space-y-4">
        <Choice label="Camera" value={form.camera} onChange={(event) => set({ camera: event.target.value })}>
          <CameraOptions cameras={cameras} />
        </Choice>
        <div>
          <div className="flex flex-wrap gap-1.5">
            {presets.map(({ value, text }) => (
              <Button key={value} onClick={() => setForm((before) => preset(before, value, now(), zone))} className="h-8 px-2.5 text-[13px] max-sm:h-10">
                {text}
              </Button>
            ))}
          </div>
          <div className="mt-2.5 grid grid-cols-2 gap-3 max-sm:grid-cols-1">
            <Field label="From" type="datetime-local" value={form.from} onChange={(event) => set({ from: event.target.value })} />
            <Field label="To" type="datetime-local" value={form.to} onChange={(event) => set({ to: event.target.value })} />
          </div>
        </div>
        <div className="space-y-3">
          <Segmented name="Pace" value={form.every} onChange={(every) => set({ every })} options={{ fit: "Of a length", day: "A picture a day" }} />
          <div className="grid grid-cols-2 gap-3">
            {form.every === "fit" && <Field label="Seconds long" inputMode="numeric" value={form.seconds} onChange={(event) => set({ seconds: event.target.value })} />}
            <Field label="Pictures a second" inputMode="numeric" value={form.fps} onChange={(event) => set({ fps: event.target.value })} />
          </div>
        </div>
        <Check label="All hours of the day" checked={form.allDay} onChange={(event) => set({ allDay: event.target.checked })} />
        {!form.allDay && (
          <div className="grid grid-cols-2 gap-3">
            <Field label="Each day from" type="time" value={form.hoursFrom} onChange={(event) => set({ hoursFrom: event.target.value })} />
            <Field label="to" type="time" value={form.hoursTo} onChange={(event) => set({ hoursTo: event.target.value })} />
          </div>
        )}
        <p className={`figure min-h-[1.5em] text-[13px] ${"fault" in read && tried ? "text-alarm" : "text-ink-3"}`} role={"fault" in read && tried ? "alert" : "status"}>
          {"fault" in read ? read.fault : outlook(read.wish)}
        </p>
        <FormEnd change={add} word="Make it" onClose={onClose} />
      </form>
    </Dialog>
  );
}
