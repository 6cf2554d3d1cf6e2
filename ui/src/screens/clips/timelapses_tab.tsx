// SPDX-License-Identifier: Apache-2.0
// Each day of each camera in a minute, and the timelapses that people ordered.
import { useState } from "react";
import { problemFrom, serverAddress } from "../../api/client";
import { clipChanges, isUnderWay, useTimelapseJobs, useTimelapses, type Timelapse, type TimelapseJob } from "../../api/clips";
import { useCameras, useChange } from "../../api/queries";
import type { Camera, Me } from "../../api/types";
import { Button, DownloadLink, IconButton } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { ago, bytes, clockLength } from "../../ui/format";
import { Section } from "../../ui/page";
import { Empty, Failed, Notice, Progress, Working } from "../../ui/states";
import { now } from "../../ui/use_now";
import { dayOf, dayText, spanText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "../exports/words";
import { LinkDialog } from "../share/link_dialog";
import { CameraFilter, useCameraFilter } from "./camera_filter";
import { ClipCard, ClipGrid, Holes } from "./clip_card";
import { Film } from "./film";
import { TimelapseDialog } from "./timelapse_dialog";
import { jobProgress, jobText, secondsOf, timelapseText, worthListing } from "./words";

const kStep = 24; // days of one camera that are shown at first, and with each "more"

export function TimelapsesTab({ me }: { me: Me }) {
  const { zone } = useZone();
  const cameras = useCameras(60_000);
  const [camera, setCamera] = useCameraFilter();
  const [adding, setAdding] = useState(false);
  const ids = (cameras.data ?? []).map(({ id }) => id).filter((id) => camera === null || id === camera);
  const days = useTimelapses(ids);
  const jobs = useTimelapseJobs();
  const canAdd = me.role !== "viewer";
  if (cameras.isPending || (days.isPending && !days.data?.length)) return <Working what="Looking for timelapses" />;
  if (!cameras.data) return <Failed problem={problemFrom(cameras.error)} retry={() => void cameras.refetch()} />;
  if (!days.data) return <Failed problem={problemFrom(days.error)} retry={days.refetch} />;
  const shown = (jobs.data ?? []).filter((job) => camera === null || job.camera === camera);
  const listed = worthListing(days.data, dayOf(now(), zone));
  const ordered = [...shown].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 text-[13.5px] text-ink-3 max-sm:hidden">Each day of each camera in about a minute. Today&rsquo;s come when the day is over.</p>
        <CameraFilter cameras={cameras.data} value={camera} onChange={setCamera} />
        {canAdd && cameras.data.length > 0 && (
          <Button look="accent" icon="plus" onClick={() => setAdding(true)}>
            New timelapse
          </Button>
        )}
      </div>
      {ordered.length > 0 && (
        <Section title="Made to order">
          <ClipGrid name="Timelapses made to order">
            {ordered.map((job) => (
              <JobClip key={job.id} job={job} camera={nameOf(job.camera, cameras.data)} canChange={canAdd} />
            ))}
          </ClipGrid>
        </Section>
      )}
      {listed.length > 0 && <Days days={listed} cameras={cameras.data} titled={ordered.length > 0} />}
      {listed.length === 0 && ordered.length === 0 && (
        <Empty icon="lapse" title="No timelapses yet">
          The first comes when today is over.{canAdd && " One of any other stretch can be made at once."}
        </Empty>
      )}
      {adding && <TimelapseDialog cameras={cameras.data} camera={camera ?? firstRecorded(cameras.data)} onClose={() => setAdding(false)} />}
    </>
  );
}

const firstRecorded = (cameras: Camera[]) => (cameras.find(({ streams }) => streams.some(({ oldest }) => oldest !== null)) ?? cameras[0]!).id;

function Days({ days, cameras, titled }: { days: Timelapse[]; cameras: Camera[]; titled: boolean }) {
  const [most, setMost] = useState(kStep);
  const list = (
    <>
      <ClipGrid name="Days">
        {days.slice(0, most).map((lapse) => (
          <DayClip key={`${lapse.camera} ${lapse.day}`} lapse={lapse} camera={nameOf(lapse.camera, cameras)} />
        ))}
      </ClipGrid>
      {days.length > most && (
        <div className="mt-5 flex justify-center">
          <Button onClick={() => setMost(most + kStep)}>Earlier days</Button>
        </div>
      )}
    </>
  );
  return titled ? <Section title="Days">{list}</Section> : list;
}

const kDay = 86_400;

function DayClip({ lapse, camera }: { lapse: Timelapse; camera: string }) {
  const { zone } = useZone();
  const [open, setOpen] = useState<"play" | "link" | null>(null);
  const [start, end] = [secondsOf(lapse.start), secondsOf(lapse.end)];
  const day = dayText(lapse.day, dayOf(now(), zone));
  const name = `${camera}, ${day}`;
  const url = lapse.state === "done" ? lapse.url : null;
  return (
    <ClipCard
      name={name}
      camera={lapse.camera}
      at={(start + end) / 2}
      away={Math.min(kDay, Math.ceil((end - start) / 2))}
      badge={lapse.seconds > 0 ? clockLength(lapse.seconds) : undefined}
      icon="lapse"
      onPlay={url ? () => setOpen("play") : undefined}
      title={day}
      actions={
        url && (
          <>
            <DownloadLink look="quiet" href={serverAddress(url)} download={`${camera} ${lapse.day}.mp4`} aria-label={`Download ${name}`} className="px-2">
              MP4
            </DownloadLink>
            <IconButton name={`Copy link to ${name}`} icon="link" onClick={() => setOpen("link")} className="ml-auto" />
          </>
        )
      }
    >
      <p>{camera}</p>
      {url && <p className="text-ink-3">{timelapseText(lapse, zone)}</p>}
      {!url && !lapse.error && (
        <div className="pt-1.5">
          <Progress name={`Progress of ${name}`} value={lapse.progress ?? 0} />
          <p className="mt-1 text-[12.5px] text-ink-3">Being made from what was recorded</p>
        </div>
      )}
      {lapse.error && <Notice>{lapse.error}</Notice>}
      <Holes gaps={lapse.gaps} zone={zone} />
      {open === "play" && url && (
        <Dialog open onClose={() => setOpen(null)} title={camera} description={day} wide>
          <Film src={serverAddress(url)} name={`Timelapse of ${name}`} />
        </Dialog>
      )}
      {open === "link" && url && <LinkDialog title="Link to this day" targets={[{ text: name, url }]} onClose={() => setOpen(null)} />}
    </ClipCard>
  );
}

function JobClip({ job, camera, canChange }: { job: TimelapseJob; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const [open, setOpen] = useState<"play" | "link" | "remove" | null>(null);
  const cancel = useChange(clipChanges.cancelTimelapse, ["timelapse-jobs"]);
  const remove = useChange((id: string) => clipChanges.removeTimelapse(id), ["timelapse-jobs"]);
  const [start, end] = [secondsOf(job.start), secondsOf(job.end)];
  const stretch = spanText(start, end, now(), zone, "minutes");
  const name = `${camera}, ${stretch}`;
  const url = job.state === "done" ? job.url : null;
  return (
    <ClipCard
      name={name}
      camera={job.camera}
      at={(start + end) / 2}
      away={Math.min(kDay, Math.ceil((end - start) / 2))}
      badge={job.state === "done" && job.frames > 0 ? clockLength(job.frames / job.fps) : undefined}
      icon="lapse"
      onPlay={url ? () => setOpen("play") : undefined}
      title={camera}
      actions={
        <>
          {url && (
            <>
              <DownloadLink look="quiet" href={serverAddress(url)} download={`${camera} ${dayOf(start, zone)}.mp4`} aria-label={`Download ${name}`} className="px-2">
                MP4
              </DownloadLink>
              <IconButton name={`Copy link to ${name}`} icon="link" onClick={() => setOpen("link")} className="ml-auto" />
            </>
          )}
          {canChange && isUnderWay(job) && (
            <Button busy={cancel.isPending} onClick={() => cancel.mutate(job.id)} aria-label={`Cancel ${name}`} className="ml-auto">
              Cancel
            </Button>
          )}
          {canChange && !isUnderWay(job) && <IconButton name={`Delete ${name}`} icon="trash" onClick={() => setOpen("remove")} className={url ? "" : "ml-auto"} />}
        </>
      }
    >
      <p>{stretch}</p>
      <p className="text-ink-3">{jobText(job)}</p>
      {isUnderWay(job) && (
        <div className="pt-1.5">
          <Progress name={`Progress of ${name}`} value={job.progress} />
          <p className="mt-1 text-[12.5px] text-ink-3">{jobProgress(job)}</p>
        </div>
      )}
      {job.state === "failed" && <Notice>{job.error || "It failed; the log says more."}</Notice>}
      {cancel.isError && <Notice>{problemFrom(cancel.error).detail}</Notice>}
      <Holes gaps={job.gaps} zone={zone} />
      {job.state === "cancelled" && <p className="text-ink-3">Cancelled</p>}
      {url && (
        <p className="text-ink-3">
          {bytes(job.bytes)}, by {job.user} {ago(job.created, now() * 1000)}
        </p>
      )}
      {open === "play" && url && (
        <Dialog open onClose={() => setOpen(null)} title={camera} description={stretch} wide>
          <Film src={serverAddress(url)} name={`Timelapse of ${name}`} />
        </Dialog>
      )}
      {open === "link" && url && <LinkDialog title="Link to this timelapse" targets={[{ text: name, url }]} onClose={() => setOpen(null)} />}
      <Confirm open={open === "remove"} onClose={() => setOpen(null)} title="Delete this timelapse?" word="Delete" action={() => remove.mutateAsync(job.id)}>
        {name}. Links to it end. The footage itself stays.
      </Confirm>
    </ClipCard>
  );
}
