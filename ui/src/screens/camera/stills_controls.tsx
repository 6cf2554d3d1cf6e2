// SPDX-License-Identifier: Apache-2.0
// What is taken from the picture: a snapshot, a moment, a recording by hand.
import type { Recording } from "../../api/clips";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { clockLength } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { now, useNow } from "../../ui/use_now";
import { useZone } from "../../ui/zone_context";
import { instantText, secondsOf } from "../clips/words";
import type { RecordingControl } from "./use_recording";

export interface Takes {
  live: boolean;
  canChange: boolean;
  recording: RecordingControl;
  onSnapshot: () => void;
  onMoment: () => void;
}

const kMomentOfNow = "A moment is of now: go live for one";

export function TakeIcons({ live, canChange, recording, onSnapshot, onMoment }: Takes) {
  return (
    <>
      <IconButton name="Snapshot" shortcut="S" icon="photo" onClick={onSnapshot} />
      {canChange && <IconButton name="Moment" shortcut="C" title={live ? "Moment: the last 5 seconds (C)" : kMomentOfNow} icon="moment" disabled={!live} onClick={onMoment} />}
      {canChange && <RecordIcon recording={recording} />}
    </>
  );
}

function RecordIcon({ recording: { current, busy, toggle } }: { recording: RecordingControl }) {
  if (!current) return <IconButton name="Record" shortcut="R" icon="record" disabled={busy} onClick={toggle} />;
  return (
    <button
      type="button"
      aria-label="Stop recording"
      title="Stop recording (R)"
      aria-pressed
      disabled={busy}
      onClick={toggle}
      className="flex h-9 items-center gap-1.5 rounded-md bg-accent-quiet px-2 text-[13.5px] text-accent hover:bg-hover"
    >
      <Icon name="stop" size={18} />
      <Running recording={current} />
    </button>
  );
}

// On a phone, below the timeline.
export function TakeButtons({ live, canChange, recording, onSnapshot, onMoment }: Takes) {
  return (
    <div className="flex gap-2 px-4 pt-3">
      <Button icon="photo" onClick={onSnapshot} className="flex-1 px-2">
        Snapshot
      </Button>
      {canChange && (
        <>
          <Button icon="moment" title={live ? undefined : kMomentOfNow} disabled={!live} onClick={onMoment} className="flex-1 px-2">
            Moment
          </Button>
          <Button
            icon={recording.current ? "stop" : "record"}
            aria-label={recording.current ? "Stop recording" : "Record"}
            aria-pressed={recording.current !== null}
            busy={recording.busy}
            onClick={recording.toggle}
            className={`flex-1 px-2 ${recording.current ? "border-accent text-accent" : ""}`}
          >
            {recording.current ? <Running recording={recording.current} /> : "Record"}
          </Button>
        </>
      )}
    </div>
  );
}

function Running({ recording }: { recording: Recording }) {
  const at = useNow(1000);
  return (
    <span role="timer" aria-label="Recorded so far" className="figure">
      {recording.state === "starting" ? "…" : clockLength(at - secondsOf(recording.start))}
    </span>
  );
}

// Before a recording goes that nobody kept.
export function ReplaceDialog({ recording: { asking, answer } }: { recording: RecordingControl }) {
  const { zone } = useZone();
  if (!asking) return null;
  return (
    <Dialog onClose={() => answer("cancel")} title="Record again?">
      <p className="text-ink-2">
        The recording of {instantText(secondsOf(asking.start), now(), zone)}, {clockLength(asking.seconds)} long, is not kept: it goes when another one begins.
      </p>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={() => answer("cancel")}>Cancel</Button>
        <Button onClick={() => answer("replace")}>Replace it</Button>
        <Button look="accent" icon="keep" onClick={() => answer("keep")}>
          Keep it, and record
        </Button>
      </div>
    </Dialog>
  );
}
