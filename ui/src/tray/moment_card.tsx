// SPDX-License-Identifier: Apache-2.0
// A moment from the press of the button on: how far it is, then the film.
import { Link } from "react-router-dom";
import { problemFrom } from "../api/client";
import { isMaking, useMoment } from "../api/clips";
import { MomentView } from "../screens/clips/moment_view";
import { momentProgress } from "../screens/clips/words";
import { IconButton } from "../ui/button";
import { JobProgress, Notice } from "../ui/states";
import { TrayCard } from "./tray_card";

export function MomentCard({ camera, id, onClose }: { camera: { id: string; name: string }; id: string; onClose: () => void }) {
  const { data: moment, error } = useMoment(camera.id, id);
  const fault = moment?.state === "failed" ? moment.error || "It could not be made; the log says more." : error && !moment ? problemFrom(error).detail : null;
  return (
    <TrayCard role="group" label={`Moment of ${camera.name}`}>
      <div className="flex items-center gap-2 py-1 pr-1.5 pl-3">
        <h2 className="min-w-0 flex-1 truncate text-[14px]">Moment of {camera.name}</h2>
        {moment?.state === "done" && (
          <Link to={`/clips/moments?camera=${encodeURIComponent(camera.id)}`} onClick={onClose} className="text-[13px] text-ink-2 underline underline-offset-4 hover:text-ink">
            All
          </Link>
        )}
        <IconButton name="Close this notice" icon="close" onClick={onClose} />
      </div>
      <div className="px-3 pb-3">
        {fault && <Notice>{fault}</Notice>}
        {!fault && (!moment || isMaking(moment)) && (
          <div role="status">
            <JobProgress name={`the moment of ${camera.name}`} value={moment?.progress ?? 0}>
              {moment ? momentProgress(moment) : "Beginning"}
            </JobProgress>
          </div>
        )}
        {moment?.state === "done" && <MomentView moment={moment} camera={camera.name} />}
      </div>
    </TrayCard>
  );
}
