// SPDX-License-Identifier: Apache-2.0
// A film in a list of films: its picture, which plays it, what it is, and what can be done with it.
import { useState, type ReactNode } from "react";
import { serverAddress } from "../../api/client";
import { Still } from "../../stills/still";
import { DownloadLink, IconButton } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { ago, bytes } from "../../ui/format";
import { Icon, type IconName } from "../../ui/icons";
import { now } from "../../ui/use_now";
import { LinkDialog, type Target } from "../share/link_dialog";

export interface Download {
  text: "MP4" | "GIF";
  url: string; // as the server gives it
  file: string;
}

interface Props {
  name: string; // for people who don't see the picture
  camera: string;
  at: number; // the instant whose thumbnail stands for it, Unix seconds
  away: number; // how far that may be
  badge?: string; // its length
  icon: IconName; // where there is no thumbnail
  title: ReactNode;
  player?: { title: string; about: string; film: ReactNode }; // without it there is nothing to play yet
  downloads?: Download[];
  link?: { title: string; targets: Target[] };
  actions?: ReactNode; // what else can be done
  removal?: { title: string; warning: ReactNode; action: () => Promise<unknown> };
  children: ReactNode;
}

export function ClipCard({ name, camera, at, away, badge, icon, title, player, downloads = [], link, actions, removal, children }: Props) {
  const [open, setOpen] = useState<"play" | "link" | "remove" | null>(null);
  const close = () => setOpen(null);
  const picture = (
    <>
      <Still camera={camera} at={at} away={away} alt="" missing={<Missing icon={icon} />} />
      {badge && <span className="figure absolute right-1.5 bottom-1.5 rounded-sm bg-black/75 px-1.5 py-px text-[12px]">{badge}</span>}
      {player && (
        <span className="absolute inset-0 flex items-center justify-center opacity-85 transition-opacity group-hover:opacity-100">
          <span className="flex size-11 items-center justify-center rounded-full bg-black/55 ring-1 ring-white/45 group-hover:bg-black/75">
            <Icon name="play" size={22} />
          </span>
        </span>
      )}
    </>
  );
  const look = "on-picture group relative block aspect-video w-full overflow-hidden bg-black";
  return (
    <li aria-label={name} className="flex min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      {player ? (
        <button type="button" aria-label={`Play ${name}`} onClick={() => setOpen("play")} className={`${look} outline-offset-[-3px]`}>
          {picture}
        </button>
      ) : (
        <div className={look}>{picture}</div>
      )}
      <div className="flex flex-1 flex-col px-3 pt-2.5 pb-2">
        <h2 className="line-clamp-2 text-[15px] break-words">{title}</h2>
        <div className="figure mt-1 flex-1 space-y-1 text-[13px] text-ink-2">{children}</div>
        <div className="mt-2 -ml-1.5 flex flex-wrap items-center gap-0.5">
          {downloads.map(({ text, url, file }) => (
            <DownloadLink key={text} look="quiet" href={serverAddress(url)} download={file} aria-label={text === "GIF" ? `Download the GIF of ${name}` : `Download ${name}`} className="px-2">
              {text}
            </DownloadLink>
          ))}
          <span className="ml-auto flex items-center">
            {link && <IconButton name={`Copy link to ${name}`} icon="link" onClick={() => setOpen("link")} />}
            {actions}
            {removal && <IconButton name={`Delete ${name}`} icon="trash" onClick={() => setOpen("remove")} />}
          </span>
        </div>
      </div>
      {open === "play" && player && (
        <Dialog onClose={close} title={player.title} description={player.about} wide>
          {player.film}
        </Dialog>
      )}
      {open === "link" && link && <LinkDialog {...link} onClose={close} />}
      {open === "remove" && removal && (
        <Confirm onClose={close} title={removal.title} word="Delete" action={removal.action}>
          {removal.warning}
        </Confirm>
      )}
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

// How large it is, whose it is, and since when.
export function Made({ by }: { by: { bytes: number; user: string; created: string } }) {
  return (
    <p className="text-ink-3">
      {bytes(by.bytes)}, by {by.user} {ago(by.created, now() * 1000)}
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
