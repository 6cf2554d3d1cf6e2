// SPDX-License-Identifier: Apache-2.0
// The picture of the instant under the pointer, above a timeline, with its own true time.
import { useLayoutEffect, useRef, type CSSProperties } from "react";
import { clockText } from "../ui/zone";
import { useHoverPicture, type HoverPicture } from "./use_hover_picture";

interface Props {
  camera: string;
  at: number | null; // Unix seconds
  fine: boolean;
  recorded: boolean;
  zone: string;
  x: number; // of the pointer, in pixels of the timeline
  room: number; // the timeline's width
}

const kWidth = 256;
const kEdge = 4;

export function HoverCard({ camera, at, fine, recorded, zone, x, room }: Props) {
  const picture = useHoverPicture({ camera, at, fine, recorded });
  if (!picture || at === null || room === 0) return null;
  const width = Math.min(kWidth, room * 0.62);
  const left = Math.min(room - width - kEdge, Math.max(kEdge, x - width / 2));
  return (
    <figure className="on-picture pointer-events-none absolute bottom-full z-20 mb-1.5 overflow-hidden rounded-md border border-line-strong bg-black shadow-(--shadow)" style={{ left, width }}>
      <Drawn picture={picture} label={`Picture of ${clockText(picture.time, zone)}`} className="block w-full" />
      <figcaption className="figure absolute right-0 bottom-0 rounded-tl-md bg-black/70 px-2 py-0.5 text-[12.5px]">
        {clockText(picture.time, zone, fine ? "tenths" : "seconds")}
      </figcaption>
    </figure>
  );
}

// A picture, or a part of a sheet, on a canvas: without a request, so at once.
export function Drawn({ picture, label, className = "", style }: { picture: HoverPicture; label: string; className?: string; style?: CSSProperties }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || picture.source.width === 0) return; // a sheet that was given back has no size
    element.width = Math.max(320, picture.width);
    element.height = Math.round((element.width * picture.height) / picture.width);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture.source, picture.x, picture.y, picture.width, picture.height, 0, 0, element.width, element.height);
  }, [picture]);
  return <canvas ref={canvas} role="img" aria-label={label} className={className} style={style} />;
}
