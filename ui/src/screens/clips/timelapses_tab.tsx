// SPDX-License-Identifier: Apache-2.0
// Each day of each camera in a minute, and the timelapses that people ordered.
import { useState } from "react";
import { useTimelapseJobs, useTimelapses, type Timelapse } from "../../api/clips";
import type { Camera } from "../../api/types";
import { Button } from "../../ui/button";
import { Section } from "../../ui/page";
import { Awaited, Empty } from "../../ui/states";
import { now } from "../../ui/use_now";
import { dayOf } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "../exports/words";
import { ClipsBar, useCameraFilter } from "./camera_filter";
import { ClipGrid } from "./clip_card";
import { DayClip, JobClip } from "./timelapse_clips";
import { TimelapseDialog } from "./timelapse_dialog";
import { worthListing } from "./words";

const kStep = 24; // days of one camera that are shown at first, and with each "more"

export function TimelapsesTab({ cameras, canChange }: { cameras: Camera[]; canChange: boolean }) {
  const { zone } = useZone();
  const [camera, setCamera] = useCameraFilter();
  const [adding, setAdding] = useState(false);
  const ids = cameras.map(({ id }) => id).filter((id) => camera === null || id === camera);
  const jobs = useTimelapseJobs().data ?? [];
  const ordered = jobs.filter((job) => camera === null || job.camera === camera).sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
  return (
    <Awaited query={useTimelapses(ids)} what="Looking for timelapses">
      {(days) => {
        const listed = worthListing(days, dayOf(now(), zone));
        return (
          <>
            <ClipsBar
              about="Each day of each camera in about a minute. Today’s come when the day is over."
              cameras={cameras}
              value={camera}
              onChange={setCamera}
              action={
                canChange &&
                cameras.length > 0 && (
                  <Button look="accent" icon="plus" onClick={() => setAdding(true)}>
                    New timelapse
                  </Button>
                )
              }
            />
            {ordered.length > 0 && (
              <Section title="Made to order">
                <ClipGrid name="Timelapses made to order">
                  {ordered.map((job) => (
                    <JobClip key={job.id} job={job} camera={nameOf(job.camera, cameras)} canChange={canChange} />
                  ))}
                </ClipGrid>
              </Section>
            )}
            {listed.length > 0 && <Days days={listed} cameras={cameras} titled={ordered.length > 0} canChange={canChange} />}
            {listed.length === 0 && ordered.length === 0 && (
              <Empty icon="lapse" title="No timelapses yet">
                The first comes when today is over.{canChange && " One of any other stretch can be made at once."}
              </Empty>
            )}
            {adding && <TimelapseDialog cameras={cameras} camera={camera ?? firstRecorded(cameras)} onClose={() => setAdding(false)} />}
          </>
        );
      }}
    </Awaited>
  );
}

const firstRecorded = (cameras: Camera[]) => (cameras.find(({ streams }) => streams.some(({ oldest }) => oldest !== null)) ?? cameras[0]!).id;

function Days({ days, cameras, titled, canChange }: { days: Timelapse[]; cameras: Camera[]; titled: boolean; canChange: boolean }) {
  const [most, setMost] = useState(kStep);
  const list = (
    <>
      <ClipGrid name="Days">
        {days.slice(0, most).map((lapse) => (
          <DayClip key={`${lapse.camera} ${lapse.day}`} lapse={lapse} camera={nameOf(lapse.camera, cameras)} canChange={canChange} />
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
