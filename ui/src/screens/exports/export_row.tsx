// SPDX-License-Identifier: Apache-2.0
// One export: what it holds, how far it is, what is missing in it, and what can be done with it.
import { useState } from "react";
import { problemFrom, serverAddress } from "../../api/client";
import { changes, underWay, useChange } from "../../api/queries";
import type { Camera, Export, ExportFile } from "../../api/types";
import { LinkDialog, type Target } from "../share/link_dialog";
import { Button, DownloadLink, IconButton } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { ago, bytes, span } from "../../ui/format";
import { JobProgress, Notice } from "../../ui/states";
import { now } from "../../ui/use_now";
import { clockText, dayOf, dayText, spanText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { Holes } from "../clips/holes";
import { PreviewDialog } from "./preview_dialog";
import { gapsText, nameOf, progressText } from "./words";

interface Props {
  job: Export;
  cameras: Camera[];
  compact?: boolean; // without what belongs to a list of many
}

const seconds = (iso: string) => Date.parse(iso) / 1000;

export function ExportRow({ job, cameras, compact = false }: Props) {
  const { zone } = useZone();
  const gaps = gapsText(job, cameras, zone);
  const length = seconds(job.end) - seconds(job.start);
  return (
    <li aria-label={job.name} className="py-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="text-[15px] font-[600] break-words">{job.name}</h2>
          <p className="figure mt-0.5 text-[13px] text-ink-2">
            {spanText(seconds(job.start), seconds(job.end), now(), zone)}, {span(length)}
            {job.exact && ", exact to the frame"}
          </p>
          <p className="text-[13px] text-ink-3">
            {job.cameras.map((id) => nameOf(id, cameras)).join(", ")}
            {job.stream === "sub" && ", small stream"}
            {!compact && `, by ${job.user} ${ago(job.created, now() * 1000)}`}
          </p>
        </div>
        <Actions job={job} cameras={cameras} compact={compact} />
      </div>
      {underWay(job) && (
        <div className="mt-1.5">
          <JobProgress name={job.name} value={job.progress}>
            {progressText(job)}
          </JobProgress>
        </div>
      )}
      {job.state === "failed" && (
        <div className="mt-3">
          <Notice>{job.error || "It failed; the log says more."}</Notice>
        </div>
      )}
      {job.state === "cancelled" && <p className="mt-2 text-[13px] text-ink-3">Cancelled</p>}
      {gaps && (
        <div className="mt-2">
          <Holes text={gaps} />
        </div>
      )}
      {job.files.length > 1 && job.state !== "failed" && <Files job={job} cameras={cameras} zone={zone} />}
      {job.state === "done" && (
        <p className="figure mt-2 text-[12.5px] text-ink-3">
          {bytes(sizeOf(job))}
          {job.expires && `, kept until ${dayText(dayOf(seconds(job.expires), zone), dayOf(now(), zone))}, ${clockText(seconds(job.expires), zone, "minutes")}`}
        </p>
      )}
    </li>
  );
}

// Of what is taken along; on the disk there is the archive beside its files.
const sizeOf = (job: Export) => job.files.reduce((sum, file) => sum + file.bytes, 0);

// A file can be taken as soon as its index is there, and grows while it is taken.
const canTake = (job: Export, file: ExportFile) => file.written > 0 && (job.state === "running" || job.state === "done");

function Actions({ job, cameras, compact }: Props) {
  const [asking, setAsking] = useState<"remove" | "share" | "play" | null>(null);
  const cancel = useChange(changes.cancelExport, ["exports"]);
  const remove = useChange((id: string) => changes.removeExport(id), ["exports"]);
  const ready = job.files.filter((file) => canTake(job, file));
  const whole = job.zip && job.state !== "queued" && ready.length > 0 ? { text: "All files (zip)", url: job.zip.url } : null;
  const targets: Target[] = [...(whole ? [whole] : []), ...ready.map((file) => ({ text: file.name, url: file.url }))];
  const first = targets[0];
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {first && (
        <>
          {(whole || job.files.length === 1) && (
            <DownloadLink look="accent" href={serverAddress(first.url)} aria-label={`Download ${job.name}`}>
              {whole ? "Download zip" : "Download"}
            </DownloadLink>
          )}
          {ready[0] && <IconButton name={`Play ${job.name}`} icon="play" onClick={() => setAsking("play")} />}
          <IconButton name={`Share ${job.name}`} icon="link" onClick={() => setAsking("share")} />
        </>
      )}
      {underWay(job) && (
        <Button busy={cancel.isPending} onClick={() => cancel.mutate(job.id)} aria-label={`Cancel ${job.name}`}>
          Cancel
        </Button>
      )}
      {!underWay(job) && !compact && <IconButton name={`Remove ${job.name}`} icon="trash" onClick={() => setAsking("remove")} />}
      {cancel.isError && <Notice>{problemFrom(cancel.error).detail}</Notice>}
      {asking === "share" && <LinkDialog title={`Share ${job.name}`} targets={targets} onClose={() => setAsking(null)} />}
      {asking === "play" && <PreviewDialog job={job} files={ready} cameras={cameras} onClose={() => setAsking(null)} />}
      {asking === "remove" && (
        <Confirm onClose={() => setAsking(null)} title={`Remove ${job.name}?`} word="Remove" action={() => remove.mutateAsync(job.id)}>
          Its files go, and links to them end. The footage itself stays.
        </Confirm>
      )}
    </div>
  );
}

function Files({ job, cameras, zone }: { job: Export; cameras: Camera[]; zone: string }) {
  return (
    <ul aria-label={`Files of ${job.name}`} className="mt-3 divide-y divide-line rounded-md border border-line">
      {job.files.map((file) => (
        <li key={file.name} aria-label={file.name} className="flex min-h-11 items-center gap-3 pr-1.5 pl-3">
          <span className="min-w-0 flex-1">
            <span className="block truncate">{nameOf(file.camera, cameras)}</span>
            <span className="figure block truncate text-[12.5px] text-ink-3">
              {clockText(seconds(file.start), zone)} – {clockText(seconds(file.end), zone)}, {bytes(file.bytes || file.written)}
            </span>
          </span>
          {canTake(job, file) && (
            <DownloadLink look="quiet" href={serverAddress(file.url)} aria-label={`Download ${file.name}`}>
              <span className="max-sm:sr-only">Download</span>
            </DownloadLink>
          )}
        </li>
      ))}
    </ul>
  );
}
