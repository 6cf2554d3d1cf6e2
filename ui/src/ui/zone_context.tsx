// SPDX-License-Identifier: Apache-2.0
// Which zone the page's times are in: the installation's, or the viewer's own where one asked for it. Remembered by the browser.
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { remember, remembered } from "./memory";
import { viewerZone } from "./zone";

interface ZoneChoice {
  zone: string;
  installation: string;
  viewer: string;
  ownZone: boolean; // the viewer's is shown
  setOwnZone: (own: boolean) => void;
}

const Context = createContext<ZoneChoice | null>(null);

export function ZoneProvider({ installation, children }: { installation: string; children: ReactNode }) {
  const [ownZone, setOwn] = useState(() => remembered("zone") === "viewer");
  const choice = useMemo<ZoneChoice>(() => {
    const viewer = viewerZone();
    return {
      zone: ownZone ? viewer : installation,
      installation,
      viewer,
      ownZone,
      setOwnZone: (own) => {
        remember("zone", own ? "viewer" : null);
        setOwn(own);
      },
    };
  }, [installation, ownZone]);
  return <Context.Provider value={choice}>{children}</Context.Provider>;
}

export function useZone(): ZoneChoice {
  const choice = useContext(Context);
  if (!choice) throw new Error("useZone outside of ZoneProvider");
  return choice;
}
