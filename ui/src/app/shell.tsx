// SPDX-License-Identifier: Apache-2.0
// The frame around every screen: a thin bar above on a desktop, below on a phone. On the camera's page of a phone it leaves the
// room to the picture.
import { useEffect } from "react";
import { NavLink, Outlet } from "react-router-dom";
import { useSystem } from "../api/queries";
import type { Me } from "../api/types";
import { Icon, Mark, type IconName } from "../ui/icons";
import { setServerTime, useNow } from "../ui/use_now";
import { clockText, offsetText } from "../ui/zone";
import { useZone } from "../ui/zone_context";
import { AccountMenu } from "./account_menu";
import { GoTo } from "./go_to";

const places: { to: string; icon: IconName; text: string }[] = [
  { to: "/", icon: "wall", text: "Live" },
  { to: "/day", icon: "sheet", text: "Day" },
  { to: "/clips", icon: "film", text: "Clips" },
  { to: "/cameras", icon: "camera", text: "Cameras" },
  { to: "/access", icon: "key", text: "Access" },
  { to: "/system", icon: "system", text: "System" },
];

function Place({ to, icon, text }: (typeof places)[number]) {
  return (
    <NavLink
      to={to}
      end={to === "/"}
      className="flex items-center gap-2 text-ink-3 transition-colors hover:text-ink aria-[current=page]:text-ink max-sm:flex-1 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:py-2 max-sm:text-[11px] sm:h-12 sm:px-3 sm:text-[13.5px] sm:aria-[current=page]:shadow-[inset_0_-2px_var(--accent)]"
    >
      <Icon name={icon} size={20} className="sm:hidden" />
      {text}
    </NavLink>
  );
}

function Clock() {
  const now = useNow(1000);
  const { zone, ownZone } = useZone();
  return (
    <time className="figure text-[13.5px] text-ink-2" title={`${zone}, UTC${offsetText(now, zone)}`} dateTime={new Date(now * 1000).toISOString()}>
      {clockText(now, zone)}
      {ownZone && <span className="ml-1.5 text-ink-3">my time</span>}
    </time>
  );
}

export function Shell({ me }: { me: Me }) {
  const system = useSystem(60_000);
  const failing = system.data?.disks.find((disk) => disk.state === "failing" || disk.state === "missing");
  useEffect(() => {
    if (system.data) setServerTime(Date.parse(system.data.now) / 1000, system.dataUpdatedAt / 1000);
  }, [system.data, system.dataUpdatedAt]);
  return (
    <div className="flex h-dvh flex-col">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-raised focus:p-3">
        To the content
      </a>
      <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-4 max-sm:h-11">
        <NavLink to="/" className="mr-5 flex items-center gap-2 text-[15.5px] font-[650] tracking-[-0.01em] [font-stretch:112%]" aria-label="Vantage, live">
          <Mark size={20} />
          vantage
        </NavLink>
        <nav aria-label="Main" className="flex max-sm:hidden">
          {places.map((place) => (
            <Place key={place.to} {...place} />
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-3">
          <GoTo />
          <Clock />
          <AccountMenu me={me} />
        </div>
      </header>
      {failing && (
        <div role="alert" className="flex items-center gap-2 border-b border-alarm/50 bg-alarm-quiet px-4 py-2 text-[13.5px]">
          <Icon name="warn" size={16} className="text-alarm" />
          The disk {failing.path} {failing.state === "missing" ? "is missing" : "is failing"}: what its cameras send is not recorded.
        </div>
      )}
      <main id="content" className="min-h-0 flex-1 overflow-y-auto">
        <Outlet />
      </main>
      <nav aria-label="Main" className="flex shrink-0 border-t border-line pb-[env(safe-area-inset-bottom)] sm:hidden">
        {places.map((place) => (
          <Place key={place.to} {...place} />
        ))}
      </nav>
    </div>
  );
}
