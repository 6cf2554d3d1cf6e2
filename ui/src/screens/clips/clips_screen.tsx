// SPDX-License-Identifier: Apache-2.0
// Everything that was made of footage and can be taken along: exports, moments, timelapses, recordings on demand. One place, a tab
// each; the last tab is where the next visit begins.
import { useEffect } from "react";
import { Navigate, NavLink, useParams } from "react-router-dom";
import { useCameras } from "../../api/queries";
import type { Me } from "../../api/types";
import { remember, remembered } from "../../ui/memory";
import { Awaited, Empty } from "../../ui/states";
import { ExportsTab } from "../exports/exports_tab";
import { MomentsTab } from "./moments_tab";
import { RecordingsTab } from "./recordings_tab";
import { TimelapsesTab } from "./timelapses_tab";

const tabs = [
  { id: "moments", text: "Moments" },
  { id: "recordings", text: "Recordings" },
  { id: "timelapses", text: "Timelapses" },
  { id: "exports", text: "Exports" },
];

export function LastClips() {
  const kept = remembered("clips");
  return <Navigate to={`/clips/${tabs.find(({ id }) => id === kept)?.id ?? "moments"}`} replace />;
}

export function ClipsScreen({ me }: { me: Me }) {
  const { tab = "" } = useParams();
  const cameras = useCameras(60_000);
  const known = tabs.some(({ id }) => id === tab);
  const operator = me.role !== "viewer";
  useEffect(() => {
    if (known) remember("clips", tab);
  }, [known, tab]);
  if (!known) return <Empty icon="search" title="There is no such page" />;
  return (
    <div className="mx-auto w-full max-w-[1120px] px-6 pt-7 pb-14 max-sm:px-4 max-sm:pt-5">
      <h1 className="sr-only">Clips</h1>
      <nav aria-label="Kinds of clips" className="mb-5 flex gap-5 overflow-x-auto border-b border-line max-sm:gap-4">
        {tabs.map(({ id, text }) => (
          <NavLink
            key={id}
            to={`/clips/${id}`}
            className="-mb-px flex h-11 shrink-0 items-center border-b-2 border-transparent text-[15px] text-ink-3 transition-colors outline-offset-[-2px] hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-[600] aria-[current=page]:text-ink"
          >
            {text}
          </NavLink>
        ))}
      </nav>
      <Awaited query={cameras} what="Looking for cameras">
        {(cameras) => (
          <>
            {tab === "exports" && <ExportsTab cameras={cameras} />}
            {tab === "moments" && <MomentsTab cameras={cameras} canChange={operator} />}
            {tab === "timelapses" && <TimelapsesTab cameras={cameras} canChange={operator} />}
            {tab === "recordings" && <RecordingsTab cameras={cameras} canChange={operator} />}
          </>
        )}
      </Awaited>
    </div>
  );
}
