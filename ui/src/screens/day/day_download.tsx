// SPDX-License-Identifier: Apache-2.0
// A whole day of a camera as one file.
import { useState, type MouseEvent } from "react";
import { address, serverAddress } from "../../api/client";
import type { Camera } from "../../api/types";
import { recordedStream } from "../camera/controls";
import { useEstimate } from "../exports/estimate";
import { DownloadLink } from "../../ui/button";
import { useTray } from "../../tray/tray";
import { Dialog } from "../../ui/dialog";
import { bytes } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { Rows } from "../../ui/page";
import { clockText, spanOfDay } from "../../ui/zone";

interface Props {
  camera: Camera;
  day: string;
  zone: string;
  small?: boolean; // the arrow alone
}

interface Part {
  url: string;
  start: string;
  end: string;
  bytes: number;
}

// Asks for the first byte: a day in which the camera's format changed comes in parts, which the server lists instead.
async function partsOf(href: string): Promise<Part[] | null> {
  const answer = await fetch(href, { headers: { Range: "bytes=0-0" }, credentials: "same-origin" });
  const said = answer.headers.get("Content-Type")?.includes("json") ? ((await answer.json()) as { detail?: string; parts?: Part[] }) : {};
  if (said.parts) return said.parts;
  if (!answer.ok) throw new Error(said.detail ?? `The server answered with status ${answer.status}.`);
  return null;
}

// Nothing where there is no footage.
export function DayDownload({ camera, day, zone, small = false }: Props) {
  const tray = useTray();
  const [parts, setParts] = useState<Part[] | null>(null);
  const [start, end] = spanOfDay(day, zone);
  const stream = recordedStream(camera);
  const size = useEstimate([camera.id], stream, { start, end });
  if (!size) return null;
  const href = address(`/${encodeURIComponent(camera.id)}/day/${day}.mp4${stream === "sub" ? "?stream=sub" : ""}`);
  const about = `about ${bytes(size)}`;
  const file = `${camera.name} ${day}.mp4`;
  const name = `Download the day of ${camera.name}, ${about}`;
  const onClick = (event: MouseEvent) => {
    event.preventDefault();
    partsOf(href).then(
      (found) => (found ? setParts(found) : download(href, file)),
      (error: Error) => tray.say({ kind: "fault", text: error.message }),
    );
  };
  return (
    <>
      {small ? (
        <a href={href} onClick={onClick} aria-label={name} title={name} className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink max-sm:size-10">
          <Icon name="download" size={16} />
        </a>
      ) : (
        <DownloadLink href={href} onClick={onClick} aria-label={name}>
          Download day<span className="figure text-ink-3 max-sm:hidden">{about}</span>
        </DownloadLink>
      )}
      {parts && <PartsDialog {...{ parts, zone, camera, day }} onClose={() => setParts(null)} />}
    </>
  );
}

function download(href: string, file: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = file;
  link.click();
}

function PartsDialog({ parts, zone, camera, day, onClose }: { parts: Part[]; zone: string; camera: Camera; day: string; onClose: () => void }) {
  const clock = (iso: string) => clockText(Date.parse(iso) / 1000, zone);
  return (
    <Dialog onClose={onClose} title={`${camera.name}, ${day}`} description="The camera's format changed on this day, so it comes in parts.">
      <Rows name="Parts of the day">
        {parts.map((part, n) => (
          <li key={part.url} className="flex min-h-12 items-center gap-3">
            <span className="figure min-w-0 flex-1">
              {clock(part.start)} – {clock(part.end)} <span className="text-[12.5px] text-ink-3">{bytes(part.bytes)}</span>
            </span>
            <DownloadLink href={serverAddress(part.url)} download={`${camera.name} ${day} ${n + 1}.mp4`} aria-label={`Download part ${n + 1}`}>
              Download
            </DownloadLink>
          </li>
        ))}
      </Rows>
    </Dialog>
  );
}
