// SPDX-License-Identifier: Apache-2.0
// Ten minutes of a camera: their first picture, which opens the player there. The pointer moves through them: the picture follows,
// and a click opens what it shows.
import { useRef, useState, type PointerEvent } from "react";
import { Link } from "react-router-dom";
import type { Camera } from "../../api/types";
import { Drawn } from "../../stills/hover_card";
import { Still } from "../../stills/still";
import { useHoverPicture } from "../../stills/use_hover_picture";
import type { Recorded, Stretch } from "../../timeline/coverage";
import { wordAt } from "../../timeline/coverage";
import { percent, span } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/use_now";
import { clockText } from "../../ui/zone";
import type { Cell } from "./sheet";

interface Props {
  camera: Camera;
  slot: Stretch;
  cell: Cell;
  pictured: boolean;
  recorded: Recorded;
  zone: string;
  timed: boolean; // its time is written on it
}

const iso = (at: number) => encodeURIComponent(new Date(at * 1000).toISOString());

export function DayCell(props: Props) {
  const { camera, slot, cell, pictured, zone, timed } = props;
  const time = clockText(slot.start, zone, "minutes");
  const name = `${time}, ${camera.name}`;
  if (cell.from !== null) return <Footage {...props} name={name} from={cell.from} />;
  if (pictured) {
    return (
      <div role="img" aria-label={`${name}, video no longer kept`} className="on-picture relative aspect-video overflow-hidden rounded-[4px] bg-black">
        <Still camera={camera.id} at={(slot.start + slot.end) / 2} away={(slot.end - slot.start) / 2} alt="" missing={<Nothing />} className="opacity-60" />
        <Words time={timed ? time : null}>video no longer kept</Words>
      </div>
    );
  }
  const why = cell.missing?.reason ?? "no footage";
  return (
    <div
      role="img"
      aria-label={`${name}, ${why}`}
      className={`flex aspect-video flex-col items-center justify-center gap-0.5 rounded-[4px] border border-line px-1 text-center text-[12px] ${cell.missing ? "hatched text-alarm" : "text-ink-3"}`}
    >
      {timed && <span className="figure text-ink-3">{time}</span>}
      <span className={cell.missing ? "rounded-sm bg-surface px-1" : ""}>{why}</span>
    </div>
  );
}

function Footage({ camera, slot, cell, recorded, zone, timed, name, from }: Props & { name: string; from: number }) {
  const [at, setAt] = useState<number | null>(null);
  const frame = useRef<HTMLAnchorElement>(null);
  const missing = cell.missing ? `${cell.missing.reason} ${span(cell.missing.seconds)}` : null;
  const onPointerMove = (event: PointerEvent) => {
    if (event.pointerType !== "mouse" || !frame.current) return;
    const { left, width } = frame.current.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    setAt(Math.min(now() - 1, slot.start + share * (slot.end - slot.start)));
  };
  return (
    <Link
      ref={frame}
      to={`/watch/${encodeURIComponent(camera.id)}?at=${iso(at ?? from)}`}
      aria-label={missing ? `${name}, ${missing}` : name}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setAt(null)}
      className="on-picture group relative block aspect-video overflow-hidden rounded-[4px] bg-black outline-offset-[-2px]"
    >
      <Still camera={camera.id} at={from} away={60} alt="" missing={<Nothing />} />
      {at !== null && <Scrubbed camera={camera.id} at={at} recorded={wordAt(recorded, at, now()) === null} zone={zone} />}
      <Words time={timed && at === null ? clockText(slot.start, zone, "minutes") : null}>{at === null ? missing : null}</Words>
      <Strip slot={slot} recorded={recorded} at={at} />
      <span className="pointer-events-none absolute inset-0 rounded-[4px] ring-inset group-hover:ring-1 group-hover:ring-white/40" />
    </Link>
  );
}

function Scrubbed({ camera, at, recorded, zone }: { camera: string; at: number; recorded: boolean; zone: string }) {
  const picture = useHoverPicture({ camera, at, fine: false, recorded });
  return (
    <>
      {picture && <Drawn picture={picture} label={`Picture of ${clockText(picture.time, zone)}`} className="absolute inset-0 size-full bg-black object-contain" />}
      <span className="figure absolute bottom-1.5 left-1.5 rounded-sm bg-black/70 px-1.5 text-[12px]">{clockText(picture?.time ?? at, zone)}</span>
    </>
  );
}

function Words({ time, children }: { time: string | null; children: string | null }) {
  return (
    <>
      {time && <span className="figure absolute bottom-1.5 left-1.5 rounded-sm bg-black/70 px-1.5 text-[12px]">{time}</span>}
      {children && <span className="absolute top-1 right-1 left-1 truncate rounded-sm bg-black/75 px-1.5 text-[11.5px] text-ink">{children}</span>}
    </>
  );
}

// Where in the ten minutes there is footage, where a gap.
function Strip({ slot, recorded, at }: { slot: Stretch; recorded: Recorded; at: number | null }) {
  const whole = slot.end - slot.start;
  const place = (part: Stretch) => {
    const start = Math.max(slot.start, part.start);
    const end = Math.min(slot.end, part.end, now());
    return { left: `${percent(start - slot.start, whole)}%`, width: `max(2px, ${percent(end - start, whole)}%)` };
  };
  const meets = (part: Stretch) => part.end > slot.start && part.start < Math.min(slot.end, now());
  return (
    <span aria-hidden="true" className="absolute inset-x-0 bottom-0 h-[3px] bg-black/60">
      {recorded.footage.filter(meets).map((part) => (
        <span key={part.start} className="absolute inset-y-0 bg-accent/80" style={place(part)} />
      ))}
      {recorded.gaps.filter(meets).map((part) => (
        <span key={part.start} className="absolute inset-y-0 bg-alarm" style={place(part)} />
      ))}
      {at !== null && <span className="absolute -top-1 bottom-0 w-0.5 bg-white" style={{ left: `${percent(at - slot.start, whole)}%` }} />}
    </span>
  );
}

function Nothing() {
  return (
    <span className="absolute inset-0 flex items-center justify-center text-ink-3">
      <Icon name="camera" size={22} />
    </span>
  );
}
