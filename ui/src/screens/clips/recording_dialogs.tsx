// SPDX-License-Identifier: Apache-2.0
// A recording played, as a whole or file by file, and its name changed.
import { useState, type FormEvent } from "react";
import { serverAddress } from "../../api/client";
import { clipChanges, type Recording, type RecordingFile } from "../../api/clips";
import { useChange } from "../../api/queries";
import { DownloadLink } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { FormEnd } from "../../ui/form_end";
import { bytes } from "../../ui/format";
import { clockText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { Film } from "./film";
import { secondsOf } from "./words";

export function RecordingFilm({ recording, name }: { recording: Recording; name: string }) {
  const { zone } = useZone();
  // The whole, or one of its files. What is chosen first stays, however the recording grows meanwhile.
  const [shown, setShown] = useState(recording.url);
  if (!shown) return null;
  const stretch = ({ start, end }: RecordingFile) => `${clockText(secondsOf(start), zone)}${end ? ` – ${clockText(secondsOf(end), zone)}` : ""}`;
  return (
    <>
      <Film src={serverAddress(shown)} name={`Recording ${name}`} />
      {recording.files.length > 1 && (
        <ul aria-label={`Files of ${name}`} className="mt-3 divide-y divide-line rounded-md border border-line">
          {recording.files.map((each) => (
            <li key={each.name} aria-label={each.name} className="flex min-h-11 items-center gap-3 pr-1.5 pl-1.5">
              <button
                type="button"
                aria-pressed={each.url === shown}
                onClick={() => setShown(each.url)}
                className="figure min-w-0 flex-1 truncate rounded-md px-2 py-1.5 text-left hover:bg-hover aria-pressed:text-accent"
              >
                {stretch(each)}
                <span className="ml-2 text-[12.5px] text-ink-3">{bytes(each.bytes)}</span>
              </button>
              <DownloadLink look="quiet" href={serverAddress(each.url)} aria-label={`Download ${each.name}`}>
                <span className="max-sm:sr-only">Download</span>
              </DownloadLink>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function RenameDialog({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const change = useChange(clipChanges.changeRecording, ["recordings"]);
  const [name, setName] = useState(recording.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutateAsync({ id: recording.id, name: name.trim() }).then(onClose, () => {});
  };
  return (
    <Dialog onClose={onClose} title="Rename">
      <form onSubmit={submit} className="space-y-4">
        <Field label="Name" required autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} onFocus={(event) => event.target.select()} />
        <FormEnd change={change} word="Rename" onClose={onClose} />
      </form>
    </Dialog>
  );
}
