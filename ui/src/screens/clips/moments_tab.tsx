// SPDX-License-Identifier: Apache-2.0
// The moments of all cameras, newest first.
import { useState } from "react";
import { problemFrom, serverAddress } from "../../api/client";
import { clipChanges, isMaking, useMoments, type Moment } from "../../api/clips";
import { useCameras, useChange } from "../../api/queries";
import { fileName } from "../../tray/snapshot";
import { DownloadLink, IconButton } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { ago, bytes, clockLength } from "../../ui/format";
import { Empty, Failed, Notice, Progress, Working } from "../../ui/states";
import { now } from "../../ui/use_now";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "../exports/words";
import { LinkDialog } from "../share/link_dialog";
import { CameraFilter, useCameraFilter } from "./camera_filter";
import { ClipCard, ClipGrid, Holes } from "./clip_card";
import { MomentView } from "./moment_view";
import { instantText, momentProgress, secondsOf } from "./words";

export function MomentsTab({ canChange }: { canChange: boolean }) {
  const cameras = useCameras(60_000);
  const [camera, setCamera] = useCameraFilter();
  const ids = (cameras.data ?? []).map(({ id }) => id).filter((id) => camera === null || id === camera);
  const moments = useMoments(ids);
  if (cameras.isPending || (moments.isPending && !moments.data?.length)) return <Working what="Looking for moments" />;
  if (!cameras.data) return <Failed problem={problemFrom(cameras.error)} retry={() => void cameras.refetch()} />;
  if (!moments.data) return <Failed problem={problemFrom(moments.error)} retry={moments.refetch} />;
  return (
    <>
      <div className="mb-4 flex items-center gap-3">
        <p className="min-w-0 flex-1 text-[13.5px] text-ink-3 max-sm:hidden">The last seconds of a camera as a film and a GIF, kept until they are deleted.</p>
        <CameraFilter cameras={cameras.data} value={camera} onChange={setCamera} />
      </div>
      {moments.data.length === 0 ? (
        <Empty icon="moment" title="No moments yet">
          {canChange ? "Something has just happened? On the camera's page press Moment, or C: its last seconds are kept." : "Whoever may change cameras can make one on a camera's page."}
        </Empty>
      ) : (
        <ClipGrid name="Moments">
          {moments.data.map((moment) => (
            <MomentClip key={`${moment.camera} ${moment.id}`} moment={moment} camera={nameOf(moment.camera, cameras.data)} canChange={canChange} />
          ))}
        </ClipGrid>
      )}
    </>
  );
}

function MomentClip({ moment, camera, canChange }: { moment: Moment; camera: string; canChange: boolean }) {
  const { zone } = useZone();
  const [open, setOpen] = useState<"play" | "link" | "remove" | null>(null);
  const remove = useChange(clipChanges.removeMoment, ["moments"]);
  const start = secondsOf(moment.start);
  const name = `${camera}, ${instantText(start, now(), zone)}`;
  const done = moment.state === "done" && moment.mp4 !== null;
  return (
    <ClipCard
      name={name}
      camera={moment.camera}
      at={start + moment.length / 2}
      away={Math.max(2, moment.length / 2)}
      badge={clockLength(moment.length)}
      icon="moment"
      onPlay={done ? () => setOpen("play") : undefined}
      title={camera}
      actions={
        <>
          {done && moment.mp4 && (
            <>
              <DownloadLink look="quiet" href={serverAddress(moment.mp4)} download={fileName(camera, start, zone, "mp4")} aria-label={`Download ${name}`} className="px-2">
                MP4
              </DownloadLink>
              {moment.gif && (
                <DownloadLink look="quiet" href={serverAddress(moment.gif)} download={fileName(camera, start, zone, "gif")} aria-label={`Download the GIF of ${name}`} className="px-2">
                  GIF
                </DownloadLink>
              )}
              <IconButton name={`Copy link to ${name}`} icon="link" onClick={() => setOpen("link")} className="ml-auto" />
            </>
          )}
          {canChange && !isMaking(moment) && <IconButton name={`Delete ${name}`} icon="trash" onClick={() => setOpen("remove")} className={done ? "" : "ml-auto"} />}
        </>
      }
    >
      <p>{instantText(start, now(), zone)}</p>
      {isMaking(moment) && (
        <div className="pt-1.5">
          <Progress name={`Progress of ${name}`} value={moment.progress} />
          <p className="mt-1 text-[12.5px] text-ink-3">{momentProgress(moment)}</p>
        </div>
      )}
      {moment.state === "failed" && <Notice>{moment.error || "It could not be made; the log says more."}</Notice>}
      {done && (
        <p className="text-ink-3">
          {bytes(moment.bytes)}, by {moment.user} {ago(moment.created, now() * 1000)}
        </p>
      )}
      <Holes gaps={moment.gaps} zone={zone} />
      {open === "play" && (
        <Dialog open onClose={() => setOpen(null)} title={camera} description={instantText(start, now(), zone)} wide>
          <MomentView moment={moment} camera={camera} />
        </Dialog>
      )}
      {open === "link" && moment.mp4 && (
        <LinkDialog
          title="Link to this moment"
          targets={[{ text: "Film (MP4)", url: moment.mp4 }, ...(moment.gif ? [{ text: "GIF", url: moment.gif }] : [])]}
          onClose={() => setOpen(null)}
        />
      )}
      <Confirm open={open === "remove"} onClose={() => setOpen(null)} title="Delete this moment?" word="Delete" action={() => remove.mutateAsync(moment)}>
        {camera}, {instantText(start, now(), zone)}. Links to it end. The footage itself stays.
      </Confirm>
    </ClipCard>
  );
}
