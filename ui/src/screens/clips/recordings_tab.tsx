// SPDX-License-Identifier: Apache-2.0
// Recordings that people started by hand, newest first.
import { useState } from "react";
import { problemFrom } from "../../api/client";
import { clipChanges, isRecording, useRecordings, type Recording } from "../../api/clips";
import { useChange } from "../../api/queries";
import type { Camera } from "../../api/types";
import { Button, IconButton } from "../../ui/button";
import { clockLength } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { Awaited, Empty, Notice } from "../../ui/states";
import { Mark } from "../../ui/stream_state";
import { now } from "../../ui/use_now";
import { spanText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "../exports/words";
import { ClipsBar, useCameraFilter } from "./camera_filter";
import { ClipCard, ClipGrid } from "./clip_card";
import { Holes } from "./holes";
import { RecordingFilm, RenameDialog } from "./recording_dialogs";
import { gapText, instantText, recordingText, secondsOf } from "./words";

export function RecordingsTab({ cameras, canChange }: { cameras: Camera[]; canChange: boolean }) {
  const [camera, setCamera] = useCameraFilter();
  return (
    <Awaited query={useRecordings(camera)} what="Looking for recordings">
      {({ recordings, replace }) => (
        <>
          <ClipsBar
            about={`Started by hand, beside what is always recorded.${replace ? " One that is not kept goes when another of its camera begins." : ""}`}
            cameras={cameras}
            value={camera}
            onChange={setCamera}
          />
          {recordings.length === 0 ? (
            <Empty icon="record" title="No recordings yet">
              {canChange ? "On a camera's page press Record, or R, and once more to stop: also for cameras that are not recorded all the time." : "Whoever may change cameras can start one on a camera's page."}
            </Empty>
          ) : (
            <ClipGrid name="Recordings">
              {recordings.map((recording) => (
                <RecordingClip key={recording.id} recording={recording} camera={nameOf(recording.camera, cameras)} canChange={canChange} />
              ))}
            </ClipGrid>
          )}
        </>
      )}
    </Awaited>
  );
}

function RecordingClip({ recording, camera, canChange }: { recording: Recording; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const [renaming, setRenaming] = useState(false);
  const remove = useChange((id: string) => clipChanges.removeRecording(id), ["recordings"]);
  const change = useChange(clipChanges.changeRecording, ["recordings"]);
  const stop = useChange((id: string) => clipChanges.stopRecording(id), ["recordings"]);
  const { id, kept, url, files } = recording;
  const under = isRecording(recording);
  const start = secondsOf(recording.start);
  const name = recording.name || `${camera}, ${instantText(start, now(), zone)}`;
  const fault = change.error ?? stop.error;
  const each = files.length > 1 ? files.map((file) => ({ text: file.name, url: file.url })) : [];
  return (
    <ClipCard
      name={name}
      camera={recording.camera}
      at={start + 1}
      away={30}
      badge={clockLength(recording.seconds)}
      icon="record"
      title={name}
      player={url ? { title: name, about: camera, film: <RecordingFilm recording={recording} name={name} /> } : undefined}
      downloads={url ? [{ text: "MP4", url, file: `${name}.mp4` }] : []}
      link={url ? { title: `Link to ${name}`, targets: [{ text: "All of it", url }, ...each] } : undefined}
      removal={
        canChange && !under ? { title: `Delete ${name}?`, warning: "Its files go. What the camera records all the time stays.", action: () => remove.mutateAsync(id) } : undefined
      }
      actions={
        canChange && (
          <>
            {under && (
              <Button icon="stop" busy={stop.isPending} onClick={() => stop.mutate(id)} aria-label={`Stop ${name}`} className="mx-1">
                Stop
              </Button>
            )}
            <IconButton name={kept ? `Do not keep ${name}` : `Keep ${name}`} icon="keep" pressed={kept} disabled={change.isPending} onClick={() => change.mutate({ id, kept: !kept })} />
            <IconButton name={`Rename ${name}`} icon="pencil" onClick={() => setRenaming(true)} />
          </>
        )
      }
    >
      <p>{camera}</p>
      <p>{recording.end ? spanText(start, secondsOf(recording.end), now(), zone) : instantText(start, now(), zone)}</p>
      <p className="flex items-center gap-1.5 text-ink-3">
        {under ? <Mark text={recording.state === "starting" ? "Starting" : "Recording"} look="bg-accent animate-pulse" alarm={false} /> : recordingText(recording)}
        {kept && (
          <span className="ml-auto flex items-center gap-1 text-accent">
            <Icon name="keep" size={13} />
            Kept
          </span>
        )}
      </p>
      {recording.state === "failed" && <Notice>{recording.error || "It failed; the log says more."}</Notice>}
      {fault && <Notice>{problemFrom(fault).detail}</Notice>}
      <Holes text={gapText(recording.gaps, zone)} />
      {renaming && <RenameDialog recording={recording} onClose={() => setRenaming(false)} />}
    </ClipCard>
  );
}
