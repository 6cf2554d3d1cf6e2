// SPDX-License-Identifier: Apache-2.0
// Where a camera is streamed to: YouTube and other RTMP servers. Each is switched on and off here, and says how it is.
import { useState, type FormEvent } from "react";
import { problemFrom } from "../../api/client";
import { pushChanges, usePushes, type Push, type PushState, type PushStream } from "../../api/pushes";
import { useChange } from "../../api/queries";
import type { Camera } from "../../api/types";
import { Button, IconButton } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Check, Choice, Field } from "../../ui/field";
import { FormEnd } from "../../ui/form_end";
import { bitrate, span } from "../../ui/format";
import { InFile } from "../../ui/in_file";
import { Rows } from "../../ui/page";
import { Failed, Notice } from "../../ui/states";
import { Mark } from "../../ui/stream_state";
import { now } from "../../ui/use_now";

export function StreamingSection({ camera }: { camera: Camera }) {
  const pushes = usePushes(camera.id);
  const remove = useChange(pushChanges.remove, ["pushes"]);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Push | null>(null);
  return (
    <section aria-label="Streaming" className="mt-6 border-t border-line pt-4">
      <div className="mb-3 flex items-end gap-3">
        <div className="min-w-0 flex-1">
          <h3 className="text-[15px] font-[600]">Streaming</h3>
          <p className="mt-0.5 text-[13px] text-ink-3">Sends this camera to YouTube or another RTMP server, for as long as it is switched on.</p>
        </div>
        {!adding && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Stream to
          </Button>
        )}
      </div>
      {pushes.isError && <Failed problem={problemFrom(pushes.error)} retry={() => void pushes.refetch()} />}
      {pushes.data && pushes.data.length > 0 && (
        <Rows name="Streaming to">
          {pushes.data.map((push) => (
            <Row key={push.id} camera={camera.id} push={push} onRemove={() => setRemoving(push)} />
          ))}
        </Rows>
      )}
      {pushes.data?.length === 0 && !adding && <p className="border-y border-line py-5 text-center text-ink-3">Streamed to nobody</p>}
      {adding && <AddForm camera={camera} onClose={() => setAdding(false)} />}
      {removing && (
        <Confirm onClose={() => setRemoving(null)} title={`Stop streaming to ${removing.name}?`} word="Remove" action={() => remove.mutateAsync({ camera: camera.id, id: removing.id })}>
          The stream ends, and its key is forgotten.
        </Confirm>
      )}
    </section>
  );
}

const words: Record<PushState, { text: string; look: string }> = {
  running: { text: "Live", look: "bg-accent" },
  connecting: { text: "Connecting", look: "border border-ink-3 animate-pulse" },
  waiting: { text: "Waiting", look: "border border-ink-3 animate-pulse" },
  refused: { text: "Refused", look: "bg-alarm" },
  off: { text: "Off", look: "border border-line-strong" },
};

function Row({ camera, push, onRemove }: { camera: string; push: Push; onRemove: () => void }) {
  const change = useChange(pushChanges.change, ["pushes"]);
  return (
    <li aria-label={push.name} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 py-2.5">
      <div className="min-w-0">
        <div className="flex items-center gap-2">
          <span className="truncate font-[600]">{push.name}</span>
          {push.declared_in_file && <InFile />}
        </div>
        <p className="truncate text-[13px] text-ink-3">{push.url}</p>
        <p className="mt-1 flex flex-wrap items-center gap-x-2 text-[13px]">
          <Mark {...words[push.state]} alarm={push.state === "refused"} />
          {push.since && push.state !== "off" && <span className="text-ink-3">for {span(now() - Date.parse(push.since) / 1000)}</span>}
          {push.state === "running" && <span className="figure text-ink-3">{bitrate(push.bits_per_second)}</span>}
        </p>
        {push.detail && <p className={`mt-1 text-[12.5px] ${push.state === "refused" ? "text-alarm" : "text-ink-3"}`}>{push.detail}</p>}
        {change.isError && <Notice>{problemFrom(change.error).detail}</Notice>}
      </div>
      <div className="flex items-center gap-1">
        <Check
          label="On"
          aria-label={`Stream to ${push.name}`}
          checked={change.isPending ? (change.variables.enabled ?? push.enabled) : push.enabled}
          disabled={push.declared_in_file || change.isPending}
          onChange={(event) => change.mutate({ camera, id: push.id, enabled: event.target.checked })}
        />
        {!push.declared_in_file && <IconButton name={`Remove ${push.name}`} icon="trash" onClick={onRemove} />}
      </div>
    </li>
  );
}

const streams: { value: PushStream; text: string }[] = [
  { value: "main", text: "The camera's picture" },
  { value: "sub", text: "Its small second stream" },
  { value: "720p", text: "Made smaller: 720p" },
  { value: "480p", text: "Made smaller: 480p" },
  { value: "360p", text: "Made smaller: 360p" },
];

function AddForm({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const add = useChange(pushChanges.add, ["pushes"]);
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  const [stream, setStream] = useState<PushStream>("main");
  const [silence, setSilence] = useState(true);
  const [verify, setVerify] = useState(true);
  const hasSub = camera.streams.some(({ kind }) => kind === "sub");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wish = { camera: camera.id, url: url.trim(), stream, silence, verify, ...(name.trim() ? { name: name.trim() } : {}) };
    add.mutateAsync(wish).then(onClose, () => {});
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-4 rounded-md border border-line p-4" aria-label="Stream to a server">
      <Field
        label="Server and stream key"
        required
        autoFocus
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder="rtmp://a.rtmp.youtube.com/live2/your-stream-key"
        help="The address of the server with the stream key behind it. The key is kept sealed and never shown again."
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <Field label="Called" placeholder="YouTube" value={name} onChange={(event) => setName(event.target.value)} />
        <Choice label="What is sent" value={stream} onChange={(event) => setStream(event.target.value as PushStream)}>
          {streams
            .filter(({ value }) => value !== "sub" || hasSub)
            .map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
        </Choice>
      </div>
      <Check label="Silence where the camera has no sound" help="Most platforms want a sound track" checked={silence} onChange={(event) => setSilence(event.target.checked)} />
      {url.trim().startsWith("rtmps:") && (
        <Check label="Check the server's certificate" help="Leave it out only for a server of your own" checked={verify} onChange={(event) => setVerify(event.target.checked)} />
      )}
      <FormEnd change={add} word="Start" onClose={onClose} />
    </form>
  );
}
