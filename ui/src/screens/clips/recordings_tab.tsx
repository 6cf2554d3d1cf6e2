// SPDX-License-Identifier: Apache-2.0
// Recordings that people started by hand, newest first.
import { useState } from "react";
import { problemFrom, serverAddress } from "../../api/client";
import { clipChanges, isRecording, useRecordings, type Recording } from "../../api/clips";
import { useCameras, useChange } from "../../api/queries";
import { Button, DownloadLink, IconButton } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { clockLength } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { Empty, Failed, Notice, Working } from "../../ui/states";
import { Mark } from "../../ui/stream_state";
import { now } from "../../ui/use_now";
import { spanText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "../exports/words";
import { LinkDialog } from "../share/link_dialog";
import { CameraFilter, useCameraFilter } from "./camera_filter";
import { ClipCard, ClipGrid, Holes } from "./clip_card";
import { RecordingDialog, RenameDialog } from "./recording_dialogs";
import { instantText, recordingText, secondsOf } from "./words";

export function RecordingsTab({ canChange }: { canChange: boolean }) {
  const cameras = useCameras(60_000);
  const [camera, setCamera] = useCameraFilter();
  const recordings = useRecordings(camera);
  if (cameras.isPending || recordings.isPending) return <Working what="Looking for recordings" />;
  if (!cameras.data) return <Failed problem={problemFrom(cameras.error)} retry={() => void cameras.refetch()} />;
  if (!recordings.data) return <Failed problem={problemFrom(recordings.error)} retry={() => void recordings.refetch()} />;
  return (
    <>
      <div className="mb-4 flex items-center gap-3">
        <p className="min-w-0 flex-1 text-[13.5px] text-ink-3 max-sm:hidden">Started by hand, beside what is always recorded.{recordings.data.replace && " One that is not kept goes when another of its camera begins."}</p>
        <CameraFilter cameras={cameras.data} value={camera} onChange={setCamera} />
      </div>
      {recordings.data.recordings.length === 0 ? (
        <Empty icon="record" title="No recordings yet">
          {canChange ? "On a camera's page press Record, or R, and once more to stop: also for cameras that are not recorded all the time." : "Whoever may change cameras can start one on a camera's page."}
        </Empty>
      ) : (
        <ClipGrid name="Recordings">
          {recordings.data.recordings.map((recording) => (
            <RecordingClip key={recording.id} recording={recording} camera={nameOf(recording.camera, cameras.data)} canChange={canChange} />
          ))}
        </ClipGrid>
      )}
    </>
  );
}

function RecordingClip({ recording, camera, canChange }: { recording: Recording; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const [open, setOpen] = useState<"play" | "link" | "rename" | "remove" | null>(null);
  const remove = useChange((id: string) => clipChanges.removeRecording(id), ["recordings"]);
  const start = secondsOf(recording.start);
  const name = recording.name || `${camera}, ${instantText(start, now(), zone)}`;
  const { url } = recording;
  return (
    <ClipCard
      name={name}
      camera={recording.camera}
      at={start + 1}
      away={30}
      badge={clockLength(recording.seconds)}
      icon="record"
      onPlay={url ? () => setOpen("play") : undefined}
      title={name}
      actions={
        <>
          {url && (
            <>
              <DownloadLink look="quiet" href={serverAddress(url)} download={`${name}.mp4`} aria-label={`Download ${name}`} className="px-2">
                MP4
              </DownloadLink>
              <IconButton name={`Copy link to ${name}`} icon="link" onClick={() => setOpen("link")} />
            </>
          )}
          {canChange && <Change recording={recording} name={name} onOpen={setOpen} />}
        </>
      }
    >
      <p>{camera}</p>
      <p>{recording.end ? spanText(start, secondsOf(recording.end), now(), zone) : instantText(start, now(), zone)}</p>
      <p className="flex items-center gap-1.5 text-ink-3">
        {isRecording(recording) ? <Mark text={recording.state === "starting" ? "Starting" : "Recording"} look="bg-accent animate-pulse" alarm={false} /> : recordingText(recording)}
        {recording.kept && (
          <span className="ml-auto flex items-center gap-1 text-accent">
            <Icon name="keep" size={13} />
            Kept
          </span>
        )}
      </p>
      {recording.state === "failed" && <Notice>{recording.error || "It failed; the log says more."}</Notice>}
      <Holes gaps={recording.gaps} zone={zone} />
      {open === "play" && <RecordingDialog recording={recording} name={name} camera={camera} onClose={() => setOpen(null)} />}
      {open === "link" && url && (
        <LinkDialog title={`Link to ${name}`} targets={[{ text: "All of it", url }, ...(recording.files.length > 1 ? recording.files.map((file) => ({ text: file.name, url: file.url })) : [])]} onClose={() => setOpen(null)} />
      )}
      {open === "rename" && <RenameDialog recording={recording} onClose={() => setOpen(null)} />}
      <Confirm open={open === "remove"} onClose={() => setOpen(null)} title={`Delete ${name}?`} word="Delete" action={() => remove.mutateAsync(recording.id)}>
        Its files go. What the camera records all the time stays.
      </Confirm>
    </ClipCard>
  );
}

function Change({ recording, name, onOpen }: { recording: Recording; name: string; onOpen: (what: "rename" | "remove") => void }) {
  const change = useChange(clipChanges.changeRecording, ["recordings"]);
  const stop = useChange((id: string) => clipChanges.stopRecording(id), ["recordings"]);
  const { id, kept } = recording;
  const fault = change.error ?? stop.error;
  return (
    <>
      <span className="ml-auto flex items-center">
        {isRecording(recording) && (
          <Button icon="stop" busy={stop.isPending} onClick={() => stop.mutate(id)} aria-label={`Stop ${name}`} className="mr-1">
            Stop
          </Button>
        )}
        <IconButton name={kept ? `Do not keep ${name}` : `Keep ${name}`} icon="keep" pressed={kept} disabled={change.isPending} onClick={() => change.mutate({ id, kept: !kept })} />
        <IconButton name={`Rename ${name}`} icon="pencil" onClick={() => onOpen("rename")} />
        {!isRecording(recording) && <IconButton name={`Delete ${name}`} icon="trash" onClick={() => onOpen("remove")} />}
      </span>
      {fault && (
        <div className="mt-1 basis-full">
          <Notice>{problemFrom(fault).detail}</Notice>
        </div>
      )}
    </>
  );
}
