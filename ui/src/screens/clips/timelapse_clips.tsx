// SPDX-License-Identifier: Apache-2.0
// A timelapse as a card: of a day, or made to order.
import type { ComponentProps, ReactNode } from "react";
import { problemFrom, serverAddress } from "../../api/client";
import { clipChanges, isUnderWay, type Timelapse, type TimelapseJob } from "../../api/clips";
import { useChange } from "../../api/queries";
import { Button } from "../../ui/button";
import { clockLength } from "../../ui/format";
import { JobProgress, Notice } from "../../ui/states";
import { now } from "../../ui/use_now";
import { dayOf, dayText, spanText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { ClipCard, Made } from "./clip_card";
import { Film } from "./film";
import { Holes } from "./holes";
import { gapText, jobProgress, jobText, secondsOf, timelapseText } from "./words";

const kDay = 86_400;

interface Props extends Pick<ComponentProps<typeof ClipCard>, "name" | "title" | "actions" | "removal"> {
  lapse: Timelapse | TimelapseJob;
  url: string | null; // of the film that is there
  camera: string;
  about: string;
  seconds: number; // how long the film is; 0: not known yet
  file: string;
  linkTitle: string;
  children: ReactNode;
}

function LapseCard({ lapse, url, camera, about, seconds, file, linkTitle, children, ...rest }: Props) {
  const { zone } = useZone();
  const [start, end] = [secondsOf(lapse.start), secondsOf(lapse.end)];
  return (
    <ClipCard
      {...rest}
      camera={lapse.camera}
      at={(start + end) / 2}
      away={Math.min(kDay, Math.ceil((end - start) / 2))}
      badge={seconds > 0 ? clockLength(seconds) : undefined}
      icon="lapse"
      player={url ? { title: camera, about, film: <Film src={serverAddress(url)} name={`Timelapse of ${rest.name}`} /> } : undefined}
      downloads={url ? [{ text: "MP4", url, file: `${camera} ${file}.mp4` }] : []}
      link={url ? { title: linkTitle, targets: [{ text: rest.name, url }] } : undefined}
    >
      {children}
      <Holes text={gapText(lapse.gaps, zone)} />
    </ClipCard>
  );
}

export function DayClip({ lapse, camera, canChange }: { lapse: Timelapse; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const remove = useChange(clipChanges.removeDay, ["timelapses"]);
  const day = dayText(lapse.day, dayOf(now(), zone));
  const name = `${camera}, ${day}`;
  const url = lapse.state === "done" ? lapse.url : null;
  return (
    <LapseCard
      lapse={lapse}
      url={url}
      name={name}
      title={day}
      camera={camera}
      about={day}
      seconds={lapse.seconds}
      file={lapse.day}
      linkTitle="Link to this day"
      removal={
        canChange ? { title: "Delete this day’s timelapse?", warning: `${name}. It is not made again, and links to it end. The footage itself stays.`, action: () => remove.mutateAsync(lapse) } : undefined
      }
    >
      <p>{camera}</p>
      {url && <p className="text-ink-3">{timelapseText(lapse, zone)}</p>}
      {!url && !lapse.error && (
        <JobProgress name={name} value={lapse.progress ?? 0}>
          Being made from what was recorded
        </JobProgress>
      )}
      {lapse.error && <Notice>{lapse.error}</Notice>}
    </LapseCard>
  );
}

export function JobClip({ job, camera, canChange }: { job: TimelapseJob; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const cancel = useChange(clipChanges.cancelTimelapse, ["timelapse-jobs"]);
  const remove = useChange((id: string) => clipChanges.removeTimelapse(id), ["timelapse-jobs"]);
  const stretch = spanText(secondsOf(job.start), secondsOf(job.end), now(), zone, "minutes");
  const name = `${camera}, ${stretch}`;
  const done = job.state === "done";
  const url = done ? job.url : null;
  return (
    <LapseCard
      lapse={job}
      url={url}
      name={name}
      title={camera}
      camera={camera}
      about={stretch}
      seconds={done ? job.frames / job.fps : 0}
      file={dayOf(secondsOf(job.start), zone)}
      linkTitle="Link to this timelapse"
      actions={
        canChange &&
        isUnderWay(job) && (
          <Button busy={cancel.isPending} onClick={() => cancel.mutate(job.id)} aria-label={`Cancel ${name}`}>
            Cancel
          </Button>
        )
      }
      removal={
        canChange && !isUnderWay(job)
          ? { title: "Delete this timelapse?", warning: `${name}. Links to it end. The footage itself stays.`, action: () => remove.mutateAsync(job.id) }
          : undefined
      }
    >
      <p>{stretch}</p>
      <p className="text-ink-3">{jobText(job)}</p>
      {isUnderWay(job) && (
        <JobProgress name={name} value={job.progress}>
          {jobProgress(job)}
        </JobProgress>
      )}
      {job.state === "failed" && <Notice>{job.error || "It failed; the log says more."}</Notice>}
      {cancel.isError && <Notice>{problemFrom(cancel.error).detail}</Notice>}
      {job.state === "cancelled" && <p className="text-ink-3">Cancelled</p>}
      {url && <Made by={job} />}
    </LapseCard>
  );
}
