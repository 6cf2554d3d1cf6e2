// SPDX-License-Identifier: Apache-2.0
// The recording that a person starts and stops on a camera's page. One at a time of a camera; a new one takes the place of the last
// one that is not kept, so that is asked about first.
import { useState } from "react";
import { problemFrom } from "../../api/client";
import { clipChanges, isRecording, useRecordings, type Recording } from "../../api/clips";
import { useChange } from "../../api/queries";
import { useTray } from "../../tray/tray";
import { clockLength } from "../../ui/format";

export interface RecordingControl {
  current: Recording | null; // what runs
  busy: boolean;
  toggle: () => void;
  asking: Recording | null; // what would go
  answer: (answer: "keep" | "replace" | "cancel") => void;
}

export function useRecording(camera: string): RecordingControl {
  const recordings = useRecordings(camera);
  const tray = useTray();
  const start = useChange(clipChanges.startRecording, ["recordings"]);
  const stop = useChange((id: string) => clipChanges.stopRecording(id), ["recordings"]);
  const keep = useChange(clipChanges.changeRecording, ["recordings"]);
  const [asking, setAsking] = useState<Recording | null>(null);
  const fault = (error: unknown) => tray.say({ kind: "fault", text: problemFrom(error).detail });
  const current = recordings.data?.recordings.find(isRecording) ?? null;
  const begin = () => start.mutate({ camera }, { onError: fault });
  const end = (running: Recording) =>
    stop.mutate(running.id, {
      onError: fault,
      onSuccess: (done) => tray.say({ kind: "good", text: `Recorded ${clockLength(done.seconds)}`, way: { text: "To the recordings", to: `/clips/recordings?camera=${encodeURIComponent(camera)}` } }),
    });
  const busy = start.isPending || stop.isPending || keep.isPending;
  return {
    current,
    busy,
    toggle: () => {
      if (busy) return;
      if (current) return end(current);
      const goes = recordings.data?.replace && recordings.data.recordings.find((each) => each.state === "done" && !each.kept);
      if (goes) setAsking(goes);
      else begin();
    },
    asking,
    answer: (answer) => {
      setAsking(null);
      if (answer === "replace") begin();
      if (answer === "keep" && asking) keep.mutate({ id: asking.id, kept: true }, { onSuccess: begin, onError: fault });
    },
  };
}
