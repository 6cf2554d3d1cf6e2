// SPDX-License-Identifier: Apache-2.0
// A film in a list of films: its picture, which plays it, what it is, and what can be done with it.
import type { ReactNode } from "react";
import type { Hole } from "../../api/clips";
import { Still } from "../../stills/still";
import { Icon, type IconName } from "../../ui/icons";
import { gapText } from "./words";

interface Props {
  name: string; // for people who don't see the picture
  camera: string;
  at: number; // the instant whose thumbnail stands for it, Unix seconds
  away: number; // how far that may be
  badge?: string; // its length
  icon: IconName; // where there is no thumbnail
  onPlay?: () => void; // without it there is nothing to play yet
  title: ReactNode;
  children: ReactNode;
  actions: ReactNode;
}

export function ClipCard({ name, camera, at, away, badge, icon, onPlay, title, children, actions }: Props) {
  const picture = (
    <>
      <Still camera={camera} at={at} away={away} alt="" missing={<Missing icon={icon} />} />
      {badge && <span className="figure absolute right-1.5 bottom-1.5 rounded-sm bg-black/75 px-1.5 py-px text-[12px]">{badge}</span>}
      {onPlay && (
        <span className="absolute inset-0 flex items-center justify-center opacity-85 transition-opacity group-hover:opacity-100">
          <span className="flex size-11 items-center justify-center rounded-full bg-black/55 group-hover:bg-black/75">
            <Icon name="play" size={22} />
          </span>
        </span>
      )}
    </>
  );
  const look = "on-picture group relative block aspect-video w-full overflow-hidden bg-black";
  return (
    <li aria-label={name} className="flex min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      {onPlay ? (
        <button type="button" aria-label={`Play ${name}`} onClick={onPlay} className={`${look} outline-offset-[-3px]`}>
          {picture}
        </button>
      ) : (
        <div className={look}>{picture}</div>
      )}
      <div className="flex flex-1 flex-col px-3 pt-2.5 pb-2">
        <h2 className="truncate text-[15px]">{title}</h2>
        <div className="figure mt-1 flex-1 space-y-0.5 text-[13px] text-ink-2">{children}</div>
        <div className="mt-2 -ml-1.5 flex flex-wrap items-center gap-0.5">{actions}</div>
      </div>
    </li>
  );
}

function Missing({ icon }: { icon: IconName }) {
  return (
    <span className="absolute inset-0 flex items-center justify-center text-ink-3">
      <Icon name={icon} size={30} />
    </span>
  );
}

// What is missing in it.
export function Holes({ gaps, zone }: { gaps: Hole[] | undefined; zone: string }) {
  const text = gapText(gaps, zone);
  if (!text) return null;
  return (
    <p className="flex gap-2">
      <Icon name="warn" size={15} className="mt-0.5 shrink-0 text-alarm" />
      {text}
    </p>
  );
}

export function ClipGrid({ name, children }: { name: string; children: ReactNode }) {
  return (
    <ul aria-label={name} className="grid grid-cols-[repeat(auto-fill,minmax(min(264px,100%),1fr))] gap-4">
      {children}
    </ul>
  );
}
