// SPDX-License-Identifier: Apache-2.0
// A whole day of a camera as one file.
import { address } from "../../api/client";
import type { Camera } from "../../api/types";
import { recordedStream } from "../camera/controls";
import { useEstimate } from "../exports/estimate";
import { DownloadLink } from "../../ui/button";
import { bytes } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { spanOfDay } from "../../ui/zone";

interface Props {
  camera: Camera;
  day: string;
  zone: string;
  small?: boolean; // the arrow alone
}

// Nothing where there is no footage.
export function DayDownload({ camera, day, zone, small = false }: Props) {
  const [start, end] = spanOfDay(day, zone);
  const stream = recordedStream(camera);
  const size = useEstimate([camera.id], stream, { start, end });
  if (!size) return null;
  const href = address(`/${encodeURIComponent(camera.id)}/day/${day}.mp4${stream === "sub" ? "?stream=sub" : ""}`);
  const about = `about ${bytes(size)}`;
  const file = `${camera.name} ${day}.mp4`;
  if (small) {
    const name = `Download the day of ${camera.name}, ${about}`;
    return (
      <a href={href} download={file} aria-label={name} title={name} className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink max-sm:size-10">
        <Icon name="download" size={16} />
      </a>
    );
  }
  return (
    <DownloadLink href={href} download={file} aria-label={`Download the day of ${camera.name}, ${about}`}>
      Download day<span className="figure text-ink-3 max-sm:hidden">{about}</span>
    </DownloadLink>
  );
}
