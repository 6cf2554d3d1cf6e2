// SPDX-License-Identifier: Apache-2.0
// The search behind "/": to a camera by name, or to an instant. On a camera's page an instant stays with that camera, and a camera
// keeps the instant.
import { useEffect, useState, type KeyboardEvent } from "react";
import { useLocation, useNavigate, matchPath } from "react-router-dom";
import { useCameras } from "../api/queries";
import { Dialog } from "../ui/dialog";
import { Icon, type IconName } from "../ui/icons";
import { now } from "../ui/use_now";
import { clockText, dayOf, dayText } from "../ui/zone";
import { useZone } from "../ui/zone_context";
import { parseInstant } from "./instant";

interface Target {
  key: string;
  icon: IconName;
  text: string;
  more: string;
  to: string;
}

export function GoTo() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || target?.closest("input, select, textarea, [role=dialog]")) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label="Search"
        title="Search (/)"
        className="flex size-8 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink"
      >
        <Icon name="search" size={17} />
      </button>
      {open && <Search onClose={() => setOpen(false)} />}
    </>
  );
}

function useTargets(text: string): Target[] {
  const cameras = useCameras(60_000).data ?? [];
  const { zone } = useZone();
  const location = useLocation();
  const here = matchPath("/watch/:camera", location.pathname)?.params.camera;
  const keep = new URLSearchParams(location.search).get("at");
  const at = parseInstant(text, now(), zone);
  const targets: Target[] = [];
  if (at !== null) {
    const when = `${dayText(dayOf(at, zone), dayOf(now(), zone))}, ${clockText(at, zone)}`;
    const those = here ? cameras.filter((camera) => camera.id === here) : cameras;
    for (const camera of those) {
      targets.push({ key: `at ${camera.id}`, icon: "calendar", text: when, more: camera.name, to: `/watch/${encodeURIComponent(camera.id)}?at=${new Date(at * 1000).toISOString()}` });
    }
  }
  const wanted = text.trim().toLowerCase();
  for (const camera of cameras) {
    if (!camera.name.toLowerCase().includes(wanted) && !camera.id.toLowerCase().includes(wanted)) continue;
    if (camera.id === here) continue;
    const search = here && keep ? `?at=${encodeURIComponent(keep)}` : "";
    targets.push({ key: camera.id, icon: "camera", text: camera.name, more: search ? "at the same time" : "live", to: `/watch/${encodeURIComponent(camera.id)}${search}` });
  }
  return targets.slice(0, 9);
}

function Search({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const targets = useTargets(text);
  const at = Math.min(chosen, Math.max(0, targets.length - 1));
  const go = (target: Target | undefined) => {
    if (!target) return;
    onClose();
    navigate(target.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setChosen(Math.min(targets.length - 1, at + 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(0, at - 1));
    else if (event.key === "Enter") go(targets[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog onClose={onClose} title="Go to">
      <input
        autoFocus
        role="combobox"
        aria-label="Camera or time"
        aria-expanded
        aria-controls="go-to-list"
        aria-activedescendant={targets[at] ? `go-to-${at}` : undefined}
        placeholder="A camera, or 14:30, yesterday 9:00, 20 min ago"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        className="h-11 w-full rounded-md border border-line-strong bg-raised px-3 text-[15px] placeholder:text-ink-3 max-sm:text-[16px]"
      />
      <div id="go-to-list" role="listbox" aria-label="Found" className="mt-3 min-h-40">
        {targets.map((target, n) => (
          <div
            key={target.key}
            id={`go-to-${n}`}
            role="option"
            aria-selected={n === at}
            onPointerMove={() => setChosen(n)}
            onClick={() => go(target)}
            className="flex h-10 cursor-pointer items-center gap-3 rounded-md px-2.5 aria-selected:bg-hover"
          >
            <Icon name={target.icon} size={16} className="text-ink-3" />
            <span className="figure truncate">{target.text}</span>
            <span className="ml-auto truncate text-[13px] text-ink-3">{target.more}</span>
          </div>
        ))}
        {targets.length === 0 && <p className="py-8 text-center text-ink-3">No camera and no time of that name</p>}
      </div>
    </Dialog>
  );
}
