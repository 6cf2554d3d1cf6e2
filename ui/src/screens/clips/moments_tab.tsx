// SPDX-License-Identifier: Apache-2.0
// The moments of all cameras, newest first.
import { clipChanges, isMaking, useMoments, type Moment } from "../../api/clips";
import { useChange } from "../../api/queries";
import type { Camera } from "../../api/types";
import { fileName } from "../../tray/snapshot";
import { clockLength } from "../../ui/format";
import { Awaited, Empty, JobProgress, Notice } from "../../ui/states";
import { now } from "../../ui/use_now";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "../exports/words";
import { ClipsBar, useCameraFilter } from "./camera_filter";
import { ClipCard, ClipGrid, Made, type Download } from "./clip_card";
import { Holes } from "./holes";
import { MomentView, targetsOf } from "./moment_view";
import { gapText, instantText, momentProgress, secondsOf } from "./words";

export function MomentsTab({ cameras, canChange }: { cameras: Camera[]; canChange: boolean }) {
  const [camera, setCamera] = useCameraFilter();
  const ids = cameras.map(({ id }) => id).filter((id) => camera === null || id === camera);
  return (
    <Awaited query={useMoments(ids)} what="Looking for moments">
      {(moments) => (
        <>
          <ClipsBar about="The last seconds of a camera as a film and a GIF, kept until they are deleted." cameras={cameras} value={camera} onChange={setCamera} />
          {moments.length === 0 ? (
            <Empty icon="moment" title="No moments yet">
              {canChange ? "Something has just happened? On the camera's page press Moment, or C: its last seconds are kept." : "Whoever may change cameras can make one on a camera's page."}
            </Empty>
          ) : (
            <ClipGrid name="Moments">
              {moments.map((moment) => (
                <MomentClip key={`${moment.camera} ${moment.id}`} moment={moment} camera={nameOf(moment.camera, cameras)} canChange={canChange} />
              ))}
            </ClipGrid>
          )}
        </>
      )}
    </Awaited>
  );
}

function MomentClip({ moment, camera, canChange }: { moment: Moment; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const remove = useChange(clipChanges.removeMoment, ["moments"]);
  const start = secondsOf(moment.start);
  const instant = instantText(start, now(), zone);
  const name = `${camera}, ${instant}`;
  const done = moment.state === "done" && moment.mp4 !== null;
  const file = (form: "mp4" | "gif") => fileName(camera, start, zone, form);
  const downloads: Download[] = [
    ...(moment.mp4 ? [{ text: "MP4" as const, url: moment.mp4, file: file("mp4") }] : []),
    ...(moment.gif ? [{ text: "GIF" as const, url: moment.gif, file: file("gif") }] : []),
  ];
  return (
    <ClipCard
      name={name}
      camera={moment.camera}
      at={start + moment.length / 2}
      away={Math.max(2, moment.length / 2)}
      badge={clockLength(moment.length)}
      icon="moment"
      title={camera}
      player={done ? { title: camera, about: instant, film: <MomentView moment={moment} camera={camera} /> } : undefined}
      downloads={done ? downloads : []}
      link={done ? { title: "Link to this moment", targets: targetsOf(moment) } : undefined}
      removal={
        canChange && !isMaking(moment)
          ? { title: "Delete this moment?", warning: `${name}. Links to it end. The footage itself stays.`, action: () => remove.mutateAsync(moment) }
          : undefined
      }
    >
      <p>{instant}</p>
      {isMaking(moment) && (
        <JobProgress name={name} value={moment.progress}>
          {momentProgress(moment)}
        </JobProgress>
      )}
      {moment.state === "failed" && <Notice>{moment.error || "It could not be made; the log says more."}</Notice>}
      {done && <Made by={moment} />}
      <Holes text={gapText(moment.gaps, zone)} />
    </ClipCard>
  );
}
